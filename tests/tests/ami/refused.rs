//! What is refused before anything is baked: at the argument that is wrong.

use super::{AMI, PIPELINE, pipeline};
use paas_tests::Configuration;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;

/// The one error of a plan with these arguments: summary, path and text.
#[track_caller]
fn refused(dev: &mut Configuration, arguments: Value) -> (String, String, String) {
    dev.declare(AMI, arguments);
    let errors = dev.terraform.plan(&[]).expect_errors();
    let [error] = &errors[..] else { panic!("{errors:#?}") };
    assert_eq!(error.address.as_deref(), Some(AMI));
    (error.summary.clone(), error.path().to_owned(), error.text())
}

#[test]
fn what_cant_be_baked_is_refused_at_plan() {
    let mut dev = Configuration::with_environment();
    dev.apply();
    let folder = dev.terraform.folder().to_owned();
    for (name, file) in [("empty", ".git/HEAD"), ("linked", "install.sh"), ("large", "install.sh")] {
        let path = folder.join(name).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "echo").unwrap();
    }
    symlink("install.sh", folder.join("linked/preInstall.sh")).unwrap();
    fs::File::create(folder.join("large/disk.img")).unwrap().set_len(101_000_000).unwrap();

    let of = |source_dir: &str| json!({"infrastructure_pipeline": "dev/acme", "source_dir": source_dir});
    let mistakes = [
        (
            json!({"infrastructure_pipeline": "acme"}),
            "Not an infrastructure pipeline's id",
            "infrastructure_pipeline",
            "such as \"dev/acme\"",
        ),
        (
            json!({"infrastructure_pipeline": "dev/acme"}),
            "No such infrastructure pipeline",
            "infrastructure_pipeline",
            "There is no infrastructure pipeline of tenant \"acme\" in environment \"dev\"",
        ),
        (
            of("missing"),
            "Can't bake from the folder",
            "source_dir",
            "missing can't be read: No such file or directory",
        ),
        (of("main.tf"), "Can't bake from the folder", "source_dir", "main.tf is no folder."),
        (of("empty"), "Can't bake from the folder", "source_dir", "empty holds no files."),
        (of("linked"), "Can't bake from the folder", "source_dir", "linked/preInstall.sh is a symbolic link"),
        (
            of("large"),
            "Can't bake from the folder",
            "source_dir",
            "holds 102 MB of files; 100 MB is the most",
        ),
        (
            json!({"infrastructure_pipeline": "dev/acme", "source_dir": "x", "source_version": "1"}),
            "Two sources",
            "source_version",
            "not both",
        ),
        (
            json!({"infrastructure_pipeline": "dev/acme", "commit": "4f1c2d7"}),
            "Whose commit",
            "commit",
            "--metadata commit=",
        ),
        (
            json!({"infrastructure_pipeline": "dev/acme", "timeouts": {"create": "soon"}}),
            "Invalid duration",
            "timeouts.create",
            "\"soon\" is not a duration",
        ),
    ];
    for (arguments, summary, path, says) in mistakes {
        let (found, at, text) = refused(&mut dev, arguments.clone());
        assert_eq!((found.as_str(), at.as_str()), (summary, path), "{arguments}");
        assert!(text.contains(says), "{arguments}: {says:?} is not in: {text}");
    }

    // A pipeline of the same configuration counts as soon as it is planned.
    let own = pipeline(&dev);
    dev.declare(PIPELINE, own);
    dev.declare(AMI, json!({"infrastructure_pipeline": format!("${{{PIPELINE}.id}}")}));
    let changes = dev.terraform.plan(&[]).expect_success().changes();
    assert_eq!(changes.len(), 2, "{changes:?}");
    dev.remove(AMI);
    dev.apply();
    let (summary, path, text) = refused(
        &mut dev,
        json!({"infrastructure_pipeline": "dev/acme", "source_version": "3sL4kqtJlcpXroDTDmJ_rmSpXd3dIbrHY"}),
    );
    assert_eq!((summary.as_str(), path.as_str()), ("No such version", "source_version"));
    assert!(text.contains("infrastructure/acme.zip has no version"), "{text}");

    // An import takes the pipeline's images alone.
    let not_its = format!("dev/acme/{}", dev.image);
    for (id, says) in [
        (not_its.as_str(), "was not baked by infrastructure pipeline dev/acme"),
        ("dev/acme/ami-0123", "There is no image ami-0123 in eu-west-1 of this account"),
        ("ami-0123", "such as \"dev/acme/ami-0abcdef1234567890\""),
    ] {
        let refused = dev.terraform.import(AMI, id);
        let text = refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!refused.success() && text.contains(says), "{}", refused.report());
    }
}
