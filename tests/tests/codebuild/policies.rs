//! Managed policies: what the role that deploys may do is longer than a role's own policies may be.

use crate::account::Account;
use composite::{Child, Diff};
use futures::future::join_all;
use paas_aws::Tags;
use paas_aws::iam::Policy;
use paas_aws::policy::{Statement, document};
use paas_tests::emulator::Fault;
use serde_json::json;

const KEY: &str = "deploy_policy.1";
const NAME: &str = "paas_dev_acme-deploy-eu-west-1-1";
const ARN: &str =
    "arn:aws:iam::123456789012:policy/paas/dev/acme/infrastructure_pipeline/paas_dev_acme-deploy-eu-west-1-1";

/// A policy that reads objects, the `n`th of its kind.
fn policy(n: usize) -> Policy {
    let read = Statement::allow("Read").actions(&["s3:GetObject"]).resource(format!("arn:aws:s3:::b/{n}/*"));
    Policy {
        name: NAME.into(),
        description: "Deploys tenant acme.".into(),
        document: document(vec![read]),
        tags: Tags::from([("team".into(), "acme".into())]),
    }
}

/// What somebody wants otherwise.
type Change = fn(&mut Policy);

/// Read by a provider of its own, it needs no change.
async fn conforms(account: &Account, want: &Policy, after: &str) {
    let saw = account.provider().await.seen::<Policy>(KEY, ARN).await.expect("it is there");
    assert_eq!(want.diff(&saw), Diff::Same, "after {after}: wanted {want:#?}, saw {saw:#?}");
}

fn versions(account: &Account) -> Vec<(String, bool)> {
    let listed = account.call("iam", "list_policy_versions", json!({"PolicyArn": ARN}));
    let version = |v: &serde_json::Value| {
        (v["VersionId"].as_str().unwrap_or_default().to_owned(), v["IsDefaultVersion"] == true)
    };
    listed["Versions"].as_array().expect("a list").iter().map(version).collect()
}

#[tokio::test]
async fn a_policy_is_made_in_one_call_and_changes_in_place() {
    let account = Account::new();
    let (provider, mut want) = (account.provider().await, policy(1));
    let mark = account.aws.mark();
    assert_eq!(provider.made(KEY, &want).await.arn, ARN);
    assert_eq!(account.changes(mark), ["CreatePolicy"]);
    conforms(&account, &want, "its creation").await;

    let changes: [(&str, Change, &[&str]); 3] = [
        ("document", |p| p.document = policy(2).document, &["CreatePolicyVersion"]),
        ("tags", |p| p.tags = Tags::from([("Name".into(), "theirs".into())]), &["TagPolicy", "UntagPolicy"]),
        ("no tags", |p| p.tags = Tags::new(), &["TagPolicy"]),
    ];
    for (what, change, calls) in changes {
        change(&mut want);
        let (provider, mark) = (account.provider().await, account.aws.mark());
        provider.sync(KEY, &want, ARN).await.unwrap();
        assert_eq!(account.changes(mark), calls, "{what}");
        conforms(&account, &want, what).await;
        let mark = account.aws.mark();
        provider.sync(KEY, &want, ARN).await.unwrap();
        assert_eq!(account.changes(mark), [""; 0], "{what} is in line");
    }

    for _ in 0..2 {
        account.provider().await.delete::<Policy>(KEY, ARN).await.unwrap();
    }
    assert_eq!(account.provider().await.seen::<Policy>(KEY, ARN).await, None);
}

/// IAM keeps five versions; the oldest makes room.
#[tokio::test]
async fn a_policy_changes_as_often_as_it_has_to() {
    let account = Account::new();
    account.provider().await.made(KEY, &policy(0)).await;
    for n in 1..9 {
        if n == 6 {
            // Its answer is lost: the call is made again.
            account.aws.faults([Fault::drop_after().operation("CreatePolicyVersion").times(1)]);
        }
        account.provider().await.sync(KEY, &policy(n), ARN).await.unwrap();
        conforms(&account, &policy(n), &format!("change {n}")).await;
    }
    let versions = versions(&account);
    assert_eq!(versions.len(), 5, "{versions:?}");
    assert_eq!(versions.iter().filter(|(_, current)| *current).count(), 1, "{versions:?}");
    account.provider().await.delete::<Policy>(KEY, ARN).await.unwrap();
    assert_eq!(account.provider().await.seen::<Policy>(KEY, ARN).await, None);
}

