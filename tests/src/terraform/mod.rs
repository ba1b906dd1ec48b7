//! Real Terraform in a folder of its own.

mod output;
mod running;

pub use output::{Diagnostic, Output};
pub use running::{Next, Running};

use crate::{Emulator, Error, prerequisites, provider, root};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// Where `plan` keeps its plan and `show_plan` finds it.
const PLAN_FILE: &str = "saved.tfplan";

/// What Terraform may see of this process's environment; everything else would let a developer's settings or
/// credentials into the tests. The logging variables help whoever looks for a fault.
const INHERITED: [&str; 8] =
    ["PATH", "TMPDIR", "LANG", "TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_PATH", "RUST_BACKTRACE"];

/// A root module, with the built provider and without a network: Terraform runs in it as a user would run it, only
/// that `terraform init` isn't needed (the provider comes by a development override, modules lie on this machine).
///
/// Methods that run Terraform panic where it can't be run at all; whether it succeeded stands in the [`Output`].
pub struct Workspace {
    /// Holds the CLI configuration and, unless it lies elsewhere, the root module. Workspaces of one checkout share it.
    home: Arc<TempDir>,
    folder: PathBuf,
    environment: BTreeMap<OsString, OsString>,
}

impl Workspace {
    /// An empty root module whose provider talks to `aws`.
    ///
    /// # Panics
    /// Terraform is missing or the provider doesn't build; the text says what to do.
    #[must_use]
    pub fn new(aws: &Emulator) -> Self {
        Self::try_new(aws).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, for callers that report the reason themselves.
    ///
    /// # Errors
    /// As [`Workspace::try_offline`].
    pub fn try_new(aws: &Emulator) -> Result<Self, Error> {
        let mut workspace = Self::try_offline()?;
        for (name, value) in aws.environment() {
            workspace.set(name, value);
        }
        Ok(workspace)
    }

    /// An empty root module without AWS: for what must work without any call.
    ///
    /// # Panics
    /// As [`Workspace::new`].
    #[must_use]
    pub fn offline() -> Self {
        Self::try_offline().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, for callers that report the reason themselves.
    ///
    /// # Errors
    /// Terraform is missing, the provider doesn't build, or there is no room for temporary files.
    pub fn try_offline() -> Result<Self, Error> {
        prerequisites::terraform()?;
        let provider = provider::binary()?;
        let home = TempDir::with_prefix("paas-")
            .map_err(|error| Error::new(format!("no temporary folder: {error}")))?;
        let folder = home.path().join("root");
        let cli_config = home.path().join("terraform.rc");
        fs::create_dir(&folder)
            .and_then(|()| fs::write(&cli_config, cli_configuration(&provider)))
            .map_err(|error| Error::new(format!("{}: {error}", home.path().display())))?;
        let mut environment: BTreeMap<OsString, OsString> =
            INHERITED.iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?))).collect();
        environment.insert("HOME".into(), home.path().into());
        environment.insert("TF_CLI_CONFIG_FILE".into(), cli_config.into());
        environment.insert("TF_IN_AUTOMATION".into(), "1".into());
        environment.insert("TF_INPUT".into(), "0".into());
        Ok(Self { home: Arc::new(home), folder, environment })
    }

    /// Makes the root module one of the checkout's, such as `examples/environments/dev` or `modules/…`: copies of
    /// `examples/` and `modules/`, so that relative paths hold and the checkout stays clean.
    ///
    /// # Panics
    /// The files can't be copied.
    #[must_use]
    pub fn of(mut self, path: &str) -> Self {
        for folder in ["examples", "modules"] {
            copy(&root().join(folder), &self.checkout().join(folder)).expect("the checkout can be copied");
        }
        self.folder = self.checkout().join(path);
        assert!(self.folder.is_dir(), "the checkout has no {path}");
        self
    }

    /// Another root module of the same copies, with the same environment: another team's.
    ///
    /// # Panics
    /// The checkout has no such folder.
    #[must_use]
    pub fn sibling(&self, path: &str) -> Self {
        let folder = self.checkout().join(path);
        assert!(folder.is_dir(), "the checkout has no {path}");
        Self { home: Arc::clone(&self.home), folder, environment: self.environment.clone() }
    }

    /// Makes `folder` the root module, where it lies.
    #[must_use]
    pub fn at(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.folder);
        self
    }

    fn checkout(&self) -> PathBuf {
        self.home.path().join("checkout")
    }

    /// The folder that holds everything of this workspace and goes with it.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Leaves the files where they are.
    ///
    /// # Errors
    /// A sibling still uses them: it comes back unchanged.
    pub fn keep(self) -> Result<PathBuf, Self> {
        let Self { home, folder, environment } = self;
        Arc::try_unwrap(home).map(TempDir::keep).map_err(|home| Self { home, folder, environment })
    }

    /// The root module's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The environment that Terraform runs with, for printing it.
    #[must_use]
    pub fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.environment
    }

    /// Sets an environment variable of Terraform and the provider.
    pub fn set(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.environment.insert(name.as_ref().into(), value.as_ref().into());
        self
    }

    /// Sets an input variable of the root module; HCL syntax where it isn't a string.
    pub fn variable(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        self.set(format!("TF_VAR_{name}"), value)
    }

    /// Writes a file into the root module, in place of the one of that name.
    ///
    /// # Panics
    /// It can't be written.
    pub fn write(&self, name: &str, text: &str) -> &Self {
        fs::write(self.folder.join(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
        self
    }

    /// Links the modules that the root module calls; needed once where it calls any.
    #[must_use = "it may have failed: see expect_success"]
    pub fn get(&self) -> Output {
        self.run(["get", "-no-color"])
    }

    /// `terraform validate`: no state, no provider configuration.
    #[must_use = "it may have failed: see expect_success"]
    pub fn validate(&self) -> Output {
        self.run(["validate", "-json"])
    }

    /// `terraform plan`, kept for [`Workspace::plan_text`], [`Workspace::plan_json`] and [`Workspace::apply_plan`].
    #[must_use = "it may have failed: see expect_success"]
    pub fn plan(&self, options: &[&str]) -> Output {
        self.run([&["plan", "-json", "-out", PLAN_FILE], options].concat())
    }

    /// What a user reads of the plan last kept.
    #[must_use]
    pub fn plan_text(&self) -> String {
        self.run(["show", "-no-color", PLAN_FILE]).expect_success().stdout
    }

    /// The plan last kept, in Terraform's JSON form.
    #[must_use]
    pub fn plan_json(&self) -> Value {
        self.run(["show", "-json", PLAN_FILE]).expect_success().json()
    }

    /// Applies the plan last kept.
    #[must_use = "it may have failed: see expect_success"]
    pub fn apply_plan(&self) -> Output {
        self.run(["apply", "-json", PLAN_FILE])
    }

    /// Plans and applies.
    #[must_use = "it may have failed: see expect_success"]
    pub fn apply(&self, options: &[&str]) -> Output {
        self.run([&["apply", "-json", "-auto-approve"], options].concat())
    }

    /// Destroys everything in the state.
    #[must_use = "it may have failed: see expect_success"]
    pub fn destroy(&self, options: &[&str]) -> Output {
        self.run([&["destroy", "-json", "-auto-approve"], options].concat())
    }

    /// `terraform import ADDRESS ID`.
    #[must_use = "it may have failed: see expect_success"]
    pub fn import(&self, address: &str, id: &str) -> Output {
        self.run(["import", "-no-color", address, id])
    }

    /// The state in Terraform's JSON form (`values.root_module.resources[…].values`).
    #[must_use]
    pub fn state(&self) -> Value {
        self.run(["show", "-json"]).expect_success().json()
    }

    /// The attributes of a resource or data source in the root module; None where the state has no such address.
    #[must_use]
    pub fn attributes(&self, address: &str) -> Option<Value> {
        let state = self.state();
        let resources = state["values"]["root_module"]["resources"].as_array()?;
        resources
            .iter()
            .find(|resource| resource["address"] == address)
            .map(|resource| resource["values"].clone())
    }

    /// The value of an output of the root module; null where it has none of that name.
    #[must_use]
    pub fn output(&self, name: &str) -> Value {
        self.run(["output", "-json"]).expect_success().json()[name]["value"].take()
    }

    /// Runs Terraform to its end.
    ///
    /// # Panics
    /// It can't be started.
    #[must_use = "it may have failed: see expect_success"]
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.start(arguments).wait()
    }

    /// Starts Terraform in a process group of its own, to be watched or interrupted.
    ///
    /// # Panics
    /// It can't be started.
    pub fn start<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Running {
        let arguments: Vec<OsString> =
            arguments.into_iter().map(|argument| argument.as_ref().into()).collect();
        let child = Command::new("terraform")
            .args(&arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("terraform doesn't start: {error}"));
        Running::new(child, &arguments)
    }
}

/// Takes the provider from its folder and nothing from anywhere else.
fn cli_configuration(provider: &Path) -> String {
    let folder = provider.parent().unwrap_or(provider).display();
    format!(
        "disable_checkpoint = true\n\nprovider_installation {{\n  dev_overrides {{\n    \"paas/paas\" = \"{folder}\"\n  }}\n}}\n"
    )
}

/// Copies a folder without what Terraform left in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.starts_with(".terraform") || text.contains(".tfstate") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(name))?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
