//! A GitLab of the test's own: repositories that real Git pushes to, and a webhook that is told of each push as GitLab tells
//! it. The program is `tests/webhook/gitlab.py`.

use crate::{Error, prerequisites, root};
use serde::Deserialize;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Who pushes.
pub const USER: &str = "Robin Example";

/// A running GitLab without repositories. Dropping the value ends it, and nothing stays.
pub struct GitLab {
    process: Child,
    listening: Listening,
    agent: ureq::Agent,
    /// Holds the work trees.
    folder: TempDir,
}

/// The line that it prints once it listens.
#[derive(Deserialize)]
struct Listening {
    origin: String,
    password: String,
}

/// Whom GitLab tells of pushes, to whichever repository.
#[derive(Debug, Clone, Copy)]
pub struct Hook<'a> {
    /// Where it sends them.
    pub url: &'a str,
    /// Its secret token.
    pub token: &'a str,
    /// Signs each delivery: `whsec_…`. None: they aren't signed.
    pub signing_token: Option<&'a str>,
    /// How often each push is told of; more than once as GitLab does when it has waited in vain.
    pub times: u8,
}

/// What became of a delivery.
#[derive(Debug, Clone, Deserialize)]
pub struct Delivery {
    /// The same for a delivery that was sent again.
    pub id: String,
    /// The path of the repository, such as `shops/acme`.
    pub repository: String,
    /// What was pushed to.
    pub branch: String,
    /// What was pushed.
    pub commit: String,
    /// When the answer came, as a time of ISO 8601; none so far.
    pub answered: Option<String>,
    /// HTTP status of the answer; 0 where nobody answered.
    pub status: Option<u16>,
    /// The answer.
    pub body: Option<String>,
}

impl GitLab {
    /// Starts one that ends with this process, even where this process is killed.
    ///
    /// # Errors
    /// Git, what builds of its pushes run, Python or the emulator's packages are missing, or it doesn't start.
    pub fn try_start() -> Result<Self, Error> {
        prerequisites::build_tools()?;
        let failed = |error: std::io::Error| Error::new(format!("GitLab's stand-in doesn't start: {error}"));
        let mut process = Command::new(prerequisites::emulator_python()?)
            .args(["-m", "webhook.gitlab"])
            .env("PYTHONPATH", root().join("tests"))
            .env_remove("PYTHONHOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C at the terminal isn't for it: it ends last.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(failed)?;
        }
        let listening = serde_json::from_str(&line)
            .map_err(|_| Error::new("GitLab's stand-in doesn't start: see its message above"))?;
        let agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).build().new_agent();
        Ok(Self { process, listening, agent, folder: TempDir::with_prefix("paas-git-").map_err(failed)? })
    }

    /// The same.
    ///
    /// # Panics
    /// It doesn't start.
    #[must_use]
    pub fn start() -> Self {
        Self::try_start().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Where it is, `http://127.0.0.1:PORT`: what `gitlab_host` takes.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.listening.origin
    }

    /// A token that may read and write every repository.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.listening.password
    }

    /// Tells this webhook of every later push, and no other any more.
    pub fn hook(&self, hook: Hook<'_>) {
        let Hook { url, token, signing_token, times } = hook;
        let hook = json!({"url": url, "token": token, "signing_token": signing_token, "times": times});
        let sent = self.agent.put(self.url("hook")).send(hook.to_string());
        sent.unwrap_or_else(|error| panic!("GitLab's hook: {error}"));
    }

    /// What it has sent so far.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        let answer = self.agent.get(self.url("deliveries")).call();
        let text = answer.and_then(|answer| answer.into_body().read_to_string());
        let text = text.unwrap_or_else(|error| panic!("GitLab's deliveries: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("GitLab answered {text}: {error}"))
    }

    /// Makes an empty repository, and a work tree of it, on the branch `dev`.
    ///
    /// # Panics
    /// There is one of this path, or no Git.
    #[must_use]
    pub fn repository(&self, path: &str) -> Repository {
        let asked = self.agent.post(self.url("projects")).send(json!({ "path": path }).to_string());
        asked.unwrap_or_else(|error| panic!("GitLab's repository {path}: {error}"));
        let folder = self.folder.path().join(path);
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let repository = Repository { path: path.to_owned(), folder };
        repository.git(["init", "--quiet", "--initial-branch=dev"]);
        let Listening { origin, password } = &self.listening;
        let with_password = origin.replacen("//", &format!("//oauth2:{password}@"), 1);
        repository.git(["remote", "add", "origin", &format!("{with_password}/{path}.git")]);
        repository
    }

    fn url(&self, path: &str) -> String {
        format!("{}/-/{path}", self.origin())
    }
}

impl Drop for GitLab {
    fn drop(&mut self) {
        // The end of its input ends it, with its files.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// A work tree whose commits are pushed to [`GitLab`].
pub struct Repository {
    path: String,
    folder: PathBuf,
}

impl Repository {
    /// Its path in GitLab, such as `shops/acme`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Writes a file, in place of the one of that name.
    ///
    /// # Panics
    /// It can't be written.
    pub fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.folder.join(name);
        let folder = path.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self
    }

    /// Copies a file or a folder, without what Python leaves in it.
    ///
    /// # Panics
    /// It can't be copied.
    pub fn copy(&self, from: &Path, name: &str) -> &Self {
        copy(&from.join(name), &self.folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        self
    }

    /// Commits everything, and pushes it to the branch, where it takes the place of what was there; gives the commit.
    ///
    /// # Panics
    /// Git fails.
    pub fn push(&self, branch: &str, message: &str) -> String {
        let commit = self.commit(message);
        self.git(["push", "--quiet", "--force", "origin", &format!("HEAD:refs/heads/{branch}")]);
        commit
    }

    /// Commits everything; gives the commit.
    ///
    /// # Panics
    /// Git fails.
    pub fn commit(&self, message: &str) -> String {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Git in the work tree, without anybody's own settings.
    fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        let run = Command::new("git")
            .args(arguments)
            .current_dir(&self.folder)
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, USER)))
            .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "robin@example.test")))
            .env("GIT_TERMINAL_PROMPT", "0")
            .output()
            .unwrap_or_else(|error| panic!("git: {error}"));
        assert!(run.status.success(), "{}: {}", self.path, String::from_utf8_lossy(&run.stderr));
        String::from_utf8_lossy(&run.stdout).into_owned()
    }
}

impl Delivery {
    /// What the answer's body says under this word; null where it says nothing of the kind.
    #[must_use]
    pub fn says(&self, word: &str) -> Value {
        let body: Option<Value> = self.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
        body.map_or(Value::Null, |mut body| body[word].take())
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        fs::copy(from, to)?;
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        if name != "__pycache__" {
            copy(&from.join(&name), &to.join(&name))?;
        }
    }
    Ok(())
}
