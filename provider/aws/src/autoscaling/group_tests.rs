use super::*;

fn sample() -> Group {
    Group {
        name: "paas-dev-acme".into(),
        launch_template_id: "lt-1".into(),
        template_digest: "d1".into(),
        min_size: 1,
        max_size: 2,
        desired_capacity: None,
        subnet_ids: BTreeSet::from(["subnet-1".into(), "subnet-2".into()]),
        target_group_arns: BTreeSet::from(["tg-1".into()]),
        health_check_type: "ELB".into(),
        health_check_grace_period: 300,
        tags: Tags::new(),
    }
}

#[test]
fn only_another_name_replaces() {
    let saw = sample();
    assert_eq!(sample().diff(&saw), Diff::Same);
    assert_eq!(Group { name: "other".into(), ..sample() }.diff(&saw), Diff::Replace("name"));
    assert_eq!(Group { template_digest: "d2".into(), ..sample() }.diff(&saw), Diff::Update);
    assert_eq!(Group { desired_capacity: Some(1), ..sample() }.diff(&saw), Diff::Update);
}

#[test]
fn the_group_is_updated_only_where_that_call_changes_something() {
    let saw = sample();
    for wanted in [
        Group { template_digest: "d2".into(), ..sample() },
        Group { target_group_arns: BTreeSet::new(), ..sample() },
        Group { tags: [("a".into(), "b".into())].into(), ..sample() },
    ] {
        assert!(!wanted.is_updated(&saw), "{wanted:?}");
    }
    assert!(Group { max_size: 3, ..sample() }.is_updated(&saw));
    assert!(Group { desired_capacity: Some(2), ..sample() }.is_updated(&saw));
    assert!(
        !sample().is_updated(&Group { desired_capacity: Some(2), ..sample() }),
        "left to scaling from now on"
    );
}

#[test]
fn what_was_made_a_moment_ago_is_waited_for_and_nothing_else() {
    let refused = |code: &str, message: &str| AwsError {
        code: Some(code.into()),
        ..AwsError::ours("CreateAutoScalingGroup", message)
    };
    for (code, message, unsettled) in [
        ("ValidationError", "Invalid IamInstanceProfile: acme", true),
        (
            "ValidationError",
            "You must use a valid fully-formed launch template. Value (acme) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
            true,
        ),
        (
            "ValidationError",
            "You must use a valid fully-formed launch template. The image id '[ami-0]' does not exist",
            false,
        ),
        (
            "ValidationError",
            "You must use a valid fully-formed launch template. The specified launch template, with template ID lt-0, does not exist.",
            true,
        ),
        ("ServiceLinkedRoleFailure", "The service-linked role is not yet ready for use.", true),
        ("AccessDenied", "Invalid IamInstanceProfile", false),
    ] {
        assert_eq!(is_unsettled(&refused(code, message)), unsettled, "{code}: {message}");
    }
}
