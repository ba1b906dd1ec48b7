//! The end of a build's log, and what to say of a build that failed.

use super::{Build, NOT_FOUND};
use crate::call::{AwsError, call};
use crate::session::Session;
use std::fmt::Write;

/// How many lines of its log stand in the error of a failed build.
const LINES: usize = 30;
/// The most events that one call gives (`GetLogEvents`).
const EVENTS: usize = 10_000;
/// A page may be empty although there are more events (`GetLogEvents`): so many are asked for.
const PAGES: usize = 10;
/// What of one context is shown: CodeBuild repeats the whole command that failed in it.
const CONTEXT: usize = 500;

/// The last `lines` lines of what a build has printed, oldest first; none where it has printed nothing yet.
///
/// # Errors
/// `GetLogEvents` is refused.
pub async fn log_tail(session: &Session, build: &Build, lines: usize) -> Result<Vec<String>, AwsError> {
    let (Some(group), Some(stream)) = (&build.log_group, &build.log_stream) else { return Ok(vec![]) };
    let limit = i32::try_from(lines.clamp(1, EVENTS)).expect("it is no more than 10,000");
    let request = session.logs.get_log_events().log_group_name(group).log_stream_name(stream).limit(limit);
    let request = request.start_from_head(false);
    let (mut tail, mut token): (Vec<String>, Option<String>) = (vec![], None);
    for _ in 0..PAGES {
        let page = request.clone().set_next_token(token.clone());
        let page = match call("GetLogEvents", page.send()).await {
            Err(e) if e.is(NOT_FOUND) => break,
            page => page?,
        };
        let messages = page.events.iter().flatten().filter_map(|event| event.message.as_deref());
        let older: Vec<String> = messages.flat_map(str::lines).map(str::to_owned).collect();
        tail.splice(0..0, older);
        // The token repeats where there is nothing older.
        if tail.len() >= lines || page.next_backward_token == token {
            break;
        }
        token = page.next_backward_token;
    }
    Ok(tail.split_off(tail.len().saturating_sub(lines)))
}

/// What to say of a build that didn't do what it was to do: how it ended, in which phase, and the end of its log. The
/// variables it ran with aren't in it.
pub async fn failure(session: &Session, build: &Build) -> String {
    let tail = log_tail(session, build, LINES).await;
    describe(build, tail.map_err(|e| e.to_string()))
}

pub(super) fn describe(build: &Build, tail: Result<Vec<String>, String>) -> String {
    let mut text = format!("Build {} ended with status {}", build.id, build.status.as_str());
    if let Some(phase) = build.failed_phase() {
        let _ = write!(text, " in phase {}", phase.name);
        for context in &phase.contexts {
            let _ = write!(text, ".\n{}", shortened(context.trim_end_matches('.')));
        }
    }
    text.push('.');
    if let (Some(group), Some(stream)) = (&build.log_group, &build.log_stream) {
        let _ = write!(text, "\n\nIts log is stream {stream} of log group {group}.");
    }
    match tail {
        Err(why) => {
            let _ = write!(text, " It can't be read: {why}");
        }
        Ok(tail) if tail.is_empty() => text.push_str(" It has printed nothing."),
        Ok(tail) => {
            let _ = write!(text, " It ends so:\n\n{}", tail.join("\n"));
        }
    }
    text
}

fn shortened(context: &str) -> String {
    let short: String = context.chars().take(CONTEXT).collect();
    if short.len() < context.len() { format!("{short} …") } else { short }
}
