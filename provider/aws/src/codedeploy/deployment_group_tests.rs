use super::*;
use aws_sdk_codedeploy::types::AutoScalingGroup;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn sample() -> DeploymentGroup {
    DeploymentGroup {
        application_name: "paas_dev_acme".into(),
        name: "acme".into(),
        role_arn: "arn:aws:iam::111122223333:role/paas/dev/deploy".into(),
        autoscaling_group_names: set(&["paas-dev-acme"]),
        target_group_names: set(&["dev-acme-1a2b3c"]),
        deployment_config_name: "CodeDeployDefault.OneAtATime".into(),
        auto_rollback_events: set(&["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]),
        alarm_names: set(&["acme-5xx"]),
        lifecycle_hook: true,
        tags: Tags::new(),
    }
}

/// What CodeDeploy describes after it was given the group.
fn described(group: &DeploymentGroup) -> DeploymentGroupInfo {
    let groups = group.autoscaling_group_names.iter();
    let groups = groups.map(|name| AutoScalingGroup::builder().name(name).build());
    DeploymentGroupInfo::builder()
        .application_name(&group.application_name)
        .deployment_group_name(&group.name)
        .service_role_arn(&group.role_arn)
        .deployment_config_name(&group.deployment_config_name)
        .set_auto_scaling_groups(Some(groups.collect()))
        .deployment_style(group.deployment_style())
        .load_balancer_info(group.load_balancer_info())
        .auto_rollback_configuration(group.auto_rollback_configuration())
        .alarm_configuration(group.alarm_configuration())
        .build()
}

#[test]
fn its_names_replace_and_the_rest_updates() {
    let changed = |change: fn(&mut DeploymentGroup)| {
        let mut saw = sample();
        change(&mut saw);
        sample().diff(&saw)
    };
    assert_eq!(changed(|_| ()), Diff::Same);
    assert_eq!(changed(|g| g.application_name = "other".into()), Diff::Replace("application_name"));
    assert_eq!(changed(|g| g.name = "other".into()), Diff::Replace("name"));
    assert_eq!(changed(|g| g.lifecycle_hook = false), Diff::Update);
    assert_eq!(changed(|g| g.role_arn = "other".into()), Diff::Update);
    assert_eq!(changed(|g| g.autoscaling_group_names.clear()), Diff::Update);
}

#[test]
fn an_id_leads_back_to_both_names() {
    assert_eq!(sample().id(), "paas_dev_acme/acme");
    assert_eq!(key(&sample().id()), ("paas_dev_acme".to_owned(), "acme".to_owned()));
}

#[test]
fn what_was_set_is_seen() {
    let bare = DeploymentGroup {
        autoscaling_group_names: set(&[]),
        target_group_names: set(&[]),
        auto_rollback_events: set(&[]),
        alarm_names: set(&[]),
        ..sample()
    };
    for group in [sample(), bare] {
        assert_eq!(DeploymentGroup::seen(&described(&group), true, Tags::new()), group);
    }
}

#[test]
fn what_is_switched_off_counts_as_none() {
    let mut info = described(&sample());
    info.auto_rollback_configuration.as_mut().unwrap().enabled = false;
    info.alarm_configuration.as_mut().unwrap().enabled = false;
    let style = info.deployment_style.as_mut().unwrap();
    style.deployment_option = Some(DeploymentOption::WithoutTrafficControl);
    let saw = DeploymentGroup::seen(&info, true, Tags::new());
    assert_eq!(saw.auto_rollback_events, set(&[]));
    assert_eq!(saw.alarm_names, set(&[]));
    assert_eq!(saw.target_group_names, set(&[]));
}

#[test]
fn a_group_that_was_made_blue_green_by_hand_is_brought_back_in_place() {
    let mut info = described(&sample());
    info.deployment_style.as_mut().unwrap().deployment_type = Some(DeploymentType::BlueGreen);
    assert_eq!(sample().diff(&DeploymentGroup::seen(&info, true, Tags::new())), Diff::Update);
}
