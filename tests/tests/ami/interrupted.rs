//! Ctrl-C and a killed provider in the middle of a build.

use super::{AMI, building, builds, end, from_folder, has_ended, images, left, stage, tag, wait, write};
use paas_tests::Configuration;
use paas_tests::emulator::Fault;
use serde_json::{Value, json};

/// The images of the folder's source.
fn of_folder(dev: &Configuration) -> usize {
    let is_of_folder =
        |image: &Value| tag(image, "paas:source").as_str().unwrap_or_default().starts_with("sha256:");
    images(dev).iter().filter(|image| is_of_folder(image)).count()
}

#[test]
fn ctrl_c_stops_the_build_and_leaves_the_state_as_it_was() {
    let Some(mut dev) = stage() else { return };
    let ami = from_folder(&dev, "echo one");
    dev.declare(AMI, ami);
    dev.aws.timing(&json!({"instance": {"create": 60.0}}));
    for first in [true, false] {
        let before = (!first).then(|| dev.attribute(AMI, "image_id"));
        let apply = building(&dev);
        wait("the build's instance", || (!left(&dev).is_empty()).then_some(()));
        apply.interrupt();
        let errors = apply.wait().expect_errors();
        let said = errors
            .iter()
            .find(|error| error.address.as_deref() == Some(AMI))
            .expect("it says what became of it");
        assert_eq!(said.summary, "Baking was interrupted (dev/acme)");
        assert!(said.text().contains("the build was stopped"), "{}", said.text());
        assert_eq!(builds(&dev)[0]["buildStatus"], "STOPPED");
        assert_eq!(left(&dev), [] as [Value; 0]);
        let kept = dev.terraform.attributes(AMI).map(|attributes| attributes["image_id"].clone());
        assert_eq!(kept, before, "as it was");

        dev.aws.timing(&json!({"instance": {"create": 0.0}}));
        dev.apply();
        dev.assert_settled();
        dev.aws.timing(&json!({"instance": {"create": 60.0}}));
        write(&dev, "echo two");
    }
    assert_eq!(of_folder(&dev), 2, "one for each of the two scripts");
    dev.aws.timing(&json!({"instance": {"create": 0.0}}));
    end(&dev);
}

/// The build goes on without its provider. The next apply waits for it, or takes its image.
#[test]
fn a_killed_provider_costs_no_second_image() {
    let Some(mut dev) = stage() else { return };
    for (script, ends_before) in [("echo one", false), ("echo two", true)] {
        let ami = from_folder(&dev, script);
        dev.declare(AMI, ami);
        dev.aws.timing(&json!({"instance": {"create": 4.0}}));
        let before = (of_folder(&dev), builds(&dev).len());
        let apply = building(&dev);
        let [provider] = apply.providers()[..] else { panic!("{:?}", apply.providers()) };
        dev.aws.faults([Fault::kill(provider).operation("BatchGetBuilds").times(1)]);
        assert!(!apply.wait().success());
        dev.aws.clear_faults();
        assert_eq!(builds(&dev)[0]["buildStatus"], "IN_PROGRESS", "it goes on");
        if ends_before {
            wait("the build's end", || builds(&dev).iter().all(has_ended).then_some(()));
        }
        dev.apply();
        assert_eq!((of_folder(&dev), builds(&dev).len()), (before.0 + 1, before.1 + 1));
        assert_eq!(left(&dev), [] as [Value; 0]);
        dev.assert_settled();
    }
    end(&dev);
}

/// A build that isn't Terraform's is waited for, and goes on when Terraform doesn't wait any longer.
#[test]
fn anothers_build_isnt_stopped() {
    let Some(mut dev) = stage() else { return };
    let ami = from_folder(&dev, "echo one");
    dev.declare(AMI, ami);
    dev.aws.timing(&json!({"instance": {"create": 15.0}}));
    let apply = building(&dev);
    let [provider] = apply.providers()[..] else { panic!("{:?}", apply.providers()) };
    dev.aws.faults([Fault::kill(provider).operation("BatchGetBuilds").times(1)]);
    assert!(!apply.wait().success());
    dev.aws.clear_faults();

    dev.set(AMI, "timeouts", json!({"create": "3s"}));
    let errors = dev.terraform.apply(&[]).expect_errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0].summary, "Another build goes on");
    assert!(errors[0].text().contains("the next apply takes its image"), "{}", errors[0].text());
    let [build, ..] = &builds(&dev)[..] else { panic!("there is one") };
    assert_eq!(build["buildStatus"], "IN_PROGRESS");

    dev.set(AMI, "timeouts", Value::Null);
    dev.apply();
    assert_eq!(dev.attribute(AMI, "build_id"), build["id"]);
    assert_eq!(of_folder(&dev), 1);
    end(&dev);
}
