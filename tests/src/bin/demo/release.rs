//! A release of `examples/tenant-repository`: uploaded, followed through the pipeline, seen on the instances.

use crate::tenant::Stages;
use crate::{Progress, Stop};
use paas_tests::baking::place;
use paas_tests::{Emulator, Error};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// What of the repository is the release; the rest is for whoever reads it.
const RELEASED: [&str; 4] = ["appspec.yml", "application", "scripts", "systemd"];
/// How often it looks.
const TICK: Duration = Duration::from_millis(200);
/// More than the emulated account takes, builds included.
const PATIENCE: Duration = Duration::from_mins(5);

/// Waits for the run that is under way, tells its stages as they change.
///
/// # Errors
/// A stage fails, or nothing moves; Ctrl-C.
pub fn follow(aws: &Emulator, pipeline: &str, progress: &Progress<'_>, before: &str) -> Result<Stages, Stop> {
    let until = Instant::now() + PATIENCE;
    let mut told = None;
    loop {
        progress.check()?;
        let stages = Stages::of(aws, pipeline)?;
        let is_new = run(aws, pipeline)? != before;
        if is_new && told.as_ref() != Some(&stages) {
            progress.tell(Some(format!("  {pipeline}: {stages}")));
        }
        if is_new && let Some(stage) = stages.failed() {
            return Err(Error::new(format!("the pipeline failed in its stage {stage}")).into());
        }
        if is_new && stages.are_done() {
            return Ok(stages);
        }
        if Instant::now() > until {
            return Err(Error::new(format!("the pipeline doesn't come to its end: {stages}")).into());
        }
        told = is_new.then_some(stages);
        std::thread::sleep(TICK);
    }
}

/// The latest run of the pipeline; empty before the first.
///
/// # Errors
/// The account refuses.
pub fn run(aws: &Emulator, pipeline: &str) -> Result<String, Stop> {
    let runs = json!({"pipelineName": pipeline, "maxResults": 1});
    let runs = aws
        .call("codepipeline", "list_pipeline_executions", &runs)
        .map_err(|error| Error::new(format!("the emulated account refuses: {error}")))?;
    let id = &runs["pipelineExecutionSummaries"][0]["pipelineExecutionId"];
    Ok(id.as_str().unwrap_or_default().to_owned())
}

/// Puts the repository at `folder` where releases go (`s3://BUCKET/KEY`); gives the object's ETag.
///
/// # Errors
/// It can't be read.
pub fn upload(aws: &Emulator, uri: &str, folder: &Path) -> Result<String, Stop> {
    let mut files = Vec::new();
    for name in RELEASED {
        collect(folder, name, &mut files)
            .map_err(|error| Error::new(format!("{}/{name}: {error}", folder.display())))?;
    }
    let (bucket, key) = place(uri);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let etag = aws.upload(&json!(bucket), &json!(key), &files);
    Ok(etag.as_str().unwrap_or_default().to_owned())
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    let path = folder.join(name);
    if !path.is_dir() {
        files.push((name.to_owned(), fs::read_to_string(path)?));
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?.file_name();
        if entry != "__pycache__" {
            collect(folder, &format!("{name}/{}", entry.to_string_lossy()), files)?;
        }
    }
    Ok(())
}

/// The instances that serve the release of this ETag, a line each.
pub fn served(aws: &Emulator, etag: &str) -> String {
    let bare = |etag: &str| etag.trim_matches('"').to_owned();
    let releases = aws.releases();
    let served = releases.iter().filter(|(_, release)| {
        release.revision["etag"].as_str().is_some_and(|of_revision| bare(of_revision) == bare(etag))
    });
    let lines =
        served.map(|(id, release)| format!("{id}  serves it since deployment {}", release.deployment));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_holds_what_its_appspec_names() {
        let repository = paas_tests::root().join("examples/tenant-repository");
        let mut files = Vec::new();
        for name in RELEASED {
            collect(&repository, name, &mut files).unwrap();
        }
        let appspec = &files[0].1;
        let named = appspec.lines().filter_map(|line| line.trim().strip_prefix("- location: "));
        let mut seen = 0;
        for script in named {
            assert!(files.iter().any(|(name, _)| name == script), "{script} is not in the release");
            seen += 1;
        }
        assert_eq!(seen, 5);
        assert!(files.iter().all(|(name, _)| !name.contains("__pycache__")));
    }
}
