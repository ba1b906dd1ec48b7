//! What can be said of a webhook's arguments without asking AWS.

use super::model::{GitlabWebhookModel, Repository};
use super::{UNRECORDED, rule, secrets, told};
use crate::builds::validate_machine;
use crate::names::{self, WEBHOOK};
use crate::record;
use crate::shared::{validate_choice, validate_name, validate_range, validate_retention};
use paas_aws::names::refuse;
use paas_aws::policies::webhook::MOST_DESTINATIONS;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::{Attr, Attributes, Diagnostics, Path};

/// Lambda's limit of all variables of a function, in bytes of the JSON object that they are.
const VARIABLES: usize = 4096;
/// Bytes that the variables take which don't follow from the arguments: the project's name, of 64 characters at most, and
/// the ARNs of two secrets, of 134 each, with their names.
const OTHER_VARIABLES: usize = 450;
/// Characters of the arguments in the record: a parameter holds 4,096, and the outputs take up to 600 of them.
const RECORDED: usize = 3_400;
/// What a repository is for.
const KINDS: &[&str] = &["software", "infrastructure"];
/// GitLab's own limit of a path, and what the function takes of a branch's name, in bytes.
const PATH: usize = 255;
const BRANCH: usize = 200;

/// Checks the whole configuration.
pub fn gitlab_webhook(config: &GitlabWebhookModel, diagnostics: &mut Diagnostics) {
    validate_name("name", &config.name, WEBHOOK, diagnostics);
    if let Some(why) = config.gitlab_host.known().and_then(|host| refuse_host(host)) {
        diagnostics.error("gitlab_host", "Invalid host", why);
    }
    branches(&config.branches, diagnostics);
    patterns(&config.allowed_repositories, diagnostics);
    repositories(config, diagnostics);
    if let Some(why) = config.naming_rule.known().and_then(|text| rule::refuse(text)) {
        diagnostics.error("naming_rule", "Invalid rule", why);
    }
    if let (Some(None), Attr::Null) = (config.repositories.settled(), &config.naming_rule) {
        diagnostics.error(
            "repositories",
            "No repositories",
            "Nothing says which tenant a repository belongs to. Set repositories, naming_rule, or both.",
        );
    }
    secrets::validate(config, diagnostics);
    validate_range("throttling_rate_limit", &config.throttling_rate_limit, 1..=10_000, diagnostics);
    validate_range("throttling_burst_limit", &config.throttling_burst_limit, 1..=5_000, diagnostics);
    validate_machine(&config.build_image, &config.compute_type, &config.build_timeout, diagnostics);
    validate_retention("log_retention_in_days", &config.log_retention_in_days, diagnostics);
    if !diagnostics.has_errors() {
        length(config, diagnostics);
    }
}

/// Why it isn't the host of a GitLab, as the function compares it with what a delivery says.
fn refuse_host(text: &str) -> Option<String> {
    let (scheme, host) = text.split_once("://").unwrap_or(("https", text));
    let usual = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return Some(format!("{text:?} begins with neither \"https://\" nor \"http://\".")),
    };
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.contains('/') {
        return Some(format!("{text:?} has a path, or a slash at the end. Only the host is wanted."));
    }
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Some(format!("{text:?} is not a host, such as \"gitlab.example.com\"."));
    }
    match port {
        Some(port) if port == usual => Some(format!(
            "{port} is the usual port, which GitLab doesn't name in what it sends. Leave it out."
        )),
        Some(port) if port.parse::<u16>().is_err() || port.starts_with(['0', '+']) => {
            Some(format!("{port:?} is not a port, 1 to 65535."))
        }
        _ => None,
    }
}

fn branches(branches: &Attr<BTreeMap<String, String>>, diagnostics: &mut Diagnostics) {
    let Some(known) = branches.known() else { return };
    if known.is_empty() {
        diagnostics.error("branches", "No branches", "A push to any branch would be refused. Name one.");
    }
    for (branch, environment) in known {
        let path = Path::from("branches").key(branch.clone());
        if !is_branch(branch) {
            let detail = format!(
                "{branch:?} is not a branch's name of at most {BRANCH} bytes, without \"refs/heads/\"."
            );
            diagnostics.error(path.clone(), "Invalid branch", detail);
        }
        if let Some(why) = refuse(environment, names::ENVIRONMENT) {
            diagnostics.error(path, "Invalid environment", format!("{environment:?} {why}."));
        }
    }
    let environments = told::environments(branches).len();
    if environments > MOST_DESTINATIONS {
        let detail = format!(
            "{environments} environments are named; the role of the builds has room for {MOST_DESTINATIONS}. Use a second webhook of another name."
        );
        diagnostics.error("branches", "Too many environments", detail);
    }
}

