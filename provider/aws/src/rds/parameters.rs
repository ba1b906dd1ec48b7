//! The parameters of a group: those that are set, and how they are changed, twenty at a time.

use super::PAGE;
use crate::call::{AwsError, call};
use crate::world::Cx;
use aws_sdk_rds::types::{ApplyMethod, Parameter};
use composite::Error;
use std::collections::{BTreeMap, BTreeSet};

/// How many parameters `ModifyDBParameterGroup` and `ResetDBParameterGroup` take.
const PER_CALL: usize = 20;

/// The parameters that somebody set, by name.
pub(super) async fn set(cx: &Cx<'_>, group: &str) -> Result<BTreeMap<String, String>, AwsError> {
    let request = cx.world.rds.describe_db_parameters().db_parameter_group_name(group).source("user");
    let mut pages = request.max_records(PAGE).into_paginator().send();
    let mut set = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = call("DescribeDBParameters", std::future::ready(page)).await?;
        let pair = |parameter: Parameter| parameter.parameter_name.zip(parameter.parameter_value);
        set.extend(page.parameters.into_iter().flatten().filter_map(pair));
    }
    Ok(set)
}

/// Brings the group from `seen` to `wanted`. A dynamic parameter holds at once; a static one after the instance's next
/// reboot.
pub(super) async fn sync(
    cx: &Cx<'_>,
    group: &str,
    seen: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let rds = &cx.world.rds;
    let changed = wanted.iter().filter(|(name, value)| seen.get(*name) != Some(value));
    let gone = seen.keys().filter(|name| !wanted.contains_key(*name));
    // First, so that nothing that is set anew depends on what goes.
    let gone: Vec<Setting<'_>> = gone.map(|name| (name.as_str(), None)).collect();
    for some in gone.chunks(PER_CALL) {
        told(cx, group, some, |parameters| {
            let request = rds.reset_db_parameter_group().db_parameter_group_name(group);
            let request = request.reset_all_parameters(false).set_parameters(Some(parameters));
            async move { call("ResetDBParameterGroup", request.send()).await.map(|_| ()) }
        })
        .await?;
    }
    let changed: Vec<Setting<'_>> =
        changed.map(|(name, value)| (name.as_str(), Some(value.as_str()))).collect();
    for some in changed.chunks(PER_CALL) {
        told(cx, group, some, |parameters| {
            let request = rds.modify_db_parameter_group().db_parameter_group_name(group);
            let request = request.set_parameters(Some(parameters));
            async move { call("ModifyDBParameterGroup", request.send()).await.map(|_| ()) }
        })
        .await?;
    }
    Ok(())
}

/// A parameter's name, and its value where it is to have one.
type Setting<'a> = (&'a str, Option<&'a str>);

/// Has a call take the settings: as dynamic ones, which nearly all are; where RDS says that one is static, each as what
/// it is.
async fn told<F>(
    cx: &Cx<'_>,
    group: &str,
    some: &[Setting<'_>],
    attempt: impl Fn(Vec<Parameter>) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<(), AwsError>>,
{
    match attempt(parameters(some, &BTreeSet::new())).await {
        Err(e) if is_static(&e) => Ok(attempt(parameters(some, &statics(cx, group).await?)).await?),
        taken => Ok(taken?),
    }
}

fn parameters(some: &[Setting<'_>], statics: &BTreeSet<String>) -> Vec<Parameter> {
    let parameter = |(name, value): &Setting<'_>| {
        let method =
            if statics.contains(*name) { ApplyMethod::PendingReboot } else { ApplyMethod::Immediate };
        let value = value.map(str::to_owned);
        Parameter::builder().parameter_name(*name).set_parameter_value(value).apply_method(method).build()
    };
    some.iter().map(parameter).collect()
}

/// "cannot use immediate apply method for static parameter"
fn is_static(e: &AwsError) -> bool {
    e.is(&["InvalidParameterCombination"]) && e.message.contains("static parameter")
}

/// The parameters of the group's family that MySQL reads only when it starts.
async fn statics(cx: &Cx<'_>, group: &str) -> Result<BTreeSet<String>, AwsError> {
    let request = cx.world.rds.describe_db_parameters().db_parameter_group_name(group).max_records(PAGE);
    let mut pages = request.into_paginator().send();
    let mut statics = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = call("DescribeDBParameters", std::future::ready(page)).await?;
        let found = page.parameters.into_iter().flatten();
        let found = found.filter(|parameter| parameter.apply_type.as_deref() == Some("static"));
        statics.extend(found.filter_map(|parameter| parameter.parameter_name));
    }
    Ok(statics)
}
