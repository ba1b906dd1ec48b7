//! What a build says of itself.

use super::log::{describe, telling};
use super::*;
use aws_sdk_codebuild::types::{
    BuildPhase, BuildPhaseType, ExportedEnvironmentVariable, LogsLocation, PhaseContext, ProjectEnvironment,
};

fn phase(kind: BuildPhaseType, status: Option<StatusType>) -> BuildPhase {
    BuildPhase::builder().phase_type(kind).set_phase_status(status).duration_in_seconds(3).build()
}

fn failed() -> Build {
    let context = PhaseContext::builder()
        .status_code("COMMAND_EXECUTION_ERROR")
        .message("Error while executing command: packer build. Reason: exit status 1");
    let empty = PhaseContext::builder().status_code("").message("").build();
    let mut install = phase(BuildPhaseType::Install, Some(StatusType::Succeeded));
    install.contexts = Some(vec![empty]);
    let mut build = phase(BuildPhaseType::Build, Some(StatusType::Failed));
    build.contexts = Some(vec![context.build()]);
    let variable = EnvironmentVariable::builder().name("TOKEN").value("hunter2").build();
    let environment = ProjectEnvironment::builder()
        .r#type(types::EnvironmentType::LinuxContainer)
        .image("i")
        .compute_type(types::ComputeType::BuildGeneral1Small)
        .environment_variables(variable.expect("name and value are set"));
    let exported = ExportedEnvironmentVariable::builder().name("COMMIT").value("c0ffee").build();
    Build::from(
        &types::Build::builder()
            .id("paas_dev_acme_bake:1")
            .build_status(StatusType::Failed)
            .current_phase("COMPLETED")
            .phases(install)
            .phases(build)
            .phases(phase(BuildPhaseType::Completed, None))
            .environment(environment.build().expect("all is set"))
            .exported_environment_variables(exported)
            .logs(LogsLocation::builder().group_name("/paas/infrastructure").stream_name("bake/1").build())
            .build(),
    )
}

#[test]
fn a_build_is_read_with_all_that_it_says() {
    let build = failed();
    assert!(build.has_ended());
    assert_eq!((build.status, build.phase.as_str()), (Status::Failed, "COMPLETED"));
    assert_eq!(build.exported["COMMIT"], "c0ffee");
    assert_eq!(build.environment["TOKEN"], "hunter2");
    assert_eq!(build.failed_phase().map(|phase| phase.name.as_str()), Some("BUILD"));
    assert!(build.phases[0].contexts.is_empty(), "an empty context says nothing");
}

#[test]
fn every_status_is_told_apart() {
    for (status, means, ended) in [
        (None, Status::InProgress, false),
        (Some(StatusType::InProgress), Status::InProgress, false),
        (Some(StatusType::Succeeded), Status::Succeeded, true),
        (Some(StatusType::Failed), Status::Failed, true),
        (Some(StatusType::Fault), Status::Fault, true),
        (Some(StatusType::TimedOut), Status::TimedOut, true),
        (Some(StatusType::Stopped), Status::Stopped, true),
        (Some(StatusType::from("NEWER_THAN_US")), Status::Failed, true),
    ] {
        let build = Build::from(&types::Build::builder().set_build_status(status.clone()).build());
        assert_eq!((build.status, build.has_ended()), (means, ended), "{status:?}");
    }
}

#[test]
fn a_failure_is_told_with_its_phase_and_the_end_of_the_log() {
    let tail = ["installing".to_owned(), "no such package".to_owned()];
    assert_eq!(
        describe(&failed(), Ok(tail.to_vec())),
        "Build paas_dev_acme_bake:1 ended with status FAILED in phase BUILD.\n\
         COMMAND_EXECUTION_ERROR: Error while executing command: packer build. Reason: exit status 1.\n\n\
         Its log is stream bake/1 of log group /paas/infrastructure. It ends so:\n\n\
         installing\nno such package"
    );
    assert!(!describe(&failed(), Ok(vec![])).contains("hunter2"), "variables may be secrets after all");
}

#[test]
fn a_failure_without_a_log_says_so() {
    let unread = describe(&failed(), Err("GetLogEvents: AccessDenied: no".to_owned()));
    assert!(unread.ends_with("It can't be read: GetLogEvents: AccessDenied: no"), "{unread}");
    assert!(describe(&failed(), Ok(vec![])).ends_with("It has printed nothing."));
    let stopped = Build { status: Status::Stopped, phases: vec![], log_group: None, ..failed() };
    assert_eq!(
        describe(&stopped, Ok(vec![])),
        "Build paas_dev_acme_bake:1 ended with status STOPPED. It has printed nothing."
    );
}

#[test]
fn a_command_that_fills_pages_is_shortened() {
    let mut build = failed();
    build.phases[1].contexts = vec!["x".repeat(5_000)];
    assert!(describe(&build, Ok(vec![])).len() < 1_000);
}

/// As CodeBuild logs a command of several lines that fails.
#[test]
fn what_a_command_printed_counts_and_not_the_command() {
    let mut build = failed();
    build.phases[1].contexts =
        vec!["COMMAND_EXECUTION_ERROR: Error while executing command: # Scripts.\n(\ncheck\n)\n. Reason: exit status 1".into()];
    let log = "[Container] 2026/11/21 17:14:31 Running command # Scripts.\n(\ncheck\n)\n\ninstall.sh: line 3: syntax error\n\
               [Container] 2026/11/21 17:14:31 Command did not exit successfully # Scripts.\n(\ncheck\n)\n exit status 1\n\
               [Container] 2026/11/21 17:14:31 Phase complete: BUILD State: FAILED";
    let log: Vec<String> = log.lines().map(str::to_owned).collect();
    assert_eq!(telling(&build, &log), ["", "install.sh: line 3: syntax error", " exit status 1"]);
    assert!(
        describe(&build, Ok(vec![])).contains("executing command: # Scripts. … . Reason: exit status 1.\n"),
        "{}",
        describe(&build, Ok(vec![]))
    );
    // A source that can't be fetched: no command has run.
    assert_eq!(telling(&build, &log[..1]), log[..1]);
    let many: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    assert_eq!(telling(&build, &many), many[70..]);
}

#[test]
fn each_attempt_has_a_token_of_its_own() {
    let source = SourceObject { bucket: "b".into(), key: "k".into(), version: Some("1".into()) };
    let attempt = || Start::attempt("paas_dev_acme_bake", source.clone(), BTreeMap::new());
    let (one, two) = (attempt(), attempt());
    assert_ne!(one.token, two.token);
    assert!(one.token.len() <= 64, "CodeBuild's limit");
}
