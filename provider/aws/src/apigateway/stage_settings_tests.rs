//! What a stage is, on the way to API Gateway and back.

use super::*;
use aws_sdk_apigateway::types::builders::{MethodSettingBuilder, StageBuilder};
use aws_sdk_apigateway::types::{AccessLogSettings, CanarySettings};

fn sample() -> Stage {
    Stage {
        rest_api_id: "a1".into(),
        name: "v1".into(),
        deployment_id: "d1".into(),
        throttling_rate_limit: 20,
        throttling_burst_limit: 50,
        tags: Tags::new(),
        unwanted: BTreeMap::new(),
    }
}

/// Limits, and what API Gateway fills in beside them.
fn limits() -> MethodSettingBuilder {
    MethodSetting::builder()
        .throttling_rate_limit(20.0)
        .throttling_burst_limit(50)
        .logging_level(OFF)
        .cache_ttl_in_seconds(300)
        .require_authorization_for_cache_control(true)
}

fn stage() -> StageBuilder {
    let stage = types::Stage::builder().stage_name("v1").deployment_id("d1");
    stage.method_settings(ALL_METHODS, limits().build())
}

fn told(patches: &[PatchOperation]) -> Vec<(&str, &str, &str)> {
    patches
        .iter()
        .map(|one| {
            let op = one.op().map_or("", Op::as_str);
            (op, one.path().unwrap_or_default(), one.value().unwrap_or_default())
        })
        .collect()
}

#[test]
fn what_was_declared_is_seen() {
    assert_eq!(seen("a1", &stage().build(), Tags::new()), sample());
    assert_eq!(patches(&sample(), &stage().build()), []);
}

#[test]
fn a_new_stage_gets_its_limits_in_one_call() {
    let new = types::Stage::builder().stage_name("v1").deployment_id("d1").build();
    let saw = seen("a1", &new, Tags::new());
    assert_eq!((saw.throttling_rate_limit, saw.throttling_burst_limit), (-1, -1));
    assert_eq!(
        told(&patches(&sample(), &new)),
        [("replace", "/*/*/throttling/rateLimit", "20"), ("replace", "/*/*/throttling/burstLimit", "50")]
    );
}

#[test]
fn what_is_wanted_otherwise_is_patched_and_nothing_else() {
    type Change = fn(&mut Stage);
    let changes: [(&str, &str, Change); 3] = [
        ("/deploymentId", "d2", |stage| stage.deployment_id = "d2".into()),
        ("/*/*/throttling/rateLimit", "5", |stage| stage.throttling_rate_limit = 5),
        ("/*/*/throttling/burstLimit", "7", |stage| stage.throttling_burst_limit = 7),
    ];
    for (path, value, change) in changes {
        let mut wanted = sample();
        change(&mut wanted);
        assert_eq!(told(&patches(&wanted, &stage().build())), [("replace", path, value)]);
    }
}

/// Each as somebody could set it in the console, with what takes it away again.
#[test]
fn what_nobody_wants_is_seen_and_taken_away() {
    let logs = AccessLogSettings::builder().destination_arn("arn:group").format("$context.requestId").build();
    let canary = CanarySettings::builder().deployment_id("d9").build();
    let all = |limits: MethodSettingBuilder| stage().method_settings(ALL_METHODS, limits.build());
    for (name, value, changed, undo) in [
        (
            "cacheClusterEnabled",
            "true",
            stage().cache_cluster_enabled(true),
            ("replace", "/cacheClusterEnabled", "false"),
        ),
        ("tracingEnabled", "true", stage().tracing_enabled(true), ("replace", "/tracingEnabled", "false")),
        (
            "clientCertificateId",
            "c1",
            stage().client_certificate_id("c1"),
            ("replace", "/clientCertificateId", ""),
        ),
        (
            "accessLogSettings",
            "arn:group",
            stage().access_log_settings(logs),
            ("remove", "/accessLogSettings", ""),
        ),
        ("canarySettings", "d9", stage().canary_settings(canary), ("remove", "/canarySettings", "")),
        ("variables.debug", "1", stage().variables("debug", "1"), ("remove", "/variables/debug", "")),
        (
            "methodSettings.~1push/POST",
            "-1/-1",
            stage().method_settings(
                "~1push/POST",
                MethodSetting::builder().throttling_rate_limit(-1.0).throttling_burst_limit(-1).build(),
            ),
            ("remove", "/~1push/POST", ""),
        ),
        (
            "methodSettings.*/*.loggingLevel",
            "INFO",
            all(limits().logging_level("INFO")),
            ("replace", "/*/*/logging/loglevel", "OFF"),
        ),
        (
            "methodSettings.*/*.dataTraceEnabled",
            "true",
            all(limits().data_trace_enabled(true)),
            ("replace", "/*/*/logging/dataTrace", "false"),
        ),
        (
            "methodSettings.*/*.metricsEnabled",
            "true",
            all(limits().metrics_enabled(true)),
            ("replace", "/*/*/metrics/enabled", "false"),
        ),
        (
            "methodSettings.*/*.cachingEnabled",
            "true",
            all(limits().caching_enabled(true)),
            ("replace", "/*/*/caching/enabled", "false"),
        ),
        (
            "methodSettings.*/*.throttlingRateLimit",
            "20.5",
            all(limits().throttling_rate_limit(20.5)),
            ("replace", "/*/*/throttling/rateLimit", "20"),
        ),
    ] {
        let changed = changed.build();
        let unwanted = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        assert_eq!(seen("a1", &changed, Tags::new()), Stage { unwanted, ..sample() });
        assert_eq!(told(&patches(&sample(), &changed)), [undo], "{name}");
    }
}

/// It is somebody's protection, not a change of ours.
#[test]
fn a_firewall_before_the_stage_is_left_alone() {
    let guarded = stage().web_acl_arn("arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/1").build();
    assert_eq!(seen("a1", &guarded, Tags::new()), sample());
    assert_eq!(patches(&sample(), &guarded), []);
}
