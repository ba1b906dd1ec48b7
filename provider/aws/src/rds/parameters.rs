//! The parameters of a group: those that are set, and how they are changed, twenty at a time.

use super::PAGE;
use crate::call::{AwsError, call};
use crate::world::Cx;
use aws_sdk_rds::types::{ApplyMethod, Filter, Parameter};
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

/// Brings the group from `seen` to `wanted`. A dynamic parameter holds at once; a static one, which RDS takes only with
/// that word, after the instance's next reboot.
pub(super) async fn sync(
    cx: &Cx<'_>,
    group: &str,
    seen: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let rds = &cx.world.rds;
    let changed: Vec<_> = wanted.iter().filter(|(name, value)| seen.get(*name) != Some(value)).collect();
    let gone: Vec<_> = seen.keys().filter(|name| !wanted.contains_key(*name)).collect();
    if changed.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let names = changed.iter().map(|(name, _)| *name).chain(gone.iter().copied()).cloned().collect();
    let dynamic = dynamic(cx, group, names).await?;
    let parameter = |name: &String| {
        let method = if dynamic.contains(name) { ApplyMethod::Immediate } else { ApplyMethod::PendingReboot };
        Parameter::builder().parameter_name(name).apply_method(method)
    };
    // First, so that nothing that is set anew depends on what goes.
    for some in gone.chunks(PER_CALL) {
        let some = some.iter().map(|name| parameter(name).build()).collect();
        let request = rds.reset_db_parameter_group().db_parameter_group_name(group);
        let request = request.reset_all_parameters(false).set_parameters(Some(some));
        call("ResetDBParameterGroup", request.send()).await?;
    }
    for some in changed.chunks(PER_CALL) {
        let some = some.iter().map(|(name, value)| parameter(name).parameter_value(*value).build()).collect();
        let request = rds.modify_db_parameter_group().db_parameter_group_name(group);
        call("ModifyDBParameterGroup", request.set_parameters(Some(some)).send()).await?;
    }
    Ok(())
}

/// Those of `names` that MySQL takes while it runs. What the group's family doesn't know is refused by RDS afterwards,
/// by name.
async fn dynamic(cx: &Cx<'_>, group: &str, names: Vec<String>) -> Result<BTreeSet<String>, AwsError> {
    let mut dynamic = BTreeSet::new();
    for some in names.chunks(PER_CALL) {
        let named = Filter::builder().name("parameter-name").set_values(Some(some.to_vec())).build();
        let request = cx.world.rds.describe_db_parameters().db_parameter_group_name(group);
        let request = request.filters(named).max_records(PAGE);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = call("DescribeDBParameters", std::future::ready(page)).await?;
            let parameters = page.parameters.into_iter().flatten();
            let dynamic_ones = parameters.filter(|p| p.apply_type.as_deref() == Some("dynamic"));
            dynamic.extend(dynamic_ones.filter_map(|p| p.parameter_name));
        }
    }
    Ok(dynamic)
}
