//! The modules on their own: formatted, valid, and true to their `tests/*.tftest.hcl` with a mocked provider; and the
//! module `tenant`, which says again what its layers say, word for word.

use paas_tests::{Workspace, root};
use std::collections::BTreeMap;
use std::fs;

/// What the module `tenant` means to say differently: every tenant has a pipeline there, and an image may be baked.
const OF_TENANT: [&str; 2] = ["pipeline", "image_id"];

/// Arguments of an infrastructure pipeline that are the whole tenant's, or that follow from its arguments.
const OF_ALL_LAYERS: [&str; 6] =
    ["environment", "tenant", "deploy", "permissions_boundary", "tags", "on_create_failure"];

fn text(path: &str) -> String {
    fs::read_to_string(root().join("modules").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All variables of a module, whose files have one subject each.
fn variables(module: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(root().join("modules").join(module)).expect("the module is there");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files =
        names.filter(|name| name.starts_with("variables.") && name.split('.').next_back() == Some("tf"));
    let texts: Vec<String> = files.map(|name| text(&format!("{module}/{name}"))).collect();
    blocks(&texts.join("\n"), "variable")
}

/// The blocks of one kind by their label, in canonical format: each begins and ends at the margin.
fn blocks(text: &str, kind: &str) -> BTreeMap<String, String> {
    let text = format!("\n{text}");
    let blocks: BTreeMap<String, String> = text
        .split(&format!("\n{kind} \""))
        .skip(1)
        .map(|part| {
            let (name, rest) = part.split_once("\" {\n").expect("a label, then a block");
            let (block, _) = rest.split_once("\n}\n").expect("a block ends at the margin");
            (name.to_owned(), block.to_owned())
        })
        .collect();
    assert!(blocks.len() > 10, "{:?}", blocks.keys());
    blocks
}

fn description(block: &str) -> String {
    let line = block.lines().find_map(|line| line.trim().strip_prefix("description"));
    let value = line.expect("it has a description").trim_start_matches([' ', '=']);
    serde_json::from_str(value).expect("a description is a plain string")
}

fn modules() -> Vec<String> {
    let entries = fs::read_dir(root().join("modules")).unwrap();
    let modules: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(modules.len() >= 3, "{modules:?}");
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
    std::thread::scope(|scope| {
        for module in modules() {
            scope.spawn(move || the_tests_pass(&module));
        }
    });
}

fn the_tests_pass(module: &str) {
    let workspace = Workspace::offline().of(&format!("modules/{module}"));
    if module == "tenant" {
        // Its rules are its layer's.
        workspace
            .write("tests/validation.tftest.hcl", &text("software-pipeline/tests/validation.tftest.hcl"));
    }
    workspace.get().expect_success();
    let output = workspace.run(["test", "-no-color"]).expect_success();
    assert!(
        output.stdout.contains("Success! ") && !output.stdout.contains("Success! 0 passed"),
        "{}",
        output.stdout
    );
}

#[test]
fn a_tenant_says_what_its_software_pipeline_says() {
    let mut layer = variables("software-pipeline");
    let mut tenant = variables("tenant");
    let [pipelines, _] = OF_TENANT.map(|name| [&mut layer, &mut tenant].map(|all| all.remove(name).unwrap()));
    let [of_layer, of_tenant] =
        pipelines.map(|block| block.split_once("  validation {").unwrap().1.to_owned());
    assert_eq!(of_layer, of_tenant);
    for (name, block) in &layer {
        assert_eq!(tenant.get(name), Some(block), "variable {name}");
    }
    let call = text("tenant/main.tf");
    for name in layer.keys().map(String::as_str).chain(OF_TENANT) {
        assert_eq!(given(&call, name, &format!("var.{name}")), 1, "{name}");
    }
    let outputs = blocks(&text("tenant/outputs.tf"), "output");
    for (name, block) in blocks(&text("software-pipeline/outputs.tf"), "output") {
        assert_eq!(description(&outputs[&name]), description(&block), "output {name}");
        let from_layer = ["[0]", "[*]"].map(|index| format!("module.software_pipeline{index}.{name}"));
        assert!(from_layer.iter().any(|value| outputs[&name].contains(value)), "{name}");
    }
}

/// How often a file gives this value to an argument of that name.
fn given(text: &str, name: &str, value: &str) -> usize {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| *line == format!("{name} = {value}")).count()
}

#[test]
fn a_tenants_pipeline_is_told_what_the_tenant_is_told() {
    let file = text("tenant/infrastructure.tf");
    // What it deploys: the database's arguments go as one.
    for name in variables("software-pipeline")
        .keys()
        .filter(|name| !["database", "image_id"].contains(&name.as_str()))
    {
        assert_ne!(given(&file, name, &format!("var.{name}")), 0, "{name}");
    }
    // And how: what is said of the pipeline itself.
    let layer = variables("infrastructure-pipeline");
    let own = layer.keys().filter(|name| !OF_ALL_LAYERS.contains(&name.as_str()));
    for name in own {
        assert_eq!(given(&file, name, &format!("var.infrastructure_pipeline.{name}")), 1, "{name}");
    }
}

/// The modules whose users aren't expected to look further than their README.
#[test]
fn the_readme_of_a_module_that_teams_use_lists_its_inputs_and_outputs() {
    for module in ["tenant", "gitlab-integration"] {
        let readme = text(&format!("{module}/README.md"));
        let outputs = blocks(&text(&format!("{module}/outputs.tf")), "output");
        for (name, block) in variables(module).into_iter().chain(outputs) {
            let row = format!("\n| `{name}` | {} |\n", description(&block));
            assert!(readme.contains(&row), "README.md of {module} has not the row{row}");
        }
    }
}