#[tokio::test]
async fn what_somebody_has_set_is_seen_and_put_right() {
    let account = Account::new();
    let want = policy(1);
    account.provider().await.made(KEY, &want).await;
    let all =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let by_hand = json!({"PolicyArn": ARN, "PolicyDocument": all.to_string(), "SetAsDefault": true});
    let tag = json!({"PolicyArn": ARN, "Tags": [{"Key": "team", "Value": "other"}]});
    for (what, operation, params) in
        [("another document", "create_policy_version", by_hand), ("another tag", "tag_policy", tag)]
    {
        account.call("iam", operation, params);
        let saw = account.provider().await.seen::<Policy>(KEY, ARN).await.expect("it is there");
        assert_eq!(want.diff(&saw), Diff::Update, "{what}");
        account.provider().await.sync(KEY, &want, ARN).await.unwrap();
        conforms(&account, &want, what).await;
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_makes_no_second_policy_and_anothers_isnt_taken_over() {
    let account = Account::new();
    let (provider, want) = (account.provider().await, policy(1));
    account.aws.faults([Fault::drop_after().operation("CreatePolicy").times(1)]);
    let lost = provider.create(KEY, &want).await.unwrap_err();
    assert!(lost.is_lost(), "{lost:?}");
    assert_eq!(provider.find(KEY, &want).await.unwrap().as_deref(), Some(ARN));
    let exists = provider.create(KEY, &want).await.unwrap_err();
    assert!(exists.is_lost() && exists.to_string().contains("EntityAlreadyExists"), "{exists:?}");
    assert_eq!(provider.find("deploy_policy.2", &want).await.unwrap(), None);
    let foreign = provider.create("deploy_policy.2", &want).await.unwrap_err();
    let says = "exists and belongs to someone else (its tag paas:owner is \"paas/dev/acme/";
    assert!(foreign.to_string().contains(says), "{foreign}");
}

#[tokio::test]
async fn a_policy_ends_when_the_role_has_let_go() {
    let account = Account::new();
    let provider = account.provider().await;
    provider.made(KEY, &policy(1)).await;
    provider.sync(KEY, &policy(2), ARN).await.unwrap();
    let attached = json!({"RoleName": "bake", "PolicyArn": ARN});
    account.call("iam", "attach_role_policy", attached.clone());
    let lets_go = async {
        // It has been refused once.
        while !account.aws.calls(0).iter().any(|call| call.operation == "DeletePolicy") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        account.call("iam", "detach_role_policy", attached);
    };
    let (ended, ()) = tokio::join!(provider.delete::<Policy>(KEY, ARN), lets_go);
    ended.unwrap();
    assert_eq!(account.provider().await.seen::<Policy>(KEY, ARN).await, None);
}

#[tokio::test]
async fn many_policies_are_listed_once_and_read_one_by_one_where_that_is_denied() {
    let account = Account::new();
    let provider = account.provider().await;
    let names = ["a", "b", "c"];
    for name in names {
        provider.made(KEY, &Policy { name: name.into(), ..policy(1) }).await;
    }
    let read = async || {
        let (provider, mark) = (account.provider().await, account.aws.mark());
        let arns = names.map(|name| ARN.replace(NAME, name));
        let seen = join_all(arns.iter().map(|arn| provider.seen::<Policy>(KEY, arn))).await;
        for (seen, name) in seen.into_iter().zip(names) {
            assert_eq!(seen, Some(Policy { name: name.into(), ..policy(1) }));
        }
        account.aws.counts(mark).by_operation
    };
    let calls = read().await;
    assert_eq!(calls.get("iam:GetAccountAuthorizationDetails"), Some(&1), "{calls:?}");
    assert_eq!(calls.get("iam:GetPolicy"), Some(&3), "{calls:?}");
    assert_eq!(calls.get("iam:GetPolicyVersion"), None, "{calls:?}");
    let denied = Fault::error("AccessDenied", "not authorized", 403);
    account.aws.faults([denied.operation("GetAccountAuthorizationDetails")]);
    let calls = read().await;
    assert_eq!(calls.get("iam:GetPolicyVersion"), Some(&3), "{calls:?}");
}
