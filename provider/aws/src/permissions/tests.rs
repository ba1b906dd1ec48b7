//! What the table must be, and what the policies made of it decide.

use super::table::Row;
use super::*;
use crate::policy::evaluate::{Decision, Request, decide};

const CALLER: &str = "arn:aws:sts::111122223333:assumed-role/terraform/run";

fn place(project: &str) -> Place {
    Place {
        partition: "aws".into(),
        region: "eu-west-1".into(),
        account_id: "111122223333".into(),
        project: project.into(),
        tenant: None,
    }
}

fn all() -> BTreeSet<ResourceType> {
    ResourceType::ALL.iter().copied().collect()
}

fn policy(access: Access, of: &[ResourceType]) -> Document {
    Policy::least(&place("paas"), access, &of.iter().copied().collect()).document()
}

fn actions(document: &Document) -> BTreeSet<String> {
    let of = |statement: &serde_json::Value| match &statement["Action"] {
        serde_json::Value::Array(actions) => actions.clone(),
        one => vec![one.clone()],
    };
    document.statements().iter().flat_map(of).filter_map(|a| a.as_str().map(str::to_owned)).collect()
}

fn rows() -> impl Iterator<Item = (&'static Service, &'static table::Grant, &'static Row)> {
    let grants = SERVICES.iter().flat_map(|service| service.grants.iter().map(move |grant| (service, grant)));
    grants.flat_map(|(service, grant)| grant.rows.iter().map(move |row| (service, grant, row)))
}

#[test]
fn every_row_says_what_it_is_for() {
    for (service, grant, row) in rows() {
        let at = format!("{} {}", service.name, grant.sid);
        assert!(!row.of.is_empty(), "{at}: for nobody");
        assert_eq!(row.calls.is_empty(), row.reason.is_some(), "{at}: a call, or a reason");
        assert!(row.reason.is_none_or(|reason| reason.ends_with('.')), "{at}: a reason is a sentence");
        assert!(row.calls.is_sorted(), "{at}: {:?}", row.calls);
    }
}

#[test]
fn statements_have_names_of_their_own() {
    let policy = policy(Access::Apply, ResourceType::ALL);
    let sids: Vec<&str> = policy.statements().iter().filter_map(|s| s["Sid"].as_str()).collect();
    assert_eq!(sids.len(), policy.statements().len());
    assert_eq!(sids.iter().collect::<BTreeSet<_>>().len(), sids.len(), "{sids:?}");
    assert!(sids.iter().all(|sid| sid.bytes().all(|b| b.is_ascii_alphanumeric())), "IAM's rule: {sids:?}");
    // In JSON, a brace is followed by a key: any other is a word that wasn't filled in.
    let text = policy.to_string();
    assert!(text.split('{').skip(1).all(|rest| rest.starts_with('"')), "{text}");
}

#[test]
fn a_plan_reads() {
    // API Gateway's permissions are the methods of HTTP.
    let reads = ["BatchGet", "Describe", "GET", "Get", "List"];
    for action in actions(&policy(Access::Plan, ResourceType::ALL)) {
        let (_, name) = action.split_once(':').expect("an action has a service");
        let decrypts_for_a_read = action == "kms:Decrypt";
        assert!(decrypts_for_a_read || reads.iter().any(|read| name.starts_with(read)), "{action}");
    }
}

#[test]
fn an_apply_may_what_a_plan_may_and_more() {
    for kind in ResourceType::ALL {
        let (plan, apply) = (policy(Access::Plan, &[*kind]), policy(Access::Apply, &[*kind]));
        assert!(plan.statements().iter().all(|statement| apply.statements().contains(statement)), "{kind:?}");
        let writes = *kind != ResourceType::DatabaseCredentials;
        assert_eq!(apply.statements().len() > plan.statements().len(), writes, "{kind:?}");
    }
}

