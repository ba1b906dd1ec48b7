//! What can be said of an infrastructure pipeline's arguments without asking AWS.

use super::model::{BuildVolume, Deploy, InfrastructurePipelineModel, Packer, SourceAmiFilter};
use super::{deploy, render, told};
use crate::builds::validate_machine;
use crate::names;
use crate::pipelines::{CLOUDTRAIL, S3};
use crate::shared::{validate_choice, validate_filled, validate_name, validate_range, validate_retention};
use std::collections::BTreeMap;
use tfplugin::{Attr, Diagnostics, Path};

/// CodeBuild's limit of a buildspec that stands in its project, in characters («Max buildspec length is 25600»).
pub const BUILDSPEC: usize = 25_600;
/// CodeBuild's limit of a variable's value, in characters («EnvironmentVariable should be at most 4096 characters»).
pub const VARIABLE: usize = 4096;
/// The roles' quota of attached policies, ten, less those that the provider attaches itself.
pub const FURTHER_POLICIES: usize = 4;
/// The first release of Terraform that locks a state by S3 alone, and not on trial.
const LOCKING_TERRAFORM: [u64; 3] = [1, 11, 0];

/// Checks the whole configuration.
pub fn infrastructure_pipeline(config: &InfrastructurePipelineModel, diagnostics: &mut Diagnostics) {
    validate_name("environment", &config.environment, names::ENVIRONMENT, diagnostics);
    validate_name("tenant", &config.tenant, names::TENANT, diagnostics);
    if let Some(name) = config.tenant.known().filter(|name| names::NOT_TENANTS.contains(&name.as_str())) {
        let detail = format!("{name:?} stands for a part of the environment itself.");
        diagnostics.error("tenant", "Reserved name", detail);
    }
    source(config, diagnostics);
    validate_filled(
        "instance_type",
        &config.instance_type,
        "is not a type of instances, such as \"t3.small\"",
        diagnostics,
    );
    validate_filled(
        "ssh_username",
        &config.ssh_username,
        "is not a user's name, such as \"ec2-user\"",
        diagnostics,
    );
    validate_machine(&config.build_image, &config.compute_type, &config.build_timeout, diagnostics);
    if let Some(volume) = config.root_volume.known() {
        root_volume(volume, diagnostics);
    }
    validate_range("keep_images", &config.keep_images, 1..=100, diagnostics);
    validate_choice("trigger", &config.trigger, &[S3, CLOUDTRAIL], diagnostics);
    validate_retention("log_retention_in_days", &config.log_retention_in_days, diagnostics);
    if let Some(packer) = config.packer.known() {
        validate_packer(packer, &config.buildspec, diagnostics);
    }
    variables(&"environment_variables".into(), &config.environment_variables, told::is_ours, diagnostics);
    text(&"buildspec".into(), &config.buildspec, diagnostics);
    let packer = config.packer.settled().map(|packer| packer.cloned().unwrap_or_default());
    if let (Some(packer), Attr::Null) = (packer, &config.buildspec) {
        // What isn't known yet is short.
        let rendered = render::bake(packer.template.known(), packer.plugin_version.known().map_or("", |v| v));
        length(&Path::from("packer").attribute("template"), "The bake's buildspec", &rendered, diagnostics);
    }
    if let Some(wanted) = config.deploy.known() {
        validate_deploy(wanted, diagnostics);
    }
}

fn source(config: &InfrastructurePipelineModel, diagnostics: &mut Diagnostics) {
    if let Some(id) = config.source_ami.known().filter(|id| !is_image(id)) {
        let detail = format!("{id:?} is not the id of a machine image, ami-…");
        diagnostics.error("source_ami", "Invalid image", detail);
    }
    if config.source_ami.known().is_some() && config.source_ami_filter.known().is_some() {
        diagnostics.error(
            "source_ami_filter",
            "Two images to start from",
            "Set source_ami, which is one image, or source_ami_filter, which finds the newest of several.",
        );
    }
    let Some(SourceAmiFilter { name, owner }) = config.source_ami_filter.known() else { return };
    let at = |name: &str| Path::from("source_ami_filter").attribute(name);
    validate_filled(at("name"), name, "is not an image's name", diagnostics);
    let is_account = |owner: &str| owner.len() == 12 && owner.bytes().all(|b| b.is_ascii_digit());
    let is_owner = |owner: &&String| {
        ["amazon", "self", "aws-marketplace", "aws-backup-vault"].contains(&owner.as_str())
            || is_account(owner)
    };
    if let Some(owner) = owner.known().filter(|owner| !is_owner(owner)) {
        let detail = format!(
            "{owner:?} is none of amazon, self, aws-marketplace and aws-backup-vault, and no account's id of 12 digits."
        );
        diagnostics.error(at("owner"), "Invalid owner", detail);
    }
}

