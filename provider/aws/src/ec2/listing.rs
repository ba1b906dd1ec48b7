//! Every kind of EC2 object is listed the same way: one paged `Describe…` with filters.
//!
//! Filtering by id, instead of naming ids, makes what is missing just absent: named, one missing id would fail the
//! call for all the others.

use super::refusals;
use super::tagging::{FILTER_VALUES, any_owner, filter};
use crate::batch::{Batched, MANY};
use crate::call::{AwsError, call};
use crate::wait;
use crate::world::Cx;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Address, Filter, Image, Instance, InstanceStateName, InternetGateway, LaunchTemplate, NatGateway,
    NatGatewayState, RouteTable, SecurityGroup, Subnet, Tag, Vpc,
};
use composite::{Error, Id};
use std::collections::HashMap;
use std::future::Future;

/// A kind of EC2 object, as the SDK describes it.
pub(super) trait Listed: Clone + Send + Sync + 'static {
    /// The API's name of the call that lists it.
    const DESCRIBE: &'static str;

    /// All that pass the filters, over all pages.
    fn list(
        client: &Client,
        filters: Vec<Filter>,
    ) -> impl Future<Output = Result<Vec<Self>, AwsError>> + Send;
    fn id(&self) -> &str;
    fn tags(&self) -> &[Tag];

    /// False for what is going away, and for what EC2 still shows for an hour or so although it is gone.
    fn is_alive(&self) -> bool {
        true
    }

    /// Whether it is going away and still holds what it uses.
    fn is_ending(&self) -> bool {
        false
    }
}

/// Batched reads of our objects of one kind by id, through the filter `name` that selects by it.
pub(super) fn by_id<T: Listed>(client: &Client, name: &'static str) -> Batched<String, T> {
    let client = client.clone();
    Batched::new(FILTER_VALUES, move |ids: Vec<String>| {
        let client = client.clone();
        async move {
            let mut found = HashMap::new();
            if ids.len() >= MANY {
                found.extend(keyed(T::list(&client, vec![any_owner()]).await?));
            }
            // One whose tags somebody took away is still ours.
            let missing: Vec<String> = ids.into_iter().filter(|id| !found.contains_key(id)).collect();
            if !missing.is_empty() {
                found.extend(keyed(T::list(&client, vec![filter(name, missing)]).await?));
            }
            Ok(found)
        }
    })
}

pub(super) fn keyed<T: Listed>(objects: Vec<T>) -> impl Iterator<Item = (String, T)> {
    objects.into_iter().map(|object| (object.id().to_owned(), object))
}

/// Batched reads of one kind by what another filter selects; `key` says which of the keys an object answers.
pub(super) fn by_filter<T: Listed>(
    client: &Client,
    name: &'static str,
    key: fn(&T) -> Option<String>,
) -> Batched<String, T> {
    let client = client.clone();
    Batched::new(FILTER_VALUES, move |keys| {
        let client = client.clone();
        async move {
            let found = T::list(&client, vec![filter(name, keys)]).await?;
            Ok(found
                .into_iter()
                .filter_map(|object| Some((key(&object)?, object)))
                .collect::<HashMap<_, _>>())
        }
    })
}

/// The id of what a creating call answered. The answer is handed on, so that `sync` doesn't ask for what is known.
pub(super) fn made<T: Listed>(
    reads: &Batched<String, T>,
    operation: &str,
    answer: Option<T>,
) -> Result<Id, Error> {
    let object = answer.filter(|object| !object.id().is_empty());
    let object = object.ok_or_else(|| Error::message(format!("{operation} answered without an id")))?;
    let id = object.id().to_owned();
    reads.hand_on(&id, object);
    Ok(id)
}

/// Reads past the cache, or takes what the creating call answered. An object that was just made may stay invisible for
/// some seconds: waits for it.
pub(super) async fn appeared<T: Listed>(
    cx: &Cx<'_>,
    reads: &Batched<String, T>,
    id: &Id,
) -> Result<T, Error> {
    refusals::settled(cx, || async {
        let found = reads.fresh(id).await?;
        found.ok_or_else(|| refusals::not_there(T::DESCRIBE, id))
    })
    .await
}

/// Waits until the object has ended: it is absent, or has done with going away.
pub(super) async fn ended<T: Listed>(cx: &Cx<'_>, reads: &Batched<String, T>, id: &Id) -> Result<(), Error> {
    wait::until(cx, &format!("{id} to be gone"), || async {
        let found = reads.fresh(id).await?;
        Ok((!found.is_some_and(|object| object.is_alive() || object.is_ending())).then_some(()))
    })
    .await
}

