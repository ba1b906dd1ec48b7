//! The end of a build's log, and what to say of a build that failed.

use super::{Build, NOT_FOUND};
use crate::call::{AwsError, call};
use crate::session::Session;
use std::collections::BTreeSet;
use std::fmt::Write;

/// How many lines of its log stand in the error of a failed build.
const LINES: usize = 30;
/// How many are looked at for them: CodeBuild's own among them don't count.
const RAW_LINES: usize = 10 * LINES;
/// How CodeBuild's own lines begin.
const CONTAINER: &str = "[Container] ";
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
    let log = log_tail(session, build, RAW_LINES).await;
    describe(build, log.map(|log| telling(build, &log)).map_err(|e| e.to_string()))
}

/// The last lines that commands have printed. CodeBuild says with lines of its own which phase begins and ends, and prints
/// a command whole before it runs and again when it has failed: one of many lines would leave no room for what it has
/// printed. What CodeBuild says stands in the phases; where it is all there is, it stays.
pub(super) fn telling(build: &Build, log: &[String]) -> Vec<String> {
    let contexts = build.phases.iter().flat_map(|phase| &phase.contexts);
    let commands: BTreeSet<&str> = contexts.flat_map(|context| context.lines()).map(str::trim).collect();
    let is_codebuilds = |line: &str| line.starts_with(CONTAINER) || commands.contains(line.trim());
    let mut printed: Vec<&String> = log.iter().filter(|line| !is_codebuilds(line)).collect();
    if printed.iter().all(|line| line.trim().is_empty()) {
        printed = log.iter().collect();
    }
    printed.split_off(printed.len().saturating_sub(LINES)).into_iter().cloned().collect()
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

/// The first line of a command of several, and what stands behind its last.
fn shortened(context: &str) -> String {
    let context = match (context.lines().next(), context.lines().next_back()) {
        (Some(first), Some(last)) if first != last => format!("{} … {last}", first.trim_end()),
        _ => context.to_owned(),
    };
    let short: String = context.chars().take(CONTEXT).collect();
    if short.len() < context.len() { format!("{short} …") } else { short }
}
