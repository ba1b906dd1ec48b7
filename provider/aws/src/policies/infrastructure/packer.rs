//! What Packer does in EC2 to make an image, and what keeps a tenant's images few.
//!
//! Everything is told by the tag `paas:owner` of the tenant's images: the build instance, its volume, the image and its
//! snapshots get it in the call that makes them, and only what carries it is stopped, imaged, changed or deleted. EC2 looks at
//! each kind of resource in a call by a statement of its own, so a launch needs one that fits the instance, one that fits
//! the volume, and so on.

use super::{InfrastructureTenant, images as images_owner, pipeline};
use crate::policies::Site;
use crate::policy::{Document, Statement, document};
use crate::tags::OWNER;

/// With what a tenant's images are made.
#[derive(Debug, Clone, Copy)]
pub struct Launch<'a> {
    /// The subnets that build instances may lie in.
    pub subnet_ids: &'a [String],
    /// Whether Packer tags an image in the call that makes it, as its Amazon plugin does since 1.1. Packer 1.6, which has
    /// no plugins, tags it afterwards, and the role has to be allowed to take images and snapshots of the account that
    /// have no owner yet.
    pub tags_in_call: bool,
}

/// The calls that make things, which tag them.
const MAKING: [&str; 3] = ["CreateImage", "CreateKeyPair", "RunInstances"];
const LOOK: &[&str] = &[
    "ec2:DescribeImages",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:DescribeKeyPairs",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeRegions",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSnapshots",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcs",
];

/// ARNs of the account's own kinds of resources.
fn all(site: &Site, kinds: &[&str]) -> Vec<String> {
    kinds.iter().map(|kind| site.arn("ec2", &format!("{kind}/*"))).collect()
}

/// Image and snapshot, whose ARNs name no account.
fn shared(site: &Site) -> [String; 2] {
    [site.shared_arn("ec2", "image/*"), site.shared_arn("ec2", "snapshot/*")]
}

fn carried() -> String {
    format!("aws:ResourceTag/{OWNER}")
}

fn requested() -> String {
    format!("aws:RequestTag/{OWNER}")
}

/// Launches the build instance, reaches it and ends it.
///
/// - The base image may be anybody's, unless it says that it belongs to another tenant or environment.
/// - A snapshot can't be named in a launch: what another one's snapshot holds stays there.
/// - The volume is encrypted, whatever the template says.
/// - The key pair's name is the image's: `<base>-<14 digits>-<8 digits>`, which no other tenant's names fit.
/// - Sessions end by their own: Session Manager begins a session's id with the caller's session name, and tags it with the
///   caller's id (its guide, «allow a user to end only sessions they started»).
/// - Whether the build that left something behind still runs is for CodeBuild to say.
pub(super) fn instances(site: &Site, tenant: &InfrastructureTenant<'_>, launch: &Launch<'_>) -> Document {
    let owner = images_owner(site, tenant);
    let pipeline = pipeline(site, tenant).path();
    let key_pair = site.arn("ec2", &format!("key-pair/{}-??????????????-????????", tenant.base));
    let subnets = launch.subnet_ids.iter().map(|id| site.arn("ec2", &format!("subnet/{id}")));
    let run = |sid: &str| Statement::allow(sid).actions(&["ec2:RunInstances"]);
    document(vec![
        Statement::allow("Look").actions(LOOK).resource("*"),
        run("LaunchOwned").resources(all(site, &["instance"])).when("StringEquals", &requested(), [&owner]),
        run("WithVolume")
            .resources(all(site, &["volume"]))
            .when("StringEquals", &requested(), [&owner])
            .when("BoolIfExists", "ec2:Encrypted", ["true"]),
        run("FromImage").resource(site.shared_arn("ec2", "image/*")).when(
            "StringEqualsIfExists",
            &carried(),
            [&owner],
        ),
        run("BehindItsGroup").resources(all(site, &["security-group"])).when(
            "StringEquals",
            &carried(),
            [&pipeline],
        ),
        run("Into").resources(subnets.chain(all(site, &["network-interface"])).chain([key_pair.clone()])),
        Statement::allow("KeyPair").actions(&["ec2:CreateKeyPair", "ec2:DeleteKeyPair"]).resource(key_pair),
        Statement::allow("End")
            .actions(&["ec2:DeleteVolume", "ec2:StopInstances", "ec2:TerminateInstances"])
            .resources(all(site, &["instance", "volume"]))
            .when("StringEquals", &carried(), [&owner]),
        Statement::allow("OpenSession")
            .actions(&["ssm:StartSession"])
            .resources(all(site, &["instance"]))
            .when("StringEquals", &format!("ssm:resourceTag/{OWNER}"), [&owner]),
        Statement::allow("ForwardPort")
            .actions(&["ssm:StartSession"])
            .resource(site.shared_arn("ssm", "document/AWS-StartPortForwardingSession")),
        Statement::allow("EndSession")
            .actions(&["ssm:ResumeSession", "ssm:TerminateSession"])
            .resource(site.arn("ssm", "session/*"))
            .when("StringLike", "ssm:resourceTag/aws:ssmmessages:session-id", ["${aws:userid}"]),
        Statement::allow("EndNamedSession")
            .actions(&["ssm:ResumeSession", "ssm:TerminateSession"])
            .resource(site.arn("ssm", "session/${aws:userid}-*")),
        Statement::allow("PassRole")
            .actions(&["iam:PassRole"])
            .resource(site.global_arn("iam", &format!("role/{pipeline}/{}", tenant.bake_instance_role)))
            .when("StringEquals", "iam:PassedToService", [site.service("ec2")]),
        Statement::allow("WhatElseRuns")
            .actions(&["codebuild:BatchGetBuilds"])
            .resource(site.arn("codebuild", &format!("project/{}", tenant.bake_project))),
    ])
}

/// Makes images of the build instance, and removes old ones with their snapshots.
///
/// Nothing gets another owner than the tenant's images have: an image that says it is another tenant's would be launched
/// there, as the newest one.
pub(super) fn images(site: &Site, tenant: &InfrastructureTenant<'_>, launch: &Launch<'_>) -> Document {
    let owner = images_owner(site, tenant);
    let tagged = |sid: &str| {
        Statement::allow(sid).actions(&["ec2:CreateTags"]).when("StringEquals", &requested(), [&owner])
    };
    let make = Statement::allow("Make").actions(&["ec2:CreateImage"]).resources(shared(site));
    let mut statements = vec![
        Statement::allow("Of").actions(&["ec2:CreateImage"]).resources(all(site, &["instance"])).when(
            "StringEquals",
            &carried(),
            [&owner],
        ),
        // What doesn't exist yet carries no tag.
        if launch.tags_in_call {
            make.when("StringEquals", &requested(), [&owner])
        } else {
            make.when("Null", &carried(), ["true"])
        },
        tagged("TagNew")
            .resources(all(site, &["instance", "key-pair", "volume"]).into_iter().chain(shared(site)))
            .when("StringEquals", "ec2:CreateAction", MAKING),
        tagged("TagOwned").resources(shared(site)).when("StringEquals", &carried(), [&owner]),
        Statement::allow("Change")
            .actions(&["ec2:DeleteSnapshot", "ec2:DeregisterImage", "ec2:ModifyImageAttribute"])
            .resources(shared(site))
            .when("StringEquals", &carried(), [&owner]),
    ];
    if !launch.tags_in_call {
        statements.push(tagged("TagUnowned").resources(shared(site)).when("Null", &carried(), ["true"]));
    }
    document(statements)
}
