use super::*;
use crate::policy::evaluate::{Decision, Request, decide};

const ROLE: &str = "arn:aws:iam::111122223333:role/paas/dev/pipeline";
const BUCKET: &str = "arn:aws:s3:::b";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
const OWNED: &str = "aws:ResourceTag/paas:owner";
const REQUESTED: &str = "aws:RequestTag/paas:owner";

fn check(policies: &Inline, table: &[(Request, bool, &str)]) {
    for (request, allowed, what) in table {
        assert_eq!(decide(policies.values(), request) == Decision::Allow, *allowed, "{what}");
    }
}

fn by(action: &str, resource: &str) -> Request {
    Request::by(ROLE, action, resource)
}

fn ec2(action: &str, resource: &str) -> Request {
    by(action, &format!("arn:aws:ec2:eu-west-1:111122223333:{resource}"))
}

fn pass(role: &str, to: &str) -> Request {
    by("iam:PassRole", &format!("arn:aws:iam::111122223333:role/{role}")).with("iam:PassedToService", to)
}

#[test]
fn infrastructure_pipelines_start_builds_and_do_nothing_themselves() {
    let get = |key: &str| by("s3:GetObject", &format!("{BUCKET}/{key}"));
    let put = |key: &str| by("s3:PutObject", &format!("{BUCKET}/{key}"));
    let start = |name: &str| {
        by("codebuild:StartBuild", &format!("arn:aws:codebuild:eu-west-1:111122223333:project/{name}"))
    };
    let decrypt = |via: &str| by("kms:Decrypt", KEY).with("kms:ViaService", via);
    check(
        &infrastructure_pipeline(&Site::example(), BUCKET, KEY),
        &[
            (get("infrastructure/acme.zip"), true, "a source"),
            (get("software/acme.zip"), false, "software"),
            (get("terraform/acme.tfstate"), false, "a tenant's state"),
            (put("acme-i1a2b3c4d_paas_/Scripts/x"), true, "the scripts, handed on"),
            (put("acme-i1a2b3c4d_paas_/Plan/x"), true, "a plan, handed on"),
            (put("acme-1a2b3c4d_paas_de/Software/x"), false, "a software pipeline's artifact"),
            (put("infrastructure/acme.zip"), false, "sources come from git alone"),
            (put("logs/x"), false, "logs"),
            (start("paas_dev_acme_bake"), true, "a build"),
            (start("paas_prod_acme_bake"), false, "another environment's build"),
            (start("paas_dev-2_acme_bake"), false, "one of an environment whose name begins alike"),
            (decrypt("s3.eu-west-1.amazonaws.com"), true, "the key through S3"),
            (decrypt("ec2.eu-west-1.amazonaws.com"), false, "the key through EC2"),
            (by("kms:Decrypt", KEY), false, "the key alone"),
            (by("kms:CreateGrant", KEY).with("kms:GrantIsForAWSResource", "true"), false, "a volume's grant"),
            (ec2("ec2:RunInstances", "instance/*").with(REQUESTED, "paas/dev/acme"), false, "a launch"),
            (pass("paas/dev/acme/instance", "ec2.amazonaws.com"), false, "a role for an instance"),
            (by("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:reviews"), true, "an approval's topic"),
        ],
    );
}

