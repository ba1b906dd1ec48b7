use super::*;
use crate::events::object_created;

fn sample() -> Rule {
    Rule {
        name: "acme-1a2b3c4d_paas_dev".into(),
        description: "starts a pipeline".into(),
        event_pattern: object_created("paas-dev", "software/acme.zip"),
        enabled: true,
        target_arn: "arn:aws:codepipeline:eu-west-1:111122223333:acme-1a2b3c4d_paas_dev".into(),
        target_role_arn: "arn:aws:iam::111122223333:role/paas/dev/events".into(),
        tags: Tags::new(),
    }
}

fn target(id: &str, arn: &str, role: Option<&str>) -> Target {
    Target::builder().id(id).arn(arn).set_role_arn(role.map(str::to_owned)).build().unwrap()
}

fn ours() -> Target {
    target(TARGET, &sample().target_arn, Some(&sample().target_role_arn))
}

fn seen(rule: Described, targets: &[Target]) -> Rule {
    Rule::seen(rule, targets, Tags::new())
}

#[test]
fn only_the_name_is_fixed() {
    let other = |change: fn(&mut Rule)| {
        let mut saw = sample();
        change(&mut saw);
        sample().diff(&saw)
    };
    assert_eq!(other(|_| ()), Diff::Same);
    assert_eq!(other(|r| r.enabled = false), Diff::Update);
    assert_eq!(other(|r| r.target_arn.clear()), Diff::Update);
    assert_eq!(other(|r| r.name = "other".into()), Diff::Replace("name"));
}

#[test]
fn what_was_written_is_seen() {
    let disabled = Rule { enabled: false, ..sample() };
    for rule in [sample(), disabled] {
        assert_eq!(seen(rule.described(), &[ours()]), rule);
    }
}

#[test]
fn patterns_are_compared_as_json() {
    let mut rule = sample().described();
    rule.event_pattern = Some(
        r#"{ "detail": {"object": {"key": ["software/acme.zip"]}, "bucket": {"name": ["paas-dev"]}},
             "detail-type": ["Object Created"], "source": ["aws.s3"] }"#
            .into(),
    );
    assert_eq!(sample().diff(&seen(rule.clone(), &[ours()])), Diff::Same);
    rule.event_pattern = Some(object_created("paas-dev", "software/other.zip").to_string());
    assert_eq!(sample().diff(&seen(rule, &[ours()])), Diff::Update);
}

#[test]
fn a_target_too_few_or_too_many_shows() {
    let none = seen(sample().described(), &[]);
    assert_eq!((none.target_arn.as_str(), none.target_role_arn.as_str()), ("", ""));
    let two = seen(sample().described(), &[ours(), target("x", "arn:aws:sns:eu-west-1:1:spy", None)]);
    assert_ne!(two, sample());
    assert!(two.target_arn.ends_with(" arn:aws:sns:eu-west-1:1:spy"));
}

#[test]
fn only_a_refusal_over_the_role_is_waited_for() {
    let refused = |code, message| all_taken("PutTargets", 1, Some((Some(code), Some(message)))).unwrap_err();
    for (refusal, waits) in [
        (
            refused(
                "ValidationException",
                "Provided role 'arn' cannot be assumed by principal 'events.amazonaws.com'.",
            ),
            true,
        ),
        (refused(BUSY, "Rule is being modified"), true),
        (refused("ValidationException", "RoleArn is required for target arn"), false),
        (all_taken("PutTargets", 1, None).unwrap_err(), false),
    ] {
        assert_eq!(unsettled(&refusal), waits, "{refusal}");
    }
    assert!(all_taken("PutTargets", 0, None).is_ok());
}

#[test]
fn targets_that_linger_are_waited_for() {
    let refused = |message: &str| AwsError::ours("DeleteRule", message).coded("ValidationException");
    assert!(still_has_targets(&refused("Rule can't be deleted since it has targets.")));
    assert!(!still_has_targets(&refused("1 validation error detected")));
}
