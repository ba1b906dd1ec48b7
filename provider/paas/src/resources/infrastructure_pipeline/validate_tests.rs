//! What is refused, where, and in which words; and what isn't.

use super::*;
use crate::pipelines::Approval;
use std::collections::BTreeSet;
use std::fmt::Write;

type Change = fn(&mut InfrastructurePipelineModel);

fn sound() -> InfrastructurePipelineModel {
    InfrastructurePipelineModel { environment: "dev".into(), tenant: "acme".into(), ..Default::default() }
}

/// What the configuration is told, one line per error: `path: text`.
fn told(change: impl FnOnce(&mut InfrastructurePipelineModel)) -> String {
    let mut config = sound();
    change(&mut config);
    let mut diagnostics = Diagnostics::new();
    infrastructure_pipeline(&config, &mut diagnostics);
    diagnostics.iter().fold(String::new(), |mut all, one| {
        let path = one.path.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(all, "{path}: {}", one.detail);
        all
    })
}

fn one(name: &str, value: impl Into<String>) -> Attr<BTreeMap<String, String>> {
    BTreeMap::from([(name.to_owned(), value.into())]).into()
}

fn packer(change: impl FnOnce(&mut Packer)) -> Attr<Packer> {
    let mut packer = Packer::default();
    change(&mut packer);
    packer.into()
}

fn deploying(change: impl FnOnce(&mut Deploy)) -> Attr<Deploy> {
    let mut deploy = Deploy::default();
    change(&mut deploy);
    deploy.into()
}

const CONFIGURATION: &str = "variable \"image_id\" {}\n";

#[test]
fn what_is_left_out_or_not_known_yet_is_right() {
    assert_eq!(told(|_| {}), "");
    let unknown = told(|p| {
        p.source_ami = Attr::Unknown;
        p.packer = Attr::Unknown;
        p.buildspec = Attr::Unknown;
        p.environment_variables = Attr::Unknown;
        p.deploy = deploying(|d| d.configuration = Attr::Unknown);
    });
    assert_eq!(unknown, "");
}

#[test]
fn what_aws_takes_is_taken() {
    let changes: [Change; 10] = [
        |p| p.source_ami = "ami-0abcdef1234567890".into(),
        |p| p.source_ami_filter = SourceAmiFilter { name: "base-*".into(), owner: "self".into() }.into(),
        |p| {
            p.source_ami_filter =
                SourceAmiFilter { owner: "099720109477".into(), ..Default::default() }.into();
        },
        |p| p.environment_variables = one("MIRROR_2", "x".repeat(VARIABLE)),
        |p| p.packer = packer(|it| it.variables = one("communicator", "none")),
        |p| p.packer = packer(|it| it.template = "source \"null\" \"x\" {}\n".into()),
        |p| p.deploy = deploying(|_| {}),
        |p| p.deploy = deploying(|d| (d.folder, d.terraform_version) = (".".into(), "1.11.0".into())),
        |p| p.deploy = deploying(|d| d.provider_version = "0.2.0-rc.1".into()),
        |p| p.deploy = deploying(|d| d.configuration = "{\"variable\": {\"image_id\": {}}}".into()),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        assert_eq!(told(change), "", "number {n}");
    }
}

