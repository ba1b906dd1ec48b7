//! The modules on their own: formatted, valid, and true to their `tests/*.tftest.hcl` with a mocked provider.

use paas_tests::{Workspace, root};
use std::fs;

fn modules() -> Vec<String> {
    let entries = fs::read_dir(root().join("modules")).unwrap();
    let modules: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(modules.len() >= 2, "{modules:?}");
    modules
}

#[test]
fn modules_are_formatted() {
    let modules = Workspace::offline().of("modules");
    modules.run(["fmt", "-check", "-diff", "-recursive"]).expect_success();
}

#[test]
fn modules_are_valid() {
    for module in modules() {
        let workspace = Workspace::offline().of(&format!("modules/{module}"));
        workspace.get().expect_success();
        workspace.validate().expect_success();
    }
}

#[test]
fn the_tests_of_each_module_pass() {
    for module in modules() {
        let workspace = Workspace::offline().of(&format!("modules/{module}"));
        workspace.get().expect_success();
        let output = workspace.run(["test", "-no-color"]).expect_success();
        assert!(
            output.stdout.contains("Success! ") && !output.stdout.contains("Success! 0 passed"),
            "{}",
            output.stdout
        );
    }
}
