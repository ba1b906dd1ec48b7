//! The examples in the registry documentation are configurations that Terraform accepts.

use paas_tests::hcl::PROVIDER_SOURCE;
use paas_tests::{Workspace, root};
use std::fs;

#[test]
fn every_snippet_is_formatted_and_valid() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("provider/paas/docs")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let workspace = Workspace::offline();
        let source = if text.contains("required_providers") { "" } else { PROVIDER_SOURCE };
        workspace.write("main.tf", &format!("{source}{text}"));
        workspace.run(["fmt", "-check", "-diff"]).expect_success();
        workspace.validate().expect_success();
        seen += 1;
    }
    assert!(seen >= 7, "only {seen} snippets");
}
