//! What the machine must have: Terraform, Python, Git and zip, and what it had better have: Packer. The emulator's own Python
//! packages are installed on first use.

use crate::{Error, root};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Write-only attributes came with 1.11.
const TERRAFORM: Version = Version(1, 11, 0);
/// The newest that any package in `tests/emulator/requirements.txt` asks for.
const PYTHON: Version = Version(3, 11, 0);
/// Debian's. Templates in HCL came with 1.5, and what ours need of them with 1.6.
const PACKER: Version = Version(1, 6, 0);
/// `GIT_CONFIG_GLOBAL` came with 2.32.
const GIT: Version = Version(2, 32, 0);

/// Version of a program, without what follows the patch level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32, u32);

impl Version {
    /// From `1.11.4`, `3.12.0rc1` and the like.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '.');
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let patch: String =
            parts.next().unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
        Some(Self(major, minor, patch.parse().unwrap_or(0)))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The version of `terraform` on the PATH. Checks once per process that it is new enough.
///
/// # Errors
/// It is missing or too old; the text says how to get it.
pub fn terraform() -> Result<Version, Error> {
    static CHECKED: OnceLock<Result<Version, Error>> = OnceLock::new();
    CHECKED
        .get_or_init(|| {
            let mut command = Command::new("terraform");
            command.args(["version", "-json"]).env("CHECKPOINT_DISABLE", "1");
            let answer = command.output().ok().filter(|output| output.status.success());
            let found = answer.and_then(|output| {
                let json: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
                Version::parse(json["terraform_version"].as_str()?)
            });
            let install = "install it from https://developer.hashicorp.com/terraform/install";
            require("terraform", found, TERRAFORM, install)
        })
        .clone()
}

/// The version of `packer` on the PATH, if it is new enough. Without it nothing can be baked; the first look says on standard
/// error what is left out, once per process.
pub fn packer() -> Option<Version> {
    static FOUND: OnceLock<Option<Version>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let answer = Command::new("packer").arg("version").env("CHECKPOINT_DISABLE", "1").output().ok();
        let answer = answer.filter(|output| output.status.success());
        let found = answer.and_then(|output| packer_version(&String::from_utf8_lossy(&output.stdout)));
        require("packer", found, PACKER, GET_PACKER)
            .inspect_err(|error| {
                // Not by `eprintln!`: of tests that pass, nobody would see it.
                let _ = writeln!(std::io::stderr(), "left out: whatever bakes a machine image. {error}");
            })
            .ok()
    })
}

/// How to get Packer.
pub const GET_PACKER: &str = "install Debian's or Ubuntu's package (apt install packer), or one of https://developer.hashicorp.com/packer/install";

/// From `Packer v1.6.6`, with whatever advice follows.
fn packer_version(said: &str) -> Option<Version> {
    said.lines().find_map(|line| Version::parse(line.strip_prefix("Packer v")?))
}

/// Looks once per process for what the webhook's builds run besides Python and the AWS command line: git, zip and base64. All
/// of them are on `CodeBuild`'s images.
///
/// # Errors
/// One is missing, or git is too old; the text says how to get it.
pub fn build_tools() -> Result<(), Error> {
    static CHECKED: OnceLock<Result<(), Error>> = OnceLock::new();
    CHECKED
        .get_or_init(|| {
            let answer = Command::new("git").arg("version").output().ok();
            let answer = answer.filter(|output| output.status.success());
            let found = answer.and_then(|output| git_version(&String::from_utf8_lossy(&output.stdout)));
            require("git", found, GIT, "install it from https://git-scm.com/downloads")?;
            runs("zip", &["-v"], "install it (Debian, Ubuntu: apt install zip)")?;
            runs("base64", &["/dev/null"], "install GNU coreutils")
        })
        .clone()
}

/// From `git version 2.39.5 (Apple Git-154)`.
fn git_version(said: &str) -> Option<Version> {
    Version::parse(said.strip_prefix("git version ")?.split_whitespace().next()?)
}

fn runs(program: &str, arguments: &[&str], install: &str) -> Result<(), Error> {
    let answer = Command::new(program).args(arguments).output().ok();
    match answer.filter(|output| output.status.success()) {
        Some(_) => Ok(()),
        None => Err(Error::new(format!("{program} is missing on the PATH or doesn't run; {install}"))),
    }
}

/// The Python interpreter that has the emulator's packages, in a virtual environment under `target/`.
///
/// The first call on a machine makes the environment, about 20 seconds; so does the first after a change of
/// `requirements.txt`. Processes that start at the same time wait for the one that installs.
///
/// # Errors
/// Python is missing or too old, can't make virtual environments, or the packages can't be installed.
pub fn emulator_python() -> Result<PathBuf, Error> {
    static INSTALLED: OnceLock<Result<PathBuf, Error>> = OnceLock::new();
    INSTALLED.get_or_init(|| Venv::of_emulator()?.ready()).clone()
}

fn require(program: &str, found: Option<Version>, least: Version, install: &str) -> Result<Version, Error> {
    let Version(major, minor, _) = least;
    match found {
        Some(version) if version >= least => Ok(version),
        Some(Version(old_major, old_minor, _)) => Err(Error::new(format!(
            "{program} {old_major}.{old_minor} is too old: {major}.{minor} or newer is needed; {install}"
        ))),
        None => Err(Error::new(format!(
            "{program} is missing or doesn't run: {major}.{minor} or newer is needed on the PATH; {install}"
        ))),
    }
}

