//! Runs that fail: each stops where it should and says why, leaves the tenant as it was, and is in nobody's way.

use crate::PIPELINE;
use crate::baked::{self, builds, images, left, log, running, tag};
use crate::deploying::{self, object, push, stage, wait_for};
use paas_tests::Configuration;
use serde_json::{Value, json};

const INSTALL: (&str, &str) = ("install.sh", "echo installed\n");

/// The tenant's configuration as it lies in its repository, with these hosts.
fn main_tf(hosts: &str) -> String {
    format!(
        "variable \"image_id\" {{\n  type = string\n}}\n\nresource \"paas_tenant\" \"acme\" {{\n  environment = \"dev\"\n  name        = \"acme\"\n  hosts       = {hosts}\n  image_id    = var.image_id\n}}\n"
    )
}

/// Pushes what is to fail in the builds of this project, and gives what the failed build has printed.
#[track_caller]
fn fails(dev: &Configuration, files: &[(&str, &str)], project: &str) -> String {
    let before = (running(dev), images(dev).len(), builds(dev, project).len());
    push(dev, "bad", files);
    let build = baked::wait("the failed build", || {
        let build = builds(dev, project).into_iter().next().filter(|it| it["buildStatus"] == "FAILED");
        build.filter(|_| builds(dev, project).len() > before.2)
    });
    // What came before the stage has succeeded; the stage after a failed one keeps what its last run was.
    let mut expected = deploying::done();
    expected[if project == baked::PROJECT { "Bake" } else { "Deploy" }] = "Failed".into();
    wait_for(dev, &expected);
    assert_eq!(running(dev), before.0, "the tenant is as it was");
    assert_eq!(left(dev), [] as [Value; 0], "nothing runs on");
    assert!(object(dev, "terraform/acme.tfstate.tflock").is_none(), "the lock is free");
    if project == baked::PROJECT {
        assert_eq!(images(dev).len(), before.1);
    }
    log(dev, &build)
}

#[track_caller]
fn assert_says(log: &str, parts: &[&str]) {
    for part in parts {
        assert!(log.contains(part), "{part:?} is not in: {log}");
    }
}

#[test]
fn a_run_that_fails_leaves_the_tenant_as_it_was() {
    // The tenant's configuration comes with its scripts.
    let Some(mut dev) = stage(&json!({"configuration": null})) else { return };
    dev.apply();
    // The seed has no configuration: an image, and nothing to deploy.
    wait_for(&dev, &deploying::done());
    assert_says(
        &log(&dev, &builds(&dev, deploying::PROJECT)[0]),
        &["Nothing is deployed yet", "folder terraform"],
    );
    assert_eq!(running(&dev), [] as [Value; 0]);

    let good = main_tf("[\"acme.dev.example.test\"]");
    let configuration = ("terraform/main.tf", good.as_str());
    push(&dev, "good", &[INSTALL, configuration]);
    baked::wait("the tenant", || (running(&dev).len() == 1).then_some(()));
    wait_for(&dev, &deploying::done());

    // In the bake.
    let slip = fails(&dev, &[("install.sh", "echo one\nif true; then\n"), configuration], baked::PROJECT);
    assert_says(&slip, &["install.sh: line 3: syntax error", "Nothing is baked"]);
    let nothing = fails(&dev, &[configuration], baked::PROJECT);
    assert_says(&nothing, &["the source has neither preInstall.sh nor install.sh"]);

    // In the deployment.
    let wrong = main_tf("[\"not a host\"]");
    let refused = fails(&dev, &[INSTALL, ("terraform/main.tf", &wrong)], deploying::PROJECT);
    assert_says(&refused, &["on main.tf line", "not a host", "The tenant isn't deployed"]);
    let folder = fails(&dev, &[INSTALL], deploying::PROJECT);
    assert_says(&folder, &["the source has no folder terraform"]);

    // Whoever is in the way: another one's lock.
    let bucket = dev.attribute(PIPELINE, "source_bucket");
    let lock = json!({"ID": "1", "Who": "somebody@elsewhere", "Operation": "OperationTypeApply", "Created": "2026-01-01T00:00:00Z"});
    let put = json!({"Bucket": bucket, "Key": "terraform/acme.tfstate.tflock", "Body": lock.to_string()});
    dev.by_hand("s3", "put_object", &put);
    let mut deploy = dev.attribute(PIPELINE, "deploy");
    deploy["environment_variables"]["LOCK_TIMEOUT"] = "1s".into();
    dev.set(PIPELINE, "deploy", deploy);
    dev.apply();
    push(&dev, "locked", &[INSTALL, configuration]);
    let mut expected = deploying::done();
    expected["Deploy"] = "Failed".into();
    baked::wait("the build that waits", || {
        (log(&dev, &builds(&dev, deploying::PROJECT)[0]).contains("somebody@elsewhere")).then_some(())
    });
    wait_for(&dev, &expected);
    let locked = log(&dev, &builds(&dev, deploying::PROJECT)[0]);
    assert_says(&locked, &["Error acquiring the state lock", "somebody@elsewhere", "aws s3 rm s3://"]);
    dev.by_hand("s3", "delete_object", &json!({"Bucket": bucket, "Key": "terraform/acme.tfstate.tflock"}));

    // Nothing of all that is in the way of the next good one.
    let version = push(&dev, "good again", &[INSTALL, configuration])["VersionId"].clone();
    let image =
        baked::wait("its image", || images(&dev).into_iter().find(|it| tag(it, "paas:source") == version));
    baked::wait("the group on it", || (running(&dev) == [image["ImageId"].clone()]).then_some(()));
    wait_for(&dev, &deploying::done());
    dev.assert_settled();
}