#[test]
fn nobody_gets_what_only_another_needs() {
    for (kind, lacks) in [
        (ResourceType::Tenant, "kms:ScheduleKeyDeletion"),
        (ResourceType::Tenant, "ec2:CreateVpc"),
        (ResourceType::Environment, "elasticloadbalancing:CreateRule"),
        (ResourceType::Database, "iam:PassRole"),
        (ResourceType::InfrastructurePipeline, "codebuild:StartBuild"),
        (ResourceType::InfrastructurePipeline, "ec2:DeregisterImage"),
        (ResourceType::Ami, "codebuild:UpdateProject"),
        (ResourceType::Ami, "s3:DeleteObject"),
        (ResourceType::Tenant, "logs:GetLogEvents"),
        (ResourceType::Database, "secretsmanager:GetSecretValue"),
        (ResourceType::GitlabWebhook, "secretsmanager:GetSecretValue"),
        (ResourceType::DatabaseCredentials, "rds:DescribeDBInstances"),
    ] {
        assert!(!actions(&policy(Access::Apply, &[kind])).contains(lacks), "{kind:?}: {lacks}");
        assert!(actions(&policy(Access::Apply, ResourceType::ALL)).contains(lacks), "{lacks}");
    }
}

#[test]
fn documents_hold_the_whole_policy_and_keep_within_the_quota() {
    for project in ["paas", "a-project-name-x"] {
        for access in [Access::Plan, Access::Apply] {
            let policy = Policy::least(&place(project), access, &all());
            let parts = policy.documents();
            for part in &parts {
                assert!(size(part) <= MANAGED_POLICY, "{access:?}: {}", size(part));
            }
            let statements: Vec<_> = parts.iter().flat_map(Document::statements).cloned().collect();
            assert_eq!(statements, policy.document().statements());
        }
    }
    assert!(Policy(vec![]).documents().is_empty());
}

#[test]
fn operations_have_the_permissions_of_all_their_rows() {
    let operations = operations();
    let needs = |operation: &str| operations[operation].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(needs("elbv2:CreateRule"), ["elasticloadbalancing:CreateRule"]);
    assert_eq!(needs("s3:DeleteObjects"), ["s3:DeleteObject", "s3:DeleteObjectVersion"]);
    assert_eq!(needs("sts:GetCallerIdentity"), [""; 0]);
    assert!(!operations.contains_key("iam:PassRole"), "a permission, but no call");
}

#[test]
fn calls_are_told_by_access_and_type() {
    let of = |access, kind| calls(access, kind);
    let (environment, tenant) = (ResourceType::Environment, ResourceType::Tenant);
    for (access, kind, call, is) in [
        (Access::Plan, tenant, "elbv2:DescribeRules", true),
        (Access::Apply, tenant, "elbv2:DescribeRules", false),
        (Access::Apply, tenant, "elbv2:CreateRule", true),
        (Access::Apply, environment, "elbv2:CreateRule", false),
        (Access::Plan, environment, "sts:GetCallerIdentity", false),
    ] {
        assert_eq!(of(access, kind).contains(call), is, "{access:?} {kind:?} {call}");
    }
}

