//! A function's spec on the way to Lambda's types and back. Pure.

use super::function::{Function, Seen};
use crate::digested::Digested;
use crate::tags::Tags;
use crate::unwanted::{Unwanted, many, named, other};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::operation::update_function_code::builders::UpdateFunctionCodeFluentBuilder;
use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture, DeadLetterConfig, Environment, EphemeralStorage, FunctionCode, FunctionConfiguration,
    LogFormat, LoggingConfig, PackageType, Runtime, SnapStart, SnapStartApplyOn, TracingConfig, TracingMode,
    VpcConfig,
};

/// MB that every function has at no cost.
const DISK: i32 = 512;

// The names of what isn't wanted: Lambda's own, of `GetFunction`.
const ARCHITECTURES: &str = "Architectures";
const CONCURRENCY: &str = "Concurrency.ReservedConcurrentExecutions";
const DEAD_LETTERS: &str = "DeadLetterConfig.TargetArn";
const EPHEMERAL_STORAGE: &str = "EphemeralStorage.Size";
const FILE_SYSTEMS: &str = "FileSystemConfigs";
const KEY: &str = "KMSKeyArn";
const LAYERS: &str = "Layers";
const LOG_FORMAT: &str = "LoggingConfig.LogFormat";
const PACKAGE_TYPE: &str = "PackageType";
/// Of a role that Lambda doesn't know: see [`super::orphan`].
pub(super) const ROLE: &str = "Role";
const SNAP_START: &str = "SnapStart.ApplyOn";
const TRACING: &str = "TracingConfig.Mode";
const VPC: &str = "VpcConfig.VpcId";
/// What another call than that of the configuration takes away.
const ELSEWHERE: [&str; 4] = [ARCHITECTURES, CONCURRENCY, PACKAGE_TYPE, ROLE];

/// The request that makes the function.
pub(super) fn creation(client: &Client, function: &Function, tags: Tags) -> CreateFunctionFluentBuilder {
    client
        .create_function()
        .function_name(&function.name)
        .description(&function.description)
        .role(&function.role_arn)
        .runtime(Runtime::from(function.runtime.as_str()))
        .handler(&function.handler)
        .memory_size(function.memory_size)
        .timeout(function.timeout)
        .environment(environment(function))
        .code(FunctionCode::builder().zip_file(Blob::new(function.code.content())).build())
        .logging_config(logging(function))
        .set_tags(Some(tags.into_iter().collect()))
}

/// The request that brings the configuration in line. What a request leaves out stays as it is, so that what isn't wanted
/// is set to nothing.
pub(super) fn update(
    client: &Client,
    function: &Function,
    saw: &Function,
) -> UpdateFunctionConfigurationFluentBuilder {
    let is_set = |name: &str| saw.unwanted.contains_key(name);
    let (no_network, no_letters) = (
        VpcConfig::builder().set_subnet_ids(Some(vec![])).set_security_group_ids(Some(vec![])).build(),
        DeadLetterConfig::builder().target_arn("").build(),
    );
    client
        .update_function_configuration()
        .function_name(&function.name)
        .description(&function.description)
        .role(&function.role_arn)
        .runtime(Runtime::from(function.runtime.as_str()))
        .handler(&function.handler)
        .memory_size(function.memory_size)
        .timeout(function.timeout)
        .environment(environment(function))
        .logging_config(logging(function))
        .set_dead_letter_config(is_set(DEAD_LETTERS).then_some(no_letters))
        .set_ephemeral_storage(
            is_set(EPHEMERAL_STORAGE)
                .then(|| EphemeralStorage::builder().size(DISK).build().expect("the size is set")),
        )
        .set_file_system_configs(is_set(FILE_SYSTEMS).then(Vec::new))
        .set_kms_key_arn(is_set(KEY).then(String::new))
        .set_layers(is_set(LAYERS).then(Vec::new))
        .set_snap_start(
            is_set(SNAP_START).then(|| SnapStart::builder().apply_on(SnapStartApplyOn::None).build()),
        )
        .set_tracing_config(
            is_set(TRACING).then(|| TracingConfig::builder().mode(TracingMode::PassThrough).build()),
        )
        .set_vpc_config(is_set(VPC).then_some(no_network))
}