#[test]
fn software_pipelines() {
    let codedeploy = |action: &str, resource: &str| {
        by(&format!("codedeploy:{action}"), &format!("arn:aws:codedeploy:eu-west-1:111122223333:{resource}"))
    };
    check(
        &software_pipeline(&Site::example(), BUCKET, KEY),
        &[
            (by("s3:GetObjectVersion", "arn:aws:s3:::b/software/acme.zip"), true, "a source"),
            (by("s3:PutObject", "arn:aws:s3:::b/acme-1a2b3c4d_paas_de/Software/x"), true, "an artifact"),
            (by("s3:PutObject", "arn:aws:s3:::b/software/acme.zip"), false, "writing a source"),
            (by("s3:GetObject", "arn:aws:s3:::b/infrastructure/acme/source.zip"), false, "infrastructure"),
            (by("s3:GetBucketVersioning", BUCKET), true, "what the source action asks"),
            (codedeploy("CreateDeployment", "deploymentgroup:paas_dev_acme/acme"), true, "a deployment"),
            (
                codedeploy("CreateDeployment", "deploymentgroup:paas_dev2_acme/acme"),
                false,
                "another environment's",
            ),
            (
                codedeploy("GetDeploymentConfig", "deploymentconfig:CodeDeployDefault.OneAtATime"),
                true,
                "a setting",
            ),
            (codedeploy("DeleteApplication", "application:paas_dev_acme"), false, "deletion"),
            (ec2("ec2:TerminateInstances", "instance/i-1").with(OWNED, "paas/dev"), false, "instances"),
            (by("kms:CreateGrant", KEY).with("kms:GrantIsForAWSResource", "true"), false, "grants"),
            (by("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:reviews"), true, "an approval's topic"),
            (by("sns:Publish", "arn:aws:sns:eu-west-1:999999999999:reviews"), false, "another account's"),
        ],
    );
}

#[test]
fn the_switch_moves_rules_of_the_environment_alone() {
    let rule = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/paas-dev/1/2/3";
    let modify = |owner: &str| by("elasticloadbalancing:ModifyRule", rule).with(OWNED, owner);
    let log = |pipeline: &str| {
        let arn = format!(
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codepipeline/{pipeline}:log-stream:x"
        );
        by("logs:PutLogEvents", &arn)
    };
    check(
        &software_pipeline(&Site::example(), BUCKET, KEY),
        &[
            (modify("paas/dev/acme"), true, "a tenant's rule"),
            (modify("paas/prod/acme"), false, "another environment's"),
            (by("elasticloadbalancing:ModifyRule", rule), false, "an operator's own"),
            (by("elasticloadbalancing:DeleteRule", rule).with(OWNED, "paas/dev/acme"), false, "deletion"),
            (log("acme-1a2b3c4d_paas_dev"), true, "its log"),
            (log("acme-1a2b3c4d_paas_prod"), false, "another environment's log"),
        ],
    );
}

#[test]
fn events_start_the_environments_pipelines() {
    let start = |pipeline: &str| {
        by(
            "codepipeline:StartPipelineExecution",
            &format!("arn:aws:codepipeline:eu-west-1:111122223333:{pipeline}"),
        )
    };
    check(
        &events(&Site::example()),
        &[
            (start("acme-1a2b3c4d_paas_dev"), true, "a tenant's"),
            (start("acme-1a2b3c4d_paas_prod"), false, "another environment's"),
            (start("acme-1a2b3c4d_paas_dev2"), false, "one whose name begins alike"),
            (by("codepipeline:StopPipelineExecution", "*"), false, "stopping"),
        ],
    );
}

#[test]
fn codedeploy_launches_with_the_environments_roles() {
    let launch = |region: &str| ec2("ec2:RunInstances", "instance/*").with("aws:RequestedRegion", region);
    check(
        &deploy(&Site::example()),
        &[
            (launch("eu-west-1"), true, "a launch"),
            (launch("us-east-1"), false, "a launch elsewhere"),
            (pass("paas/dev/acme/instance", "ec2.amazonaws.com"), true, "an instance's role"),
            (pass("admin", "ec2.amazonaws.com"), false, "any role"),
        ],
    );
}

/// IAM's quota of a role's inline policies together, without white space.
#[test]
fn the_longest_names_leave_room_in_the_roles() {
    let site = Site {
        partition: "aws-us-gov".into(),
        region: "ap-southeast-1".into(),
        account_id: "111122223333".into(),
        project: "p".repeat(16),
        environment: "e".repeat(16),
    };
    let bucket = format!("arn:aws-us-gov:s3:::{}", "b".repeat(63));
    let key = site.arn("kms", "key/11111111-2222-3333-4444-555555555555");
    for policies in [
        infrastructure_pipeline(&site, &bucket, &key),
        software_pipeline(&site, &bucket, &key),
        deploy(&site),
    ] {
        let characters: usize = policies.values().map(|document| document.to_string().len()).sum();
        assert!(characters <= 10_240, "{characters} in {:?}", policies.keys());
    }
}