fn is_image(id: &str) -> bool {
    id.strip_prefix("ami-").is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn root_volume(volume: &BuildVolume, diagnostics: &mut Diagnostics) {
    let at = |name: &str| Path::from("root_volume").attribute(name);
    validate_range(at("size"), &volume.size, 1..=16_384, diagnostics);
    validate_choice(at("type"), &volume.r#type, &["gp3", "gp2"], diagnostics);
    if let Some(device) = volume.device_name.known().filter(|device| !device.starts_with("/dev/")) {
        let detail = format!("{device:?} is not a device such as \"/dev/xvda\".");
        diagnostics.error(at("device_name"), "Invalid device", detail);
    }
}

fn validate_packer(packer: &Packer, buildspec: &Attr<String>, diagnostics: &mut Diagnostics) {
    let at = |name: &str| Path::from("packer").attribute(name);
    version(at("version"), &packer.version, diagnostics);
    version(at("plugin_version"), &packer.plugin_version, diagnostics);
    text(&at("template"), &packer.template, diagnostics);
    if packer.template.known().is_some() && buildspec.known().is_some() {
        diagnostics.error(
            at("template"),
            "No use for a template",
            "The bake has a buildspec of its own, so nothing would use the template. Have the buildspec write it.",
        );
    }
    for (name, value) in packer.variables.known().into_iter().flatten() {
        let path = at("variables").key(name.clone());
        if !is_word(name) {
            let detail = format!(
                "{name:?} is not the name of a variable: letters, digits and underscores, a letter first."
            );
            diagnostics.error(path, "Invalid variable", detail);
        } else if told::is_templates_own(name) {
            let detail = format!(
                "{name:?} is one of the variables that the provider sets; an argument says what it is."
            );
            diagnostics.error(path, "Variable is taken", detail);
        } else {
            value_length(path, value, diagnostics);
        }
    }
}

fn validate_deploy(wanted: &Deploy, diagnostics: &mut Diagnostics) {
    let at = |name: &str| Path::from("deploy").attribute(name);
    configuration(wanted, diagnostics);
    version(at("terraform_version"), &wanted.terraform_version, diagnostics);
    let parsed = wanted.terraform_version.known().and_then(|version| numbers(version));
    if parsed.is_some_and(|version| version < LOCKING_TERRAFORM) {
        diagnostics.error(
            at("terraform_version"),
            "Version too old",
            "Terraform locks a state by S3 alone since 1.11.0.",
        );
    }
    version(at("provider_version"), &wanted.provider_version, diagnostics);
    let is_source = |source: &&String| {
        let parts: Vec<&str> = source.split('/').collect();
        (2..=3).contains(&parts.len())
            && parts.iter().all(|part| !part.is_empty() && !part.contains(char::is_whitespace))
    };
    if let Some(source) = wanted.provider_source.known().filter(|source| !is_source(source)) {
        let detail = format!("{source:?} is not a provider's address, such as \"paas/paas\".");
        diagnostics.error(at("provider_source"), "Invalid address", detail);
    }
    variables(&at("environment_variables"), &wanted.environment_variables, deploy::is_ours, diagnostics);
    text(&at("buildspec"), &wanted.buildspec, diagnostics);
    if let Some(approval) = wanted.approval.known() {
        approval.validate(&at("approval"), diagnostics);
    }
    if let Some(arns) = wanted.policy_arns.known() {
        if arns.len() > FURTHER_POLICIES {
            let detail = format!(
                "{} are named; a role takes ten policies, and the provider attaches up to six itself.",
                arns.len()
            );
            diagnostics.error(at("policy_arns"), "Too many policies", detail);
        }
        let is_policy = |arn: &&String| arn.starts_with("arn:") && arn.contains(":policy/");
        if let Some(arn) = arns.iter().find(|arn| !is_policy(arn)) {
            diagnostics.error(
                at("policy_arns"),
                "Invalid policy",
                format!("{arn:?} is not the ARN of a policy."),
            );
        }
    }
}

fn configuration(wanted: &Deploy, diagnostics: &mut Diagnostics) {
    let at = |name: &str| Path::from("deploy").attribute(name);
    let path = at("configuration");
    if wanted.configuration.known().is_some() && wanted.folder.known().is_some() {
        diagnostics.error(
            at("folder"),
            "Two configurations",
            "Set configuration, which is the text itself, or folder, which is where the source has it.",
        );
    }
    let escapes = |folder: &&String| {
        folder.is_empty() || folder.starts_with('/') || folder.split('/').any(|part| part == "..")
    };
    if let Some(folder) = wanted.folder.known().filter(escapes) {
        let detail =
            format!("{folder:?} is not a folder of the source, such as \"terraform\"; \".\" is all of it.");
        diagnostics.error(at("folder"), "Invalid folder", detail);
    }
    if wanted.configuration.known().is_some() && wanted.buildspec.known().is_some() {
        diagnostics.error(
            path.clone(),
            "No use for a configuration",
            "The deployment has a buildspec of its own, so nothing would use the text. Have the buildspec write it.",
        );
    }
    text(&path, &wanted.configuration, diagnostics);
    let Some(given) = wanted.configuration.known() else { return };
    if given.trim_start().starts_with('{')
        && let Err(why) = serde_json::from_str::<serde_json::Value>(given)
    {
        let detail = format!("It begins with a brace, as JSON does, and isn't JSON: {why}.");
        diagnostics.error(path.clone(), "Not a configuration", detail);
    }
    if !given.contains("image_id") {
        diagnostics.error(
            path.clone(),
            "No use for the image",
            "The configuration doesn't mention image_id. Declare variable \"image_id\", and give it to the tenant.",
        );
    }
    if wanted.buildspec.is_null() {
        length(&path, "The deployment's buildspec", &render::deploy(Some(given)), diagnostics);
    }
}

/// A text that a buildspec holds, or is.
fn text(path: &Path, text: &Attr<String>, diagnostics: &mut Diagnostics) {
    let Some(text) = text.known() else { return };
    let control = |c: &char| c.is_control() && !"\n\r\t".contains(*c);
    let why = if text.trim().is_empty() {
        "is empty. Leave it out for the provider's own.".to_owned()
    } else if let Some(c) = text.chars().find(control) {
        format!("holds the control character {c:?}, which YAML has no place for.")
    } else if let Some(end) = text.lines().map(str::trim).find(|line| render::ENDS.contains(line)) {
        format!("holds the line {end}, with which the provider ends such texts.")
    } else if text.chars().count() > BUILDSPEC {
        format!("has {} characters; CodeBuild takes {BUILDSPEC} in a buildspec.", text.chars().count())
    } else {
        return;
    };
    diagnostics.error(path.clone(), "Invalid text", format!("The text {why}"));
}

/// Reports a buildspec that has become too long by what stands at `path`.
fn length(path: &Path, what: &str, rendered: &str, diagnostics: &mut Diagnostics) {
    let length = rendered.chars().count();
    if length > BUILDSPEC {
        let detail = format!(
            "{what} would have {length} characters with it, and CodeBuild takes {BUILDSPEC}. Have the source hold the text."
        );
        diagnostics.error(path.clone(), "Text too long", detail);
    }
}

/// CodeBuild: names of letters, digits and underscores, a letter first; those that begin with `CODEBUILD_` are its own.
fn variables(
    path: &Path,
    variables: &Attr<BTreeMap<String, String>>,
    is_ours: fn(&str) -> bool,
    diagnostics: &mut Diagnostics,
) {
    for (name, value) in variables.known().into_iter().flatten() {
        let path = path.clone().key(name.clone());
        let (summary, why) = if !is_word(name) {
            (
                "Invalid variable",
                "is not the name of a variable: letters, digits and underscores, a letter first.",
            )
        } else if name.starts_with("CODEBUILD_") {
            ("Variable is taken", "is CodeBuild's own, as all that begin with \"CODEBUILD_\".")
        } else if told::of_packer(name).is_some() {
            (
                "Variable is taken",
                "is one of Packer's: it belongs into packer.variables, without \"PKR_VAR_\".",
            )
        } else if is_ours(name) {
            ("Variable is taken", "is one of those that the provider sets; an argument says what it is.")
        } else {
            value_length(path, value, diagnostics);
            continue;
        };
        diagnostics.error(path, summary, format!("{name:?} {why}"));
    }
}

fn value_length(path: Path, value: &str, diagnostics: &mut Diagnostics) {
    let length = value.chars().count();
    if length > VARIABLE {
        let detail = format!("The value has {length} characters; CodeBuild takes {VARIABLE}.");
        diagnostics.error(path, "Value too long", detail);
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Reports what isn't one exact version.
fn version(path: Path, version: &Attr<String>, diagnostics: &mut Diagnostics) {
    if let Some(version) = version.known().filter(|version| numbers(version).is_none()) {
        let detail = format!("{version:?} is not one exact version, such as \"1.2.3\".");
        diagnostics.error(path, "Invalid version", detail);
    }
}

/// The three numbers of a version. One that precedes a release, such as `1.12.0-rc1`, has the release's.
pub fn numbers(version: &str) -> Option<[u64; 3]> {
    let (release, precedes) = version.split_once('-').unwrap_or((version, "release"));
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b".-".contains(&b);
    if precedes.is_empty() || !precedes.bytes().all(is_word) {
        return None;
    }
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<u64> =
        release.split('.').map(|part| Some(part).filter(is_number)?.parse().ok()).collect::<Option<_>>()?;
    parts.try_into().ok()
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
