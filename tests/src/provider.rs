//! The built provider.

use crate::{Error, root};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The binary's name: what Terraform looks for.
pub const BINARY: &str = "terraform-provider-paas";

/// Names a provider that is built already, such as a release that is to be tested.
const OVERRIDE: &str = "PAAS_PROVIDER_BINARY";

/// Variables that Cargo sets for what it runs. A build script that watches one of them would run again, and all that
/// depends on it be built again, if a second Cargo inherited them.
const SET_BY_CARGO: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "LD_LIBRARY_PATH"];

/// Path of the provider's binary, built from this checkout once per process. Cargo does nothing where it is current,
/// and makes processes that build at the same time wait for each other.
///
/// # Errors
/// It doesn't compile; the compiler's messages stand on standard error then.
pub fn binary() -> Result<PathBuf, Error> {
    static BUILT: OnceLock<Result<PathBuf, Error>> = OnceLock::new();
    BUILT
        .get_or_init(|| match env::var_os(OVERRIDE) {
            Some(path) if PathBuf::from(&path).is_file() => Ok(path.into()),
            Some(path) => Err(Error::new(format!("{OVERRIDE} is set, and {} is no file", path.display()))),
            None => build(),
        })
        .clone()
}

/// A CLI configuration (`TF_CLI_CONFIG_FILE`) with which `terraform init` installs the built provider as `paas/paas` of this
/// version, and nothing from a network: for runs of Terraform that aren't a workspace's, such as those of a pipeline.
///
/// # Errors
/// The provider doesn't build, or `target/` can't be written.
pub fn mirror() -> Result<PathBuf, Error> {
    let built = binary()?;
    let mirror = root().join("target/mirror");
    let version = env!("CARGO_PKG_VERSION");
    let platform = match env::consts::ARCH {
        "aarch64" => "linux_arm64",
        _ => "linux_amd64",
    };
    let folder = mirror.join(format!("registry.terraform.io/paas/paas/{version}/{platform}"));
    let configuration = mirror.join("terraform.rc");
    let text = format!(
        "disable_checkpoint = true\n\nprovider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
        mirror.display()
    );
    let name = format!("{BINARY}_v{version}");
    fs::create_dir_all(&folder)
        .and_then(|()| {
            replace(&folder.join(name), |at| fs::hard_link(&built, at).or_else(|_| copy(&built, at)))
        })
        .and_then(|()| replace(&configuration, |at| fs::write(at, &text)))
        .map_err(|error| Error::new(format!("{}: {error}", mirror.display())))?;
    Ok(configuration)
}

/// Where `target/` is on another file system than the provider.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::copy(from, to).map(drop)
}

/// Puts a file in its place in one step, whoever else is doing the same or reading it.
fn replace(file: &Path, make: impl FnOnce(&Path) -> std::io::Result<()>) -> std::io::Result<()> {
    let beside = tempfile::TempDir::new_in(root().join("target"))?;
    let new = beside.path().join("new");
    make(&new)?;
    // Two names of one file: then rename does nothing, and that is right.
    fs::rename(&new, file)
}

fn build() -> Result<PathBuf, Error> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(["build", "--package", BINARY, "--bin", BINARY]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    if cfg!(not(debug_assertions)) {
        cargo.arg("--release");
    }
    for (name, _) in env::vars_os() {
        if SET_BY_CARGO.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            cargo.env_remove(name);
        }
    }
    let output = cargo
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Error::new(format!("cargo, which builds the provider, doesn't run: {error}")))?;
    if !output.status.success() {
        return Err(Error::new("the provider doesn't build: see the compiler's messages"));
    }
    executable(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| Error::new(format!("cargo built {BINARY} but named no executable")))
}

/// The executable that Cargo's messages name, one JSON object a line.
fn executable(messages: &str) -> Option<PathBuf> {
    messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let named = message["target"]["name"] == BINARY;
        named.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_the_one_cargo_names() {
        let messages = r#"
            {"reason":"compiler-artifact","target":{"name":"paas"},"executable":null}
            {"reason":"compiler-artifact","target":{"name":"terraform-provider-paas"},"executable":"/t/debug/terraform-provider-paas"}
            {"reason":"build-finished","success":true}
        "#;
        assert_eq!(executable(messages), Some("/t/debug/terraform-provider-paas".into()));
        assert_eq!(executable(r#"{"target":{"name":"paas"},"executable":"/t/paas"}"#), None);
    }
}