#[allow(clippy::too_many_lines, reason = "a table is as long as its rows")]
#[test]
fn what_aws_or_a_build_refuses_is_refused_with_its_path() {
    let changes: [(Change, &str, &str); 44] = [
        (|p| p.environment = "Dev".into(), "environment", "lower-case"),
        (|p| p.tenant = "a--b".into(), "tenant", "two in a row"),
        (|p| p.tenant = "nat".into(), "tenant", "part of the environment itself"),
        (|p| p.source_ami = "ami-xyz".into(), "source_ami", "not the id of a machine image"),
        (
            |p| (p.source_ami, p.source_ami_filter) = ("ami-1".into(), SourceAmiFilter::default().into()),
            "source_ami_filter",
            "Set source_ami",
        ),
        (
            |p| p.source_ami_filter = SourceAmiFilter { owner: "me".into(), ..Default::default() }.into(),
            "source_ami_filter.owner",
            "no account's id of 12 digits",
        ),
        (
            |p| p.source_ami_filter = SourceAmiFilter { name: "".into(), ..Default::default() }.into(),
            "source_ami_filter.name",
            "not an image's name",
        ),
        (|p| p.instance_type = "".into(), "instance_type", "not a type of instances"),
        (|p| p.ssh_username = "a b".into(), "ssh_username", "not a user's name"),
        (|p| p.build_image = "".into(), "build_image", "not an image that CodeBuild can run"),
        (
            |p| p.root_volume = BuildVolume { size: 0.into(), ..Default::default() }.into(),
            "root_volume.size",
            "1 to 16384",
        ),
        (
            |p| p.root_volume = BuildVolume { r#type: "io2".into(), ..Default::default() }.into(),
            "root_volume.type",
            "gp3, gp2",
        ),
        (
            |p| p.root_volume = BuildVolume { device_name: "xvda".into(), ..Default::default() }.into(),
            "root_volume.device_name",
            "not a device",
        ),
        (|p| p.keep_images = 0.into(), "keep_images", "1 to 100"),
        (|p| p.keep_images = 101.into(), "keep_images", "1 to 100"),
        (|p| p.build_timeout = 4.into(), "build_timeout", "5 to 480"),
        (|p| p.build_timeout = 481.into(), "build_timeout", "5 to 480"),
        (|p| p.compute_type = "SMALL".into(), "compute_type", "BUILD_GENERAL1_SMALL"),
        (|p| p.trigger = "PUSH".into(), "trigger", "S3, CLOUDTRAIL"),
        (|p| p.log_retention_in_days = 2.into(), "log_retention_in_days", "doesn't keep events for 2 days"),
        (|p| p.packer = packer(|it| it.version = "1.12".into()), "packer.version", "one exact version"),
        (|p| p.packer = packer(|it| it.version = "1.12.0-".into()), "packer.version", "one exact version"),
        (|p| p.packer = packer(|it| it.version = "1.12.0-a b".into()), "packer.version", "one exact version"),
        (
            |p| p.packer = packer(|it| it.plugin_version = "~> 1.3".into()),
            "packer.plugin_version",
            "exact version",
        ),
        (|p| p.packer = packer(|it| it.template = " \n".into()), "packer.template", "is empty"),
        (
            |p| p.packer = packer(|it| it.template = "a\n  PAAS_END_OF_THE_TEMPLATE\n".into()),
            "packer.template",
            "the line PAAS_END_OF_THE_TEMPLATE",
        ),
        (
            |p| p.packer = packer(|it| it.template = "x".repeat(20_000).into()),
            "packer.template",
            "and CodeBuild takes 25600",
        ),
        (
            |p| (p.packer, p.buildspec) = (packer(|it| it.template = "x".into()), "version: 0.2".into()),
            "packer.template",
            "nothing would use the template",
        ),
        (
            |p| p.packer = packer(|it| it.variables = one("region", "x")),
            "packer.variables[\"region\"]",
            "one of the variables that the provider sets",
        ),
        (
            |p| p.packer = packer(|it| it.variables = one("a-b", "x")),
            "packer.variables[\"a-b\"]",
            "letters, digits and underscores",
        ),
        (|p| p.buildspec = "a\u{7}b".into(), "buildspec", "control character"),
        (|p| p.buildspec = "x".repeat(BUILDSPEC + 1).into(), "buildspec", "has 25601 characters"),
        (
            |p| p.environment_variables = one("1A", "x"),
            "environment_variables[\"1A\"]",
            "letters, digits and underscores",
        ),
        (
            |p| p.environment_variables = one("CODEBUILD_X", "x"),
            "environment_variables[\"CODEBUILD_X\"]",
            "CodeBuild's own",
        ),
        (
            |p| p.environment_variables = one("KEEP_IMAGES", "9"),
            "environment_variables[\"KEEP_IMAGES\"]",
            "one of those that the provider sets",
        ),
        (
            |p| p.environment_variables = one("PKR_VAR_x", "9"),
            "environment_variables[\"PKR_VAR_x\"]",
            "belongs into packer.variables",
        ),
        (
            |p| p.environment_variables = one("LONG", "x".repeat(VARIABLE + 1)),
            "environment_variables[\"LONG\"]",
            "CodeBuild takes 4096",
        ),
        (
            |p| p.deploy = deploying(|d| d.terraform_version = "1.10.5".into()),
            "deploy.terraform_version",
            "since 1.11.0",
        ),
        (
            |p| p.deploy = deploying(|d| d.provider_source = "paas".into()),
            "deploy.provider_source",
            "\"paas/paas\"",
        ),
        (
            |p| p.deploy = deploying(|d| (d.configuration, d.folder) = (CONFIGURATION.into(), "x".into())),
            "deploy.folder",
            "Set configuration",
        ),
        (
            |p| p.deploy = deploying(|d| d.folder = "../x".into()),
            "deploy.folder",
            "not a folder of the source",
        ),
        (
            |p| p.deploy = deploying(|d| d.configuration = "{\"image_id\": }".into()),
            "deploy.configuration",
            "isn't JSON",
        ),
        (
            |p| p.deploy = deploying(|d| d.configuration = "module \"x\" {}".into()),
            "deploy.configuration",
            "doesn't mention image_id",
        ),
        (
            |p| {
                p.deploy = deploying(|d| {
                    d.approval = Approval { comment: "".into(), ..Default::default() }.into();
                });
            },
            "deploy.approval.comment",
            "1 to 1000",
        ),
    ];
    for (change, path, says) in changes {
        let told = told(change);
        assert_eq!(told.lines().count(), 1, "{path}: {told}");
        assert!(told.starts_with(&format!("{path}: ")) && told.contains(says), "{path} {says}: {told}");
    }
}

#[test]
fn a_role_has_room_for_four_policies_more() {
    let policies = |n: usize| {
        let arn = |n: usize| format!("arn:aws:iam::111122223333:policy/{n}");
        told(|p| p.deploy = deploying(|d| d.policy_arns = (0..n).map(arn).collect::<BTreeSet<_>>().into()))
    };
    assert_eq!(policies(FURTHER_POLICIES), "");
    assert!(policies(FURTHER_POLICIES + 1).starts_with("deploy.policy_arns: 5 are named"));
    let told = told(|p| {
        p.deploy = deploying(|d| d.policy_arns = BTreeSet::from(["admin".to_owned()]).into());
    });
    assert!(told.contains("not the ARN of a policy"), "{told}");
}
