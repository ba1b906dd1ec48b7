//! The example provider and the testbed under the real `terraform` binary, whose client is go-plugin's own: a P-521
//! certificate made by Go, its gRPC, its checks.

mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{fs::symlink, process::CommandExt},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use support::example;

/// A root module in a folder of its own.
struct Root(tempfile::TempDir);

impl Root {
    fn new() -> Self {
        let found = Command::new("terraform").arg("version").output();
        assert!(
            found.is_ok_and(|output| output.status.success()),
            "these tests need terraform 1.11 or later in the PATH: https://developer.hashicorp.com/terraform/install"
        );
        let root = Self(tempfile::tempdir().unwrap());
        for name in ["notes", "testbed"] {
            symlink(example(name), root.path(&format!("terraform-provider-{name}"))).unwrap();
        }
        let folder = root.0.path().display().to_string();
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"example/notes\" = {folder:?}\n    \"example/testbed\" = {folder:?}\n  }}\n}}\n"
        );
        fs::write(root.path("cli.tfrc"), overrides).unwrap();
        root
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, resources: &str) {
        let head = r#"
            terraform {
              required_providers {
                notes   = { source = "example/notes" }
                testbed = { source = "example/testbed" }
              }
            }
            provider "notes" {
              directory = "notes"
            }
        "#;
        fs::write(self.path("main.tf"), format!("{head}\n{resources}")).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(self.0.path()).env("TF_CLI_CONFIG_FILE", self.path("cli.tfrc"));
        command.env_remove("TF_LOG").stdin(Stdio::null());
        command
    }

    /// The output of a run that has to succeed.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "terraform {arguments:?}: {}", text(&output));
        text(&output)
    }

    fn apply(&self) -> String {
        self.run(&["apply", "-auto-approve", "-no-color"])
    }

    /// The output of a run that has to fail.
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(!output.status.success(), "terraform {arguments:?}: {}", text(&output));
        text(&output)
    }

    /// Exit code 2 of a detailed plan is "there are changes".
    fn has_changes(&self) -> bool {
        let output = self.command(&["plan", "-detailed-exitcode", "-no-color"]).output().unwrap();
        assert_ne!(output.status.code(), Some(1), "{}", text(&output));
        output.status.code() == Some(2)
    }

    fn state(&self) -> serde_json::Value {
        serde_json::from_str(&self.run(&["show", "-json"])).unwrap()
    }

    fn note(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path("notes").join(name)).ok()
    }
}