/// The request that puts the code there.
pub(super) fn new_code(client: &Client, function: &Function) -> UpdateFunctionCodeFluentBuilder {
    client
        .update_function_code()
        .function_name(&function.name)
        .zip_file(Blob::new(function.code.content()))
        .architectures(Architecture::X8664)
}

fn environment(function: &Function) -> Environment {
    let variables = function.environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Environment::builder().set_variables(Some(variables)).build()
}

fn logging(function: &Function) -> LoggingConfig {
    LoggingConfig::builder().log_format(LogFormat::Text).log_group(&function.log_group_name).build()
}

/// What the call of the configuration changes.
pub(super) fn configuration_of(function: &Function) -> Function {
    let mut unwanted = function.unwanted.clone();
    unwanted.retain(|name, _| !ELSEWHERE.contains(&name.as_str()));
    Function { code: Digested::seen(String::new()), unwanted, ..function.clone() }
}

/// What the call of the code changes.
pub(super) fn code_of(function: &Function) -> (&Digested, Option<&String>) {
    (&function.code, function.unwanted.get(ARCHITECTURES))
}

/// The spec that Lambda's function has, with these tags of the user's.
pub(super) fn seen(seen: &Seen, tags: Tags) -> Function {
    let real = &seen.configuration;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let variables = real.environment.as_ref().and_then(|environment| environment.variables.clone());
    let logging = real.logging_config.as_ref();
    Function {
        name: text(&real.function_name),
        description: text(&real.description),
        role_arn: text(&real.role),
        runtime: real.runtime.as_ref().map(|runtime| runtime.as_str().to_owned()).unwrap_or_default(),
        handler: text(&real.handler),
        memory_size: real.memory_size.unwrap_or_default(),
        timeout: real.timeout.unwrap_or_default(),
        environment: variables.into_iter().flatten().collect(),
        code: Digested::seen(text(&real.code_sha256)),
        log_group_name: logging.and_then(|logging| logging.log_group.clone()).unwrap_or_default(),
        tags,
        unwanted: unwanted(real, seen.reserved_concurrency),
    }
}

/// What is set although nothing is wanted there.
fn unwanted(real: &FunctionConfiguration, reserved: Option<i32>) -> Unwanted {
    let given = |is: Option<&str>| other(is, "");
    let architecture = real.architectures().first().map(Architecture::as_str);
    let package = real.package_type.as_ref().map(PackageType::as_str);
    let logging = real.logging_config.as_ref().and_then(|logging| logging.log_format.as_ref());
    let snap_start = real.snap_start.as_ref().and_then(|snap_start| snap_start.apply_on.as_ref());
    let tracing = real.tracing_config.as_ref().and_then(|tracing| tracing.mode.as_ref());
    let storage = real.ephemeral_storage.as_ref().map(|storage| storage.size).filter(|size| *size != DISK);
    let dead_letters = real.dead_letter_config.as_ref().and_then(|config| config.target_arn.as_deref());
    named([
        (ARCHITECTURES, other(architecture, Architecture::X8664.as_str())),
        (CONCURRENCY, reserved.map(|reserved| reserved.to_string())),
        (DEAD_LETTERS, given(dead_letters)),
        (EPHEMERAL_STORAGE, storage.map(|size| size.to_string())),
        (FILE_SYSTEMS, many(real.file_system_configs().len())),
        (KEY, given(real.kms_key_arn.as_deref())),
        (LAYERS, many(real.layers().len())),
        (LOG_FORMAT, other(logging.map(LogFormat::as_str), LogFormat::Text.as_str())),
        (PACKAGE_TYPE, other(package, PackageType::Zip.as_str())),
        (SNAP_START, other(snap_start.map(SnapStartApplyOn::as_str), SnapStartApplyOn::None.as_str())),
        (TRACING, other(tracing.map(TracingMode::as_str), TracingMode::PassThrough.as_str())),
        (VPC, given(real.vpc_config.as_ref().and_then(|vpc| vpc.vpc_id.as_deref()))),
    ])
}
