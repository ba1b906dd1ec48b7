//! Mistakes that are seen without asking AWS: `terraform validate` reports them.

use super::{KIND, images, mistake, sound};
use crate::{Mistake, assert_reported, configuration, in_common};
use paas_tests::{Workspace, hcl};
use serde_json::{Value, json};

/// A pipeline that deploys in this way.
fn deploying(
    deploy: Value,
    path: &'static str,
    summary: &'static str,
    says: &'static [&'static str],
) -> Mistake {
    let mut arguments = json!({});
    arguments["deploy"] = deploy;
    mistake(arguments, path, summary, says)
}

/// Names, and what images are made of and on.
fn of_the_image() -> Vec<Mistake> {
    vec![
        mistake(json!({"environment": "dev/eu"}), "environment", "Invalid name", &["\"dev/eu\""]),
        mistake(json!({"tenant": "Acme"}), "tenant", "Invalid name", &["\"Acme\"", "lower-case"]),
        mistake(json!({"tenant": "nat"}), "tenant", "Reserved name", &["part of the environment itself"]),
        mistake(
            json!({"source_ami": "web-1"}),
            "source_ami",
            "Invalid image",
            &["\"web-1\" is not the id of a machine image"],
        ),
        mistake(
            json!({"source_ami": "ami-0123", "source_ami_filter": {"owner": "self"}}),
            "source_ami_filter",
            "Two images to start from",
            &["Set source_ami", "the newest of several"],
        ),
        mistake(
            json!({"source_ami_filter": {"name": ""}}),
            "source_ami_filter.name",
            "Invalid value",
            &["is not an image's name"],
        ),
        mistake(
            json!({"source_ami_filter": {"owner": "canonical"}}),
            "source_ami_filter.owner",
            "Invalid owner",
            &["\"canonical\" is none of amazon, self", "12 digits"],
        ),
        mistake(json!({"instance_type": ""}), "instance_type", "Invalid value", &["\"t3.small\""]),
        mistake(json!({"ssh_username": "a b"}), "ssh_username", "Invalid value", &["\"ec2-user\""]),
        mistake(
            json!({"root_volume": {"size": 0}}),
            "root_volume.size",
            "Value out of range",
            &["0 is not in 1 to 16384"],
        ),
        mistake(
            json!({"root_volume": {"type": "io2"}}),
            "root_volume.type",
            "Unknown choice",
            &["\"io2\" is none of gp3, gp2"],
        ),
        mistake(
            json!({"root_volume": {"device_name": "xvda"}}),
            "root_volume.device_name",
            "Invalid device",
            &["\"xvda\"", "\"/dev/xvda\""],
        ),
        mistake(json!({"keep_images": 0}), "keep_images", "Value out of range", &["0 is not in 1 to 100"]),
    ]
}

