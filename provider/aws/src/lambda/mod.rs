//! Lambda: the function that takes a webhook's deliveries, and who may call it.

mod declared;
mod function;
mod orphan;
mod permission;

pub use function::{Function, FunctionOut};
pub use permission::{Permission, PermissionOut};

use crate::batch::{Batched, Handed};
use crate::call::AwsError;
use aws_sdk_lambda::Client;
use permission::Statements;

/// Cached reads by the function's name. Each is a call of its own: `ListFunctions` gives neither tags nor a policy.
pub struct Reads {
    functions: Batched<String, function::Seen>,
    /// Functions that were just made.
    made: Handed<()>,
    policies: Batched<String, Statements>,
}

impl Reads {
    pub(crate) fn new(client: &Client) -> Self {
        let (of_functions, of_policies) = (client.clone(), client.clone());
        Self {
            functions: Batched::new(1, move |names| function::describe(of_functions.clone(), names)),
            made: Handed::default(),
            policies: Batched::new(1, move |names| permission::describe(of_policies.clone(), names)),
        }
    }
}

const NOT_FOUND: &str = "ResourceNotFoundException";
/// There is one already, or a change of the function is under way; which of them, only the text tells.
const CONFLICT: &str = "ResourceConflictException";

/// Whether a change of the function is under way: Lambda makes one after the other.
fn is_busy(e: &AwsError) -> bool {
    let message = e.message.to_ascii_lowercase();
    e.is(&[CONFLICT]) && ["in progress", "following state"].iter().any(|text| message.contains(text))
}

#[test]
fn only_a_change_under_way_is_waited_for() {
    let conflict = |message: &str| AwsError::ours("UpdateFunctionCode", message).coded(CONFLICT);
    for (message, busy) in [
        (
            "The operation cannot be performed at this time. An update is in progress for resource: arn:f",
            true,
        ),
        (
            "The operation cannot be performed at this time. The function is currently in the following state: Pending",
            true,
        ),
        ("Function already exist: paas_gitlab-webhook_gitlab", false),
        ("The statement id (api) provided already exists.", false),
    ] {
        assert_eq!(is_busy(&conflict(message)), busy, "{message}");
    }
}
