//! An AWS account of the test's own: the emulator in `tests/emulator`, one process per value.

mod control;
mod fault;
pub mod record;
pub mod release;

pub use control::{Call, CallError, Counts, Hits, Object};
pub use fault::Fault;

use crate::{Error, prerequisites, root};
use control::Control;
use record::{Called, PROVIDER_KEYS};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use tempfile::NamedTempFile;

/// The region of everything that the tests make, unless a test says otherwise.
pub const REGION: &str = "eu-west-1";

const UNSOUND: &str = "requests that AWS would refuse or the emulator doesn't know";

const UNCOVERED: &str = "calls of the provider that its published policy doesn't cover: add them to \
     paas_aws::permissions, then UPDATE_GOLDEN=1 cargo test -p paas-tests --test permissions list";

/// A running emulator. The control endpoint's calls panic where it refuses them: the test is wrong then.
///
/// Dropping the value ends the process. It also fails the test if a request to AWS broke the service's model
/// (a required member missing, an enum value that doesn't exist …) or used an operation that the emulator lacks, or if
/// the provider used one that its published policy doesn't cover.
pub struct Emulator {
    process: Child,
    stderr: NamedTempFile,
    control: Control,
    tolerant: bool,
    left: bool,
    /// What the provider called before the log was last emptied.
    called: Mutex<BTreeSet<Called>>,
}

/// The line that the emulator prints once it listens.
#[derive(Deserialize)]
struct Listening {
    endpoint: String,
}

impl Emulator {
    /// Starts an empty account.
    ///
    /// # Panics
    /// It doesn't start; the text says why.
    #[must_use]
    pub fn start() -> Self {
        Self::try_start().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts an empty account that ends with this process, even where this process is killed.
    ///
    /// # Errors
    /// Python or the emulator's packages are missing, or it ended at once; the text holds what it printed.
    pub fn try_start() -> Result<Self, Error> {
        Self::launch(&["--exit-with-parent"])
    }

    /// Starts an empty account that [`Emulator::leave_running`] can leave behind.
    ///
    /// # Errors
    /// As [`Emulator::try_start`].
    pub fn try_start_independent() -> Result<Self, Error> {
        Self::launch(&[])
    }

    fn launch(options: &[&str]) -> Result<Self, Error> {
        let python = prerequisites::emulator_python()?;
        let failed = |error: std::io::Error| Error::new(format!("the AWS emulator doesn't start: {error}"));
        let stderr = NamedTempFile::new().map_err(failed)?;
        let mut process = Command::new(python)
            .args(["-m", "emulator", "--port", "0"])
            .args(options)
            .env("PYTHONPATH", root().join("tests"))
            .env_remove("PYTHONHOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr.reopen().map_err(failed)?)
            // Ctrl-C at the terminal must reach Terraform first; the emulator ends last.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(failed)?;
        }
        let listening = serde_json::from_str::<Listening>(&line);
        let endpoint = listening.map(|line| line.endpoint).unwrap_or_default();
        let control = Control::new(endpoint);
        let called = Mutex::default();
        let emulator = Self { process, stderr, control, tolerant: false, left: false, called };
        if emulator.endpoint().is_empty() {
            return Err(Error::new(format!("the AWS emulator doesn't start: {}", emulator.complaints())));
        }
        Ok(emulator)
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.control.endpoint()
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The environment variables that lead an AWS SDK here and nowhere else.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.endpoint().to_owned()),
            ("AWS_REGION", REGION.into()),
            ("AWS_ACCESS_KEY_ID", Self::key(0)),
            ("AWS_SECRET_ACCESS_KEY", "example".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ]
    }

    /// An access key of the provider's. The first one may do everything; the others too, until [`Control::permit`].
    #[must_use]
    pub fn key(n: u8) -> String {
        format!("{PROVIDER_KEYS}{n:02}")
    }

    /// Back to an empty account: no objects, no log, no faults, default timing and limits.
    pub fn reset(&self) {
        self.note(&self.control.calls(0));
        self.control.reset();
    }

    /// Empties the call log. Numbering goes on, so what [`Control::mark`] gave stays valid.
    pub fn forget_calls(&self) {
        self.note(&self.control.calls(0));
        self.control.forget_calls();
    }

    /// The test makes unsound requests on purpose: don't fail it for them.
    #[must_use]
    pub fn tolerant(mut self) -> Self {
        self.tolerant = true;
        self
    }

    /// Fails if a request so far was one that AWS would refuse or that the emulator lacks. Dropping the value checks the
    /// same; this is for before an [`Emulator::reset`], which empties the log.
    ///
    /// # Panics
    /// There was such a request.
    pub fn assert_sound(&self) {
        let unsound = unsound(&self.control.calls(0));
        assert!(unsound.is_empty(), "{UNSOUND}:\n{}", unsound.join("\n"));
    }

    /// Lets the emulator outlive this process, if it was started for that; gives its process id.
    #[must_use]
    pub fn leave_running(mut self) -> u32 {
        self.left = true;
        self.pid()
    }

    /// What the emulator wrote to its standard error.
    fn complaints(&self) -> String {
        fs::read_to_string(self.stderr.path()).unwrap_or_default().trim().to_owned()
    }

    /// Remembers what the provider called.
    fn note(&self, calls: &[Call]) {
        let mut called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        called.extend(record::of_provider(calls));
    }
}

fn unsound(calls: &[Call]) -> Vec<String> {
    let unsound = |call: &Call| !call.invalid.is_empty() || call.error.as_deref() == Some("NotImplemented");
    calls
        .iter()
        .filter(|call| unsound(call))
        .map(|call| format!("{}:{} {:?} {}", call.service, call.operation, call.invalid, call.params))
        .collect()
}

impl std::ops::Deref for Emulator {
    type Target = Control;
    fn deref(&self) -> &Control {
        &self.control
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if self.left {
            return;
        }
        let calls = self.control.try_calls(0).unwrap_or_default();
        // Both fail only where the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.note(&calls);
        let called = std::mem::take(self.called.get_mut().unwrap_or_else(PoisonError::into_inner));
        let kept = if called.is_empty() { Ok(()) } else { record::keep(&called) };
        if std::thread::panicking() {
            let complaints = self.complaints();
            if !complaints.is_empty() {
                eprintln!("the AWS emulator wrote:\n{complaints}");
            }
            return;
        }
        let unsound = if self.tolerant { Vec::new() } else { unsound(&calls) };
        assert!(unsound.is_empty(), "{UNSOUND}:\n{}", unsound.join("\n"));
        let uncovered = record::uncovered(&called);
        assert!(uncovered.is_empty(), "{UNCOVERED}: {uncovered:#?}");
        kept.unwrap_or_else(|error| panic!("target/operations: {error}"));
    }
}
