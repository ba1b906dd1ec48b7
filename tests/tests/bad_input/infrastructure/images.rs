//! Mistakes in a `paas_ami`, and how its data source reports one.

use crate::Mistake;
use paas_tests::{Workspace, hcl};
use serde_json::{Value, json};

pub fn mistake(
    arguments: Value,
    path: &'static str,
    summary: &'static str,
    says: &'static [&'static str],
) -> Mistake {
    Mistake { kind: "ami", arguments, path, summary, says }
}

/// Those that are seen without asking AWS.
pub fn mistakes() -> Vec<Mistake> {
    vec![
        mistake(
            json!({"infrastructure_pipeline": "acme"}),
            "infrastructure_pipeline",
            "Not an infrastructure pipeline's id",
            &["\"acme\"", "such as \"dev/acme\""],
        ),
        mistake(json!({"source_dir": " "}), "source_dir", "Not a folder", &["Name a folder"]),
        mistake(
            json!({"source_dir": "image", "source_version": "1"}),
            "source_version",
            "Two sources",
            &["Set source_dir or source_version, not both"],
        ),
        mistake(
            json!({"source_version": "the newest"}),
            "source_version",
            "Invalid version",
            &["leave it out for the newest"],
        ),
        mistake(json!({"commit": "4f1c2d7"}), "commit", "Whose commit", &["--metadata commit="]),
        mistake(
            json!({"source_dir": "image", "commit": "a\nb"}),
            "commit",
            "Invalid commit",
            &["can't stand in a tag"],
        ),
        mistake(json!({"timeouts": {"update": "1"}}), "timeouts.update", "Invalid duration", &["\"1\""]),
    ]
}

/// The one error of a plan with this data source: summary, path and text.
#[track_caller]
pub fn looked_up(workspace: &Workspace, arguments: &Value) -> (String, String, String) {
    let data = hcl::block("data \"paas_ami\" \"acme\"", arguments);
    workspace.write("main.tf", &(hcl::PROVIDER_SOURCE.to_owned() + &data));
    let errors = workspace.plan(&[]).expect_errors();
    let [error] = &errors[..] else { panic!("{arguments}: {errors:#?}") };
    assert_eq!(error.address.as_deref(), Some("data.paas_ami.acme"));
    (error.summary.clone(), error.path().to_owned(), error.text())
}
