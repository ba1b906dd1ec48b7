//! A stage's spec on the way to API Gateway's types and back. Pure.

use super::Stage;
use crate::tags::Tags;
use aws_sdk_apigateway::types::{self, MethodSetting, Op, PatchOperation};
use std::collections::BTreeMap;

/// Where API Gateway keeps what holds for all methods.
const ALL_METHODS: &str = "*/*";
/// No log of what happens in the stage.
const OFF: &str = "OFF";

/// The spec that API Gateway's stage has, with these tags of the user's. A rate that is no whole number is unwanted
/// besides: the spec knows none.
pub(super) fn seen(api: &str, stage: &types::Stage, tags: Tags) -> Stage {
    let limits = of_all_methods(stage);
    Stage {
        rest_api_id: api.to_owned(),
        name: stage.stage_name().unwrap_or_default().to_owned(),
        deployment_id: stage.deployment_id().unwrap_or_default().to_owned(),
        throttling_rate_limit: limits.map_or(-1, |limits| whole(limits.throttling_rate_limit)),
        throttling_burst_limit: limits.map_or(-1, |limits| limits.throttling_burst_limit),
        tags,
        unwanted: settings(stage).into_iter().map(|found| (found.name, found.value)).collect(),
    }
}

/// What brings the stage in line.
pub(super) fn patches(wanted: &Stage, stage: &types::Stage) -> Vec<PatchOperation> {
    let mut patches = vec![];
    if stage.deployment_id() != Some(&wanted.deployment_id) {
        patches.push(replace("/deploymentId", &wanted.deployment_id));
    }
    let others = settings(stage);
    let saw = seen(&wanted.rest_api_id, stage, Tags::new());
    let rate_is_whole = !others.iter().any(|found| found.name == RATE);
    if saw.throttling_rate_limit != wanted.throttling_rate_limit || !rate_is_whole {
        patches.push(replace("/*/*/throttling/rateLimit", &wanted.throttling_rate_limit.to_string()));
    }
    if saw.throttling_burst_limit != wanted.throttling_burst_limit {
        patches.push(replace("/*/*/throttling/burstLimit", &wanted.throttling_burst_limit.to_string()));
    }
    patches.extend(others.into_iter().filter_map(|found| found.undo));
    patches
}

/// Something that is set although nothing is wanted there.
struct Found {
    name: String,
    value: String,
    /// What takes it away, where setting what is wanted doesn't.
    undo: Option<PatchOperation>,
}

/// How a rate shows that is no whole number.
const RATE: &str = "methodSettings.*/*.throttlingRateLimit";

/// All of that. A firewall that somebody has put before the stage isn't among it, nor what is for people only.
fn settings(stage: &types::Stage) -> Vec<Found> {
    let of_stage = [
        ("cacheClusterEnabled", stage.cache_cluster_enabled, replace("/cacheClusterEnabled", "false")),
        ("tracingEnabled", stage.tracing_enabled, replace("/tracingEnabled", "false")),
    ];
    let flags = of_stage.into_iter().filter(|(_, is_set, _)| *is_set).map(|(name, _, undo)| Found {
        name: name.to_owned(),
        value: "true".to_owned(),
        undo: Some(undo),
    });
    let texts = [
        ("clientCertificateId", stage.client_certificate_id(), replace("/clientCertificateId", "")),
        (
            "accessLogSettings",
            stage.access_log_settings().map(|logs| logs.destination_arn().unwrap_or_default()),
            remove("/accessLogSettings"),
        ),
        (
            "canarySettings",
            stage.canary_settings().map(|canary| canary.deployment_id().unwrap_or_default()),
            remove("/canarySettings"),
        ),
    ];
    let texts = texts.into_iter().filter_map(|(name, value, undo)| {
        Some(Found { name: name.to_owned(), value: value?.to_owned(), undo: Some(undo) })
    });
    let variables: BTreeMap<_, _> = stage.variables().into_iter().flatten().collect();
    let variables = variables.into_iter().map(|(name, value)| Found {
        name: format!("variables.{name}"),
        value: value.clone(),
        undo: Some(remove(&format!("/variables/{name}"))),
    });
    let methods: BTreeMap<_, _> = stage.method_settings().into_iter().flatten().collect();
    let methods =
        methods.into_iter().filter(|(path, _)| path.as_str() != ALL_METHODS).map(|(path, held)| Found {
            name: format!("methodSettings.{path}"),
            value: format!("{}/{}", held.throttling_rate_limit, held.throttling_burst_limit),
            undo: Some(remove(&format!("/{path}"))),
        });
    flags.chain(texts).chain(variables).chain(methods).chain(of_all(stage)).collect()
}

/// What holds for all methods, but for the limits.
fn of_all(stage: &types::Stage) -> Vec<Found> {
    let Some(held) = of_all_methods(stage) else { return vec![] };
    let one = |name: &str, is_set: bool, value: &str, undo: Option<PatchOperation>| {
        is_set.then(|| Found { name: format!("methodSettings.*/*.{name}"), value: value.to_owned(), undo })
    };
    let level = held.logging_level().unwrap_or(OFF);
    let rate = held.throttling_rate_limit;
    let all = [
        one("throttlingRateLimit", rate.fract() != 0.0, &rate.to_string(), None),
        one("loggingLevel", level != OFF, level, Some(replace("/*/*/logging/loglevel", OFF))),
        one(
            "dataTraceEnabled",
            held.data_trace_enabled,
            "true",
            Some(replace("/*/*/logging/dataTrace", "false")),
        ),
        one("metricsEnabled", held.metrics_enabled, "true", Some(replace("/*/*/metrics/enabled", "false"))),
        one("cachingEnabled", held.caching_enabled, "true", Some(replace("/*/*/caching/enabled", "false"))),
    ];
    all.into_iter().flatten().collect()
}

fn of_all_methods(stage: &types::Stage) -> Option<&MethodSetting> {
    stage.method_settings()?.get(ALL_METHODS)
}

#[allow(clippy::cast_possible_truncation, reason = "a rate is at most the account's ten thousands")]
fn whole(rate: f64) -> i32 {
    rate.trunc() as i32
}

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::builder().op(Op::Replace).path(path).value(value).build()
}

fn remove(path: &str) -> PatchOperation {
    PatchOperation::builder().op(Op::Remove).path(path).build()
}

#[cfg(test)]
#[path = "stage_settings_tests.rs"]
mod tests;
