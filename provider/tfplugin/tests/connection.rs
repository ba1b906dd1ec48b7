//! Handshake, mutual TLS, signals and the end of a provider, seen through a client of our own.

mod support;

use serde_json::json;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};
use support::example;
use tfplugin::client::{Client, Error, Identity, Launch, raw};

fn testbed() -> Launch {
    Launch::new(example("testbed"))
}

fn run(env: &[(&str, &str)]) -> Output {
    Command::new(example("testbed")).envs(env.iter().copied()).output().expect("it starts")
}

fn signal(pid: u32, name: &str) {
    let sent =
        Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("a folder").next().is_none()
}

/// A client that isn't let in sees its first call fail, as TLS 1.3 lets it connect first.
async fn refused(identity: Identity) -> Error {
    Client::launch(testbed().identity(identity)).await.err().expect("nobody else is served")
}

#[tokio::test]
async fn the_provider_serves_a_p521_client_over_mutual_tls() {
    let client = Client::launch(testbed()).await.unwrap();
    assert!(client.configure(json!({ "region": "x" })).await.unwrap().is_empty());
    assert!(client.shutdown().await.unwrap().success());
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    assert!(matches!(refused(Identity::Anonymous).await, Error::Call(_) | Error::Launch(_)));
}

#[tokio::test]
async fn a_client_with_another_certificate_is_refused() {
    assert!(matches!(refused(Identity::Stranger).await, Error::Call(_) | Error::Launch(_)));
}

#[tokio::test]
async fn clients_that_never_finish_their_handshake_keep_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::launch(testbed().env("PLUGIN_UNIX_SOCKET_DIR", folder.path())).await.unwrap();
    let socket = socket_in(folder.path());
    let silent: Vec<_> = (0..20).map(|_| std::os::unix::net::UnixStream::connect(&socket).unwrap()).collect();
    // a further connection: the first one is through with its handshake
    let second = tokio::time::timeout(Duration::from_secs(5), client.reconnect()).await;
    let mut second = second.expect("no wait behind the silent ones").unwrap();
    assert!(second.get_metadata(raw::get_metadata::Request {}).await.is_ok());
    drop(silent);
}

fn socket_in(folder: &Path) -> std::path::PathBuf {
    let inner = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    fs::read_dir(inner).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn started_by_hand_it_says_what_it_is() {
    for cookie in [None, Some(("TF_PLUGIN_MAGIC_COOKIE", "wrong"))] {
        let output = run(&cookie.into_iter().collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty(), "nothing but a handshake goes to stdout");
        assert!(String::from_utf8_lossy(&output.stderr).contains("This is a Terraform provider"));
    }
}

#[test]
fn a_client_of_protocol_5_is_told_so() {
    let cookie =
        ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");
    let output = run(&[cookie, ("PLUGIN_PROTOCOL_VERSIONS", "5")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("plugin protocol 6"));
}

#[tokio::test]
async fn the_socket_is_private_and_gone_after_shutdown() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::launch(testbed().env("PLUGIN_UNIX_SOCKET_DIR", folder.path())).await.unwrap();
    let inner = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
    assert_eq!(inner.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(client.shutdown().await.unwrap().success());
    assert!(is_empty(folder.path()));
}

#[tokio::test]
async fn sigterm_leaves_no_socket_behind() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::launch(testbed().env("PLUGIN_UNIX_SOCKET_DIR", folder.path())).await.unwrap();
    assert!(!is_empty(folder.path()));
    signal(client.pid(), "TERM");
    assert!(client.exited(Duration::from_secs(3)).await.unwrap().success());
    assert!(is_empty(folder.path()));
}

#[tokio::test]
async fn sigint_is_terraforms_business() {
    let client = Client::launch(testbed()).await.unwrap();
    signal(client.pid(), "INT");
    tokio::time::sleep(Duration::from_millis(200)).await;
    let outcome = client.converge("testbed_slow", &json!({ "target": 2 }), None).await.unwrap();
    assert!(outcome.diagnostics.is_empty() && outcome.state.is_some());
}

#[tokio::test]
async fn stop_ends_the_work_and_returns_the_state_so_far() {
    let folder = tempfile::tempdir().unwrap();
    let started = folder.path().join("started");
    let client = Client::launch(testbed()).await.unwrap();
    let config = json!({ "target": 600, "started": started });
    let (outcome, ()) = tokio::join!(client.converge("testbed_slow", &config, None), async {
        while !started.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        client.stop().await.unwrap();
    });
    let outcome = outcome.unwrap();
    assert_eq!(outcome.diagnostics.errors().next().unwrap().summary, "Stopped");
    let state = outcome.state.unwrap();
    assert!(state.tainted && state.value.get("reached").as_i64().unwrap() < 600);

    // the server is still there; what comes after a stop is stopped as well
    let before = Instant::now();
    let late = client.converge("testbed_slow", &json!({ "target": 600 }), None).await.unwrap();
    assert_eq!(late.state.unwrap().value.get("reached").as_i64(), Some(0));
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn the_health_service_says_that_the_plugin_serves() {
    let client = Client::launch(testbed()).await.unwrap();
    assert!(client.is_healthy().await.unwrap());
}

#[tokio::test]
async fn a_value_of_6_mb_passes_both_ways() {
    let client = Client::launch(testbed()).await.unwrap();
    let color = "x".repeat(6_000_000);
    let outcome =
        client.converge("testbed_thing", &json!({ "name": "big", "color": color }), None).await.unwrap();
    assert!(outcome.diagnostics.is_empty());
    assert_eq!(outcome.state.unwrap().value.get("color").as_str().map(str::len), Some(6_000_000));
}

#[tokio::test]
async fn logs_are_json_lines_without_secrets() {
    let client = Client::launch(testbed().env("TF_LOG", "DEBUG")).await.unwrap();
    client.converge("testbed_thing", &json!({ "name": "x", "password": "hunter2" }), None).await.unwrap();
    let log = client.log();
    assert!(log.contains("ApplyResourceChange") && !log.contains("hunter2"), "{log}");
    for line in log.lines() {
        let entry: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(
            entry["@level"].is_string() && entry["@message"].is_string() && entry["@timestamp"].is_string()
        );
    }
}

#[test]
fn debug_mode_prints_how_to_reattach() {
    use std::io::{BufRead, BufReader};
    let mut child = Command::new(example("testbed"))
        .arg("--debug")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let json = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='").and_then(|rest| rest.strip_suffix('\''));
    let reattach: serde_json::Value = serde_json::from_str(json.unwrap()).unwrap();
    let entry = &reattach["registry.terraform.io/example/testbed"];
    assert_eq!((&entry["Protocol"], &entry["ProtocolVersion"]), (&json!("grpc"), &json!(6)));
    assert!(Path::new(entry["Addr"]["String"].as_str().unwrap()).exists());
    signal(child.id(), "INT");
    assert!(child.wait().unwrap().success());
}
