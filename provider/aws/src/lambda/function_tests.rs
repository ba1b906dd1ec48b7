//! Of what a function becomes in Lambda's types, and back.

use super::super::declared;
use super::*;
use aws_sdk_lambda::types::{
    Architecture, DeadLetterConfig, EnvironmentResponse, EphemeralStorage, FileSystemConfig, Layer,
    LogFormat, LoggingConfig, PackageType, Runtime, SnapStartApplyOn, SnapStartResponse,
    TracingConfigResponse, TracingMode, VpcConfigResponse,
};

fn sample() -> Function {
    Function {
        name: "paas_gitlab-webhook_gitlab".into(),
        description: "takes deliveries".into(),
        role_arn: "arn:aws:iam::111122223333:role/paas/gitlab_webhook/gitlab/function".into(),
        runtime: "python3.13".into(),
        handler: "handler.handler".into(),
        memory_size: 256,
        timeout: 15,
        environment: BTreeMap::from([("BRANCHES".to_owned(), "{}".to_owned())]),
        code: Digested::of(*b"archive"),
        log_group_name: "/paas/paas/gitlab_webhook/gitlab/function".into(),
        tags: Tags::new(),
        unwanted: BTreeMap::new(),
    }
}

/// As Lambda tells of the sample, with what it fills in.
fn described() -> Seen {
    let of = sample();
    let environment = EnvironmentResponse::builder().variables("BRANCHES", "{}").build();
    let logging = LoggingConfig::builder().log_format(LogFormat::Text).log_group(&of.log_group_name);
    let configuration = FunctionConfiguration::builder()
        .function_name(&of.name)
        .description(&of.description)
        .role(&of.role_arn)
        .runtime(Runtime::Python313)
        .handler(&of.handler)
        .memory_size(of.memory_size)
        .timeout(of.timeout)
        .environment(environment)
        .code_sha256(of.code.digest())
        .logging_config(logging.build())
        .architectures(Architecture::X8664)
        .package_type(PackageType::Zip)
        .ephemeral_storage(EphemeralStorage::builder().size(512).build().unwrap())
        .tracing_config(TracingConfigResponse::builder().mode(TracingMode::PassThrough).build())
        .snap_start(SnapStartResponse::builder().apply_on(SnapStartApplyOn::None).build())
        .vpc_config(VpcConfigResponse::builder().vpc_id("").build())
        .build();
    Seen { configuration, tags: Tags::new(), reserved_concurrency: None }
}

#[test]
fn only_the_name_is_fixed() {
    assert_eq!(sample().diff(&sample()), Diff::Same);
    assert_eq!(sample().diff(&Function { code: Digested::of(*b"x"), ..sample() }), Diff::Update);
    assert_eq!(sample().diff(&Function { timeout: 3, ..sample() }), Diff::Update);
    assert_eq!(sample().diff(&Function { name: "x".into(), ..sample() }), Diff::Replace("name"));
}

#[test]
fn a_function_is_read_back_as_it_was_wanted() {
    assert_eq!(declared::seen(&described(), Tags::new()), sample());
}

#[test]
fn what_somebody_has_set_is_seen() {
    let mut seen = described();
    seen.reserved_concurrency = Some(0);
    let real = &mut seen.configuration;
    real.architectures = Some(vec![Architecture::Arm64]);
    real.dead_letter_config = Some(DeadLetterConfig::builder().target_arn("arn:q").build());
    real.ephemeral_storage = Some(EphemeralStorage::builder().size(1024).build().unwrap());
    let mount = FileSystemConfig::builder().arn("arn:fs").local_mount_path("/mnt/fs");
    real.file_system_configs = Some(vec![mount.build().unwrap()]);
    real.kms_key_arn = Some("arn:k".into());
    real.layers = Some(vec![Layer::builder().arn("arn:l").build()]);
    real.logging_config.as_mut().unwrap().log_format = Some(LogFormat::Json);
    real.snap_start =
        Some(SnapStartResponse::builder().apply_on(SnapStartApplyOn::PublishedVersions).build());
    real.tracing_config = Some(TracingConfigResponse::builder().mode(TracingMode::Active).build());
    real.vpc_config = Some(VpcConfigResponse::builder().vpc_id("vpc-1").build());
    let saw = declared::seen(&seen, Tags::new());
    let names: Vec<&str> = saw.unwanted.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "Architectures",
            "Concurrency.ReservedConcurrentExecutions",
            "DeadLetterConfig.TargetArn",
            "EphemeralStorage.Size",
            "FileSystemConfigs",
            "KMSKeyArn",
            "Layers",
            "LoggingConfig.LogFormat",
            "SnapStart.ApplyOn",
            "TracingConfig.Mode",
            "VpcConfig.VpcId",
        ]
    );
    assert_eq!(sample().diff(&saw), Diff::Update);
}

#[test]
fn each_call_is_made_for_what_it_changes() {
    let (wanted, saw) = (sample(), declared::seen(&described(), Tags::new()));
    let changes = |saw: &Function| {
        (
            declared::configuration_of(&wanted) != declared::configuration_of(saw),
            declared::code_of(&wanted) != declared::code_of(saw),
        )
    };
    let unwanted = |name: &str| Function {
        unwanted: BTreeMap::from([(name.to_owned(), "x".to_owned())]),
        ..saw.clone()
    };
    assert_eq!(changes(&saw), (false, false));
    assert_eq!(changes(&Function { code: Digested::of(*b"x"), ..saw.clone() }), (false, true));
    assert_eq!(changes(&Function { timeout: 3, ..saw.clone() }), (true, false));
    assert_eq!(changes(&unwanted("Layers")), (true, false));
    assert_eq!(changes(&unwanted("Architectures")), (false, true));
    assert_eq!(changes(&unwanted("Concurrency.ReservedConcurrentExecutions")), (false, false));
}

#[test]
fn only_a_role_that_is_too_new_is_waited_for() {
    let refused = |message: &str| AwsError::ours("CreateFunction", message).coded(REFUSED);
    assert!(is_unsettled(&refused("The role defined for the function cannot be assumed by Lambda.")));
    assert!(is_unsettled(&refused(
        "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant."
    )));
    assert!(!is_unsettled(&refused("Uploaded file must be a non-empty zip")));
}
