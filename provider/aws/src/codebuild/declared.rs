//! A project's spec on the way to CodeBuild's types and back. Pure.

use super::{Project, Source};
use crate::tags::Tags;
use crate::unwanted::{Unwanted, many, named, other};
use aws_sdk_codebuild::Client;
use aws_sdk_codebuild::operation::create_project::builders::CreateProjectFluentBuilder;
use aws_sdk_codebuild::operation::update_project::builders::UpdateProjectFluentBuilder;
use aws_sdk_codebuild::types::{
    self, CacheType, CloudWatchLogsConfig, ComputeType, EnvironmentType, EnvironmentVariable,
    EnvironmentVariableType, ImagePullCredentialsType, LogsConfig, LogsConfigStatusType, ProjectArtifacts,
    ProjectCache, ProjectEnvironment, ProjectSource, S3LogsConfig, Tag, VpcConfig,
};

/// What the names of CodeBuild's own images begin with. It pulls them itself, all others with the project's role.
const CURATED: &str = "aws/codebuild/";
const ARM: &str = "aarch64";

/// The request that makes the project.
pub(super) fn creation(client: &Client, project: &Project, tags: &Tags) -> CreateProjectFluentBuilder {
    client
        .create_project()
        .name(&project.name)
        .description(&project.description)
        .source(source(project))
        .artifacts(artifacts(project))
        .cache(cache())
        .environment(environment(project))
        .service_role(&project.role_arn)
        .timeout_in_minutes(project.timeout_in_minutes)
        .encryption_key(&project.kms_key_arn)
        .logs_config(logs(project))
        .set_tags(Some(sdk_tags(tags)))
}

/// The request that brings it in line. What a request leaves out stays as it is, so that what isn't wanted is set to
/// nothing; the tags replace all that there are.
pub(super) fn update(client: &Client, project: &Project, tags: &Tags) -> UpdateProjectFluentBuilder {
    client
        .update_project()
        .name(&project.name)
        .description(&project.description)
        .source(source(project))
        .set_secondary_sources(Some(vec![]))
        .artifacts(artifacts(project))
        .set_secondary_artifacts(Some(vec![]))
        .cache(cache())
        .environment(environment(project))
        .service_role(&project.role_arn)
        .timeout_in_minutes(project.timeout_in_minutes)
        .encryption_key(&project.kms_key_arn)
        .vpc_config(VpcConfig::builder().build())
        .set_file_system_locations(Some(vec![]))
        .logs_config(logs(project))
        .set_tags(Some(sdk_tags(tags)))
}

fn source(project: &Project) -> ProjectSource {
    let source = ProjectSource::builder().r#type(project.source.kind()).buildspec(&project.buildspec);
    source.build().expect("the type is set")
}

fn artifacts(project: &Project) -> ProjectArtifacts {
    ProjectArtifacts::builder().r#type(project.source.artifacts()).build().expect("the type is set")
}

fn cache() -> ProjectCache {
    ProjectCache::builder().r#type(CacheType::NoCache).build().expect("the type is set")
}

fn environment(project: &Project) -> ProjectEnvironment {
    let variable = |(name, value): (&String, &String)| {
        let plain = EnvironmentVariable::builder().name(name).value(value);
        plain.r#type(EnvironmentVariableType::Plaintext).build().expect("name and value are set")
    };
    ProjectEnvironment::builder()
        .r#type(container(&project.image))
        .image(&project.image)
        .image_pull_credentials_type(puller(&project.image))
        .compute_type(ComputeType::from(project.compute_type.as_str()))
        .set_environment_variables(Some(project.environment_variables.iter().map(variable).collect()))
        .privileged_mode(false)
        .build()
        .expect("type, image and compute type are set")
}

fn container(image: &str) -> EnvironmentType {
    if image.contains(ARM) { EnvironmentType::ArmContainer } else { EnvironmentType::LinuxContainer }
}

fn puller(image: &str) -> ImagePullCredentialsType {
    if image.starts_with(CURATED) {
        ImagePullCredentialsType::Codebuild
    } else {
        ImagePullCredentialsType::ServiceRole
    }
}

fn logs(project: &Project) -> LogsConfig {
    let group = CloudWatchLogsConfig::builder()
        .status(LogsConfigStatusType::Enabled)
        .group_name(&project.log_group_name)
        .stream_name(&project.log_stream_name)
        .build();
    let bucket = S3LogsConfig::builder().status(LogsConfigStatusType::Disabled).build();
    LogsConfig::builder()
        .cloud_watch_logs(group.expect("the status is set"))
        .s3_logs(bucket.expect("the status is set"))
        .build()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// All tags of a project.
pub(super) fn tags(project: &types::Project) -> Tags {
    let tag = |tag: &Tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()));
    project.tags().iter().filter_map(tag).collect()
}

