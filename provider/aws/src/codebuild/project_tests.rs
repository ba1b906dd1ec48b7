//! What a project is, on the way to CodeBuild and back.

use super::*;
use aws_sdk_codebuild::config::{BehaviorVersion, Config};
use aws_sdk_codebuild::types::{
    ArtifactsType, CacheType, ComputeType, EnvironmentType, EnvironmentVariable, EnvironmentVariableType,
    ImagePullCredentialsType, LogsConfigStatusType, ProjectArtifacts, ProjectCache, ProjectEnvironment,
    ProjectSource, S3LogsConfig, SourceType, VpcConfig,
};

fn sample() -> Project {
    Project {
        name: "paas_dev_acme_bake".into(),
        description: "Bakes the images of tenant acme.".into(),
        role_arn: "arn:aws:iam::111122223333:role/paas/dev/acme/paas-dev-acme-bake-eu-west-1".into(),
        image: "aws/codebuild/amazonlinux-x86_64-standard:5.0".into(),
        compute_type: "BUILD_GENERAL1_SMALL".into(),
        environment_variables: [("A".into(), "1".into()), ("B".into(), String::new())].into(),
        source: Source::CodePipeline,
        buildspec: "version: 0.2\n".into(),
        timeout_in_minutes: 60,
        kms_key_arn: "arn:aws:kms:eu-west-1:111122223333:key/1".into(),
        log_group_name: "/paas/paas/dev/acme/infrastructure".into(),
        log_stream_name: "bake".into(),
        tags: Tags::new(),
        unwanted: BTreeMap::new(),
    }
}

fn client() -> Client {
    Client::from_conf(Config::builder().behavior_version(BehaviorVersion::latest()).build())
}

/// The project that AWS makes of a creating request.
fn made(project: &Project) -> types::Project {
    let request = declared::creation(&client(), project, &Tags::from([("a".into(), "1".into())]));
    types::Project::builder()
        .set_name(request.get_name().clone())
        .set_description(request.get_description().clone())
        .set_source(request.get_source().clone())
        .set_artifacts(request.get_artifacts().clone())
        .set_cache(request.get_cache().clone())
        .set_environment(request.get_environment().clone())
        .set_service_role(request.get_service_role().clone())
        .set_timeout_in_minutes(*request.get_timeout_in_minutes())
        .set_encryption_key(request.get_encryption_key().clone())
        .set_logs_config(request.get_logs_config().clone())
        .set_tags(request.get_tags().clone())
        .build()
}

fn seen(change: impl FnOnce(&mut types::Project)) -> Project {
    let mut project = made(&sample());
    change(&mut project);
    declared::seen(&project, Tags::new())
}

fn environment(project: &mut types::Project) -> &mut ProjectEnvironment {
    project.environment.as_mut().expect("there is one")
}

#[test]
fn only_the_name_is_fixed() {
    let other = |change: fn(&mut Project)| {
        let mut saw = sample();
        change(&mut saw);
        sample().diff(&saw)
    };
    assert_eq!(other(|_| ()), Diff::Same);
    assert_eq!(other(|p| p.buildspec = "other".into()), Diff::Update);
    assert_eq!(other(|p| p.unwanted = [("vpcConfig.vpcId".into(), "vpc-1".into())].into()), Diff::Update);
    assert_eq!(other(|p| p.name = "other".into()), Diff::Replace("name"));
}

#[test]
fn what_was_declared_is_seen() {
    assert_eq!(seen(|_| ()), sample());
    assert_eq!(declared::tags(&made(&sample())), Tags::from([("a".into(), "1".into())]));
    let wanted = serde_json::to_value(sample()).unwrap();
    assert!(wanted.get("unwanted").is_none(), "nobody reads of what isn't there: {wanted}");
}

