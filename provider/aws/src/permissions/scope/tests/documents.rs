//! The policy of one tenant beside the table that it comes from, and as documents that IAM takes.

use super::*;
use crate::permissions::{MANAGED_POLICY, SERVICES, size};

/// What the table says of tenants and databases has a form for one of them: by its names, or because AWS knows no narrower
/// resource, or nothing that is another tenant's. A new pattern has to be thought about here.
#[test]
fn every_pattern_is_narrowed_or_for_all() {
    const FOR_ALL: &[&str] = &[
        "*",
        "{global}:role/aws-service-role/autoscaling.amazonaws.com/*",
        "{global}:role/aws-service-role/rds.amazonaws.com/*",
        // Load balancers' quotas.
        "{regional}:elasticloadbalancing/*",
        "{regional}:og:default:*",
        "{regional}:secret:rds!*",
        // By their tags.
        "{regional}:targetgroup/*",
    ];
    let of = [ResourceType::Tenant, ResourceType::Database].into();
    for service in SERVICES {
        for grant in service.grants.iter().filter(|grant| !grant.actions(service, &of).is_empty()) {
            for pattern in grant.resources {
                let narrowed =
                    NARROWED.iter().any(|(prefix, known, _)| *prefix == service.prefix && known == pattern);
                let launch = (service.prefix, grant.sid) == ("ec2", "Launch");
                let at = format!("{} {}: {pattern}", service.name, grant.sid);
                assert!(narrowed || launch || FOR_ALL.contains(pattern), "{at}");
            }
        }
    }
}

/// With the longest names there are. What has shorter ones is divided in the same way. Of the ten policies that a role takes,
/// four are the user's (`deploy.policy_arns` of an infrastructure pipeline).
#[test]
fn documents_are_managed_policies_of_which_a_role_takes_ten() {
    let longest = policy(TenantScope {
        environment: "e".repeat(16),
        tenant: "t".repeat(32),
        base: "b".repeat(66),
        application: "a".repeat(66),
        software_pipeline: "p".repeat(64),
        artifact_folder: "f".repeat(20),
        software_object: "software/".to_owned() + &"t".repeat(32) + ".zip",
        database_prefix: "d".repeat(46),
        instance_role: "r".repeat(64),
        bucket: "b".repeat(63),
        permissions_boundary: Some(BOUNDARY_ARN.into()),
        ..acme()
    });
    let alike = policy(acme()).documents_like(&longest);
    assert_eq!(alike.len(), longest.documents().len());
    for documents in [policy(acme()).documents(), longest.documents(), alike] {
        assert!((1..=6).contains(&documents.len()), "with four of the user's: {}", documents.len());
        for document in &documents {
            assert!((1..=MANAGED_POLICY).contains(&size(document)), "{}", size(document));
            let text = document.to_string();
            assert!(text.split('{').skip(1).all(|rest| rest.starts_with('"')), "a word is left: {text}");
        }
        let sids: Vec<&str> =
            documents.iter().flat_map(Document::statements).filter_map(|s| s["Sid"].as_str()).collect();
        assert_eq!(sids.iter().collect::<BTreeSet<_>>().len(), sids.len(), "{sids:?}");
    }
}

/// Nothing that a deployment of a tenant does is left out, but for what is left out on purpose.
#[test]
fn it_may_do_all_that_tenants_take() {
    let of: BTreeSet<ResourceType> = [ResourceType::Tenant, ResourceType::Database].into();
    let actions = |place: &Place| -> BTreeSet<String> {
        let document = Policy::least(place, Access::Apply, &of).document();
        let of = |statement: &serde_json::Value| match &statement["Action"] {
            serde_json::Value::Array(actions) => actions.clone(),
            one => vec![one.clone()],
        };
        document.statements().iter().flat_map(of).filter_map(|a| a.as_str().map(str::to_owned)).collect()
    };
    let all = actions(&Place { tenant: None, ..place(acme()) });
    let narrowed = actions(&place(acme()));
    let missing: Vec<&String> = all.difference(&narrowed).collect();
    assert_eq!(missing, ["iam:GetAccountAuthorizationDetails"]);
    assert!(narrowed.is_subset(&all));
}

/// A plan tells how many documents there are before anybody knows the names: it divides them as if they were the longest.
#[test]
fn documents_are_divided_alike_whatever_the_names_are() {
    let longest = policy(TenantScope {
        bucket: "b".repeat(63),
        vpc_id: format!("vpc-{}", "0".repeat(17)),
        environment_role_arns: (0..3).map(|n| format!("{}{n}", "r".repeat(140))).collect(),
        permissions_boundary: Some(format!("arn:aws:iam::111122223333:policy/{}", "p".repeat(256))),
        ..acme()
    });
    for boundary in [None, Some(BOUNDARY_ARN.to_owned())] {
        let real = policy(TenantScope { permissions_boundary: boundary, ..acme() });
        let documents = real.documents_like(&longest);
        assert_eq!(documents.len(), longest.documents().len());
        for document in &documents {
            assert!((1..=MANAGED_POLICY).contains(&size(document)), "{}", size(document));
            assert!(!document.statements().is_empty());
        }
        let all: usize = documents.iter().map(|document| document.statements().len()).sum();
        assert_eq!(all, real.document().statements().len(), "each statement stands in one of them");
    }
}