/// Requests as AWS would decide them with the whole apply policy.
#[test]
fn the_policy_reaches_what_is_ours_and_nothing_else() {
    let by = |action: &str, resource: &str| Request::by(CALLER, action, resource);
    let ec2 = |action: &str, what: &str| by(action, &format!("arn:aws:ec2:eu-west-1:111122223333:{what}"));
    let iam = |action: &str, what: &str| by(action, &format!("arn:aws:iam::111122223333:{what}"));
    let kms = |action: &str, what: &str| by(action, &format!("arn:aws:kms:eu-west-1:111122223333:{what}"));
    let elb = |action: &str, what: &str| {
        by(action, &format!("arn:aws:elasticloadbalancing:eu-west-1:111122223333:{what}"))
    };
    let tagged = |request: Request, owner: &str| request.with("aws:ResourceTag/paas:owner", owner);
    let made = |request: Request, owner: &str| request.with("aws:RequestTag/paas:owner", owner);
    let pass = |role: &str, to: &str| iam("iam:PassRole", role).with("iam:PassedToService", to);
    let ssm =
        |action: &str, name: &str| by(action, &format!("arn:aws:ssm:eu-west-1:111122223333:parameter{name}"));
    let image = |action: &str, what: &str| by(action, &format!("arn:aws:ec2:eu-west-1::{what}"));
    let codebuild =
        |action: &str, what: &str| by(action, &format!("arn:aws:codebuild:eu-west-1:111122223333:{what}"));
    let build_log = |group: &str| {
        let stream = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{group}:log-stream:bake/1");
        by("logs:GetLogEvents", &stream)
    };
    let policy = policy(Access::Apply, ResourceType::ALL);
    for (request, allowed, what) in [
        (tagged(ec2("ec2:TerminateInstances", "instance/i-1"), "paas/dev"), true, "our instance"),
        (tagged(ec2("ec2:TerminateInstances", "instance/i-1"), "shop/dev"), false, "another project's"),
        (ec2("ec2:TerminateInstances", "instance/i-1"), false, "nobody's instance"),
        (
            made(ec2("ec2:CreateTags", "network-interface/*"), "paas/dev")
                .with("ec2:CreateAction", "RunInstances"),
            true,
            "whose a NAT instance's interface is, told by its launch",
        ),
        (tagged(ec2("ec2:AssociateAddress", "network-interface/eni-1"), "paas/dev"), true, "which gets"),
        (tagged(ec2("ec2:AssociateAddress", "elastic-ip/eipalloc-1"), "paas/dev"), true, "our address"),
        (ec2("ec2:AssociateAddress", "network-interface/eni-1"), false, "which nobody else's gets"),
        (made(ec2("ec2:CreateVpc", "vpc/*"), "paas/dev"), true, "a network of ours"),
        (ec2("ec2:CreateVpc", "vpc/*"), false, "a network without an owner"),
        (made(ec2("ec2:CreateSubnet", "subnet/*"), "paas/dev"), true, "a subnet of ours"),
        (tagged(ec2("ec2:CreateSubnet", "vpc/vpc-1"), "paas/dev"), true, "in a network of ours"),
        (ec2("ec2:CreateSubnet", "vpc/vpc-1"), false, "in another network"),
        (ec2("ec2:CreateSecurityGroup", "vpc/vpc-1"), true, "a group in a network brought along"),
        (
            made(ec2("ec2:CreateTags", "vpc/vpc-1"), "paas/dev").with("ec2:CreateAction", "CreateVpc"),
            true,
            "tags of what is made",
        ),
        (
            made(ec2("ec2:CreateTags", "vpc/vpc-1"), "paas/dev"),
            false,
            "tags that take over another's network",
        ),
        (iam("iam:DeleteRole", "role/paas/dev/deploy"), true, "our role"),
        (iam("iam:DeleteRole", "role/paas-2/dev/deploy"), false, "the role of a project that is named alike"),
        (iam("iam:DeleteRole", "role/admin"), false, "anybody's role"),
        (pass("role/paas/dev/acme/web", "ec2.amazonaws.com"), true, "our role to an instance"),
        (pass("role/paas/dev/acme/web", "lambda.amazonaws.com"), true, "our role to a function"),
        (pass("role/paas/dev/acme/web", "ecs-tasks.amazonaws.com"), false, "our role to a container"),
        (pass("role/admin", "ec2.amazonaws.com"), false, "another's role to an instance"),
        (made(kms("kms:CreateKey", "*"), "paas/dev"), true, "a key of ours"),
        (kms("kms:EnableKeyRotation", "key/k"), true, "a key that was just made"),
        (tagged(kms("kms:ScheduleKeyDeletion", "key/k"), "paas/dev"), true, "the end of our key"),
        (kms("kms:ScheduleKeyDeletion", "key/k"), false, "the end of another's key"),
        (kms("kms:DeleteAlias", "alias/shop-dev"), false, "another project's alias"),
        (
            tagged(kms("kms:Decrypt", "key/k"), "paas/dev")
                .with("kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"),
            true,
            "a secret",
        ),
        (tagged(kms("kms:Decrypt", "key/k"), "paas/dev"), false, "past the services"),
        (elb("elasticloadbalancing:CreateRule", "listener/app/paas-dev/1/2"), true, "a rule of ours"),
        (elb("elasticloadbalancing:CreateRule", "listener/app/shop/1/2"), false, "on another's listener"),
        (
            tagged(elb("elasticloadbalancing:DeleteTargetGroup", "targetgroup/dev-a/1"), "paas/dev/a"),
            true,
            "our target group",
        ),
        (
            elb("elasticloadbalancing:DeleteTargetGroup", "targetgroup/dev-a/1"),
            false,
            "another's target group",
        ),
        (ssm("ssm:GetParameters", "/paas/paas/dev/acme"), true, "a record"),
        (ssm("ssm:GetParametersByPath", "/paas/paas/dev"), true, "the records of an environment"),
        (ssm("ssm:GetParameters", "/paas/shop/dev"), false, "another project's record"),
        (by("s3:DeleteObject", "arn:aws:s3:::paas-dev-1/software/acme.zip"), true, "our object"),
        (by("s3:GetObject", "arn:aws:s3:::paas-dev-1/software/acme.zip"), false, "what is in it"),
        (by("s3:DeleteBucket", "arn:aws:s3:::other"), false, "another's bucket"),
        (by("s3:PutObject", "arn:aws:s3:::paas-dev-1/bakes/acme/1.zip"), true, "scripts of a folder"),
        (by("s3:PutObject", "arn:aws:s3:::paas-dev-1/terraform/acme.tfstate"), false, "a state"),
        (by("s3:GetObject", "arn:aws:s3:::paas-dev-1/terraform/acme.tfstate"), false, "what is in a state"),
        (tagged(image("ec2:DeregisterImage", "image/ami-1"), "paas/dev/a/machine_image"), true, "our image"),
        (image("ec2:DeregisterImage", "image/ami-1"), false, "another's image"),
        (tagged(image("ec2:DeleteSnapshot", "snapshot/snap-1"), "shop/dev"), false, "another's snapshot"),
        (codebuild("codebuild:StartBuild", "project/paas_dev_acme_bake"), true, "our project's build"),
        (codebuild("codebuild:StartBuild", "project/paas-2_dev_acme_bake"), false, "another project's build"),
        (build_log("/paas/paas/dev/acme/infrastructure"), true, "our build's log"),
        (build_log("/aws/lambda/other"), false, "another's log"),
        (by("sts:AssumeRole", "arn:aws:iam::111122223333:role/paas/dev/deploy"), false, "another identity"),
    ] {
        assert_eq!(decide([&policy], &request) == Decision::Allow, allowed, "{what}");
    }
}

