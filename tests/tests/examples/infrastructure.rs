//! Tenants whose machine images are baked: one that its pipeline deploys, one whose image is made by an apply.

use super::repository::repository;
use super::tenants::UNPROTECTED;
use super::{account, count, example};
use paas_tests::baking::{Baking, deployed, place, remove_images, said};
use paas_tests::{Emulator, Workspace};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The environment alone, and a tenant's example beside it.
fn beside_dev(aws: &Emulator, certificate: &str, image: &str, path: &str) -> (Workspace, Workspace) {
    let mut dev = example(aws, "environments/dev");
    dev.variable("certificate_arn", certificate).variable("image_id", image);
    let tenant = dev.sibling(path);
    tenant.get().expect_success();
    dev.apply(&["-target", "module.environment"]).expect_success();
    (dev, tenant)
}

fn call(aws: &Emulator, service: &str, operation: &str, params: &Value) -> Value {
    aws.call(service, operation, params).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

/// Waits until the pipeline's run after `before` has come to its end; gives the run's id.
fn run_after(aws: &Emulator, pipeline: &str, before: Option<&str>) -> String {
    let until = Instant::now() + Duration::from_mins(3);
    loop {
        let runs = call(aws, "codepipeline", "list_pipeline_executions", &json!({"pipelineName": pipeline}));
        let latest = &runs["pipelineExecutionSummaries"][0];
        let id = latest["pipelineExecutionId"].as_str().unwrap_or_default();
        match latest["status"].as_str() {
            Some("Succeeded") if before != Some(id) => return id.to_owned(),
            Some("Failed" | "Stopped") => panic!("{latest}\n{}", said(aws)),
            _ => assert!(Instant::now() < until, "not in three minutes: {latest}\n{}", said(aws)),
        }
        sleep(Duration::from_millis(200));
    }
}

/// The image that the tenant's instances are launched from.
fn launched(aws: &Emulator, template: &str) -> String {
    let version = call(
        aws,
        "ec2",
        "describe_launch_template_versions",
        &json!({"LaunchTemplateName": template, "Versions": ["$Latest"]}),
    );
    version["LaunchTemplateVersions"][0]["LaunchTemplateData"]["ImageId"].as_str().unwrap().to_owned()
}

/// Puts the tenant's scripts where its infrastructure pipeline starts.
fn push(aws: &Emulator, uri: &Value, folder: &Path, note: &str) {
    let (bucket, key) = place(uri.as_str().unwrap());
    let mut install = fs::read_to_string(folder.join("install.sh")).unwrap();
    install.push_str(note);
    let before = fs::read_to_string(folder.join("preInstall.sh")).unwrap();
    let _ = aws.upload(
        &json!(bucket),
        &json!(key),
        &[("preInstall.sh", before.as_str()), ("install.sh", install.as_str())],
    );
}

#[test]
fn a_push_of_the_scripts_ends_with_the_tenant_on_a_new_image() {
    let (aws, certificate, image) = account();
    let Some(here) = Baking::of(&aws).unwrap() else { return };
    let (dev, bakery) = beside_dev(&aws, &certificate, &image, "examples/tenants/bakery");
    // With neighbours, of whom its builds may read nothing.
    dev.apply(&[]).expect_success();
    bakery.write("here_override.tf", &here.of_tenant("bakery", ""));
    bakery.apply(&[]).expect_success();
    assert_eq!(bakery.plan(&[]).expect_success().changes(), []);
    let pipeline = bakery.output("infrastructure_pipeline_name");
    let pipeline = pipeline.as_str().unwrap();

    let first_run = run_after(&aws, pipeline, None);
    assert_eq!(count(&aws, "auto_scaling_group"), 3);
    let first = launched(&aws, "paas-dev-bakery");

    push(&aws, &bakery.output("scripts_uri"), &repository(), "# changed\n");
    let _ = run_after(&aws, pipeline, Some(&first_run));
    let second = launched(&aws, "paas-dev-bakery");
    assert_ne!(first, second);
    // The plan of every deploy stands in the log.
    let said = said(&aws);
    assert!(said.contains(&format!("\"{first}\" -> \"{second}\"")), "{said}");
    let running = call(
        &aws,
        "ec2",
        "describe_instances",
        &json!({
            "Filters": [{"Name": "image-id", "Values": [second]}, {"Name": "instance-state-name", "Values": ["running"]}]
        }),
    );
    assert_eq!(running["Reservations"].as_array().map(Vec::len), Some(1), "{running}");

    let deployed = deployed(&bakery).unwrap();
    deployed.destroy(&["-var", &format!("image_id={second}")]).expect_success();
    bakery.destroy(&[]).expect_success();
    remove_images(&aws);
    // The state, empty now, is in the bucket, which goes with what is in it.
    dev.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

#[test]
fn a_tenant_moves_to_its_pipelines_state_and_back_and_stays_what_it_is() {
    let (aws, certificate, image) = account();
    let Some(here) = Baking::of(&aws).unwrap() else { return };
    let (dev, acme) = beside_dev(&aws, &certificate, &image, "examples/tenants/acme");
    // The provider's default tags aren't the pipeline's.
    acme.write("tags_override.tf", "module \"acme\" {\n  tags = { team = \"acme\" }\n}\n");
    acme.apply(&[]).expect_success();
    let ids = || {
        let mut ids: Vec<_> = aws
            .inventory()
            .into_iter()
            .filter(|object| {
                ["auto_scaling_group", "target_group", "db_instance"].contains(&object.kind.as_str())
            })
            .map(|object| object.id)
            .collect();
        ids.sort();
        ids
    };
    let before = ids();
    assert_eq!(before.len(), 3);

    // By the way it would be destroyed.
    let moving = here.of_tenant("acme", "take_over = true\n");
    let moving =
        moving.replace("infrastructure_pipeline = {", "image_id = null\ninfrastructure_pipeline = {");
    acme.write("here_override.tf", &moving);
    let refusal = acme.plan(&[]).expect_errors();
    assert!(refusal.iter().any(|error| error.text().contains("Moving a tenant")), "{refusal:?}");

    acme.run(["state", "rm", "module.acme.module.software_pipeline", "module.acme.terraform_data.layer_3"])
        .expect_success();
    acme.write("outputs.tf", "output \"pipeline\" {\n  value = module.acme.infrastructure_pipeline\n}\n");
    acme.apply(&[]).expect_success();
    let pipeline = acme.output("pipeline");
    let _ = run_after(&aws, pipeline["pipeline_name"].as_str().unwrap(), None);
    assert_eq!(ids(), before);
    assert!(said(&aws).contains("2 to import, 0 to add, 1 to change, 0 to destroy"), "{}", said(&aws));

    // And back.
    let running = launched(&aws, "paas-dev-acme");
    acme.run(["state", "rm", "module.acme.terraform_data.layer_3"]).expect_success();
    acme.write("outputs.tf", "");
    acme.write("here_override.tf", &format!("module \"acme\" {{\n  image_id = \"{running}\"\n}}\n"));
    acme.write(
        "imports.tf",
        "import {\n  to = module.acme.module.software_pipeline[0].paas_tenant.this\n  id = \"dev/acme\"\n}\n\n\
         import {\n  to = module.acme.module.software_pipeline[0].paas_database.this[0]\n  id = \"dev/acme/database\"\n}\n",
    );
    acme.apply(&[]).expect_success();
    assert_eq!(ids(), before);
    assert_eq!(acme.plan(&[]).expect_success().changes(), []);

    acme.write("imports.tf", "");
    acme.write("unprotected_override.tf", UNPROTECTED);
    acme.apply(&[]).expect_success();
    acme.destroy(&[]).expect_success();
    remove_images(&aws);
    dev.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}

#[test]
fn a_changed_script_is_a_new_image_in_the_same_apply() {
    let (aws, certificate, image) = account();
    let Some(here) = Baking::of(&aws).unwrap() else { return };
    let (dev, studio) = beside_dev(&aws, &certificate, &image, "examples/tenants/studio");
    studio.write("here_override.tf", &format!("module \"images\" {{\n{}}}\n", here.bake));
    studio.apply(&[]).expect_success();
    assert_eq!(studio.plan(&[]).expect_success().changes(), []);
    let first = studio.output("image");
    assert_eq!(launched(&aws, "paas-dev-studio"), first["id"]);

    studio.write("image/index.html", "<!doctype html>\n<title>Changed</title>\n");
    studio.apply(&[]).expect_success();
    let second = studio.output("image");
    assert_ne!(first["id"], second["id"]);
    assert_ne!(first["source"], second["source"]);
    assert_eq!(launched(&aws, "paas-dev-studio"), second["id"]);

    studio.destroy(&[]).expect_success();
    remove_images(&aws);
    dev.destroy(&[]).expect_success();
    assert_eq!(aws.inventory(), []);
}
