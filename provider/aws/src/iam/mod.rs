//! IAM: roles with their policies, managed policies, and instance profiles.

mod instance_profile;
mod policy;
mod role;
mod role_read;

pub use instance_profile::{InstanceProfile, InstanceProfileOut};
pub use policy::{Policy, PolicyOut};
pub use role::{Role, RoleOut};

use crate::batch::{Batched, Handed};
use crate::tags::Tags;
use crate::world::Owner;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{self, Tag};
use role_read::Seen;

/// Batched reads of roles by name, with all that belongs to them.
pub struct Reads {
    pub(crate) roles: Batched<String, Seen>,
    /// Roles that were just made.
    made_roles: Handed<Seen>,
    /// AWS describes one instance profile at a time.
    profiles: Batched<String, types::InstanceProfile>,
    /// Managed policies by ARN.
    policies: Batched<String, policy::Seen>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let (of_roles, of_profiles, of_policies) = (client.clone(), client.clone(), client.clone());
        Self {
            roles: Batched::new(1000, move |names| {
                let client = of_roles.clone();
                async move { role_read::many(&client, names).await }
            }),
            made_roles: Handed::default(),
            profiles: Batched::new(1, move |names| instance_profile::list(of_profiles.clone(), names)),
            policies: Batched::new(1000, move |arns| policy::many(of_policies.clone(), arns)),
        }
    }
}

/// The path of `owner`'s roles, policies and instance profiles, such as `/paas/dev/acme/`. It is part of their ARNs, so that a
/// policy's pattern reaches exactly one environment's, or one tenant's.
#[must_use]
pub fn path(owner: &Owner) -> String {
    format!("/{}/", owner.path())
}

const NOT_FOUND: &str = "NoSuchEntity";
/// Someone else changes the same role at this moment.
const BUSY: &[&str] = &["ConcurrentModification"];

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    let tag =
        |(k, v): (&String, &String)| Tag::builder().key(k).value(v).build().expect("key and value are set");
    tags.iter().map(tag).collect()
}

fn plain_tags(tags: Option<Vec<Tag>>) -> Tags {
    tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect()
}