#[test]
fn what_is_a_webhooks_is_told_by_its_name() {
    let secret =
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:paas/gitlab_webhook/gitlab/token-AbCdEf";
    let elsewhere = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:paas/other-AbCdEf";
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:paas_gitlab-webhook_gitlab";
    let key = "arn:aws:kms:eu-west-1:111122223333:key/k";
    let by = |action: &str, resource: &str| Request::by(CALLER, action, resource);
    let encrypt = |of: &str| {
        let through = by("kms:GenerateDataKey", key);
        through
            .with("kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com")
            .with("kms:EncryptionContext:SecretARN", of)
    };
    let let_in = |who: &str| by("lambda:AddPermission", function).with("lambda:Principal", who);
    let [plan, apply] =
        [Access::Plan, Access::Apply].map(|access| policy(access, &[ResourceType::GitlabWebhook]));
    for (request, plans, applies, what) in [
        (by("secretsmanager:DescribeSecret", secret), true, true, "what our secret is"),
        (by("secretsmanager:PutSecretValue", secret), false, true, "our secret's new value"),
        (by("secretsmanager:GetSecretValue", secret), false, false, "our secret's value"),
        (by("secretsmanager:DescribeSecret", elsewhere), false, false, "another secret"),
        (by("secretsmanager:CreateSecret", elsewhere), false, false, "a secret elsewhere"),
        (encrypt(secret), false, true, "our secret's encryption"),
        (encrypt(elsewhere), false, false, "another secret's encryption"),
        (by("kms:GenerateDataKey", key), false, false, "anything's encryption"),
        (by("lambda:GetFunction", function), true, true, "what our function is"),
        (by("lambda:UpdateFunctionCode", function), false, true, "our function's code"),
        (by("lambda:InvokeFunction", function), false, false, "a call of our function"),
        (
            by("lambda:UpdateFunctionCode", &function.replace("paas_", "shop_")),
            false,
            false,
            "another's code",
        ),
        (let_in("apigateway.amazonaws.com"), false, true, "API Gateway let in"),
        (let_in("*"), false, false, "everybody let in"),
    ] {
        assert_eq!(decide([&plan], &request) == Decision::Allow, plans, "a plan: {what}");
        assert_eq!(decide([&apply], &request) == Decision::Allow, applies, "an apply: {what}");
    }
}

