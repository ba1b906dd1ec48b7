//! Mistakes that only AWS shows: a plan reports them.

use super::{images, mistake, sound};
use crate::{assert_reported, configuration, tags};
use paas_tests::configuration::ENVIRONMENT;
use paas_tests::{Configuration, Workspace};
use serde_json::json;

#[test]
fn what_only_aws_knows_is_told_at_plan() {
    let mut dev = Configuration::with_environment();
    dev.set(ENVIRONMENT, "enable_cloudtrail", false);
    dev.apply();
    let before = dev.aws.mark();
    let other = Workspace::new(&dev.aws);
    let mistakes = [
        mistake(
            json!({"environment": "prod"}),
            "environment",
            "No such environment",
            &["no environment \"prod\"", "paas_environment.prod.id", "in another one"],
        ),
        mistake(
            json!({"source_ami": "ami-0123456789abcdef0"}),
            "source_ami",
            "No such image",
            &["no image ami-0123456789abcdef0 in eu-west-1", "may not use it"],
        ),
        mistake(
            json!({"trigger": "CLOUDTRAIL"}),
            "trigger",
            "No trail starts the pipeline",
            &["\"dev\" has no trail", "turn the trail on"],
        ),
        mistake(json!({"tags": tags(44)}), "tags", "Too many tags", &["44 tags"]),
        images::mistake(
            json!({"infrastructure_pipeline": "dev/umbrella"}),
            "infrastructure_pipeline",
            "No such infrastructure pipeline",
            &["tenant \"umbrella\" in environment \"dev\"", "paas_infrastructure_pipeline.umbrella.id"],
        ),
    ];
    other.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &other.plan(&[]));

    for (arguments, summary, path, says) in [
        (
            json!({"infrastructure_pipeline": "acme"}),
            "Not an infrastructure pipeline's id",
            "infrastructure_pipeline",
            "such as \"dev/acme\"",
        ),
        (
            json!({"infrastructure_pipeline": "dev/acme", "commit": ""}),
            "Invalid commit",
            "commit",
            "leave it out for any",
        ),
        (
            json!({"infrastructure_pipeline": "dev/acme"}),
            "No image",
            "infrastructure_pipeline",
            "has no available image in eu-west-1",
        ),
    ] {
        let (found, at, text) = images::looked_up(&other, &arguments);
        assert_eq!((found.as_str(), at.as_str()), (summary, path), "{arguments}");
        assert!(text.contains(says), "{arguments}: {says:?} is not in: {text}");
    }
    assert_eq!(dev.aws.counts(before).mutating, 0, "a plan changes nothing");
}

/// What another configuration has made isn't made a second time.
#[test]
fn a_name_that_is_taken() {
    let mut dev = Configuration::with_environment();
    let idle = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo nothing is baked\n";
    let environment = format!("${{{ENVIRONMENT}.id}}");
    let pipeline = json!({"environment": environment, "tenant": "acme", "buildspec": idle});
    dev.declare("paas_infrastructure_pipeline.acme", pipeline);
    dev.apply();
    let mistakes = [mistake(
        json!({"tenant": "acme", "keep_images": 9}),
        "tenant",
        "The name is taken",
        &["import it", "/paas/paas/dev/acme/infrastructure_pipeline"],
    )];
    let other = Workspace::new(&dev.aws);
    other.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &other.plan(&[]));
}