/// Builds, and what they are given.
fn of_the_builds() -> Vec<Mistake> {
    vec![
        mistake(json!({"build_image": ""}), "build_image", "Invalid value", &["CodeBuild can run"]),
        mistake(
            json!({"compute_type": "small"}),
            "compute_type",
            "Unknown choice",
            &["\"small\" is none of BUILD_GENERAL1_SMALL"],
        ),
        mistake(
            json!({"build_timeout": 4}),
            "build_timeout",
            "Value out of range",
            &["4 is not in 5 to 480"],
        ),
        mistake(
            json!({"buildspec": " \n"}),
            "buildspec",
            "Invalid text",
            &["is empty", "Leave it out for the provider's own"],
        ),
        mistake(
            json!({"buildspec": "x".repeat(25_601)}),
            "buildspec",
            "Invalid text",
            &["has 25601 characters; CodeBuild takes 25600"],
        ),
        mistake(
            json!({"packer": {"version": "1.12"}}),
            "packer.version",
            "Invalid version",
            &["\"1.12\" is not one exact version", "\"1.2.3\""],
        ),
        mistake(
            json!({"packer": {"plugin_version": "~> 1.3"}}),
            "packer.plugin_version",
            "Invalid version",
            &["\"~> 1.3\""],
        ),
        mistake(
            json!({"packer": {"template": "a\nPAAS_END_OF_THE_TEMPLATE\n"}}),
            "packer.template",
            "Invalid text",
            &["holds the line PAAS_END_OF_THE_TEMPLATE"],
        ),
        mistake(
            json!({"packer": {"template": "x".repeat(20_000)}}),
            "packer.template",
            "Text too long",
            &["The bake's buildspec would have", "CodeBuild takes 25600"],
        ),
        mistake(
            json!({"buildspec": "version: 0.2", "packer": {"template": "x"}}),
            "packer.template",
            "No use for a template",
            &["nothing would use the template"],
        ),
        mistake(
            json!({"packer": {"variables": {"a-b": "1"}}}),
            "packer.variables[\"a-b\"]",
            "Invalid variable",
            &["letters, digits and underscores"],
        ),
        mistake(
            json!({"packer": {"variables": {"region": "eu-west-1"}}}),
            "packer.variables[\"region\"]",
            "Variable is taken",
            &["an argument says what it is"],
        ),
        mistake(
            json!({"environment_variables": {"1A": "x"}}),
            "environment_variables[\"1A\"]",
            "Invalid variable",
            &["a letter first"],
        ),
        mistake(
            json!({"environment_variables": {"CODEBUILD_X": "x"}}),
            "environment_variables[\"CODEBUILD_X\"]",
            "Variable is taken",
            &["CodeBuild's own"],
        ),
        mistake(
            json!({"environment_variables": {"PKR_VAR_size": "1"}}),
            "environment_variables[\"PKR_VAR_size\"]",
            "Variable is taken",
            &["it belongs into packer.variables"],
        ),
        mistake(
            json!({"environment_variables": {"KEEP_IMAGES": "9"}}),
            "environment_variables[\"KEEP_IMAGES\"]",
            "Variable is taken",
            &["one of those that the provider sets"],
        ),
        mistake(
            json!({"environment_variables": {"LONG": "x".repeat(4097)}}),
            "environment_variables[\"LONG\"]",
            "Value too long",
            &["4097 characters; CodeBuild takes 4096"],
        ),
    ]
}