/// The spec that CodeBuild's project has, with these tags of the user's.
pub(super) fn seen(project: &types::Project, tags: Tags) -> Project {
    let environment = project.environment();
    let logs = project.logs_config().and_then(LogsConfig::cloud_watch_logs);
    let of_logs = |part: fn(&CloudWatchLogsConfig) -> Option<&str>| logs.and_then(part).unwrap_or_default();
    Project {
        name: project.name.clone().unwrap_or_default(),
        description: project.description.clone().unwrap_or_default(),
        role_arn: project.service_role.clone().unwrap_or_default(),
        image: environment.map(|e| e.image.clone()).unwrap_or_default(),
        compute_type: environment.map(|e| e.compute_type.as_str().to_owned()).unwrap_or_default(),
        environment_variables: variables(project)
            .filter(|variable| is_plain(variable))
            .map(|variable| (variable.name.clone(), variable.value.clone()))
            .collect(),
        source: source_of(project),
        buildspec: project.source().and_then(ProjectSource::buildspec).unwrap_or_default().to_owned(),
        timeout_in_minutes: project.timeout_in_minutes.unwrap_or_default(),
        kms_key_arn: project.encryption_key.clone().unwrap_or_default(),
        log_group_name: of_logs(CloudWatchLogsConfig::group_name).to_owned(),
        log_stream_name: of_logs(CloudWatchLogsConfig::stream_name).to_owned(),
        tags,
        unwanted: unwanted(project),
    }
}

/// A source that no spec knows shows as unwanted, beside the default.
fn source_of(project: &types::Project) -> Source {
    let none = project.source().is_some_and(|source| source.r#type == Source::None.kind());
    if none { Source::None } else { Source::CodePipeline }
}

fn variables(project: &types::Project) -> impl Iterator<Item = &EnvironmentVariable> {
    project.environment().into_iter().flat_map(ProjectEnvironment::environment_variables)
}

fn is_plain(variable: &EnvironmentVariable) -> bool {
    variable.r#type.as_ref().is_none_or(|kind| *kind == EnvironmentVariableType::Plaintext)
}

/// What is set although nothing is wanted there. What CodeBuild fills in by itself isn't among it, nor what doesn't
/// matter to anybody's safety: how long builds may queue, how many run at once.
fn unwanted(project: &types::Project) -> Unwanted {
    let source = project.source().map(|source| source.r#type.as_str());
    let artifacts = project.artifacts().map(|artifacts| artifacts.r#type.as_str());
    let cache = project.cache().map(|cache| cache.r#type.as_str());
    let vpc = project.vpc_config().and_then(VpcConfig::vpc_id);
    let logs = project.logs_config();
    let to_group = logs.and_then(LogsConfig::cloud_watch_logs).map(|logs| logs.status.as_str());
    let to_bucket = logs.and_then(LogsConfig::s3_logs);
    let bucket = to_bucket.filter(|logs| logs.status == LogsConfigStatusType::Enabled);
    let environment = project.environment();
    let image = environment.map_or("", |environment| environment.image.as_str());
    let kind = environment.map(|environment| environment.r#type.as_str());
    let puller_of_it = environment
        .and_then(|e| e.image_pull_credentials_type.as_ref())
        .map(ImagePullCredentialsType::as_str);
    let privileged = environment.and_then(|e| e.privileged_mode).filter(|privileged| *privileged);
    let fleet = environment.and_then(|e| e.fleet.as_ref()).and_then(|fleet| fleet.fleet_arn.as_deref());
    let found = named([
        ("source.type", other(source, source_of(project).kind().as_str())),
        ("artifacts.type", other(artifacts, source_of(project).artifacts().as_str())),
        ("secondarySources", many(project.secondary_sources().len())),
        ("secondaryArtifacts", many(project.secondary_artifacts().len())),
        ("cache.type", other(cache, CacheType::NoCache.as_str())),
        ("environment.type", other(kind, container(image).as_str())),
        ("environment.imagePullCredentialsType", other(puller_of_it, puller(image).as_str())),
        ("environment.privilegedMode", privileged.map(|_| "true".to_owned())),
        ("environment.fleet", fleet.map(str::to_owned)),
        ("vpcConfig.vpcId", vpc.filter(|vpc| !vpc.is_empty()).map(str::to_owned)),
        ("fileSystemLocations", many(project.file_system_locations().len())),
        ("logsConfig.cloudWatchLogs.status", other(to_group, LogsConfigStatusType::Enabled.as_str())),
        ("logsConfig.s3Logs.location", bucket.map(|logs| logs.location.clone().unwrap_or_default())),
    ]);
    let special = variables(project).filter(|variable| !is_plain(variable)).map(|variable| {
        let kind = variable.r#type.as_ref().map_or("", |kind| kind.as_str());
        (format!("environment.environmentVariables.{}", variable.name), kind.to_owned())
    });
    found.into_iter().chain(special).collect()
}
