use super::*;
use crate::policies::key::{KeyUsers, key};
use crate::policies::trust;
use crate::policy::evaluate::{Decision, Request, decide};

const BAKE: &str = "arn:aws:iam::111122223333:role/paas/dev/acme/infrastructure_pipeline/bake";
const DEPLOY: &str = "arn:aws:iam::111122223333:role/paas/dev/acme/infrastructure_pipeline/deploy";
const BUCKET: &str = "arn:aws:s3:::b";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";
const OWNED: &str = "aws:ResourceTag/paas:owner";
const REQUESTED: &str = "aws:RequestTag/paas:owner";
/// The owners of the tenant's images and of its pipeline, and of the instances in production.
const IMAGES: &str = "paas/dev/acme/machine_image";
const PIPELINE: &str = "paas/dev/acme/infrastructure_pipeline";
const TENANT: &str = "paas/dev/acme";
/// Another tenant's images.
const OTHERS: &str = "paas/dev/acme-2/machine_image";

const ACME: InfrastructureTenant<'static> = InfrastructureTenant {
    name: "acme",
    base: "paas-dev-acme",
    artifact_folder: "acme-i1a2b3c4d",
    source_object: "infrastructure/acme.zip",
    bake_prefix: "bakes/acme/",
    state_object: "terraform/acme.tfstate",
    log_group: "/paas/paas/dev/acme/infrastructure",
    bake_project: "paas_dev_acme_bake",
    bake_instance_role: "paas_dev_acme-bake-instance",
};

fn baking(tags_in_call: bool) -> Inline {
    let launch = Launch { subnet_ids: &["subnet-a".into(), "subnet-b".into()], tags_in_call };
    bake(&Site::example(), &ACME, &launch, BUCKET, KEY)
}

fn deploying() -> Inline {
    deploy_state(&Site::example(), &ACME, BUCKET, KEY)
}

