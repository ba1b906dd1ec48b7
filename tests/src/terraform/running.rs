//! A run of Terraform under way.

use super::Output;
use crate::provider;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// What [`Running::next_line`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// A line, without its end.
    Line(String),
    /// None so far.
    Nothing,
    /// Terraform prints no more.
    End,
}

/// Terraform at work. Dropped before its end, it is killed with all its providers.
pub struct Running {
    command: String,
    child: Child,
    lines: Receiver<String>,
    stdout: String,
    stderr: Option<JoinHandle<String>>,
    ended: bool,
}

impl Running {
    pub(super) fn new(mut child: Child, arguments: &[OsString]) -> Self {
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut stderr = child.stderr.take().expect("standard error is piped");
        let (sender, lines) = channel();
        // The pipe must be emptied whether or not anybody looks at the lines: a full one would stop Terraform.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let stderr = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes); // what came until then is all there is
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let words: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
        Self {
            command: format!("terraform {}", words.join(" ")),
            child,
            lines,
            stdout: String::new(),
            stderr: Some(stderr),
            ended: false,
        }
    }

    /// The process id of Terraform itself; its process group has the same number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line of standard output, if one comes within `wait`.
    pub fn next_line(&mut self, wait: Duration) -> Next {
        match self.lines.recv_timeout(wait) {
            Ok(line) => {
                self.stdout.push_str(&line);
                self.stdout.push('\n');
                Next::Line(line)
            }
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        }
    }

    /// What Ctrl-C does: SIGINT to Terraform and its providers.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// The process ids of the provider's processes that this run has started and that are still there.
    /// Linux only: it looks through `/proc`.
    #[must_use]
    pub fn providers(&self) -> Vec<u32> {
        let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
        let pids = processes.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid| self.is_provider(*pid)).collect()
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// The process can't be waited for.
    #[must_use = "it may have failed: see expect_success"]
    pub fn wait(mut self) -> Output {
        while let Ok(line) = self.lines.recv() {
            self.stdout.push_str(&line);
            self.stdout.push('\n');
        }
        let status = self.child.wait().expect("a child can be waited for");
        self.ended = true;
        let stderr = self.stderr.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        Output {
            command: std::mem::take(&mut self.command),
            code: status.code(),
            stdout: std::mem::take(&mut self.stdout),
            stderr,
        }
    }

    fn is_provider(&self, pid: u32) -> bool {
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
        // After the name in brackets: state, parent, process group …
        let Some((_, fields)) = stat.rsplit_once(')') else { return false };
        let group = fields.split_whitespace().nth(2).and_then(|field| field.parse().ok());
        let is_ours = fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(provider::BINARY));
        group == Some(self.pid()) && is_ours
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal); // it fails only where the whole group has ended
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }
}