/// Both streams, with Terraform's line breaks taken out.
fn text(output: &Output) -> String {
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    text.replace("│ ", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_life_of_a_resource() {
    let root = Root::new();
    let note = |title: &str, text: &str| {
        format!(
            "resource \"notes_note\" \"it\" {{\n name = provider::notes::slug({title:?})\n text = {text:?}\n reminder = {{ at = \"18:00\" }}\n}}"
        )
    };
    root.write(&note("Buy milk", "two litres"));
    let created = root.apply();
    assert!(created.contains("1 added") && created.contains("days = 1"), "{created}");
    assert_eq!(root.note("buy-milk").as_deref(), Some("two litres"));
    assert!(!root.has_changes());

    root.write(&note("Buy milk", "three litres"));
    let updated = root.apply();
    assert!(
        updated.contains("~ length = 10 -> (known after apply)") && updated.contains("1 changed"),
        "{updated}"
    );

    // changed behind Terraform's back
    fs::write(root.path("notes/buy-milk"), "no milk").unwrap();
    assert!(root.has_changes());
    root.apply();
    assert_eq!(root.note("buy-milk").as_deref(), Some("three litres"));

    root.write(&note("Buy bread", "three litres"));
    let replaced = root.apply();
    assert!(
        replaced.contains("# forces replacement") && replaced.contains("1 added, 0 changed, 1 destroyed"),
        "{replaced}"
    );
    assert_eq!((root.note("buy-milk"), root.note("buy-bread").as_deref()), (None, Some("three litres")));

    root.run(&["state", "rm", "notes_note.it"]);
    root.run(&["import", "notes_note.it", "buy-bread"]);
    // import knows the file, not the reminder
    assert!(root.has_changes());
    root.apply();
    assert!(!root.has_changes());

    assert!(root.run(&["destroy", "-auto-approve"]).contains("1 destroyed"));
    assert_eq!(root.note("buy-bread"), None);
}

#[test]
fn an_error_names_its_attribute() {
    let root = Root::new();
    root.write("resource \"notes_note\" \"it\" {\n  name = \"x\"\n  reminder = {\n    at = \"soon\"\n  }\n}");
    let failed = root.fail(&["validate", "-no-color"]);
    assert!(failed.contains("Not a time of day") && failed.contains("with notes_note.it"), "{failed}");
    assert!(failed.contains("Attribute: reminder.at"), "{failed}");

    // a top-level attribute shows as its line
    root.write("provider \"notes\" {\n  alias = \"other\"\n  directory = \"/proc/none\"\n}\nresource \"notes_note\" \"it\" {\n  provider = notes.other\n  name = \"x\"\n}");
    let failed = root.fail(&["plan", "-no-color"]);
    assert!(
        failed.contains("Can't make the folder") && failed.contains("directory = \"/proc/none\""),
        "{failed}"
    );

    root.write("output \"slug\" {\n  value = provider::notes::slug(\"!\")\n}");
    let failed = root.fail(&["plan", "-no-color"]);
    assert!(
        failed.contains("Invalid value for \"title\" parameter: the title has no letters or digits"),
        "{failed}"
    );
}

#[test]
fn write_only_ephemeral_and_every_other_attribute() {
    let root = Root::new();
    root.write(
        r#"
        ephemeral "testbed_lease" "it" {
          holder = "me"
        }
        resource "testbed_thing" "it" {
          name        = "x"
          set         = [2, 1]
          map         = { a = "b" }
          any         = toset(["typed"])
          parts       = [{ label = "one", secret = "hidden" }]
          named_parts = { two = { label = "2", count_of = 2 } }
          password    = ephemeral.testbed_lease.it.holder
        }
        "#,
    );
    root.apply();
    assert!(!root.has_changes());
    let state = fs::read_to_string(root.path("terraform.tfstate")).unwrap();
    assert!(!state.contains("hidden"));
    let thing = &root.state()["values"]["root_module"]["resources"][0]["values"];
    assert_eq!(thing["password_length"], 2, "apply saw the ephemeral value");
    assert_eq!(thing["parts"][0]["serial"], "serial of one");
    assert_eq!(thing["any"], serde_json::json!(["typed"]));
}

#[test]
fn a_moved_block_takes_over_state_and_a_stored_older_state_is_upgraded() {
    let root = Root::new();
    root.write("resource \"testbed_thing\" \"it\" {\n  name = \"x\"\n}");
    root.apply();
    let file = root.path("terraform.tfstate");
    let mut state: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let instance = &mut state["resources"][0]["instances"][0];
    instance["schema_version"] = 1.into();
    let attributes = instance["attributes"].as_object_mut().unwrap();
    attributes.remove("color");
    attributes.insert("colour".into(), "red".into());
    fs::write(&file, state.to_string()).unwrap();
    let plan = root.run(&["plan", "-no-color"]);
    assert!(plan.contains("~ color = \"red\" -> \"blue\""), "{plan}");

    root.write("resource \"testbed_thing\" \"that\" {\n  name = \"x\"\n  color = \"red\"\n}\nmoved {\n  from = testbed_thing.it\n  to = testbed_thing.that\n}");
    assert!(root.apply().contains("0 added, 0 changed, 0 destroyed"));
}

/// Starts an apply that counts up to `target`, ten steps a second, with this environment.
fn count(root: &Root, target: u32, env: &[(&str, &str)]) -> Child {
    let started = root.path("started").display().to_string();
    root.write(&format!(
        "resource \"testbed_slow\" \"it\" {{\n  target = {target}\n  started = {started:?}\n}}"
    ));
    let mut command = root.command(&["apply", "-auto-approve", "-no-color"]);
    // a process group of its own, as a shell would make it: Ctrl-C reaches Terraform and the provider
    command.envs(env.iter().copied()).process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Waits until the counting is under way, and returns the provider's process id.
fn under_way(root: &Root) -> String {
    loop {
        match fs::read_to_string(root.path("started")) {
            Ok(pid) if !pid.is_empty() => return pid,
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn ctrl_c(terraform: &Child) {
    let group = format!("-{}", terraform.id());
    assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
}

/// A process that doesn't outlive a failed test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn debug_mode_serves_run_after_run() {
    let root = Root::new();
    let mut debug = Command::new(example("testbed"));
    debug.arg("--debug").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut provider = Running(debug.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(provider.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (name, value) = line.trim().split_once('=').unwrap();
    let reattach = [(name, value.trim_matches('\''))];

    let stopped = count(&root, 600, &reattach);
    assert_eq!(under_way(&root), provider.0.id().to_string());
    ctrl_c(&stopped);
    assert!(text(&stopped.wait_with_output().unwrap()).contains("Error: Stopped"));
    // a run that was stopped doesn't stop the next one
    let next = text(&count(&root, 2, &reattach).wait_with_output().unwrap());
    assert!(next.contains("Apply complete!"), "{next}");
}

#[test]
fn a_provider_whose_terraform_is_gone_ends() {
    let root = Root::new();
    let mut terraform = count(&root, 600, &[]);
    let provider = under_way(&root);
    terraform.kill().unwrap();
    terraform.wait().unwrap();
    let running = PathBuf::from("/proc").join(&provider);
    let deadline = Instant::now() + Duration::from_secs(15);
    // a zombie, where nobody collects orphans, has ended too
    while fs::read_to_string(running.join("cmdline")).is_ok_and(|line| !line.is_empty()) {
        assert!(Instant::now() < deadline, "the provider {provider} still runs");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn ctrl_c_keeps_the_state_so_far() {
    let root = Root::new();
    let terraform = count(&root, 600, &[]);
    under_way(&root);
    ctrl_c(&terraform);
    let output = terraform.wait_with_output().unwrap();
    assert!(!output.status.success());
    assert!(text(&output).contains("Stopped"), "{}", text(&output));
    let kept = &root.state()["values"]["root_module"]["resources"][0];
    assert_eq!(kept["tainted"], true);
    assert!(kept["values"]["reached"].as_i64().unwrap() < 600);
}
