//! A deployment group: the instances that get a release together, and what happens when it fails.

use super::{NOT_FOUND, UNSETTLED, hooks, tagging};
use crate::call::{AwsError, call, creating};
use crate::tagged;
use crate::tags::{self, Tags};
use crate::usual;
use crate::wait;
use crate::world::{Cx, World};
use aws_sdk_codedeploy::Client;
use aws_sdk_codedeploy::types::{
    Alarm, AlarmConfiguration, AutoRollbackConfiguration, AutoRollbackEvent, DeploymentGroupInfo,
    DeploymentOption, DeploymentStyle, DeploymentType, LoadBalancerInfo, TargetGroupInfo,
};
use composite::{Child, Diff, Error, Id};
use futures::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The spec of a deployment group. All deploy in place: blue/green over two stable target groups is two of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeploymentGroup {
    /// The application it belongs to. It can't be changed.
    pub application_name: String,
    /// The name, of at most 100 characters and unique in the application. It isn't changed: policies name it.
    pub name: String,
    /// The role with which CodeDeploy reaches groups and load balancers.
    pub role_arn: String,
    /// Whose instances get the releases: those launched later too.
    pub autoscaling_group_names: BTreeSet<String>,
    /// Target groups that an instance is taken out of while it gets a release; none: it is deployed to in full traffic.
    pub target_group_names: BTreeSet<String>,
    /// How many instances at a time, such as `CodeDeployDefault.OneAtATime`.
    pub deployment_config_name: String,
    /// What makes CodeDeploy go back to the last good release: `DEPLOYMENT_FAILURE`, `DEPLOYMENT_STOP_ON_ALARM`,
    /// `DEPLOYMENT_STOP_ON_REQUEST`; none: it never does.
    pub auto_rollback_events: BTreeSet<String>,
    /// CloudWatch alarms that stop a deployment: at most ten.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub alarm_names: BTreeSet<String>,
    /// Whether each Auto Scaling group has the lifecycle hook through which new instances get the release: `true` is
    /// wanted, `false` is seen where somebody deleted one.
    #[serde(default = "usual::yes", skip_serializing_if = "usual::is_yes")]
    pub lifecycle_hook: bool,
    /// The user's tags.
    pub tags: Tags,
}

/// What siblings may use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeploymentGroupOut {
    /// As in the spec.
    pub application_name: String,
    /// As in the spec.
    pub name: String,
}

impl Child for DeploymentGroup {
    const KIND: &'static str = "deployment_group";
    type World = World;
    type Out = DeploymentGroupOut;