struct Venv {
    folder: PathBuf,
    requirements: PathBuf,
    /// Of the requirements, in hexadecimal: what `.requirements` holds once everything is installed.
    digest: String,
}

impl Venv {
    fn of_emulator() -> Result<Self, Error> {
        let requirements = root().join("tests/emulator/requirements.txt");
        let text = fs::read(&requirements).map_err(|e| at(&requirements, &e))?;
        let digest = format!("{:x}", Sha256::digest(&text));
        Ok(Self { folder: root().join("target/emulator-venv"), requirements, digest })
    }

    fn ready(&self) -> Result<PathBuf, Error> {
        if !self.is_current() {
            fs::create_dir_all(root().join("target")).map_err(|e| at(&self.folder, &e))?;
            let path = self.folder.with_extension("lock");
            let lock = File::create(&path).map_err(|e| at(&path, &e))?;
            lock.lock().map_err(|e| at(&path, &e))?;
            if !self.is_current() {
                self.install()?;
            }
        }
        Ok(self.python())
    }

    fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    fn marker(&self) -> PathBuf {
        self.folder.join(".requirements")
    }

    fn is_current(&self) -> bool {
        fs::read_to_string(self.marker()).is_ok_and(|held| held.trim() == self.digest)
            && self.python().exists()
    }

    fn install(&self) -> Result<(), Error> {
        let version = Command::new("python3")
            .args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
            .output()
            .ok()
            .and_then(|output| Version::parse(&String::from_utf8_lossy(&output.stdout)));
        require("python3", version, PYTHON, "install it from https://www.python.org/downloads/")?;

        eprintln!("Installing the AWS emulator's Python packages into target/emulator-venv, once …");
        let made = Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&self.folder)
            .output()
            .map_err(|e| at("python3", &e))?;
        if !made.status.success() {
            return Err(Error::new(venv_refused(&said(&made))));
        }
        let pip = Command::new(self.python())
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&self.requirements)
            .output()
            .map_err(|e| at(self.python(), &e))?;
        if !pip.status.success() {
            return Err(Error::new(format!(
                "pip couldn't install the emulator's packages; is a Python package index in reach?\n{}",
                said(&pip)
            )));
        }
        fs::write(self.marker(), &self.digest).map_err(|e| at(self.marker(), &e))
    }
}

/// Debian and Ubuntu ship Python without `ensurepip`; then `venv` fails after making half an environment.
fn venv_refused(said: &str) -> String {
    if said.contains("ensurepip") {
        "python3 can't make virtual environments: its module ensurepip is missing; install the package \
         python3-venv (Debian, Ubuntu: apt install python3-venv)"
            .into()
    } else {
        format!("python3 -m venv failed: {said}")
    }
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&text).trim().to_owned()
}

fn at(path: impl AsRef<Path>, error: &std::io::Error) -> Error {
    let path = path.as_ref().display();
    match error.kind() {
        ErrorKind::NotFound => Error::new(format!("{path} is missing")),
        _ => Error::new(format!("{path}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(Version::parse("1.11.4\n"), Some(Version(1, 11, 4)));
        assert_eq!(Version::parse("3.12.0rc1"), Some(Version(3, 12, 0)));
        assert_eq!(Version::parse("3.12"), Some(Version(3, 12, 0)));
        assert_eq!(Version::parse("unknown"), None);
        assert!(Version(1, 9, 8) < TERRAFORM);
        let packer = packer_version("Packer v1.6.6\n\nYour version of Packer is out of date!\n");
        assert_eq!(packer.map(|version| version.to_string()).as_deref(), Some("1.6.6"));
        assert_eq!(packer_version("packer: cracklib, version 2.9\n"), None);
        assert_eq!(git_version("git version 2.39.5 (Apple Git-154)\n"), Some(Version(2, 39, 5)));
        assert_eq!(git_version("git version 2.43.0.windows.1\n"), Some(Version(2, 43, 0)));
    }

    #[test]
    fn what_is_missing_or_too_old_is_said_in_one_line() {
        let install = "install it from there";
        assert_eq!(require("terraform", Some(Version(1, 12, 0)), TERRAFORM, install), Ok(Version(1, 12, 0)));
        assert_eq!(
            require("terraform", Some(Version(1, 9, 8)), TERRAFORM, install),
            Err(Error::new("terraform 1.9 is too old: 1.11 or newer is needed; install it from there"))
        );
        let missing = require("python3", None, PYTHON, install).unwrap_err().to_string();
        assert_eq!(
            missing,
            "python3 is missing or doesn't run: 3.11 or newer is needed on the PATH; install it from there"
        );
        let missing = runs("no-such-program", &[], install).unwrap_err().to_string();
        assert_eq!(missing, "no-such-program is missing on the PATH or doesn't run; install it from there");
    }

    #[test]
    fn a_python_without_ensurepip_names_the_package_to_install() {
        let said = "The virtual environment was not created successfully because ensurepip is not available.";
        assert!(venv_refused(said).contains("apt install python3-venv"));
        assert_eq!(venv_refused("no space left"), "python3 -m venv failed: no space left");
    }
}
