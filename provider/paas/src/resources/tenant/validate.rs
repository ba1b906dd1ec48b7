//! What can be said of a tenant's arguments without asking AWS.

use super::model::{HealthCheck, InstanceRefresh, Pipeline, TenantModel};
use super::{rules, slots};
use crate::names;
use crate::pipelines::{CLOUDTRAIL, S3};
use crate::shared::{validate_choice, validate_name, validate_range, validate_retention};
use paas_aws::elbv2::priority;
use tfplugin::{Attr, Diagnostics, Path};

/// EC2's limit for user data before it is encoded, in bytes.
const USER_DATA: usize = 16 * 1024;
/// CodeDeploy's limit of alarms of a deployment group.
const ALARMS: usize = 10;
/// Characters of an alarm's name (`AlarmName` of CloudWatch).
const ALARM: std::ops::RangeInclusive<usize> = 1..=255;
/// ELBv2's limit for a host or path pattern.
const PATTERN: usize = 128;

/// Checks the whole configuration.
pub fn tenant(config: &TenantModel, diagnostics: &mut Diagnostics) {
    validate_name("name", &config.name, names::TENANT, diagnostics);
    if let Some(name) = config.name.known().filter(|name| names::NOT_TENANTS.contains(&name.as_str())) {
        diagnostics.error(
            "name",
            "Reserved name",
            format!("{name:?} stands for a part of the environment itself."),
        );
    }
    validate_name("environment", &config.environment, names::ENVIRONMENT, diagnostics);
    hosts(&config.hosts, diagnostics);
    paths(&config.paths, diagnostics);
    conditions(config, diagnostics);
    validate_range("priority", &config.priority, 1..=50_000, diagnostics);
    if let Some(id) = config.image_id.known().filter(|id| !id.starts_with("ami-")) {
        diagnostics.error(
            "image_id",
            "Invalid image",
            format!("{id:?} is not the id of a machine image, ami-…"),
        );
    }
    sizes(config, diagnostics);
    validate_range("port", &config.port, 1..=65_535, diagnostics);
    validate_choice("protocol", &config.protocol, &["HTTP", "HTTPS"], diagnostics);
    validate_range("health_check_grace_period", &config.health_check_grace_period, 0..=86_400, diagnostics);
    validate_range("deregistration_delay", &config.deregistration_delay, 0..=3600, diagnostics);
    if let Some(check) = config.health_check.known() {
        health_check(check, diagnostics);
    }
    if let Some(tracking) = config.target_tracking.known() {
        let path = Path::from("target_tracking");
        let metrics = ["ASGAverageCPUUtilization", "ALBRequestCountPerTarget"];
        validate_choice(
            path.clone().attribute("predefined_metric_type"),
            &tracking.predefined_metric_type,
            &metrics,
            diagnostics,
        );
        if let Some(value) = tracking.target_value.known().filter(|value| **value <= 0.0) {
            diagnostics.error(
                path.attribute("target_value"),
                "Value out of range",
                format!("{value} is not above 0."),
            );
        }
    }
    if let Some(volume) = config.root_volume.known() {
        let path = Path::from("root_volume");
        validate_range(path.clone().attribute("size"), &volume.size, 1..=16_384, diagnostics);
        validate_choice(path.attribute("type"), &volume.r#type, &["gp3", "gp2"], diagnostics);
    }
    if let Some(refresh) = config.instance_refresh.known() {
        instance_refresh(refresh, diagnostics);
    }
    if let Some(pipeline) = config.pipeline.known() {
        validate_pipeline(pipeline, diagnostics);
    }
    if let Some(text) = config.user_data.known().filter(|text| text.len() > USER_DATA) {
        let detail = format!(
            "{} bytes; EC2 takes {USER_DATA}. Put the rest into the image or the bucket.",
            text.len()
        );
        diagnostics.error("user_data", "User data too long", detail);
    }
}

fn validate_pipeline(pipeline: &Pipeline, diagnostics: &mut Diagnostics) {
    let at = |name: &str| Path::from("pipeline").attribute(name);
    let types = [slots::IN_PLACE, slots::BLUE_GREEN];
    validate_choice(at("deployment_type"), &pipeline.deployment_type, &types, diagnostics);
    validate_choice(at("trigger"), &pipeline.trigger, &[S3, CLOUDTRAIL], diagnostics);
    validate_retention(at("log_retention_in_days"), &pipeline.log_retention_in_days, diagnostics);
    let config = &pipeline.deployment_config_name;
    if let Some(name) = config.known().filter(|name| name.is_empty() || name.len() > 100) {
        let detail = format!("{name:?} has not 1 to 100 characters.");
        diagnostics.error(at("deployment_config_name"), "Invalid name", detail);
    }
    for of_others in ["CodeDeployDefault.ECS", "CodeDeployDefault.Lambda"] {
        if let Some(name) = config.known().filter(|name| name.starts_with(of_others)) {
            let detail = format!("{name:?} is not for instances. Try \"CodeDeployDefault.OneAtATime\".");
            diagnostics.error(at("deployment_config_name"), "Wrong kind of configuration", detail);
        }
    }
    if let Some(names) = pipeline.alarm_names.known().filter(|names| names.len() > ALARMS) {
        let detail = format!("{} are named, and a deployment group takes {ALARMS}.", names.len());
        diagnostics.error(at("alarm_names"), "Too many alarms", detail);
    }
    let is_alarm = |name: &String| ALARM.contains(&name.chars().count());
    if let Some(name) =
        pipeline.alarm_names.known().and_then(|names| names.iter().find(|name| !is_alarm(name)))
    {
        let detail = format!("{name:?} has not {} to {} characters.", ALARM.start(), ALARM.end());
        diagnostics.error(at("alarm_names"), "Invalid name", detail);
    }
    if let Some(approval) = pipeline.approval.known() {
        approval.validate(&at("approval"), diagnostics);
    }
}

fn hosts(hosts: &Attr<Vec<String>>, diagnostics: &mut Diagnostics) {
    let Some(hosts) = hosts.known() else { return };
    if hosts.is_empty() {
        diagnostics.error("hosts", "No host", "A tenant has one host name at least.");
    }
    for (i, host) in hosts.iter().enumerate() {
        let why = if hosts[..i].contains(host) {
            "stands there twice.".to_owned()
        } else if let Some(why) = refuse_host(host) {
            why
        } else {
            continue;
        };
        diagnostics.error(Path::from("hosts").index(i), "Invalid host", format!("{host:?} {why}"));
    }
}

/// Host patterns: DNS names in lower case (ELBv2 compares without case, so one way of writing avoids twins), with
/// `*` and `?` as wildcards, a dot in them and only letters after the last one (ELBv2 asks for both).
fn refuse_host(host: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.*?".contains(c);
    let last = host.rsplit('.').next().unwrap_or_default();
    if host.len() > PATTERN {
        Some(format!("is longer than {PATTERN} characters."))
    } else if let Some(c) = host.chars().find(|c| !allowed(*c)) {
        Some(format!(
            "holds {c:?}; a host has lower-case letters, digits, hyphens and dots, and * and ? as wildcards."
        ))
    } else if !host.contains('.') || host.split('.').any(str::is_empty) {
        Some("is not a host name such as \"shop.example.com\".".into())
    } else if last.contains(['*', '?']) {
        Some("has a wildcard in its last part, so it would take other teams' domains.".into())
    } else if !last.chars().all(|c| c.is_ascii_alphabetic()) {
        Some("has something other than letters in its last part.".into())
    } else {
        None
    }
}

fn paths(paths: &Attr<Vec<String>>, diagnostics: &mut Diagnostics) {
    let Some(paths) = paths.known() else { return };
    for (i, path) in paths.iter().enumerate() {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.$/~\"'@:+&*?".contains(c);
        let why = if paths[..i].contains(path) {
            "stands there twice."
        } else if !path.starts_with('/') {
            "must start with a slash."
        } else if path.len() > PATTERN || !path.chars().all(allowed) {
            "is not a path pattern of at most 128 characters."
        } else {
            continue;
        };
        diagnostics.error(Path::from("paths").index(i), "Invalid path", format!("{path:?} {why}"));
    }
}

/// What a load balancer refuses in a single rule.
fn conditions(config: &TenantModel, diagnostics: &mut Diagnostics) {
    let (Some(hosts), Some(paths)) = (config.hosts.known(), config.paths.settled()) else { return };
    let paths = paths.cloned().unwrap_or_default();
    let at = if paths.is_empty() { "hosts" } else { "paths" };
    for why in rules::parts(hosts, &paths).iter().filter_map(|part| priority::refuse(part.conditions())) {
        diagnostics.error(at, "No listener rule can have this", format!("{why}."));
    }
}

/// The value, where it is known; what is left out has its default only at plan, so it is compared with that.
fn or(attr: &Attr<i64>, default: i64) -> Option<i64> {
    match attr {
        Attr::Null => Some(default),
        other => other.known().copied(),
    }
}

fn sizes(config: &TenantModel, diagnostics: &mut Diagnostics) {
    validate_range("min_size", &config.min_size, 0..=1000, diagnostics);
    validate_range("max_size", &config.max_size, 1..=1000, diagnostics);
    let (Some(min), Some(max)) = (or(&config.min_size, 1), or(&config.max_size, 2)) else { return };
    if min > max {
        let at = if config.min_size.is_null() { "max_size" } else { "min_size" };
        diagnostics.error(
            at,
            "Sizes contradict",
            format!("min_size is {min} and max_size is {max}; the fewest can't be more than the most."),
        );
        return;
    }
    if let Some(desired) = config.desired_capacity.known().filter(|n| !(min..=max).contains(*n)) {
        let detail = format!("desired_capacity is {desired}, not between min_size {min} and max_size {max}.");
        diagnostics.error("desired_capacity", "Sizes contradict", detail);
    }
}

fn health_check(check: &HealthCheck, diagnostics: &mut Diagnostics) {
    let at = |name: &str| Path::from("health_check").attribute(name);
    if let Some(path) = check.path.known().filter(|path| !path.starts_with('/')) {
        diagnostics.error(at("path"), "Invalid path", format!("{path:?} must start with a slash."));
    }
    let port_ok = |port: &String| port == "traffic-port" || port.parse::<u16>().is_ok_and(|n| n > 0);
    if let Some(port) = check.port.known().filter(|port| !port_ok(port)) {
        diagnostics.error(
            at("port"),
            "Invalid port",
            format!("{port:?} is neither a port nor \"traffic-port\"."),
        );
    }
    validate_choice(at("protocol"), &check.protocol, &["HTTP", "HTTPS"], diagnostics);
    validate_range(at("interval"), &check.interval, 5..=300, diagnostics);
    validate_range(at("timeout"), &check.timeout, 2..=120, diagnostics);
    validate_range(at("healthy_threshold"), &check.healthy_threshold, 2..=10, diagnostics);
    validate_range(at("unhealthy_threshold"), &check.unhealthy_threshold, 2..=10, diagnostics);
    if let (Some(interval), Some(timeout)) = (or(&check.interval, 30), or(&check.timeout, 5))
        && timeout >= interval
    {
        diagnostics.error(
            at(if check.timeout.is_null() { "interval" } else { "timeout" }),
            "Times contradict",
            format!("timeout {timeout} must be less than interval {interval}."),
        );
    }
    let part_ok =
        |part: &str| part.split('-').all(|n| n.parse::<u16>().is_ok_and(|n| (200..=499).contains(&n)));
    if let Some(matcher) = check.matcher.known().filter(|matcher| !matcher.split(',').all(part_ok)) {
        diagnostics.error(
            at("matcher"),
            "Invalid status codes",
            format!("{matcher:?} is not like \"200\", \"200,204\" or \"200-299\", within 200 to 499."),
        );
    }
}

fn instance_refresh(refresh: &InstanceRefresh, diagnostics: &mut Diagnostics) {
    let at = |name: &str| Path::from("instance_refresh").attribute(name);
    let (least, most) = (&refresh.min_healthy_percentage, &refresh.max_healthy_percentage);
    validate_range(at("min_healthy_percentage"), least, 0..=100, diagnostics);
    validate_range(at("max_healthy_percentage"), most, 100..=200, diagnostics);
    validate_range(at("instance_warmup"), &refresh.instance_warmup, 0..=86_400, diagnostics);
    if let (Some(least @ 0..=100), Some(most @ 100..=200)) = (or(least, 100), or(most, 110))
        && most - least > 100
    {
        diagnostics.error(
            at("min_healthy_percentage"),
            "Percentages too far apart",
            format!("From {least} to {most} is more than 100, and Auto Scaling takes no wider range."),
        );
    }
}
