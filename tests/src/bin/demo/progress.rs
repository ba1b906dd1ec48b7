//! Runs Terraform and tells what happens, a line at a time: its events, and between them what the provider does at
//! AWS, from the emulator's call log.

use crate::calls::Digest;
use crate::{Interrupt, Stop};
use paas_tests::terraform::Next;
use paas_tests::{Emulator, Error, Workspace};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How often it looks at Ctrl-C.
const TICK: Duration = Duration::from_millis(200);
/// The shortest time between two lines about calls.
const CALM: Duration = Duration::from_secs(1);

/// The teller.
pub struct Progress<'a> {
    aws: &'a Emulator,
    interrupt: &'a Interrupt,
    started: Instant,
}

impl<'a> Progress<'a> {
    /// Time counts from here.
    pub fn new(aws: &'a Emulator, interrupt: &'a Interrupt) -> Self {
        Self { aws, interrupt, started: Instant::now() }
    }

    /// Runs Terraform and tells its progress. On Ctrl-C it lets Terraform end in its own way first.
    pub fn terraform(&self, workspace: &Workspace, arguments: &[&str]) -> Result<(), Stop> {
        self.interrupt.check()?;
        let mut running = workspace.start(arguments);
        let mut calls = Digest::new(self.aws.mark());
        let mut told = Instant::now();
        let mut interrupted = false;
        loop {
            let event = match running.next_line(TICK) {
                Next::Line(line) => serde_json::from_str(&line).unwrap_or_default(),
                Next::Nothing => Value::Null,
                Next::End => break,
            };
            let line = event_line(&event);
            // Calls since the last line belong before an end, and after a beginning.
            let begins = event["type"] == "apply_start";
            if (line.is_some() && !begins) || told.elapsed() >= CALM {
                self.tell(calls.line(&self.aws.calls(calls.seen)));
                told = Instant::now();
            }
            self.tell(line);
            if self.interrupt.pressed() && !interrupted {
                interrupted = true;
                self.tell(Some("Ctrl-C: Terraform ends what is under way …".into()));
                running.interrupt();
            }
        }
        let output = running.wait();
        self.interrupt.check()?;
        if output.success() { Ok(()) } else { Err(Error::new(output.report()).into()) }
    }

    /// Stops the demo if Ctrl-C was pressed.
    pub fn check(&self) -> Result<(), Stop> {
        self.interrupt.check()
    }

    /// Prints a line with the time since the beginning.
    pub fn tell(&self, line: Option<String>) {
        if let Some(line) = line {
            println!("{:7.1} s  {line}", self.started.elapsed().as_secs_f64());
        }
    }
}

/// One of Terraform's events for a reader; None for those that say nothing new.
fn event_line(event: &Value) -> Option<String> {
    let hook = &event["hook"];
    let address = hook["resource"]["addr"].as_str()?;
    let action = hook["action"].as_str()?;
    let (doing, done) = match action {
        "create" => ("creating", "created"),
        "update" => ("updating", "updated"),
        "delete" => ("destroying", "destroyed"),
        _ => return None, // reading a data source is over at once
    };
    match event["type"].as_str()? {
        "apply_start" => Some(format!("{address}: {doing}")),
        "apply_complete" => Some(format!("{address}: {done} after {} s", hook["elapsed_seconds"])),
        "apply_errored" => Some(format!("{address}: failed after {} s", hook["elapsed_seconds"])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_beginning_and_the_end_of_a_resource_are_told() {
        let event = |kind: &str| {
            let hook =
                json!({"resource": {"addr": "paas_tenant.acme"}, "action": "create", "elapsed_seconds": 3});
            event_line(&json!({"type": kind, "hook": hook}))
        };
        assert_eq!(event("apply_start").as_deref(), Some("paas_tenant.acme: creating"));
        assert_eq!(event("apply_complete").as_deref(), Some("paas_tenant.acme: created after 3 s"));
        assert_eq!(event("apply_progress"), None);
        assert_eq!(event_line(&json!({"type": "version"})), None);
    }
}
