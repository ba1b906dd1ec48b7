//! Finding a child again by the ownership tags that its creating call set.

use super::listing::Listed;
use super::reads::Reads;
use super::tagging::{self, FILTER_VALUES};
use crate::batch::Batched;
use crate::call::AwsError;
use crate::tags;
use crate::world::Cx;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    Address, Instance, InternetGateway, LaunchTemplate, NatGateway, RouteTable, SecurityGroup, Subnet, Vpc,
};
use composite::{Error, Id};
use std::collections::{BTreeSet, HashMap};

/// The values of the tags `paas:owner` and `paas:child`.
type Ownership = (String, String);

/// Batched searches of one kind: a composite looks for all its children of a kind at the same moment.
pub(super) type Owned<T> = Batched<Ownership, Vec<T>>;

/// A kind that is found again by its tags.
pub(super) trait Findable: Listed {
    fn owned(reads: &Reads) -> &Owned<Self>;
}

macro_rules! findable {
    ($($kind:ident in $field:ident;)+) => {
        /// One batched search per kind.
        pub(super) struct OwnedReads { $($field: Owned<$kind>,)+ }

        impl OwnedReads {
            pub(super) fn new(client: &Client) -> Self {
                Self { $($field: search(client),)+ }
            }
        }

        $(impl Findable for $kind {
            fn owned(reads: &Reads) -> &Owned<Self> {
                &reads.owned.$field
            }
        })+
    };
}

findable! {
    Address in addresses;
    Instance in instances;
    InternetGateway in internet_gateways;
    LaunchTemplate in launch_templates;
    NatGateway in nat_gateways;
    RouteTable in route_tables;
    SecurityGroup in security_groups;
    Subnet in subnets;
    Vpc in vpcs;
}

fn search<T: Listed>(client: &Client) -> Owned<T> {
    let client = client.clone();
    Batched::new(FILTER_VALUES, move |wanted: Vec<Ownership>| {
        let client = client.clone();
        async move {
            let (owners, children): (BTreeSet<String>, BTreeSet<String>) = wanted.iter().cloned().unzip();
            let mut found: HashMap<Ownership, Vec<T>> =
                wanted.into_iter().map(|ownership| (ownership, vec![])).collect();
            for object in T::list(&client, tagging::ownership(owners, children)).await? {
                let mut tags = tagging::to_tags(object.tags());
                let ownership = tags.remove(tags::OWNER).zip(tags.remove(tags::CHILD));
                if let Some(objects) = ownership.and_then(|ownership| found.get_mut(&ownership)) {
                    objects.push(object);
                }
            }
            Ok(found)
        }
    })
}

fn ownership(cx: &Cx<'_>) -> Ownership {
    (cx.world.owner.path(), cx.key.to_owned())
}

/// The id of the one that is ours and alive.
pub(super) async fn find<T: Findable>(cx: &Cx<'_>) -> Result<Option<Id>, Error> {
    let ours = T::owned(&cx.world.reads.ec2).fresh(&ownership(cx)).await?.unwrap_or_default();
    Ok(ours.iter().filter(|o| o.is_alive()).map(|o| o.id().to_owned()).find(|id| !cx.not.contains(id)))
}

/// All that carry this child's ownership tags, the dead ones too, as the last [`find`] saw them: for a creating call,
/// which comes right after it.
pub(super) async fn earlier<T: Findable>(cx: &Cx<'_>) -> Result<Vec<T>, AwsError> {
    Ok(T::owned(&cx.world.reads.ec2).get(&ownership(cx)).await?.unwrap_or_default())
}
