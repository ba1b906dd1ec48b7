//! Which operations the provider calls: held against the list of those that its published policy covers, and kept for
//! the suite that looks for permissions that nothing needs.
//!
//! The list is `tests/golden/operations.txt`, which a suite writes from the provider's table: the harness needs none of
//! the provider's crates. What a suite called is kept in `target/operations/<build of the provider>/<suite>.txt`: in each
//! line the access key that the provider had, and the operation.

use super::Call;
use crate::{Error, provider, root};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

/// What the access keys begin with that the provider gets. The harness's own calls aren't logged, and what works inside
/// the emulated account has other keys.
pub const PROVIDER_KEYS: &str = "AKIAEXAMPLEEXAMPLE";

/// An operation as `service:Operation`, after the access key that called it.
pub type Called = (String, String);

/// The operations that the provider called.
pub(super) fn of_provider(calls: &[Call]) -> BTreeSet<Called> {
    let called = |call: &Call| {
        let key = call.access_key.as_ref().filter(|key| key.starts_with(PROVIDER_KEYS))?;
        Some((key.clone(), format!("{}:{}", call.service, call.operation)))
    };
    calls.iter().filter_map(called).collect()
}

/// Those that the provider's policy doesn't cover.
pub(super) fn uncovered(called: &BTreeSet<Called>) -> BTreeSet<&str> {
    static COVERED: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let list = fs::read_to_string(root().join("tests/golden/operations.txt")).unwrap_or_default();
        covered(&list)
    });
    called.iter().map(|(_, operation)| operation.as_str()).filter(|o| !COVERED.contains(*o)).collect()
}

/// The first word of each line, up to the first empty one.
fn covered(list: &str) -> BTreeSet<String> {
    let lines = list.lines().take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// Keeps what this suite's provider called.
pub(super) fn keep(called: &BTreeSet<Called>) -> std::io::Result<()> {
    static KEPT: Mutex<BTreeSet<Called>> = Mutex::new(BTreeSet::new());
    let Some(suite) = suite() else { return Ok(()) };
    let folder = folder().map_err(|error| std::io::Error::other(error.to_string()))?;
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh: Vec<&Called> = called.difference(&kept).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    let lines: Vec<String> = fresh.iter().map(|(key, operation)| format!("{key} {operation}\n")).collect();
    let path = folder.join(format!("{suite}.txt"));
    // One write of one piece: a second process of the same suite can't come in between.
    OpenOptions::new().create(true).append(true).open(path)?.write_all(lines.concat().as_bytes())?;
    kept.extend(called.iter().cloned());
    Ok(())
}

/// What today's provider was seen to call, by suite. Suites that no longer exist aren't among them, and no suite that
/// hasn't run with this build.
///
/// # Errors
/// The provider doesn't build.
pub fn kept() -> Result<BTreeMap<String, BTreeSet<Called>>, Error> {
    let folder = folder()?;
    let of_suite = |suite: String| {
        let text = fs::read_to_string(folder.join(format!("{suite}.txt"))).ok()?;
        Some((suite, read(&text)))
    };
    Ok(suites().into_iter().filter_map(of_suite).collect())
}

fn read(text: &str) -> BTreeSet<Called> {
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(key, operation)| (key.to_owned(), operation.to_owned())).collect()
}

/// The names of the suites that there are: the files and folders of `tests/tests` that Cargo takes for one.
///
/// # Panics
/// Never: the checkout holds them.
#[must_use]
pub fn suites() -> Vec<String> {
    let entries = fs::read_dir(root().join("tests/tests")).expect("the checkout holds the suites");
    let suite = |path: PathBuf| {
        let is_suite = path.join("main.rs").is_file() || path.extension().is_some_and(|of| of == "rs");
        is_suite.then(|| path.file_stem()?.to_str().map(str::to_owned)).flatten()
    };
    let mut suites: Vec<String> = entries.flatten().filter_map(|entry| suite(entry.path())).collect();
    suites.sort();
    suites
}

/// The suite that this process runs; none for the demo, benchmarks and the like.
fn suite() -> Option<String> {
    let executable = std::env::current_exe().ok()?;
    let (name, _) = executable.file_stem()?.to_str()?.rsplit_once('-')?;
    suites().into_iter().find(|suite| suite == name)
}

/// Where it is kept what this build of the provider called: builds are told apart by when the file was written, and how
/// large it is.
fn folder() -> Result<PathBuf, Error> {
    static FOLDER: LazyLock<Result<PathBuf, Error>> = LazyLock::new(|| {
        let path = provider::binary()?;
        let unreadable = |error: std::io::Error| Error::new(format!("{}: {error}", path.display()));
        let file = fs::metadata(&path).map_err(unreadable)?;
        let written = file.modified().map_err(unreadable)?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(root().join(format!("target/operations/{:x}-{:x}", written.as_nanos(), file.len())))
    });
    FOLDER.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(operation: &str, access_key: Option<&str>) -> Call {
        let call = json!({
            "seq": 1, "time": 0.0, "service": "ec2", "operation": operation, "region": "eu-west-1", "status": 200,
            "error": null, "mutating": false, "params": {}, "invalid": [], "fault": null, "access_key": access_key,
        });
        serde_json::from_value(call).expect("it is a call")
    }

    fn called(all: &[(&str, &str)]) -> BTreeSet<Called> {
        all.iter().map(|(key, operation)| ((*key).to_owned(), (*operation).to_owned())).collect()
    }

    #[test]
    fn the_provider_is_told_by_its_keys() {
        let calls = [
            call("DescribeVpcs", Some("AKIAEXAMPLEEXAMPLE00")),
            call("DescribeVpcs", Some("AKIAEXAMPLEEXAMPLE00")),
            call("DescribeVpcs", Some("AKIAEXAMPLEEXAMPLE01")),
            call("DescribeSubnets", Some("AKIASOMEBODYELSE0000")),
            call("DescribeImages", None),
        ];
        let (first, second) = ("AKIAEXAMPLEEXAMPLE00", "AKIAEXAMPLEEXAMPLE01");
        assert_eq!(of_provider(&calls), called(&[(first, "ec2:DescribeVpcs"), (second, "ec2:DescribeVpcs")]));
    }

    #[test]
    fn a_list_ends_with_its_first_empty_line() {
        let list = "ec2:A ec2:A\ns3:B s3:B s3:C\nsts:D\n\niam:PassRole because\n";
        assert_eq!(covered(list), ["ec2:A", "s3:B", "sts:D"].map(str::to_owned).into());
    }

    #[test]
    fn what_was_kept_is_read() {
        assert_eq!(read("K0 ec2:A\nK1 s3:C\n"), called(&[("K0", "ec2:A"), ("K1", "s3:C")]));
    }

    #[test]
    fn folders_and_files_are_suites_and_what_they_share_is_not() {
        let suites = suites();
        assert!(suites.contains(&"import".into()) && suites.contains(&"drift".into()), "{suites:?}");
        assert!(!suites.contains(&"support".into()), "{suites:?}");
    }
}