/// Git's rules (`git check-ref-format`), as the function checks them.
fn is_branch(name: &str) -> bool {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    (1..=BRANCH).contains(&name.len())
        && !name.contains(forbidden)
        && !["..", "@{", "//", "/.", ".lock/"].iter().any(|part| name.contains(part))
        && !name.starts_with(['-', '.', '/'])
        && !name.ends_with(['.', '/'])
        && !name.starts_with("refs/heads/")
        && name.strip_suffix(".lock").is_none()
        && name != "@"
}

/// GitLab's paths have letters, digits, underscores, dots and hyphens (its «reserved names»); the function takes `*` for any
/// text, and nothing else for more than itself.
fn patterns(patterns: &Attr<BTreeSet<String>>, diagnostics: &mut Diagnostics) {
    let Some(patterns) = patterns.known() else { return };
    if patterns.is_empty() {
        let detail = "A push to any repository would be refused. Name one, or a pattern such as \"shops/*\".";
        diagnostics.error("allowed_repositories", "No repositories", detail);
    }
    let is_pattern = |pattern: &&String| {
        (pattern.contains('/') || pattern.contains('*'))
            && pattern.len() <= PATH
            && !pattern.starts_with('/')
            && !pattern.ends_with('/')
            && pattern.chars().all(|c| is_of_paths(c) || c == '/' || c == '*')
    };
    if let Some(pattern) = patterns.iter().find(|pattern| !is_pattern(pattern)) {
        let detail = format!(
            "{pattern:?} is no pattern of repositories' paths, such as \"shops/*\": letters, digits, \"_\", \".\", \"-\", \"/\" and \"*\"."
        );
        diagnostics.error("allowed_repositories", "Invalid pattern", detail);
    }
}

fn is_of_paths(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.-".contains(c)
}

fn repositories(config: &GitlabWebhookModel, diagnostics: &mut Diagnostics) {
    for (path, Repository { tenant, kind }) in config.repositories.known().into_iter().flatten() {
        let at = Path::from("repositories").key(path.clone());
        if !is_repository(path) {
            let detail = format!(
                "{path:?} is not a repository's path in GitLab, such as \"shops/acme\": no host, no \".git\"."
            );
            diagnostics.error(at.clone(), "Invalid repository", detail);
        } else if config
            .allowed_repositories
            .known()
            .is_some_and(|all| !all.iter().any(|one| like(one, path)))
        {
            let detail =
                format!("None of allowed_repositories fits {path:?}: every push to it would be refused.");
            diagnostics.error(at.clone(), "Repository not allowed", detail);
        }
        if let Some(name) = tenant.known() {
            let why = refuse(name, names::TENANT);
            let why = why.or_else(|| {
                names::NOT_TENANTS
                    .contains(&name.as_str())
                    .then(|| "stands for a part of the environment itself".into())
            });
            if let Some(why) = why {
                diagnostics.error(at.clone().attribute("tenant"), "Invalid name", format!("{name:?} {why}."));
            }
        }
        validate_choice(at.attribute("kind"), kind, KINDS, diagnostics);
    }
}

fn is_repository(path: &str) -> bool {
    let is_segment = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('-')
            && !segment.ends_with('.')
            && segment.strip_suffix(".git").is_none()
            && segment.chars().all(is_of_paths)
    };
    path.len() <= PATH && path.contains('/') && path.split('/').all(is_segment)
}

/// Whether a path fits a pattern, in which `*` stands for any text.
fn like(pattern: &str, path: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == path };
    let Some(mut rest) = path.strip_prefix(before) else { return false };
    let (between, last) = after.rsplit_once('*').map_or((None, after), |(all, last)| (Some(all), last));
    // Where nothing else stands for other texts, the first place that fits leaves the most behind it.
    for part in between.into_iter().flat_map(|all| all.split('*')) {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

/// What must fit into the function's variables and into the record.
fn length(config: &GitlabWebhookModel, diagnostics: &mut Diagnostics) {
    let at = if config.repositories.known().is_some() { "repositories" } else { "allowed_repositories" };
    let advice = "Have a naming_rule tell of the repositories, or use a second webhook of another name.";
    // Nothing is filled in yet.
    let mut filled = config.clone();
    if config.branches.is_null() {
        filled.branches = GitlabWebhookModel::defaults().branches;
    }
    let variables = told::rules(&filled).map_or(0, |rules| told::json(&rules).len() + OTHER_VARIABLES);
    if variables > VARIABLES {
        let detail = format!(
            "The function's variables would take up to {variables} bytes, and Lambda has {VARIABLES} for all of them. {advice}"
        );
        return diagnostics.error(at, "Too many repositories", detail);
    }
    let recorded = record::arguments(config, UNRECORDED).map_or(0, |all| all.to_string().chars().count());
    if recorded > RECORDED {
        let detail = format!(
            "The arguments take {recorded} characters of the record, which has room for {RECORDED}. {advice}"
        );
        diagnostics.error(at, "Too many repositories", detail);
    }
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
