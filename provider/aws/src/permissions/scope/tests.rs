//! What a role may that deploys one tenant, and what it may not. What the policy is like as a text is in `documents.rs`.

mod documents;

use super::*;
use crate::permissions::{Access, Policy, ResourceType};
use crate::policy::Document;
use crate::policy::evaluate::{Decision, Request, decide};

const CALLER: &str = "arn:aws:sts::111122223333:assumed-role/deploy/AWSCodeBuild-1";
const BOUNDARY_ARN: &str = "arn:aws:iam::111122223333:policy/tenants";
const OWNED: &str = "aws:ResourceTag/paas:owner";
const REQUESTED: &str = "aws:RequestTag/paas:owner";
const TENANT: &str = "paas/dev/acme";
const DATABASE: &str = "paas/dev/acme/orders";
const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/paas-dev/1a/2b";
const ROLE: &str = "role/paas/dev/acme/paas-dev-acme-instance-eu-west-1";

fn acme() -> TenantScope {
    TenantScope {
        environment: "dev".into(),
        tenant: "acme".into(),
        base: "paas-dev-acme".into(),
        application: "paas_dev_acme".into(),
        software_pipeline: "acme-1a2b3c4d_paas_dev".into(),
        artifact_folder: "acme-1a2b3c4d".into(),
        software_object: "software/acme.zip".into(),
        database_prefix: "paas-dev-acme-1a2b3c".into(),
        instance_role: "paas-dev-acme-instance-eu-west-1".into(),
        bucket: "paas-dev-111122223333-eu-west-1".into(),
        key_arn: "arn:aws:kms:eu-west-1:111122223333:key/k".into(),
        vpc_id: "vpc-1".into(),
        https_listener_arn: LISTENER.into(),
        environment_role_arns: ["deploy", "events", "software-pipeline"]
            .map(|name| format!("arn:aws:iam::111122223333:role/paas/dev/paas-dev-{name}-eu-west-1"))
            .into(),
        permissions_boundary: None,
    }
}

fn place(tenant: TenantScope) -> Place {
    Place {
        partition: "aws".into(),
        region: "eu-west-1".into(),
        account_id: "111122223333".into(),
        project: "paas".into(),
        tenant: Some(tenant),
    }
}

fn policy(tenant: TenantScope) -> Policy {
    let of = [ResourceType::Tenant, ResourceType::Database].into();
    Policy::least(&place(tenant), Access::Apply, &of)
}