    fn diff(&self, saw: &Self) -> Diff {
        if self.application_name != saw.application_name {
            Diff::Replace("application_name")
        } else if self.name != saw.name {
            Diff::Replace("name")
        } else if self == saw {
            Diff::Same
        } else {
            Diff::Update
        }
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Option<Id>, Error> {
        let (reads, id) = (&cx.world.reads.codedeploy, self.id());
        if cx.not.contains(&id) || reads.groups.fresh(&key(&id)).await?.is_none() {
            return Ok(None);
        }
        let carried = reads.tags.fresh(&arn(cx, &id)).await?;
        Ok(carried.filter(|tags| tags::are_ours(cx, tags)).map(|_| id))
    }

    async fn create(&self, cx: &Cx<'_>) -> Result<Id, Error> {
        let traffic = Some(self.load_balancer_info()).filter(|_| !self.target_group_names.is_empty());
        let request = cx
            .world
            .codedeploy
            .create_deployment_group()
            .application_name(&self.application_name)
            .deployment_group_name(&self.name)
            .service_role_arn(&self.role_arn)
            .deployment_config_name(&self.deployment_config_name)
            .set_auto_scaling_groups(Some(self.autoscaling_group_names.iter().cloned().collect()))
            .deployment_style(self.deployment_style())
            .set_load_balancer_info(traffic)
            .auto_rollback_configuration(self.auto_rollback_configuration())
            .alarm_configuration(self.alarm_configuration())
            .set_tags(Some(tagging::to_create(cx, &self.tags)));
        let made = wait::settled(cx, UNSETTLED, || async {
            match creating("CreateDeploymentGroup", request.clone().send()).await {
                Err(e) if e.is(&["DeploymentGroupAlreadyExistsException"]) => Ok(Some(e)),
                made => made.map(|_| None),
            }
        })
        .await;
        let (reads, id) = (&cx.world.reads.codedeploy, self.id());
        reads.groups.forget(&key(&id));
        match made? {
            None => {
                reads.made.hand_on(&id, ());
                Ok(id)
            }
            Some(taken) => {
                let what = format!("CodeDeploy deployment group {id}");
                Err(tagged::name_taken::<tagging::Tagging>(cx, &what, &arn(cx, &id), taken).await)
            }
        }
    }

    async fn sync(&self, cx: &Cx<'_>, id: &Id) -> Result<DeploymentGroupOut, Error> {
        let reads = &cx.world.reads.codedeploy;
        if reads.made.take(id).is_some() {
            return Ok(self.out());
        }
        let info = wait::settled(cx, NOT_FOUND, || async {
            let info = reads.groups.fresh(&key(id)).await?;
            info.ok_or_else(|| {
                let missing = AwsError::ours("BatchGetDeploymentGroups", format!("no deployment group {id}"));
                missing.coded(NOT_FOUND[1])
            })
        })
        .await?;
        hooks::forget(cx, info.auto_scaling_groups());
        let unhooked = hooks::unhooked(cx, info.auto_scaling_groups()).await?;
        let saw = Self::seen(&info, unhooked.is_empty(), self.tags.clone());
        if !unhooked.is_disjoint(&self.autoscaling_group_names) {
            // Out, and in again below: that installs the hook.
            self.update(cx, self.autoscaling_group_names.difference(&unhooked)).await?;
        }
        if *self != saw {
            self.update(cx, &self.autoscaling_group_names).await?;
        }
        tagged::sync::<tagging::Tagging>(cx, &arn(cx, id), &self.tags).await?;
        reads.groups.forget(&key(id));
        hooks::forget(cx, info.auto_scaling_groups());
        Ok(self.out())
    }

    async fn read(cx: &Cx<'_>, id: &Id) -> Result<Option<(Self, DeploymentGroupOut)>, Error> {
        let (reads, arn) = (&cx.world.reads.codedeploy, arn(cx, id));
        let Some(info) = reads.groups.get(&key(id)).await? else { return Ok(None) };
        let unhooked = hooks::unhooked(cx, info.auto_scaling_groups());
        let carried = crate::tagging::carried(cx, &arn, || reads.tags.get(&arn));
        let (unhooked, carried) = try_join(unhooked, carried).await?;
        Ok(carried.map(|carried| {
            let spec = Self::seen(&info, unhooked.is_empty(), tags::of_user(cx, &carried));
            let out = spec.out();
            (spec, out)
        }))
    }

    /// With the lifecycle hooks that CodeDeploy installed.
    async fn delete(cx: &Cx<'_>, id: &Id) -> Result<(), Error> {
        let (reads, (application, group)) = (&cx.world.reads.codedeploy, key(id));
        let request = cx.world.codedeploy.delete_deployment_group();
        let request = request.application_name(application).deployment_group_name(group);
        let deleted = call("DeleteDeploymentGroup", request.send()).await;
        reads.groups.forget(&key(id));
        reads.tags.forget(&arn(cx, id));
        match deleted {
            Ok(answer) => hooks::none_left(cx, answer.hooks_not_cleaned_up()).await,
            Err(e) if e.is(NOT_FOUND) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}

impl DeploymentGroup {
    fn id(&self) -> Id {
        format!("{}/{}", self.application_name, self.name)
    }

    fn out(&self) -> DeploymentGroupOut {
        DeploymentGroupOut { application_name: self.application_name.clone(), name: self.name.clone() }
    }

    /// Writes all but the tags, with these Auto Scaling groups: what is left out of this call stays as it is, and what is
    /// in it replaces what was.
    async fn update(&self, cx: &Cx<'_>, groups: impl IntoIterator<Item = &String>) -> Result<(), Error> {
        let request = cx
            .world
            .codedeploy
            .update_deployment_group()
            .application_name(&self.application_name)
            .current_deployment_group_name(&self.name)
            .service_role_arn(&self.role_arn)
            .deployment_config_name(&self.deployment_config_name)
            .set_auto_scaling_groups(Some(groups.into_iter().cloned().collect()))
            .deployment_style(self.deployment_style())
            .load_balancer_info(self.load_balancer_info())
            .auto_rollback_configuration(self.auto_rollback_configuration())
            .alarm_configuration(self.alarm_configuration());
        wait::settled(cx, UNSETTLED, || call("UpdateDeploymentGroup", request.clone().send())).await?;
        Ok(())
    }

    fn deployment_style(&self) -> DeploymentStyle {
        let option = if self.target_group_names.is_empty() {
            DeploymentOption::WithoutTrafficControl
        } else {
            DeploymentOption::WithTrafficControl
        };
        DeploymentStyle::builder().deployment_type(DeploymentType::InPlace).deployment_option(option).build()
    }

    fn load_balancer_info(&self) -> LoadBalancerInfo {
        let groups = self.target_group_names.iter().map(|name| TargetGroupInfo::builder().name(name).build());
        LoadBalancerInfo::builder().set_target_group_info_list(Some(groups.collect())).build()
    }

    fn auto_rollback_configuration(&self) -> AutoRollbackConfiguration {
        let events = self.auto_rollback_events.iter().map(|event| AutoRollbackEvent::from(event.as_str()));
        AutoRollbackConfiguration::builder()
            .enabled(!self.auto_rollback_events.is_empty())
            .set_events(Some(events.collect()))
            .build()
    }

    fn alarm_configuration(&self) -> AlarmConfiguration {
        let alarms = self.alarm_names.iter().map(|name| Alarm::builder().name(name).build());
        AlarmConfiguration::builder()
            .enabled(!self.alarm_names.is_empty())
            .set_alarms(Some(alarms.collect()))
            .build()
    }

    /// What is switched off counts as none: CodeDeploy keeps the lists.
    fn seen(info: &DeploymentGroupInfo, lifecycle_hook: bool, tags: Tags) -> Self {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let style = info.deployment_style();
        let in_place = style.and_then(|style| style.deployment_type()) == Some(&DeploymentType::InPlace);
        let controlled =
            style.and_then(|style| style.deployment_option()) == Some(&DeploymentOption::WithTrafficControl);
        let balanced = info.load_balancer_info().filter(|_| in_place && controlled);
        let rollback = info.auto_rollback_configuration().filter(|rollback| rollback.enabled());
        let alarms = info.alarm_configuration().filter(|alarms| alarms.enabled());
        Self {
            application_name: text(info.application_name()),
            name: text(info.deployment_group_name()),
            role_arn: text(info.service_role_arn()),
            autoscaling_group_names: info
                .auto_scaling_groups()
                .iter()
                .filter_map(|group| group.name.clone())
                .collect(),
            target_group_names: balanced
                .iter()
                .flat_map(|balanced| balanced.target_group_info_list())
                .filter_map(|group| group.name.clone())
                .collect(),
            deployment_config_name: text(info.deployment_config_name()),
            auto_rollback_events: rollback
                .iter()
                .flat_map(|rollback| rollback.events())
                .map(|event| event.as_str().to_owned())
                .collect(),
            alarm_names: alarms
                .iter()
                .flat_map(|alarms| alarms.alarms())
                .filter_map(|a| a.name.clone())
                .collect(),
            lifecycle_hook,
            tags,
        }
    }
}

/// The names of application and group; no name holds a slash.
fn key(id: &Id) -> (String, String) {
    let (application, group) = id.split_once('/').unwrap_or((id, ""));
    (application.to_owned(), group.to_owned())
}

fn arn(cx: &Cx<'_>, id: &Id) -> String {
    cx.world.arn("codedeploy", &format!("deploymentgroup:{id}"))
}

/// Groups of many applications: a call for each application.
pub(super) async fn list(
    client: Client,
    keys: Vec<(String, String)>,
) -> Result<HashMap<(String, String), DeploymentGroupInfo>, AwsError> {
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (application, group) in keys {
        wanted.entry(application).or_default().push(group);
    }
    let calls = wanted.into_iter().map(|(application, groups)| of_application(&client, application, groups));
    Ok(try_join_all(calls).await?.into_iter().flatten().collect())
}

/// Unknown groups are left out of the answer; an unknown application has none.
async fn of_application(
    client: &Client,
    application: String,
    groups: Vec<String>,
) -> Result<Vec<((String, String), DeploymentGroupInfo)>, AwsError> {
    let request = client.batch_get_deployment_groups().application_name(&application);
    let request = request.set_deployment_group_names(Some(groups));
    let found = match call("BatchGetDeploymentGroups", request.send()).await {
        Err(e) if e.is(NOT_FOUND) => return Ok(vec![]),
        found => found?.deployment_groups_info.unwrap_or_default(),
    };
    let keyed =
        |info: DeploymentGroupInfo| Some(((application.clone(), info.deployment_group_name.clone()?), info));
    Ok(found.into_iter().filter_map(keyed).collect())
}

#[cfg(test)]
#[path = "deployment_group_tests.rs"]
mod tests;