/// The default is named in no spec, so that what was written before there was another one is still read.
#[test]
fn a_project_without_a_source_says_so() {
    let alone = Project { source: Source::None, ..sample() };
    let project = made(&alone);
    assert_eq!(project.source.as_ref().map(|source| &source.r#type), Some(&SourceType::NoSource));
    assert_eq!(project.artifacts.as_ref().map(|it| &it.r#type), Some(&ArtifactsType::NoArtifacts));
    assert_eq!(declared::seen(&project, Tags::new()), alone);
    assert_eq!(alone.diff(&sample()), Diff::Update);
    let told = |project: &Project| serde_json::to_value(project).unwrap();
    assert_eq!((told(&alone)["source"].as_str(), told(&sample()).get("source")), (Some("NO_SOURCE"), None));
    let back: Project = serde_json::from_value(told(&sample())).unwrap();
    assert_eq!(back.source, Source::CodePipeline);
}

/// Each half is compared with what the other one asks for.
#[test]
fn output_that_nobody_asked_for_is_seen_without_a_source_too() {
    let mut project = made(&Project { source: Source::None, ..sample() });
    project.artifacts = ProjectArtifacts::builder().r#type(ArtifactsType::S3).build().ok();
    let saw = declared::seen(&project, Tags::new());
    assert_eq!((saw.source, saw.unwanted["artifacts.type"].as_str()), (Source::None, "S3"));
}

#[test]
fn what_codebuild_fills_in_is_no_change() {
    let filled = seen(|project| {
        let source = ProjectSource::builder().r#type(SourceType::Codepipeline).buildspec("version: 0.2\n");
        project.source = source.insecure_ssl(false).git_clone_depth(0).build().ok();
        let artifacts =
            ProjectArtifacts::builder().r#type(ArtifactsType::Codepipeline).name("paas_dev_acme_bake");
        project.artifacts = artifacts.encryption_disabled(false).build().ok();
        project.queued_timeout_in_minutes = Some(480);
        project.vpc_config = Some(VpcConfig::builder().build());
        project.secondary_sources = Some(vec![]);
        project.cache = None;
        environment(project).privileged_mode = None;
    });
    assert_eq!(filled, sample());
}

/// Each as somebody could set it in the console.
#[test]
fn what_nobody_wants_is_seen() {
    type Change = fn(&mut types::Project);
    let changes: [(&str, &str, Change); 9] = [
        ("environment.privilegedMode", "true", |p| environment(p).privileged_mode = Some(true)),
        ("environment.type", "WINDOWS_SERVER_2019_CONTAINER", |p| {
            environment(p).r#type = EnvironmentType::WindowsServer2019Container;
        }),
        ("environment.imagePullCredentialsType", "SERVICE_ROLE", |p| {
            environment(p).image_pull_credentials_type = Some(ImagePullCredentialsType::ServiceRole);
        }),
        ("source.type", "GITHUB", |p| {
            let source = ProjectSource::builder().r#type(SourceType::Github).buildspec("version: 0.2\n");
            p.source = source.build().ok();
        }),
        ("artifacts.type", "S3", |p| {
            p.artifacts = ProjectArtifacts::builder().r#type(ArtifactsType::S3).build().ok();
        }),
        ("cache.type", "S3", |p| p.cache = ProjectCache::builder().r#type(CacheType::S3).build().ok()),
        ("vpcConfig.vpcId", "vpc-1", |p| p.vpc_config = Some(VpcConfig::builder().vpc_id("vpc-1").build())),
        ("logsConfig.s3Logs.location", "theirs/logs", |p| {
            let logs = S3LogsConfig::builder().status(LogsConfigStatusType::Enabled).location("theirs/logs");
            p.logs_config.as_mut().expect("there is one").s3_logs = logs.build().ok();
        }),
        ("secondarySources", "1", |p| {
            p.secondary_sources =
                ProjectSource::builder().r#type(SourceType::Github).build().ok().map(|s| vec![s]);
        }),
    ];
    for (name, value, change) in changes {
        let unwanted = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        assert_eq!(seen(change), Project { unwanted, ..sample() }, "{name}");
    }
}

#[test]
fn a_variable_that_isnt_plain_text_is_another_one() {
    let variable =
        EnvironmentVariable::builder().name("A").value("1").r#type(EnvironmentVariableType::ParameterStore);
    let saw = seen(|project| {
        environment(project).environment_variables = variable.build().ok().map(|variable| vec![variable]);
    });
    assert!(saw.environment_variables.is_empty());
    assert_eq!(saw.unwanted["environment.environmentVariables.A"], "PARAMETER_STORE");
}

/// A request leaves as it is what it doesn't mention.
#[test]
fn an_update_sets_what_nobody_wants_to_nothing() {
    let request = declared::update(&client(), &sample(), &Tags::new());
    assert_eq!(request.get_vpc_config(), &Some(VpcConfig::builder().build()));
    assert_eq!(request.get_secondary_sources(), &Some(vec![]));
    assert_eq!(request.get_secondary_artifacts(), &Some(vec![]));
    assert_eq!(request.get_file_system_locations(), &Some(vec![]));
    assert_eq!(request.get_cache().as_ref().map(|cache| &cache.r#type), Some(&CacheType::NoCache));
    let environment = request.get_environment().clone().expect("there is one");
    assert_eq!(environment.privileged_mode, Some(false));
    assert_eq!(environment.compute_type, ComputeType::BuildGeneral1Small);
    let logs = request.get_logs_config().clone().and_then(|logs| logs.s3_logs).expect("they are named");
    assert_eq!(logs.status, LogsConfigStatusType::Disabled);
}

#[test]
fn the_image_says_what_it_runs_on_and_who_pulls_it() {
    let (curated, own) = (ImagePullCredentialsType::Codebuild, ImagePullCredentialsType::ServiceRole);
    for (image, container, puller) in [
        ("aws/codebuild/amazonlinux-x86_64-standard:5.0", EnvironmentType::LinuxContainer, curated.clone()),
        ("aws/codebuild/amazonlinux-aarch64-standard:3.0", EnvironmentType::ArmContainer, curated),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/bake:1", EnvironmentType::LinuxContainer, own),
    ] {
        let project = Project { image: image.into(), ..sample() };
        let environment = made(&project).environment.expect("there is one");
        assert_eq!(environment.r#type, container, "{image}");
        assert_eq!(environment.image_pull_credentials_type, Some(puller), "{image}");
        assert_eq!(declared::seen(&made(&project), Tags::new()), project, "{image}");
    }
}

#[test]
fn only_a_refusal_over_the_role_is_waited_for() {
    let refusal = |message: &str| AwsError::ours("CreateProject", message).coded(REFUSED);
    assert!(unsettled(&refusal(
        "CodeBuild is not authorized to perform: sts:AssumeRole on arn:aws:iam::111122223333:role/x"
    )));
    assert!(!unsettled(&refusal("Invalid compute type")));
    assert!(!unsettled(&AwsError::ours(
        "CreateProject",
        "User: x is not authorized to perform: sts:AssumeRole"
    )));
}
