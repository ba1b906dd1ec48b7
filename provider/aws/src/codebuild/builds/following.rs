//! Waiting for a build: phase by phase into Terraform's log, and with an end in every case.

use super::{Build, NOT_FOUND, get};
use crate::call::{AwsError, call};
use crate::session::Session;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A build that was just started may stay invisible for some seconds.
const APPEARING: Duration = Duration::from_mins(2);
/// CodeBuild gives no number for how long a build takes to stop; it has been seen to take a minute.
const STOPPING: Duration = Duration::from_mins(5);

/// How long a build is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience<'a> {
    /// Terraform's own end, such as Ctrl-C.
    pub cancel: &'a CancellationToken,
    /// The end of the resource's `timeouts`.
    pub deadline: Instant,
}

/// How the wait for a build ended. It has ended in all cases, but for one that CodeBuild didn't stop within five minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// By itself, well or badly, or because somebody else stopped it.
    Ended(Build),
    /// Terraform was interrupted; the build was stopped.
    Interrupted(Build),
    /// The time ran out; the build was stopped.
    TimedOut(Build),
}

impl Followed {
    /// The build as it stood at the end.
    #[must_use]
    pub fn build(&self) -> &Build {
        match self {
            Self::Ended(build) | Self::Interrupted(build) | Self::TimedOut(build) => build,
        }
    }
}

/// Waits until a build has ended. Says each of its phases in the log; stops it when the patience ends.
///
/// # Errors
/// CodeBuild can't be asked, or doesn't know the build.
pub async fn follow(session: &Session, id: &str, patience: &Patience<'_>) -> Result<Followed, AwsError> {
    let (mut told, mut pause) = (Told::default(), FIRST_PAUSE);
    let invisible_until = Instant::now() + APPEARING;
    loop {
        match get(session, id).await? {
            Some(build) => {
                told.tell(&build);
                if build.has_ended() {
                    return Ok(Followed::Ended(build));
                }
            }
            None if Instant::now() < invisible_until => {}
            None => return Err(missing(id)),
        }
        tokio::select! {
            () = patience.cancel.cancelled() => return stop(session, id).await.map(Followed::Interrupted),
            () = tokio::time::sleep_until(patience.deadline) => {
                return stop(session, id).await.map(Followed::TimedOut);
            }
            () = tokio::time::sleep(pause) => pause = longer(pause),
        }
    }
}

/// Stops a build and waits until it has ended, five minutes at most: then it is given as it stands.
///
/// # Errors
/// CodeBuild refuses although the build runs, or doesn't know it.
pub async fn stop(session: &Session, id: &str) -> Result<Build, AwsError> {
    // One that has just ended by itself may be refused.
    let refused = call("StopBuild", session.codebuild.stop_build().id(id).send()).await.err();
    let (give_up, mut pause) = (Instant::now() + STOPPING, FIRST_PAUSE);
    loop {
        let build = get(session, id).await?.ok_or_else(|| missing(id))?;
        if build.has_ended() {
            return Ok(build);
        }
        if let Some(refused) = refused {
            return Err(refused);
        }
        if Instant::now() > give_up {
            return Ok(build);
        }
        tokio::time::sleep(pause).await;
        pause = longer(pause);
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(LONGEST_PAUSE)
}

fn missing(id: &str) -> AwsError {
    AwsError::ours("BatchGetBuilds", format!("no build {id}")).coded(NOT_FOUND[0])
}

/// What has been said of a build: each phase once at its beginning, once at its end.
#[derive(Debug, Default)]
struct Told {
    begun: usize,
    ended: usize,
}

impl Told {
    fn tell(&mut self, build: &Build) {
        for phase in &build.phases[self.begun.min(build.phases.len())..] {
            tracing::info!(build = build.id, phase = phase.name, "the build is in this phase");
        }
        self.begun = build.phases.len();
        let ended = build.phases.iter().take_while(|phase| phase.status.is_some()).count();
        for phase in &build.phases[self.ended.min(ended)..ended] {
            let status = phase.status.as_deref();
            tracing::info!(build = build.id, phase = phase.name, status, seconds = phase.seconds, "it ended");
        }
        self.ended = ended;
    }
}
