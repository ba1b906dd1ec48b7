//! Which versions of a launch template Auto Scaling groups need.

use super::refresh::Template;
use crate::call::{AwsError, call};
use crate::session::Session;
use crate::tags;
use aws_sdk_autoscaling::types::{
    AutoScalingGroup, Filter, Instance, LaunchTemplate, LaunchTemplateOverrides, LaunchTemplateSpecification,
    MixedInstancesPolicy,
};
use std::collections::BTreeSet;

/// The numbered versions of one launch template that groups refer to. `$Latest` and `$Default` aren't among them: those
/// two are always there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Versions {
    /// What a group launches from.
    launching: BTreeSet<i64>,
    /// What an instance was launched from.
    running: BTreeSet<i64>,
}

impl Versions {
    /// Whether a group may yet launch from this version. That is what it launches from, and everything newer: where an
    /// instance refresh leads stands in no group until it has succeeded.
    pub(crate) fn need(&self, version: i64) -> bool {
        self.launching.first().is_some_and(|oldest| *oldest <= version) || self.running.contains(&version)
    }

    fn of(template: &str, groups: &[AutoScalingGroup]) -> Self {
        let number = |specification: &LaunchTemplateSpecification| {
            Template::seen(Some(specification)).filter(|seen| seen.id == template).map(|seen| seen.version)
        };
        let instances = groups.iter().flat_map(AutoScalingGroup::instances);
        Self {
            launching: groups.iter().flat_map(launched_from).filter_map(number).collect(),
            running: instances.filter_map(Instance::launch_template).filter_map(number).collect(),
        }
    }
}

/// A group's own template or, where somebody mixes instance types by hand, those of its policy.
fn launched_from(group: &AutoScalingGroup) -> Vec<&LaunchTemplateSpecification> {
    let mixed = group.mixed_instances_policy().and_then(MixedInstancesPolicy::launch_template);
    let of_policy = mixed.and_then(LaunchTemplate::launch_template_specification);
    let overrides = mixed.into_iter().flat_map(LaunchTemplate::overrides);
    let of_overrides = overrides.filter_map(LaunchTemplateOverrides::launch_template_specification);
    group.launch_template().into_iter().chain(of_policy).chain(of_overrides).collect()
}

/// What the groups of `owner`, such as `paas/dev/acme`, need of the launch template with this id. One call for up to 100
/// groups; a tenant has two at most.
///
/// # Errors
/// The failure of `DescribeAutoScalingGroups`.
pub(crate) async fn template_versions(
    session: &Session,
    owner: &str,
    template: &str,
) -> Result<Versions, AwsError> {
    let of_owner = Filter::builder().name(format!("tag:{}", tags::OWNER)).values(owner).build();
    let request = session.autoscaling.describe_auto_scaling_groups().filters(of_owner).max_records(100);
    let pages = request.into_paginator().items().send();
    let groups: Vec<AutoScalingGroup> = call("DescribeAutoScalingGroups", pages.try_collect()).await?;
    Ok(Versions::of(template, &groups))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: &str) -> LaunchTemplateSpecification {
        LaunchTemplateSpecification::builder().launch_template_id("lt-1").version(number).build()
    }

    fn group(launches: &str, instances: &[&str]) -> AutoScalingGroup {
        let run = instances.iter().map(|number| Instance::builder().launch_template(version(number)).build());
        AutoScalingGroup::builder()
            .launch_template(version(launches))
            .set_instances(Some(run.collect()))
            .build()
    }

    fn needed(groups: &[AutoScalingGroup]) -> Vec<i64> {
        let versions = Versions::of("lt-1", groups);
        (1..=9).filter(|number| versions.need(*number)).collect()
    }

    #[test]
    fn a_group_needs_what_it_launches_from_what_is_newer_and_what_its_instances_run() {
        for (what, groups, answer) in [
            ("no group", vec![], vec![]),
            ("rolled out", vec![group("8", &["8", "8"])], vec![8, 9]),
            ("a refresh is under way", vec![group("6", &["6", "8"])], vec![6, 7, 8, 9]),
            ("an instance that no refresh replaces", vec![group("8", &["2", "8"])], vec![2, 8, 9]),
            ("two slots", vec![group("9", &["9"]), group("7", &["7"])], vec![7, 8, 9]),
            ("a version that moves by itself", vec![group("$Latest", &["4"])], vec![4]),
        ] {
            assert_eq!(needed(&groups), answer, "{what}");
        }
    }

    #[test]
    fn a_policy_of_mixed_instances_counts_and_another_template_does_not() {
        let over = LaunchTemplateOverrides::builder().launch_template_specification(version("5")).build();
        let mixed =
            LaunchTemplate::builder().launch_template_specification(version("7")).overrides(over).build();
        let policy = MixedInstancesPolicy::builder().launch_template(mixed).build();
        let group = AutoScalingGroup::builder().mixed_instances_policy(policy).build();
        assert_eq!(needed(std::slice::from_ref(&group)), [5, 6, 7, 8, 9]);
        assert_eq!(Versions::of("lt-2", &[group]), Versions::default());
    }
}