fn check(policies: &Inline, table: impl IntoIterator<Item = (Request, bool, &'static str)>) {
    for (request, allowed, what) in table {
        assert_eq!(decide(policies.values(), &request) == Decision::Allow, allowed, "{what}");
    }
}

fn by(action: &str, resource: &str) -> Request {
    Request::by(BAKE, action, resource)
}

fn ec2(action: &str, resource: &str) -> Request {
    by(action, &format!("arn:aws:ec2:eu-west-1:111122223333:{resource}"))
}

/// Of images and snapshots.
fn shared(action: &str, resource: &str) -> Request {
    by(action, &format!("arn:aws:ec2:eu-west-1::{resource}"))
}

fn object(action: &str, key: &str) -> Request {
    by(action, &format!("{BUCKET}/{key}"))
}

fn log(group: &str) -> Request {
    let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{group}:log-stream:bake/1");
    by("logs:PutLogEvents", &arn)
}

#[test]
fn a_bake_launches_its_own_instance_in_its_own_place() {
    let run = |what: &str| ec2("ec2:RunInstances", what);
    let image = || shared("ec2:RunInstances", "image/ami-1");
    let pass = |role: &str, to: &str| {
        by("iam:PassRole", &format!("arn:aws:iam::111122223333:role/{role}")).with("iam:PassedToService", to)
    };
    let its_role = format!("{PIPELINE}/paas_dev_acme-bake-instance");
    check(
        &baking(true),
        [
            (run("instance/*").with(REQUESTED, IMAGES), true, "an instance of its own"),
            (run("instance/*"), false, "an instance of nobody's"),
            (run("instance/*").with(REQUESTED, TENANT), false, "an instance that passes for production"),
            (run("instance/*").with(REQUESTED, OTHERS), false, "an instance of another tenant's"),
            (
                run("volume/*").with(REQUESTED, IMAGES).with("ec2:Encrypted", "true"),
                true,
                "an encrypted volume",
            ),
            (
                run("volume/*").with(REQUESTED, IMAGES).with("ec2:Encrypted", "false"),
                false,
                "a volume in the clear",
            ),
            (image(), true, "a public image, or one of the account's without an owner"),
            (image().with(OWNED, IMAGES), true, "an image on top of its own"),
            (image().with(OWNED, OTHERS), false, "another tenant's image"),
            (image().with(OWNED, "paas/prod/acme/machine_image"), false, "its image of another environment"),
            (shared("ec2:RunInstances", "snapshot/snap-1"), false, "whatever is in a snapshot"),
            (run("subnet/subnet-a"), true, "the environment's subnet"),
            (run("subnet/subnet-c"), false, "another subnet"),
            (run("network-interface/*"), true, "an interface"),
            (run("security-group/sg-1").with(OWNED, PIPELINE), true, "the pipeline's security group"),
            (
                run("security-group/sg-1").with(OWNED, TENANT),
                false,
                "the group that production is reached by",
            ),
            (run("security-group/sg-1"), false, "a group of somebody else's"),
            (run("key-pair/paas-dev-acme-20260101120000-0a1b2c3d"), true, "its key pair"),
            (run("launch-template/lt-1").with(OWNED, TENANT), false, "a template"),
            (pass(&its_role, "ec2.amazonaws.com"), true, "the build instance's role"),
            (pass(&its_role, "lambda.amazonaws.com"), false, "that role to another service"),
            (pass("paas/dev/acme/paas-dev-acme-instance", "ec2.amazonaws.com"), false, "production's role"),
            (pass(&format!("{PIPELINE}/deploy"), "ec2.amazonaws.com"), false, "the role that deploys"),
            (pass("paas/dev/paas-dev-deploy", "ec2.amazonaws.com"), false, "the environment's role"),
        ],
    );
}

#[test]
fn a_bake_reaches_and_ends_its_own_instances_alone() {
    let session =
        |owner: &str| ec2("ssm:StartSession", "instance/i-1").with("ssm:resourceTag/paas:owner", owner);
    let document = |name: &str| by("ssm:StartSession", &format!("arn:aws:ssm:eu-west-1::document/{name}"));
    let end = by("ssm:TerminateSession", "arn:aws:ssm:eu-west-1:111122223333:session/AWSCodeBuild-1-0a");
    let key_pair = |name: &str| ec2("ec2:DeleteKeyPair", &format!("key-pair/{name}"));
    check(
        &baking(true),
        [
            (session(IMAGES), true, "a session with its build instance"),
            (session(TENANT), false, "a session with the tenant's production"),
            (session(OTHERS), false, "a session with another tenant's build instance"),
            (ec2("ssm:StartSession", "instance/i-1"), false, "a session with anybody's instance"),
            (document("AWS-StartPortForwardingSession"), true, "a port, forwarded"),
            (document("AWS-RunShellScript"), false, "any other document"),
            (
                end.clone().with("ssm:resourceTag/aws:ssmmessages:session-id", "${aws:userid}"),
                true,
                "the end of its own session",
            ),
            (
                end.with("ssm:resourceTag/aws:ssmmessages:session-id", "AROA1:somebody"),
                false,
                "the end of somebody's session",
            ),
            (
                ec2("ec2:TerminateInstances", "instance/i-1").with(OWNED, IMAGES),
                true,
                "the end of its instance",
            ),
            (
                ec2("ec2:TerminateInstances", "instance/i-1").with(OWNED, TENANT),
                false,
                "the end of production",
            ),
            (ec2("ec2:StopInstances", "instance/i-1").with(OWNED, OTHERS), false, "another's build, stopped"),
            (ec2("ec2:DeleteVolume", "volume/vol-1").with(OWNED, IMAGES), true, "its volume, left behind"),
            (ec2("ec2:DeleteVolume", "volume/vol-1"), false, "anybody's volume"),
            (key_pair("paas-dev-acme-20260101120000-0a1b2c3d"), true, "its key pair"),
            (
                key_pair("paas-dev-acme-2-20260101120000-0a1b2c3d"),
                false,
                "that of a tenant whose name begins alike",
            ),
            (key_pair("operators"), false, "the operators' key pair"),
            (
                ec2("ec2:ModifyInstanceAttribute", "instance/i-1").with(OWNED, IMAGES),
                false,
                "what no bake does",
            ),
        ],
    );
}

#[test]
fn a_bake_makes_and_removes_its_own_images_alone() {
    let tags = |what: &str| shared("ec2:CreateTags", what);
    let new =
        |owner: &str| tags("image/ami-1").with("ec2:CreateAction", "CreateImage").with(REQUESTED, owner);
    check(
        &baking(true),
        [
            (ec2("ec2:CreateImage", "instance/i-1").with(OWNED, IMAGES), true, "an image of its instance"),
            (ec2("ec2:CreateImage", "instance/i-1").with(OWNED, TENANT), false, "an image of production"),
            (shared("ec2:CreateImage", "image/*").with(REQUESTED, IMAGES), true, "an image of its own"),
            (
                shared("ec2:CreateImage", "image/*").with(REQUESTED, OTHERS),
                false,
                "an image for another tenant",
            ),
            (shared("ec2:CreateImage", "image/*"), false, "an image for nobody"),
            (new(IMAGES), true, "the new image's tags"),
            (new(OTHERS), false, "a new image that passes for another tenant's"),
            (
                tags("image/ami-1").with(REQUESTED, IMAGES).with(OWNED, IMAGES),
                true,
                "its own image, tagged again",
            ),
            (
                tags("image/ami-1").with(REQUESTED, OTHERS).with(OWNED, IMAGES),
                false,
                "its own image, slipped to another tenant",
            ),
            (
                tags("image/ami-1").with(REQUESTED, IMAGES).with(OWNED, OTHERS),
                false,
                "another tenant's image, taken",
            ),
            (tags("snapshot/snap-1").with(REQUESTED, IMAGES), false, "somebody's snapshot, taken"),
            (
                ec2("ec2:CreateTags", "instance/i-1").with(REQUESTED, IMAGES).with(OWNED, TENANT),
                false,
                "an instance of production, taken",
            ),
            (
                shared("ec2:DeregisterImage", "image/ami-1").with(OWNED, IMAGES),
                true,
                "an old image of its own",
            ),
            (
                shared("ec2:DeregisterImage", "image/ami-1").with(OWNED, OTHERS),
                false,
                "another tenant's image",
            ),
            (shared("ec2:DeregisterImage", "image/ami-1"), false, "an image of nobody's"),
            (shared("ec2:DeleteSnapshot", "snapshot/snap-1").with(OWNED, IMAGES), true, "its snapshot"),
            (
                shared("ec2:DeleteSnapshot", "snapshot/snap-1").with(OWNED, OTHERS),
                false,
                "another's snapshot",
            ),
            (shared("ec2:CopyImage", "image/ami-1").with(OWNED, IMAGES), false, "a copy"),
        ],
    );
}

/// Packer 1.6 tags an image when it is there.
#[test]
fn an_older_packer_may_take_what_nobody_owns() {
    let policies = baking(false);
    let tags = shared("ec2:CreateTags", "image/ami-1").with(REQUESTED, IMAGES);
    check(
        &policies,
        [
            (shared("ec2:CreateImage", "image/*"), true, "an image without tags"),
            (tags.clone(), true, "which gets them"),
            (tags.with(OWNED, OTHERS), false, "another tenant's image"),
            (shared("ec2:CreateTags", "image/ami-1").with(REQUESTED, OTHERS), false, "for another tenant"),
        ],
    );
}

#[test]
fn a_bake_reads_its_own_scripts_and_writes_its_own_log() {
    let decrypt = |via: &str| by("kms:Decrypt", KEY).with("kms:ViaService", via);
    let build = |project: &str| {
        by("codebuild:BatchGetBuilds", &format!("arn:aws:codebuild:eu-west-1:111122223333:project/{project}"))
    };
    check(
        &baking(true),
        [
            (object("s3:GetObjectVersion", "infrastructure/acme.zip"), true, "its scripts"),
            (object("s3:GetObject", "bakes/acme/0a1b.zip"), true, "scripts of a folder of Terraform's"),
            (object("s3:GetObject", "acme-i1a2b3c4d_paas_/Scripts/x"), true, "scripts from the pipeline"),
            (object("s3:GetObject", "acme-i1a2b3c4d_paas_/Plan/x"), false, "a plan"),
            (object("s3:GetObject", "infrastructure/acme-2.zip"), false, "another tenant's scripts"),
            (object("s3:GetObject", "bakes/acme-2/0a1b.zip"), false, "a folder of another tenant's"),
            (object("s3:GetObject", "acme-i5e6f7a8b_paas_/Scripts/x"), false, "another tenant's artifact"),
            (object("s3:GetObject", "software/acme.zip"), false, "a release"),
            (object("s3:PutObject", "software/acme.zip"), false, "writing a release"),
            (object("s3:PutObject", "infrastructure/acme.zip"), false, "writing its own scripts"),
            (object("s3:GetObject", "terraform/acme.tfstate"), false, "the state"),
            (log("/paas/paas/dev/acme/infrastructure"), true, "its log"),
            (log("/paas/paas/dev/acme"), false, "the software's log"),
            (log("/paas/paas/dev/acme-2/infrastructure"), false, "another tenant's log"),
            (decrypt("s3.eu-west-1.amazonaws.com"), true, "the key through S3"),
            (decrypt("ec2.eu-west-1.amazonaws.com"), true, "the key for a volume"),
            (decrypt("secretsmanager.eu-west-1.amazonaws.com"), false, "the key for a secret"),
            (by("kms:Decrypt", KEY), false, "the key alone"),
            (by("kms:CreateGrant", KEY).with("kms:GrantIsForAWSResource", "true"), true, "a volume's grant"),
            (by("kms:CreateGrant", KEY).with("kms:GrantIsForAWSResource", "false"), false, "anyone's grant"),
            (build("paas_dev_acme_bake"), true, "whether a build of its own still runs"),
            (build("paas_dev_acme-2_bake"), false, "what another tenant builds"),
            (by("codebuild:StartBuild", "*"), false, "a build from within a build"),
            (by("ssm:GetParameter", "*"), false, "a parameter"),
            (by("sts:AssumeRole", DEPLOY), false, "the role that deploys"),
        ],
    );
}

#[test]
fn a_build_instance_is_reached_and_reaches_nothing() {
    check(
        &bake_instance(),
        [
            (by("ssmmessages:OpenDataChannel", "*"), true, "a session"),
            (object("s3:GetObject", "infrastructure/acme.zip"), false, "a source"),
            (by("ssm:GetParameter", "*"), false, "a parameter"),
            (by("ec2:CreateTags", "*"), false, "tags"),
        ],
    );
}

#[test]
fn a_deployment_keeps_its_own_state_and_no_other() {
    let record = |action: &str, name: &str| {
        by(action, &format!("arn:aws:ssm:eu-west-1:111122223333:parameter/paas/{name}"))
    };
    // What the policies narrowed to the tenant grant beside.
    let all = crate::policy::document(vec![Statement::allow("All").actions(&["ssm:*"]).resource("*")]);
    let policies: Inline = deploying().into_iter().chain([("all".to_owned(), all)]).collect();
    check(
        &policies,
        [
            (object("s3:GetObject", "terraform/acme.tfstate"), true, "its state"),
            (object("s3:PutObject", "terraform/acme.tfstate"), true, "its state, written"),
            (object("s3:DeleteObject", "terraform/acme.tfstate"), false, "its state, deleted"),
            (object("s3:DeleteObject", "terraform/acme.tfstate.tflock"), true, "unlocking"),
            (object("s3:GetObject", "terraform/acme-2.tfstate"), false, "another tenant's state"),
            (object("s3:PutObject", "terraform/acme-2.tfstate.tflock"), false, "another tenant's lock"),
            (by("s3:ListBucket", BUCKET), true, "whether there is a state yet"),
            (object("s3:GetObject", "acme-i1a2b3c4d_paas_/Scripts/x"), true, "the tenant's repository"),
            (object("s3:PutObject", "acme-i1a2b3c4d_paas_/Scripts/x"), false, "another repository"),
            (object("s3:PutObject", "acme-i1a2b3c4d_paas_/Plan/x"), true, "a plan"),
            (object("s3:GetObject", "acme-i5e6f7a8b_paas_/Plan/x"), false, "another tenant's plan"),
            (object("s3:PutObject", "software/acme.zip"), false, "a release"),
            (log("/paas/paas/dev/acme/infrastructure"), true, "its log"),
            (log("/paas/paas/dev/cloudtrail"), false, "the trail's log"),
            (
                by("kms:GenerateDataKey", KEY).with("kms:ViaService", "s3.eu-west-1.amazonaws.com"),
                true,
                "the key through S3",
            ),
            (by("kms:CreateGrant", KEY).with("kms:GrantIsForAWSResource", "true"), false, "a grant"),
            (record("ssm:PutParameter", "paas/dev/acme/orders"), true, "the record of a database"),
            (record("ssm:PutParameter", PIPELINE), false, "the record of the pipeline that runs it"),
            (record("ssm:DeleteParameter", PIPELINE), false, "that record, deleted"),
            (record("ssm:GetParameters", PIPELINE), true, "that record, read"),
        ],
    );
}

/// The key's own policy leaves these roles to IAM.
#[test]
fn the_environments_key_needs_no_word_about_them() {
    let users = KeyUsers { trail: None, roles: vec!["paas-dev-software-pipeline".into()] };
    let document = key(&Site::example(), &users);
    let request = by("kms:Decrypt", "*").with("kms:ViaService", "ec2.eu-west-1.amazonaws.com");
    assert_eq!(decide([&document], &request), Decision::Silent);
    let root = Request::by("arn:aws:iam::111122223333:root", "kms:Decrypt", "*");
    assert_eq!(decide([&document], &root), Decision::Allow);
}

/// IAM counts what isn't white space: 10,240 over all inline policies of a role, 2,048 for a trust policy.
#[test]
fn the_longest_names_leave_room_in_the_roles() {
    let site = Site {
        partition: "aws-us-gov".into(),
        region: "ap-southeast-1".into(),
        account_id: "111122223333".into(),
        project: "p".repeat(16),
        environment: "e".repeat(16),
    };
    let [name, long, longer] = [32, 64, 128].map(|length| "n".repeat(length));
    let tenant = InfrastructureTenant {
        name: &name,
        base: &longer,
        artifact_folder: &name,
        source_object: &long,
        bake_prefix: &long,
        state_object: &long,
        log_group: &longer,
        bake_project: &longer,
        bake_instance_role: &long,
    };
    let bucket = format!("arn:aws-us-gov:s3:::{}", "b".repeat(63));
    let key = site.arn("kms", "key/11111111-2222-3333-4444-555555555555");
    let subnets = ["subnet-0123456789abcdef0"; 4].map(str::to_owned);
    let launch = Launch { subnet_ids: &subnets, tags_in_call: false };
    for (what, policies) in [
        ("bake", bake(&site, &tenant, &launch, &bucket, &key)),
        ("bake instance", bake_instance()),
        ("deploy", deploy_state(&site, &tenant, &bucket, &key)),
    ] {
        let characters: usize = policies.values().map(|document| document.to_string().len()).sum();
        assert!(characters <= 10_240, "{what}: {characters}");
    }
    assert!(trust::builds(&site, &longer).to_string().len() <= 2_048);
}
