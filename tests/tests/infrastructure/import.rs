//! A pipeline whose state was lost is taken over as it is, the texts and variables that no record has room for included.

use crate::{IDLE, PIPELINE, idle};
use paas_tests::configuration::ENVIRONMENT;
use serde_json::{Value, json};

/// HCL, with what YAML, the shell and a rendering could stumble over.
const TEMPLATE: &str =
    "\n# A comment\nsource \"null\" \"x\" {\n\n  communicator = \"none\" # $HOME '@@sweep.sh@@'\n}\n\n";
const CONFIGURATION: &str = "variable \"image_id\" {}\n\noutput \"image\" {\n  value = var.image_id\n}";

#[test]
fn an_imported_pipeline_is_the_one_that_was_and_changes_nothing() {
    let mut dev = idle();
    dev.apply();
    let variants: [Value; 4] = [
        json!({"buildspec": IDLE}),
        json!({
            "buildspec": IDLE, "packer": {"variables": {"communicator": "none"}},
            "environment_variables": {"MIRROR": "https://example.test"}, "tags": {"team": "web"},
            "deploy": {"buildspec": IDLE, "environment_variables": {"TF_VAR_size": "2"}},
            "timeouts": {"create": "1h"},
        }),
        json!({"packer": {"version": "1.6.6", "template": TEMPLATE}, "deploy": {"configuration": CONFIGURATION}}),
        json!({"deploy": {"approval": {"comment": "Is it good?"}}, "trigger": "CLOUDTRAIL"}),
    ];
    for mut variant in variants {
        eprintln!("{variant}");
        variant["environment"] = json!(format!("${{{ENVIRONMENT}.id}}"));
        variant["tenant"] = json!("acme");
        dev.declare(PIPELINE, variant);
        dev.apply();
        dev.assert_settled();
        let before = dev.terraform.attributes(PIPELINE).expect("it is in the state");
        let calls = dev.aws.counts(0).mutating;
        dev.terraform.run(["state", "rm", PIPELINE]).expect_success();
        dev.terraform.import(PIPELINE, "dev/acme").expect_success();
        dev.assert_settled();
        let after = dev.terraform.attributes(PIPELINE).expect("it is in the state");
        assert_eq!(after, before);
        assert_eq!(dev.aws.counts(0).mutating, calls, "an import changes nothing");
    }
    dev.end();
}

#[test]
fn what_cannot_be_imported_says_why() {
    let dev = idle();
    dev.apply();
    dev.terraform.run(["state", "rm", PIPELINE]).expect_success();
    for (id, says) in [
        ("dev/other", "There is no infrastructure pipeline of tenant \"other\" in environment \"dev\""),
        ("acme", "such as \"dev/acme\""),
        ("dev/acme/infrastructure_pipeline", "such as \"dev/acme\""),
    ] {
        let refused = dev.terraform.import(PIPELINE, id);
        let text = refused.stderr.replace(['│', '\n'], " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!refused.success() && text.contains(says), "{id}: {text}");
    }
    dev.terraform.import(PIPELINE, "dev/acme").expect_success();
    dev.end();
}
