//! The master user's password: it reaches whom it is meant for, and nothing else that a run writes.

use crate::search::found;
use crate::{assert_says, end, refusal};
use paas_tests::Configuration;
use paas_tests::configuration::DATABASE;
use paas_tests::emulator::Fault;
use serde_json::{Value, json};
use std::fs;

const CREDENTIALS: &str =
    "ephemeral \"paas_database_credentials\" \"acme\" {\n  database = paas_database.acme.id\n}\n";

/// Someone who uses the password: a program that is given it, and leaves a digest of what it was given.
const USER: &str = r#"
resource "terraform_data" "user" {
  triggers_replace = [paas_database.acme.resource_id]

  provisioner "local-exec" {
    command = "printf '%s|%s|%s|%s' \"$WHO\" \"$HOST\" \"$PORT\" \"$SECRET\" | sha256sum > given"
    environment = {
      WHO    = ephemeral.paas_database_credentials.acme.username
      HOST   = ephemeral.paas_database_credentials.acme.host
      PORT   = ephemeral.paas_database_credentials.acme.port
      SECRET = ephemeral.paas_database_credentials.acme.password
    }
  }
}
"#;

/// The password, from where it belongs.
fn password(dev: &Configuration) -> String {
    let secret = json!({"SecretId": dev.attribute(DATABASE, "master_user_secret_arn")});
    let secret = dev.look("secretsmanager", "get_secret_value", &secret);
    let secret: Value = serde_json::from_str(secret["SecretString"].as_str().expect("text")).expect("JSON");
    secret["password"].as_str().expect("a password").to_owned()
}

#[test]
fn the_password_reaches_its_user_and_nothing_else_that_a_run_writes() {
    let mut dev = Configuration::with_database();
    let log = dev.terraform.home().join("trace.log");
    dev.terraform.set("TF_LOG", "TRACE").set("TF_LOG_PATH", &log);
    dev.terraform.write("user.tf", &[CREDENTIALS, USER].concat());
    let mut said = String::new();
    let mut run = |output: paas_tests::terraform::Output| {
        said.push_str(&output.stdout);
        said.push_str(&output.stderr);
        output
    };
    // All of it new: the id isn't known before the apply, and the password is read when it is.
    run(dev.terraform.plan(&[])).expect_success();
    run(dev.terraform.apply_plan()).expect_success();
    let password = password(&dev);
    let host = dev.attribute(DATABASE, "address");
    let expected = digest(&format!("admin|{}|3306|{password}", host.as_str().expect("a name")));
    let given = fs::read_to_string(dev.terraform.folder().join("given")).expect("the user ran");
    assert_eq!(given.split_whitespace().next(), Some(expected.as_str()), "it was given the password");

    // Plans that open it, changes, an error while it is open, and what people look at.
    dev.set(DATABASE, "instance_class", "db.t4g.medium");
    run(dev.terraform.plan(&[])).expect_success();
    run(dev.terraform.run(["show", "-json", "saved.tfplan"]));
    run(dev.terraform.apply_plan()).expect_success();
    run(dev.terraform.run(["show", "-json"]));
    run(dev.terraform.run(["state", "pull"]));
    dev.aws.faults([Fault::error("InvalidParameterCombination", "No", 400).operation("ModifyDBInstance")]);
    dev.set(DATABASE, "multi_az", true);
    assert!(!run(dev.terraform.apply(&[])).success());
    dev.aws.clear_faults();
    dev.set(DATABASE, "multi_az", Value::Null);
    run(dev.terraform.plan(&["-out", "kept.tfplan"])).expect_success();

    let identifier = crate::identifier(&dev);
    let home = dev.terraform.home();
    let everywhere = found(home, &identifier);
    for place in
        ["root/terraform.tfstate (as it is)", "root/terraform.tfstate (deflated)", "trace.log (as it is)"]
    {
        assert!(everywhere.iter().any(|found| found == place), "{place} isn't searched: {everywhere:?}");
    }
    assert!(everywhere.iter().any(|found| found.contains(".tfplan")), "no plan is searched: {everywhere:?}");
    let log = fs::read_to_string(&log).expect("there is a log");
    assert!(log.contains("GetSecretValue"), "the log tells of the call");
    assert_eq!(found(home, &password), Vec::<String>::new());
    assert!(!said.contains(&password), "Terraform printed it");
    fs::remove_file(dev.terraform.folder().join("user.tf")).expect("it is there");
    end(&mut dev);
}

/// SHA-256 in hexadecimal.
fn digest(text: &str) -> String {
    use sha2::{Digest, Sha256};
    format!("{:x}", Sha256::digest(text))
}

#[test]
fn what_cannot_be_read_says_why() {
    let mut dev = Configuration::with_database();
    dev.apply();
    let open = |dev: &Configuration, id: &str| {
        let text = format!("ephemeral \"paas_database_credentials\" \"acme\" {{\n  database = {id:?}\n}}\n");
        dev.terraform.write("credentials.tf", &text);
        refusal(&dev.terraform.plan(&[]))
    };
    let error = open(&dev, "dev/acme/other");
    assert_eq!((error.summary.as_str(), error.path()), ("No such database", "database"));
    assert_says(&error.text(), &["/paas/paas/dev/acme/other"]);
    let error = open(&dev, "acme");
    assert_eq!((error.summary.as_str(), error.path()), ("Not a database's id", "database"));
    dev.aws.faults([Fault::error("AccessDeniedException", "Not yours", 400).operation("GetSecretValue")]);
    let error = open(&dev, "dev/acme/database");
    assert_eq!((error.summary.as_str(), error.path()), ("Can't read the database's secret", "database"));
    assert_says(&error.text(), &["GetSecretValue", "AccessDeniedException"]);
    dev.aws.clear_faults();
    fs::remove_file(dev.terraform.folder().join("credentials.tf")).expect("it is there");
    end(&mut dev);
}
