//! Roles that may do exactly what the provider's published policy says.

#![allow(dead_code, reason = "each suite uses a part")]

use paas_aws::permissions::{Access, Place, Policy, ResourceType, operations};
use paas_tests::Emulator;
use paas_tests::emulator::REGION;
use std::collections::BTreeSet;

/// Where the policies hold: the emulated account.
pub fn place(project: &str) -> Place {
    Place {
        partition: "aws".into(),
        region: REGION.into(),
        account_id: "123456789012".into(),
        project: project.into(),
        tenant: None,
    }
}

/// The access key of the role with the least policy for one resource type.
pub fn key(access: Access, of: ResourceType) -> String {
    let at = ResourceType::ALL.iter().position(|kind| *kind == of).expect("it is one of them");
    let n = u8::try_from(1 + 2 * at).expect("there are few") + u8::from(access == Access::Apply);
    Emulator::key(n)
}

/// Gives that role its policy; from then on its key may do that and nothing else.
pub fn enact(aws: &Emulator, project: &str, access: Access, of: ResourceType) -> String {
    let policy = Policy::least(&place(project), access, &BTreeSet::from([of])).document();
    let policy = serde_json::to_value(policy).expect("a policy is JSON");
    aws.permit(&key(access, of), &policy, &operations());
    key(access, of)
}
