//! What a plan has to know of an instance that its composite doesn't remember.

use super::seen;
use crate::call::AwsError;
use crate::session::Session;
use crate::tags;

/// How an instance stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is, as its tag says: [`Owner::path`](crate::Owner::path).
    pub owner: Option<String>,
    /// The version that runs, such as `8.4.5`, whatever was asked for.
    pub engine_version: String,
    /// Whether RDS refuses to delete it.
    pub deletion_protection: bool,
}

/// The instance of this name; `None` if there is none. Costs no call where it was refreshed before in this run.
///
/// # Errors
/// AWS refuses.
pub async fn standing(session: &Session, identifier: &str) -> Result<Option<Standing>, AwsError> {
    let found = session.reads.rds.instances.get(&identifier.to_owned()).await?;
    Ok(found.map(|real| Standing {
        owner: seen::carried(&real).remove(tags::OWNER),
        deletion_protection: real.deletion_protection.unwrap_or_default(),
        engine_version: real.engine_version.unwrap_or_default(),
    }))
}