macro_rules! listed {
    ($($kind:ty: $operation:literal, $describe:ident, $id:ident;)+) => { $(
        impl Listed for $kind {
            const DESCRIBE: &'static str = $operation;

            async fn list(client: &Client, filters: Vec<Filter>) -> Result<Vec<Self>, AwsError> {
                let pages = client.$describe().set_filters(Some(filters)).into_paginator().items().send();
                call($operation, pages.try_collect()).await
            }
            fn id(&self) -> &str {
                self.$id.as_deref().unwrap_or_default()
            }
            fn tags(&self) -> &[Tag] {
                self.tags.as_deref().unwrap_or_default()
            }
        }
    )+ };
}

listed! {
    InternetGateway: "DescribeInternetGateways", describe_internet_gateways, internet_gateway_id;
    LaunchTemplate: "DescribeLaunchTemplates", describe_launch_templates, launch_template_id;
    RouteTable: "DescribeRouteTables", describe_route_tables, route_table_id;
    SecurityGroup: "DescribeSecurityGroups", describe_security_groups, group_id;
    Subnet: "DescribeSubnets", describe_subnets, subnet_id;
    Vpc: "DescribeVpcs", describe_vpcs, vpc_id;
}

impl Listed for Image {
    const DESCRIBE: &'static str = "DescribeImages";

    /// Deprecated ones too: they can be launched, and Amazon deprecates its own Linux images after 90 days.
    async fn list(client: &Client, filters: Vec<Filter>) -> Result<Vec<Self>, AwsError> {
        let request = client.describe_images().set_filters(Some(filters)).include_deprecated(true);
        call(Self::DESCRIBE, request.into_paginator().items().send().try_collect()).await
    }
    fn id(&self) -> &str {
        self.image_id.as_deref().unwrap_or_default()
    }
    fn tags(&self) -> &[Tag] {
        self.tags.as_deref().unwrap_or_default()
    }
}

impl Listed for NatGateway {
    const DESCRIBE: &'static str = "DescribeNatGateways";

    async fn list(client: &Client, filters: Vec<Filter>) -> Result<Vec<Self>, AwsError> {
        let pages = client.describe_nat_gateways().set_filter(Some(filters)).into_paginator().items().send();
        call(Self::DESCRIBE, pages.try_collect()).await
    }
    fn id(&self) -> &str {
        self.nat_gateway_id.as_deref().unwrap_or_default()
    }
    fn tags(&self) -> &[Tag] {
        self.tags.as_deref().unwrap_or_default()
    }
    fn is_alive(&self) -> bool {
        matches!(self.state, Some(NatGatewayState::Pending | NatGatewayState::Available))
    }
    fn is_ending(&self) -> bool {
        self.state == Some(NatGatewayState::Deleting)
    }
}

impl Listed for Address {
    const DESCRIBE: &'static str = "DescribeAddresses";

    /// The one call that EC2 answers in a single page.
    async fn list(client: &Client, filters: Vec<Filter>) -> Result<Vec<Self>, AwsError> {
        let found =
            call(Self::DESCRIBE, client.describe_addresses().set_filters(Some(filters)).send()).await?;
        Ok(found.addresses.unwrap_or_default())
    }
    fn id(&self) -> &str {
        self.allocation_id.as_deref().unwrap_or_default()
    }
    fn tags(&self) -> &[Tag] {
        self.tags.as_deref().unwrap_or_default()
    }
}

impl Listed for Instance {
    const DESCRIBE: &'static str = "DescribeInstances";

    async fn list(client: &Client, filters: Vec<Filter>) -> Result<Vec<Self>, AwsError> {
        let pages = client.describe_instances().set_filters(Some(filters)).into_paginator().items().send();
        let reservations = call(Self::DESCRIBE, pages.try_collect()).await?;
        Ok(reservations.into_iter().flat_map(|r| r.instances.unwrap_or_default()).collect())
    }
    fn id(&self) -> &str {
        self.instance_id.as_deref().unwrap_or_default()
    }
    fn tags(&self) -> &[Tag] {
        self.tags.as_deref().unwrap_or_default()
    }
    fn is_alive(&self) -> bool {
        !self.is_ending() && state(self) != Some(&InstanceStateName::Terminated)
    }
    fn is_ending(&self) -> bool {
        state(self) == Some(&InstanceStateName::ShuttingDown)
    }
}

/// The state of an instance, such as `running`.
pub(super) fn state(instance: &Instance) -> Option<&InstanceStateName> {
    instance.state.as_ref().and_then(|s| s.name.as_ref())
}