/// An API's id says nothing, and what is in it has the tags of the API.
#[test]
fn what_is_an_apis_is_told_by_its_tag() {
    let at = |method: &str, path: &str| {
        Request::by(CALLER, &format!("apigateway:{method}"), &format!("arn:aws:apigateway:eu-west-1::{path}"))
    };
    let tagged = |request: Request, owner: &str| request.with("aws:ResourceTag/paas:owner", owner);
    let made = |owner: &str| at("POST", "/restapis").with("aws:RequestTag/paas:owner", owner);
    let (ours, anothers) = ("paas/gitlab_webhook/gitlab", "shop/gitlab_webhook/gitlab");
    let tags = "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Frestapis%2Fa1";
    let [plan, apply] =
        [Access::Plan, Access::Apply].map(|access| policy(access, &[ResourceType::GitlabWebhook]));
    for (request, plans, applies, what) in [
        (at("GET", "/restapis"), true, true, "the list of all"),
        (at("GET", "/restapis/a1/resources"), true, true, "what is in one"),
        (at("GET", "/apikeys"), false, false, "keys"),
        (at("GET", "/account"), false, false, "the account's settings"),
        (made(ours), false, true, "an API of ours"),
        (made(anothers), false, false, "another project's API"),
        (at("POST", "/restapis"), false, false, "an API of nobody's"),
        (tagged(at("POST", "/restapis/a1/deployments"), ours), false, true, "a deployment of ours"),
        (tagged(at("PATCH", "/restapis/a1/stages/v1"), ours), false, true, "our stage"),
        (tagged(at("DELETE", "/restapis/a1"), ours), false, true, "the end of our API"),
        (tagged(at("DELETE", "/restapis/a1"), anothers), false, false, "the end of another's API"),
        (at("PUT", "/restapis/a1/resources/r/methods/POST"), false, false, "a method of nobody's API"),
        (at("PUT", tags), false, true, "an API's tags"),
        (at("PUT", &tags.replace("restapis", "domainnames")), false, false, "a domain's tags"),
    ] {
        assert_eq!(decide([&plan], &request) == Decision::Allow, plans, "a plan: {what}");
        assert_eq!(decide([&apply], &request) == Decision::Allow, applies, "an apply: {what}");
    }
}