fn check(document: &Document, table: impl IntoIterator<Item = (Request, bool, &'static str)>) {
    for (request, allowed, what) in table {
        assert_eq!(decide([document], &request) == Decision::Allow, allowed, "{what}");
    }
}

fn by(action: &str, resource: &str) -> Request {
    Request::by(CALLER, action, resource)
}

/// By the service that the action names, in the tenant's region.
fn on(action: &str, what: &str) -> Request {
    let (service, _) = action.split_once(':').expect("an action has a service");
    by(action, &format!("arn:aws:{service}:eu-west-1:111122223333:{what}"))
}

fn iam(action: &str, what: &str) -> Request {
    by(action, &format!("arn:aws:iam::111122223333:{what}"))
}

fn shared(what: &str) -> Request {
    by("ec2:RunInstances", &format!("arn:aws:ec2:eu-west-1::{what}"))
}

#[test]
fn its_machines_are_the_tenants() {
    let group = |action: &str, name: &str| {
        on(&format!("autoscaling:{action}"), &format!("autoScalingGroup:*:autoScalingGroupName/{name}"))
    };
    let run = |what: &str| on("ec2:RunInstances", what);
    let group_rule =
        |owner: &str| on("ec2:AuthorizeSecurityGroupIngress", "security-group/sg-1").with(OWNED, owner);
    let tags = |owned: &str, requested: &str| {
        on("ec2:CreateTags", "security-group/sg-1").with(OWNED, owned).with(REQUESTED, requested)
    };
    check(
        &policy(acme()).document(),
        [
            (group("CreateAutoScalingGroup", "paas-dev-acme").with(REQUESTED, TENANT), true, "its group"),
            (
                group("UpdateAutoScalingGroup", "paas-dev-acme-green").with(OWNED, TENANT),
                true,
                "that of a slot",
            ),
            (
                group("UpdateAutoScalingGroup", "paas-dev-acme-2").with(OWNED, "paas/dev/acme-2"),
                false,
                "another's",
            ),
            (
                group("UpdateAutoScalingGroup", "paas-dev-acme-blue").with(OWNED, "paas/dev/acme-blue"),
                false,
                "that of a tenant named like a slot",
            ),
            (group_rule(TENANT), true, "its security group"),
            (group_rule(DATABASE), true, "its database's"),
            (group_rule("paas/dev/acme-2"), false, "another tenant's"),
            (group_rule("paas/dev"), false, "the load balancer's"),
            (group_rule("paas/dev/acme/infrastructure_pipeline"), false, "the build instances'"),
            (tags(TENANT, TENANT), true, "its tags"),
            (tags(TENANT, "paas/dev/acme-2"), false, "its group, slipped to another tenant"),
            (tags("paas/dev/acme-2", TENANT), false, "another's group, taken"),
            (
                by("ec2:CreateTags", "arn:aws:ec2:eu-west-1::image/ami-1")
                    .with(OWNED, "paas/dev/acme/machine_image")
                    .with(REQUESTED, "paas/dev/acme-2/machine_image"),
                false,
                "its image, slipped to another tenant",
            ),
            (on("ec2:CreateSecurityGroup", "vpc/vpc-1"), true, "a group in the environment's network"),
            (on("ec2:CreateSecurityGroup", "vpc/vpc-2"), false, "in another network"),
            (
                on("ec2:CreateSecurityGroup", "security-group/*").with(REQUESTED, TENANT),
                true,
                "a group of its own",
            ),
            (
                on("ec2:CreateSecurityGroup", "security-group/*").with(REQUESTED, "paas/dev/acme-2"),
                false,
                "a group of another's",
            ),
            (run("launch-template/lt-1").with(OWNED, TENANT), true, "its template"),
            (run("launch-template/lt-1").with(OWNED, "paas/dev/acme-2"), false, "another's template"),
            (run("security-group/sg-1"), false, "a group of nobody's"),
            (shared("image/ami-1"), true, "a public image"),
            (shared("image/ami-1").with(OWNED, "paas/dev/acme/machine_image"), true, "its image"),
            (
                shared("image/ami-1").with(OWNED, "paas/dev/acme-2/machine_image"),
                false,
                "another tenant's image",
            ),
            (on("ec2:TerminateInstances", "instance/i-1").with(OWNED, TENANT), false, "an instance by hand"),
        ],
    );
}

#[test]
fn its_hosts_and_releases_are_the_tenants() {
    let rule = LISTENER.replace(":listener/", ":listener-rule/") + "/3c";
    let elb = |action: &str, arn: &str| by(&format!("elasticloadbalancing:{action}"), arn);
    let target = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/dev-acme/1";
    let object =
        |action: &str, key: &str| by(action, &format!("arn:aws:s3:::paas-dev-111122223333-eu-west-1/{key}"));
    check(
        &policy(acme()).document(),
        [
            (
                elb("CreateRule", LISTENER).with(REQUESTED, TENANT),
                true,
                "a rule on the environment's listener",
            ),
            (elb("CreateRule", LISTENER).with(REQUESTED, "paas/dev/acme-2"), false, "a rule of another's"),
            (
                elb("CreateRule", &LISTENER.replace("paas-dev", "paas-prod")).with(REQUESTED, TENANT),
                false,
                "a rule on another listener",
            ),
            (elb("DeleteRule", &rule).with(OWNED, TENANT), true, "its rule"),
            (elb("DeleteRule", &rule).with(OWNED, "paas/dev/acme-2"), false, "another's rule"),
            (elb("ModifyRule", &rule), false, "an operator's rule"),
            (elb("ModifyListener", LISTENER), false, "the listener"),
            (elb("DeleteTargetGroup", target).with(OWNED, TENANT), true, "its target group"),
            (elb("DeleteTargetGroup", target).with(OWNED, "paas/dev/other"), false, "another's target group"),
            (
                on("codedeploy:CreateDeploymentGroup", "deploymentgroup:paas_dev_acme/acme"),
                true,
                "its deployments",
            ),
            (
                on("codedeploy:CreateDeploymentGroup", "deploymentgroup:paas_dev_acme-2/acme"),
                false,
                "another's",
            ),
            (on("codepipeline:CreatePipeline", "acme-1a2b3c4d_paas_dev"), true, "its pipeline"),
            (on("codepipeline:UpdatePipeline", "acme-i1a2b3c4d_paas_dev"), false, "the one that runs it"),
            (on("codepipeline:UpdatePipeline", "other-1a2b3c4d_paas_dev"), false, "another tenant's"),
            (on("events:PutRule", "rule/acme-1a2b3c4d_paas_dev"), true, "what starts it"),
            (on("events:PutRule", "rule/other-1a2b3c4d_paas_dev"), false, "what starts another"),
            (object("s3:PutObject", "software/acme.zip"), true, "its first release"),
            (object("s3:PutObject", "software/acme-2.zip"), false, "a release of another tenant's"),
            (object("s3:DeleteObject", "acme-1a2b3c4d_paas_d/Software/x"), true, "its artifacts, at the end"),
            (object("s3:DeleteObject", "acme-5e6f7a8b_paas_d/Software/x"), false, "another's artifacts"),
            (object("s3:PutObject", "infrastructure/acme.zip"), false, "its own source"),
            (object("s3:GetObject", "terraform/acme-2.tfstate"), false, "another tenant's state"),
            (on("codebuild:UpdateProject", "project/paas_dev_acme_deploy"), false, "the build that it is"),
        ],
    );
}

#[test]
fn its_data_and_records_are_the_tenants() {
    let kms = |key: &str| {
        on("kms:GenerateDataKey", &format!("key/{key}")).with("kms:ViaService", "s3.eu-west-1.amazonaws.com")
    };
    let restore = |snapshot: &str| on("rds:RestoreDBInstanceFromDBSnapshot", &format!("snapshot:{snapshot}"));
    let record = |action: &str, name: &str| on(action, &format!("parameter/paas/paas/{name}"));
    check(
        &policy(acme()).document(),
        [
            (on("rds:DeleteDBInstance", "db:paas-dev-acme-1a2b3c-orders"), true, "its database"),
            (on("rds:DeleteDBInstance", "db:paas-dev-acme-2-4d5e6f-orders"), false, "another's database"),
            (restore("paas-dev-acme-1a2b3c-orders-final"), true, "its last snapshot"),
            (restore("rds:paas-dev-acme-1a2b3c-orders-2026-01-01"), true, "its automated snapshot"),
            (restore("paas-dev-acme-2-4d5e6f-orders-final"), false, "another tenant's data"),
            (kms("k"), true, "the environment's key"),
            (kms("l"), false, "another key"),
            (on("kms:GenerateDataKey", "key/k"), false, "the key past the services"),
            (on("kms:ScheduleKeyDeletion", "key/k").with(OWNED, "paas/dev"), false, "the key's end"),
            (record("ssm:GetParameters", "dev"), true, "the environment's record"),
            (record("ssm:PutParameter", "dev"), false, "the environment's record, written"),
            (record("ssm:PutParameter", "dev/acme"), true, "its record"),
            (record("ssm:PutParameter", "dev/acme/orders"), true, "its database's record"),
            (record("ssm:GetParameters", "dev/acme-2"), false, "another tenant's record"),
            (record("ssm:DeleteParameter", "dev/acme-2"), false, "another tenant's record, deleted"),
            (on("logs:PutRetentionPolicy", "log-group:/paas/paas/dev/acme"), true, "its log group"),
            (
                on("logs:DeleteLogGroup", "log-group:/paas/paas/dev/acme/infrastructure"),
                false,
                "the builds' log",
            ),
            (on("logs:DeleteLogGroup", "log-group:/paas/paas/dev/cloudtrail"), false, "the trail's"),
            (on("secretsmanager:GetSecretValue", "secret:rds!db-1"), false, "a secret"),
        ],
    );
}

#[test]
fn its_role_is_that_of_the_tenants_instances() {
    let pass = |role: &str, to: &str| iam("iam:PassRole", role).with("iam:PassedToService", to);
    let software = "role/paas/dev/paas-dev-software-pipeline-eu-west-1";
    check(
        &policy(acme()).document(),
        [
            (iam("iam:CreateRole", ROLE), true, "the instances' role"),
            (iam("iam:PutRolePolicy", ROLE), true, "its policies"),
            (
                iam("iam:PutRolePolicy", "role/paas/dev/acme/infrastructure_pipeline/paas_dev_acme-deploy"),
                false,
                "its own role's policies",
            ),
            (iam("iam:PutRolePolicy", "role/paas/dev/acme/paas-dev-acme-admin"), false, "any other role"),
            (
                iam("iam:DeleteRole", "role/paas/dev/acme-2/paas-dev-acme-2-instance"),
                false,
                "another tenant's",
            ),
            (
                iam("iam:CreatePolicyVersion", "policy/paas/dev/acme/infrastructure_pipeline/1"),
                false,
                "its policies",
            ),
            (by("iam:GetAccountAuthorizationDetails", "*"), false, "all roles of the account"),
            (pass(ROLE, "ec2.amazonaws.com"), true, "that role to the instances"),
            (pass(software, "codepipeline.amazonaws.com"), true, "the environment's to its pipeline"),
            (pass(software, "codebuild.amazonaws.com"), false, "the environment's to a build"),
            (
                pass(
                    "role/paas/dev/paas-dev-infrastructure-pipeline-eu-west-1",
                    "codepipeline.amazonaws.com",
                ),
                false,
                "that of what starts builds",
            ),
            (pass("role/admin", "ec2.amazonaws.com"), false, "an administrator's"),
        ],
    );
}

#[test]
fn with_a_boundary_nothing_escapes_it() {
    let bounded = |action: &str| iam(action, ROLE).with("iam:PermissionsBoundary", BOUNDARY_ARN);
    check(
        &policy(TenantScope { permissions_boundary: Some(BOUNDARY_ARN.into()), ..acme() }).document(),
        [
            (bounded("iam:CreateRole"), true, "a bounded role"),
            (iam("iam:CreateRole", ROLE), false, "a role without a boundary"),
            (
                iam("iam:CreateRole", ROLE)
                    .with("iam:PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"),
                false,
                "a role with another boundary",
            ),
            (bounded("iam:PutRolePolicy"), true, "a policy of a bounded role"),
            (iam("iam:PutRolePolicy", ROLE), false, "a policy of an unbounded role"),
            (iam("iam:AttachRolePolicy", ROLE), false, "a managed policy of an unbounded role"),
            (bounded("iam:DeleteRolePermissionsBoundary"), false, "the boundary's end"),
            (bounded("iam:PutRolePermissionsBoundary"), true, "the boundary put back"),
            (iam("iam:PutRolePermissionsBoundary", ROLE), false, "another boundary"),
            (iam("iam:DeleteRole", ROLE), true, "the role's end"),
        ],
    );
}
