//! Builds: started, followed, stopped, and what is said of those that fail.

use crate::account::{Account, PROJECT, Provider};
use paas_aws::codebuild::builds::{
    Followed, Patience, Status, failure, follow, get, log_tail, running, start, stop,
};
use paas_tests::emulator::Fault;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

const BAKES: &str = "\
version: 0.2
env:
  shell: bash
  exported-variables: [IMAGE_ID, COMMIT]
phases:
  pre_build:
    commands:
      - export COMMIT=$(cat commit)
  build:
    commands:
      - echo \"baking for $WHO, keeping $KEEP_IMAGES\"
      - export IMAGE_ID=ami-1
";

const FAILS: &str = "\
version: 0.2
phases:
  build:
    commands:
      - seq 1 40
      - echo no such package
      - exit 7
";

const ENDLESS: &str =
    "version: 0.2\nphases:\n  build:\n    commands:\n      - echo begun\n      - sleep 600\n";

/// Waits until it is at its commands.
async fn begun(provider: &Provider, id: &str) {
    for _ in 0..200 {
        if get(&provider.world, id).await.unwrap().is_some_and(|build| build.phase == "BUILD") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it doesn't begin");
}

#[tokio::test]
async fn a_build_runs_on_its_source_and_says_what_it_exports() {
    let account = Account::new();
    let provider = account.with_project(BAKES).await;
    let begin = provider.start(&[("commit", "c0ffee")], &[("WHO", "acme")]).await;
    // A newer version doesn't matter to a build of an older one.
    let newer = json!({"Bucket": begin.source.bucket, "Key": begin.source.key, "Body": "no archive"});
    account.call("s3", "put_object", newer);
    let build = start(&provider.world, &begin).await.unwrap();
    assert!(build.id.starts_with("paas_dev_acme_bake:"), "{build:?}");
    let Followed::Ended(build) = follow(&provider.world, &build.id, &provider.patience()).await.unwrap()
    else {
        panic!("it ends by itself")
    };
    assert_eq!(build.status, Status::Succeeded, "{}", failure(&provider.world, &build).await);
    assert_eq!((build.exported["IMAGE_ID"].as_str(), build.exported["COMMIT"].as_str()), ("ami-1", "c0ffee"));
    assert_eq!((build.environment["WHO"].as_str(), build.environment["KEEP_IMAGES"].as_str()), ("acme", "5"));
    assert_eq!(build.phases.last().map(|phase| phase.name.as_str()), Some("COMPLETED"));
    let log = log_tail(&provider.world, &build, 1000).await.unwrap();
    assert!(log.iter().any(|line| line == "baking for acme, keeping 5"), "{log:#?}");
    assert!(build.log_stream.is_some_and(|stream| stream.starts_with("bake/")));
}

#[tokio::test]
async fn a_build_that_fails_is_told_with_its_phase_and_the_end_of_its_log() {
    let account = Account::new();
    let provider = account.with_project(FAILS).await;
    let begin = provider.start(&[("install.sh", "")], &[("TOKEN", "hunter2")]).await;
    let build = start(&provider.world, &begin).await.unwrap();
    let followed = follow(&provider.world, &build.id, &provider.patience()).await.unwrap();
    let build = followed.build();
    assert_eq!(build.status, Status::Failed);
    let says = failure(&provider.world, build).await;
    let begins =
        format!("Build {} ended with status FAILED in phase BUILD.\nCOMMAND_EXECUTION_ERROR: ", build.id);
    assert!(says.starts_with(&begins), "{says}");
    let lines: Vec<&str> = says.split_once("It ends so:\n\n").expect("there is a log").1.lines().collect();
    assert_eq!(lines.len(), 30);
    assert!(lines.contains(&"40") && lines.contains(&"no such package"), "{says}");
    assert!(!says.contains("hunter2"), "{says}");
}

#[tokio::test]
async fn an_interrupt_and_too_much_time_stop_the_build() {
    let account = Account::new();
    let provider = account.with_project(ENDLESS).await;
    for interrupted in [true, false] {
        let begin = provider.start(&[("install.sh", "")], &[]).await;
        let build = start(&provider.world, &begin).await.unwrap();
        begun(&provider, &build.id).await;
        if interrupted {
            provider.cancel.cancel();
        }
        let never = tokio_util::sync::CancellationToken::new();
        let cancel = if interrupted { &provider.cancel } else { &never };
        let patience = Patience { cancel, deadline: Instant::now() + Duration::from_secs(1) };
        let followed = follow(&provider.world, &build.id, &patience).await.unwrap();
        assert_eq!(matches!(followed, Followed::Interrupted(_)), interrupted, "{followed:?}");
        assert_eq!(matches!(followed, Followed::TimedOut(_)), !interrupted, "{followed:?}");
        assert_eq!(followed.build().status, Status::Stopped);
        assert_eq!(running(&provider.world, PROJECT).await.unwrap(), []);
        // What has ended can't be stopped, and needn't be.
        assert_eq!(stop(&provider.world, &build.id).await.unwrap().status, Status::Stopped);
    }
}

#[tokio::test]
async fn what_runs_is_found_with_what_it_runs_with() {
    let account = Account::new();
    let provider = account.with_project(ENDLESS).await;
    assert_eq!(running(&provider.world, "paas_dev_none_bake").await.unwrap(), [], "there is no such project");
    let begin = provider.start(&[("install.sh", "")], &[("SOURCE", "sha256:1"), ("TRIGGERS", "")]).await;
    let build = start(&provider.world, &begin).await.unwrap();
    let found = running(&provider.world, PROJECT).await.unwrap();
    assert_eq!(found.iter().map(|build| build.id.as_str()).collect::<Vec<_>>(), [build.id.as_str()]);
    assert_eq!(
        (found[0].environment["SOURCE"].as_str(), found[0].environment["TRIGGERS"].as_str()),
        ("sha256:1", "")
    );
    stop(&provider.world, &build.id).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_was_lost_starts_no_second_build() {
    let account = Account::new();
    let provider = account.with_project(ENDLESS).await;
    let begin = provider.start(&[("install.sh", "")], &[]).await;
    account.aws.faults([Fault::drop_after().operation("StartBuild").times(1)]);
    let build = start(&provider.world, &begin).await.unwrap();
    assert_eq!(running(&provider.world, PROJECT).await.unwrap().len(), 1);
    stop(&provider.world, &build.id).await.unwrap();
}
