//! `examples/tenant-repository`: CodeDeploy finds what it is told to run, the scripts run, the application answers.

use paas_tests::{prerequisites, root};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Events of a deployment in the order in which CodeDeploy runs them.
const EVENTS: [&str; 5] =
    ["ApplicationStop", "BeforeInstall", "AfterInstall", "ApplicationStart", "ValidateService"];

/// Where it lies.
pub fn repository() -> PathBuf {
    root().join("examples/tenant-repository")
}

fn read(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The application as systemd would start it, on a port of its own.
pub struct Application {
    process: Child,
    port: u16,
}

impl Application {
    /// With this environment and nothing else; `tools` is a folder with `aws`.
    pub fn start(environment: &[(&str, String)], tools: Option<&str>) -> Self {
        let path = std::env::var("PATH").expect("there is a PATH");
        // Not the `python3` of the PATH: version managers' wrappers put folders of their own before `tools`.
        let mut process = Command::new(prerequisites::emulator_python().unwrap())
            .args(["-B", "server.py"])
            .current_dir(repository().join("application"))
            .env_clear()
            .env("PATH", tools.map_or(path.clone(), |tools| format!("{tools}:{path}")))
            .env("PORT", "0")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().trim_end_matches('.').rsplit(' ').next().unwrap_or_default();
        let port = port.parse().unwrap_or_else(|_| panic!("the application said {line:?}"));
        Self { process, port }
    }

    /// Status and text of a page.
    pub fn get(&self, path: &str) -> (u16, String) {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .new_agent();
        let mut answer =
            agent.get(format!("http://127.0.0.1:{}{path}", self.port)).call().expect("it answers");
        (answer.status().as_u16(), answer.body_mut().read_to_string().expect("text"))
    }

    /// Ends it as systemd would; gives what it wrote to its log.
    pub fn end(mut self) -> String {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(self.process.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Says what MySQL says to whoever connects.
pub struct FakeMySql {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
}

impl FakeMySql {
    /// Greets until the test ends.
    pub fn listen(version: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        let port = listener.local_addr().unwrap().port();
        // Length, sequence number, protocol 10, the version, and the beginning of what follows.
        let body = [&[10], version.as_bytes(), &[0, 8, 0, 0, 0]].concat();
        let greeting = [&[u8::try_from(body.len()).unwrap(), 0, 0, 0], body.as_slice()].concat();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let _ = connection.and_then(|mut connection| connection.write_all(&greeting));
            }
        });
        Self { port }
    }
}

#[test]
fn the_appspec_names_files_that_are_there_and_runs_the_events_in_their_order() {
    let appspec = read("appspec.yml");
    assert!(appspec.contains("\nversion: 0.0\nos: linux\n"));
    let after = |prefix: &str| -> Vec<String> {
        let lines = appspec.lines().filter_map(|line| line.strip_prefix(prefix));
        lines.map(str::to_owned).collect()
    };
    let (_, hooks) = appspec.split_once("\nhooks:\n").unwrap();
    let events: Vec<&str> = hooks
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|line| !line.starts_with([' ', '#']))
        .collect();
    assert_eq!(events, EVENTS);
    for source in after("  - source: ") {
        assert!(repository().join(&source).exists(), "{source}");
    }
    let scripts = after("    - location: ");
    assert_eq!(scripts.len(), EVENTS.len());
    for script in scripts {
        let mode = fs::metadata(repository().join(&script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script} can't be run");
    }
}

#[test]
fn the_scripts_are_sound() {
    let mut scripts: Vec<PathBuf> =
        fs::read_dir(repository().join("scripts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    scripts
        .extend(["preInstall.sh", "install.sh", "bake.sh", "release.sh"].map(|name| repository().join(name)));
    let has_shellcheck = Command::new("shellcheck").arg("--version").output().is_ok();
    if !has_shellcheck {
        eprintln!("left out: shellcheck isn't on the PATH");
    }
    for script in &scripts {
        let text = fs::read_to_string(script).unwrap();
        let shell = text.lines().next().and_then(|line| line.strip_prefix("#!/bin/")).unwrap_or_default();
        assert!(["sh", "bash"].contains(&shell) && text.contains("\nset -eu\n"), "{}", script.display());
        let mut checks = vec![Command::new(shell)];
        checks[0].arg("-n");
        if has_shellcheck {
            checks.push(Command::new("shellcheck"));
        }
        for mut check in checks {
            let output = check.arg(script).output().unwrap();
            assert!(output.status.success(), "{}: {output:?}", script.display());
        }
    }
}

/// A machine of the size of a folder: its `/etc` and its programs.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("etc")).unwrap();
        Self(folder)
    }

    fn has(&self, program: &str, script: &str) -> &Self {
        let path = self.0.path().join(program);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn etc(&self) -> PathBuf {
        self.0.path().join("etc")
    }

    /// A script of the repository with this machine's `/etc` and programs.
    fn command(&self, shell: &str, script: &str, port: u16) -> Command {
        let text = read(script)
            .replace("/etc/", &format!("{}/", self.etc().display()))
            .replace("8080", &port.to_string());
        let mut command = Command::new(shell);
        command
            .args(["-c", &text])
            .env("PATH", format!("{}:{}", self.0.path().display(), std::env::var("PATH").unwrap()));
        command
    }

    /// Runs a script as CodeDeploy's agent runs it.
    fn run(&self, script: &str, port: u16) -> Output {
        self.command("sh", script, port)
            .env("APPLICATION_NAME", "paas_dev_acme")
            .env("DEPLOYMENT_ID", "d-ABCDEFGHI")
            .output()
            .unwrap()
    }

    fn said(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join(file)).unwrap_or_default()
    }
}

#[test]
fn a_release_is_told_where_it_runs_and_is_known_by_its_answer() {
    let machine = Machine::new();
    machine.has("cloud-init", "[ \"$*\" = 'query region' ] && echo eu-west-1");
    let output = machine.run("scripts/after_install.sh", 8080);
    assert!(output.status.success(), "{output:?}");
    let file = fs::read_to_string(machine.etc().join("application.env")).unwrap();
    assert_eq!(
        file,
        "PORT=8080\nRELEASE=d-ABCDEFGHI\nAWS_DEFAULT_REGION=eu-west-1\nDATABASE_PARAMETER=/paas/paas/dev/acme/database\n"
    );
    assert!(read("systemd/application.service").contains("\nEnvironmentFile=/etc/application.env\n"));

    for (release, passes) in [("d-ABCDEFGHI", true), ("d-OLD", false)] {
        let application = Application::start(&[("RELEASE", release.into())], None);
        let output = machine.run("scripts/validate_service.sh", application.port);
        assert_eq!(output.status.success(), passes, "{output:?}");
        let _ = application.end();
    }
}

#[test]
fn an_image_answers_until_there_is_a_release() {
    let machine = Machine::new();
    let log = machine.0.path().join("log").display().to_string();
    for program in ["dnf", "nginx", "systemctl"] {
        machine.has(program, &format!("echo {program} \"$@\" >> {log}"));
    }
    // As Packer runs them: in the folder that was uploaded.
    let run =
        |script: &str| machine.command("bash", script, 8080).current_dir(repository()).output().unwrap();
    for script in ["preInstall.sh", "install.sh"] {
        let output = run(script);
        assert!(output.status.success(), "{script}: {output:?}");
    }
    let said = machine.said("log");
    assert!(said.starts_with("dnf --assumeyes upgrade") && said.contains("install nginx\n"), "{said}");
    assert!(said.ends_with("nginx -t\nsystemctl daemon-reload\nsystemctl enable nginx.service\n"), "{said}");

    let etc = |name: &str| fs::read_to_string(machine.etc().join(name)).unwrap();
    assert!(etc("nginx/conf.d/until_released.conf").contains("listen 8080 default_server;"));
    let unit = etc("systemd/system/nginx.service.d/until_released.conf");
    assert!(unit.contains("\nConflicts=application.service\nBefore=application.service\n"), "{unit}");
    assert!(repository().join("systemd/application.service").exists());

    // What nginx refuses ends the bake.
    machine.has("nginx", "exit 1");
    assert!(!run("install.sh").status.success());
}

#[test]
fn the_service_is_stopped_where_it_runs_and_started_for_good() {
    let machine = Machine::new();
    let log = machine.0.path().join("log").display().to_string();
    machine.has("systemctl", &format!("echo \"$@\" >> {log}; [ \"$1\" != is-active ]"));
    assert!(machine.run("scripts/application_stop.sh", 8080).status.success());
    assert_eq!(machine.said("log"), "is-active --quiet application.service\n");

    machine.has("systemctl", &format!("echo \"$@\" >> {log}"));
    assert!(machine.run("scripts/application_stop.sh", 8080).status.success());
    assert!(machine.said("log").ends_with("stop application.service\n"));
    assert!(machine.run("scripts/application_start.sh", 8080).status.success());
    assert!(
        machine
            .said("log")
            .ends_with("daemon-reload\nenable application.service\nrestart application.service\n")
    );
}

#[test]
fn an_image_that_lacks_something_is_told_so() {
    let machine = Machine::new();
    let check = || {
        let output = Command::new("/bin/sh")
            .args(["-c", &read("scripts/before_install.sh")])
            .env("PATH", machine.0.path())
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for program in ["python3", "aws", "curl", "cloud-init", "systemctl"] {
        assert_eq!(check(), (false, format!("The image lacks {program}.\n")));
        machine.has(program, "");
    }
    assert_eq!(check(), (true, String::new()));
}

#[test]
fn the_application_answers_its_health_check_without_a_database() {
    let application = Application::start(&[("RELEASE", "d-1".into())], None);
    assert_eq!(application.get("/health"), (200, "ok d-1\n".into()));
    assert_eq!(application.get("/"), (200, "Release d-1 at your service.\n".into()));
    assert_eq!(application.get("/nothing").0, 404);
    assert_eq!(application.get("/database").0, 404);
    let log = application.end();
    assert!(log.contains("GET /nothing") && !log.contains("/health"), "{log}");

    // Where the account can't be asked, too.
    let nowhere = TempDir::new().unwrap();
    fs::write(nowhere.path().join("aws"), "#!/bin/sh\necho 'Unable to locate credentials' >&2\nexit 253\n")
        .unwrap();
    fs::set_permissions(nowhere.path().join("aws"), fs::Permissions::from_mode(0o755)).unwrap();
    let tools = nowhere.path().display().to_string();
    let application = Application::start(&[("DATABASE_PARAMETER", "/paas/x".into())], Some(&tools));
    assert_eq!(application.get("/database"), (503, "Unable to locate credentials\n".into()));
    assert_eq!(application.get("/health").0, 200);
}

#[test]
fn what_is_released_and_baked_is_what_is_committed() {
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("repository");
    fs::create_dir(&copy).unwrap();
    for name in ["appspec.yml", "bake.sh", "release.sh"] {
        fs::copy(repository().join(name), copy.join(name)).unwrap();
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(&copy).output().expect("there is git");
        assert!(output.status.success(), "{output:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "--quiet", "--message", "One"]);
    fs::write(copy.join("scratch.txt"), "not committed").unwrap();

    let commit = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(&copy).output().unwrap();
    let commit = String::from_utf8(commit.stdout).unwrap();

    let machine = Machine::new();
    let taken = machine.0.path().join("taken.zip");
    let aws = format!("[ \"$1 $2\" = 's3 cp' ] && cp \"$3\" {} && shift 3 && echo \"$@\"", taken.display());
    machine.has("aws", &aws);
    let run = |script: &str, arguments: &[&str]| {
        Command::new("sh")
            .arg(copy.join(script))
            .args(arguments)
            .env("PATH", format!("{}:{}", machine.0.path().display(), std::env::var("PATH").unwrap()))
            .output()
            .unwrap()
    };
    for (script, uri, options) in [
        ("release.sh", "s3://bucket/software/acme.zip", String::new()),
        // The commit becomes a tag of the image.
        ("bake.sh", "s3://bucket/infrastructure/acme.zip", format!(" --metadata commit={}", commit.trim())),
    ] {
        let output = run(script, &[uri]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{uri}{options}\n"));
        assert_eq!(names(&taken), ["appspec.yml", "bake.sh", "release.sh"]);
        fs::remove_file(&taken).unwrap();
        assert_eq!(run(script, &[]).status.code(), Some(2));
    }
}

fn names(archive: &Path) -> Vec<String> {
    let archive = zip::ZipArchive::new(fs::File::open(archive).unwrap()).unwrap();
    archive.file_names().map(|name| name.unwrap().into_owned()).collect()
}