/// What is deployed, and how.
fn of_the_deployment() -> Vec<Mistake> {
    vec![
        deploying(
            json!({"configuration": "variable \"image_id\" {}", "folder": "live"}),
            "deploy.folder",
            "Two configurations",
            &["Set configuration, which is the text itself, or folder"],
        ),
        deploying(
            json!({"folder": "../other"}),
            "deploy.folder",
            "Invalid folder",
            &["\"../other\" is not a folder of the source"],
        ),
        deploying(
            json!({"configuration": "variable \"image_id\" {}", "buildspec": "version: 0.2"}),
            "deploy.configuration",
            "No use for a configuration",
            &["has a buildspec of its own"],
        ),
        deploying(
            json!({"configuration": "{\"image_id\": }"}),
            "deploy.configuration",
            "Not a configuration",
            &["begins with a brace, as JSON does, and isn't JSON"],
        ),
        deploying(
            json!({"configuration": "resource \"paas_tenant\" \"acme\" {}"}),
            "deploy.configuration",
            "No use for the image",
            &["Declare variable \"image_id\""],
        ),
        deploying(
            json!({"configuration": "# image_id\n".repeat(2000)}),
            "deploy.configuration",
            "Text too long",
            &["The deployment's buildspec would have", "Have the source hold the text"],
        ),
        deploying(
            json!({"terraform_version": "1.10.5"}),
            "deploy.terraform_version",
            "Version too old",
            &["locks a state by S3 alone since 1.11.0"],
        ),
        deploying(
            json!({"terraform_version": ">= 1.11"}),
            "deploy.terraform_version",
            "Invalid version",
            &["\">= 1.11\" is not one exact version"],
        ),
        deploying(
            json!({"provider_version": "latest"}),
            "deploy.provider_version",
            "Invalid version",
            &["\"latest\""],
        ),
        deploying(
            json!({"provider_source": "paas"}),
            "deploy.provider_source",
            "Invalid address",
            &["\"paas\" is not a provider's address"],
        ),
        deploying(
            json!({"environment_variables": {"STATE_KEY": "mine"}}),
            "deploy.environment_variables[\"STATE_KEY\"]",
            "Variable is taken",
            &["one of those that the provider sets"],
        ),
        deploying(json!({"buildspec": ""}), "deploy.buildspec", "Invalid text", &["is empty"]),
        deploying(
            json!({"approval": {"comment": ""}}),
            "deploy.approval.comment",
            "Invalid comment",
            &["CodePipeline takes 1 to 1000"],
        ),
        deploying(
            json!({"approval": {"notification_arn": "me@example.com"}}),
            "deploy.approval.notification_arn",
            "Invalid topic",
            &["is not the ARN of an SNS topic"],
        ),
        deploying(
            json!({"approval": {"external_entity_link": "example.com"}}),
            "deploy.approval.external_entity_link",
            "Invalid link",
            &["\"example.com\" is not a URL"],
        ),
        deploying(
            json!({"policy_arns": ["AdministratorAccess"]}),
            "deploy.policy_arns",
            "Invalid policy",
            &["\"AdministratorAccess\" is not the ARN of a policy"],
        ),
        deploying(
            json!({"policy_arns": (0..5).map(|n| format!("arn:aws:iam::aws:policy/P{n}")).collect::<Vec<_>>()}),
            "deploy.policy_arns",
            "Too many policies",
            &["5 are named; a role takes ten policies"],
        ),
    ]
}

/// What starts it, and what its builds print.
fn around_it() -> Vec<Mistake> {
    vec![
        mistake(
            json!({"trigger": "PUSH"}),
            "trigger",
            "Unknown choice",
            &["\"PUSH\" is none of S3, CLOUDTRAIL"],
        ),
        mistake(
            json!({"log_retention_in_days": 2}),
            "log_retention_in_days",
            "Invalid retention",
            &["doesn't keep events for 2 days"],
        ),
    ]
}

#[test]
fn each_mistake_gets_one_error_at_its_attribute() {
    let mistakes = [
        of_the_image(),
        of_the_builds(),
        of_the_deployment(),
        around_it(),
        in_common(KIND),
        images::mistakes(),
    ];
    let mistakes: Vec<Mistake> = mistakes.into_iter().flatten().collect();
    let workspace = Workspace::offline();
    workspace.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &workspace.validate());
}

#[test]
fn what_is_not_known_yet_is_no_mistake() {
    let later = "${terraform_data.later.output}";
    let mut pipeline = json!({"packer": {"version": later, "template": later, "variables": {"size": later}}});
    for argument in ["environment", "tenant", "source_ami", "instance_type", "buildspec", "build_image"] {
        pipeline[argument] = json!(later);
    }
    pipeline["environment_variables"] = json!({ "MIRROR": later });
    pipeline["deploy"] =
        json!({"configuration": later, "terraform_version": later, "provider_version": later});
    let mut image = json!({});
    for argument in ["infrastructure_pipeline", "source_dir", "commit"] {
        image[argument] = json!(later);
    }
    let workspace = Workspace::offline();
    let resources = [
        hcl::PROVIDER_SOURCE.to_owned(),
        hcl::resource("paas_infrastructure_pipeline.acme", &pipeline),
        hcl::resource("paas_ami.acme", &image),
        hcl::block("data \"paas_ami\" \"acme\"", &json!({"infrastructure_pipeline": later, "commit": later})),
        "resource \"terraform_data\" \"later\" {\n  input = timestamp()\n}\n".to_owned(),
    ];
    workspace.write("main.tf", &resources.concat());
    workspace.validate().expect_success();
}
