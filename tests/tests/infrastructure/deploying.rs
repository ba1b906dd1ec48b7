//! A pipeline that bakes with real Packer and deploys with real Terraform and this provider; and how its runs are followed.

use crate::PIPELINE;
use crate::baked::{self, PATIENCE, PAUSE, builds, log};
use paas_tests::configuration::ENVIRONMENT;
use paas_tests::{Configuration, prerequisites, provider};
use serde_json::{Value, json};
use std::time::Instant;

/// Whose builds deploy.
pub const PROJECT: &str = "paas_dev_acme_deploy";

/// The tenant's configuration, as it stands in the pipeline: whatever is baked is deployed. Its `${` are doubled: it is a
/// text in a configuration itself.
pub fn configuration() -> String {
    let tenant = json!({
        "environment": "dev",
        "name": "acme",
        "hosts": ["acme.dev.example.test"],
        "image_id": "$${var.image_id}",
    });
    json!({"variable": {"image_id": {"type": "string"}}, "resource": {"paas_tenant": {"acme": tenant}}})
        .to_string()
}

/// An environment, and in it a pipeline that deploys; `deploy` is laid over what it must have. None without Packer.
pub fn stage(deploy: &Value) -> Option<Configuration> {
    prerequisites::packer()?;
    let mut dev = Configuration::with_environment();
    let mut wanted = json!({
        "configuration": configuration(),
        "terraform_version": prerequisites::terraform().expect("there is a terraform").to_string(),
        // The provider that is being tested, and a bucket's address that is no host name of its own.
        "environment_variables": {
            "TF_CLI_CONFIG_FILE": provider::mirror().expect("the provider is built"),
            "TF_CLI_ARGS_init": "-backend-config=use_path_style=true",
        },
    });
    for (key, value) in deploy.as_object().into_iter().flatten() {
        wanted[key] = value.clone();
    }
    let pipeline = json!({
        "environment": format!("${{{ENVIRONMENT}.id}}"),
        "tenant": "acme",
        "source_ami": dev.image,
        "packer": baked::packer(&dev),
        "deploy": wanted,
    });
    dev.declare(PIPELINE, pipeline);
    Some(dev)
}

/// Uploads the tenant's repository, as a push does.
pub fn push(dev: &Configuration, commit: &str, files: &[(&str, &str)]) -> Value {
    let (bucket, key) =
        (dev.attribute(PIPELINE, "source_bucket"), dev.attribute(PIPELINE, "source_object_key"));
    dev.aws.push(&bucket, &key, files, &json!({ "commit": commit }))
}

/// How the stages of the pipeline's latest run stand, by name.
pub fn state(dev: &Configuration) -> Value {
    let name = dev.attribute(PIPELINE, "pipeline_name");
    let state = dev.look("codepipeline", "get_pipeline_state", &json!({ "name": name }));
    let of = |stage: &Value| {
        (stage["stageName"].as_str().unwrap().to_owned(), stage["latestExecution"]["status"].clone())
    };
    state["stageStates"].as_array().unwrap().iter().map(of).collect::<serde_json::Map<_, _>>().into()
}

/// Waits until the stages of the latest run stand so; shows the builds' logs where they don't.
#[track_caller]
pub fn wait_for(dev: &Configuration, expected: &Value) {
    let began = Instant::now();
    while state(dev) != *expected {
        if began.elapsed() > PATIENCE {
            let logs = [baked::PROJECT, PROJECT].map(|project| builds(dev, project));
            let logs: Vec<String> =
                logs.iter().filter_map(|all| all.first()).map(|last| log(dev, last)).collect();
            panic!("{expected}, but {}\n{}", state(dev), logs.join("\n---\n"));
        }
        std::thread::sleep(PAUSE);
    }
}

/// All stages of a run that went through.
pub fn done() -> Value {
    json!({"Source": "Succeeded", "Bake": "Succeeded", "Deploy": "Succeeded"})
}

/// An object of the environment's bucket, as S3 describes it; none where there is none.
pub fn object(dev: &Configuration, key: &str) -> Option<Value> {
    let at = json!({"Bucket": dev.attribute(ENVIRONMENT, "bucket"), "Key": key});
    dev.aws.call("s3", "head_object", &at).ok()
}
