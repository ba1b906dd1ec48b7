//! A function whose role was deleted and made anew.
//!
//! Lambda encrypts variables, and lets the role decrypt them by a grant on its key. A grant is the role's, not its name's: of
//! a new role of the same name Lambda knows nothing, and every call ends with `KMSAccessDeniedException`. The same
//! configuration once more doesn't help. What does is another role and back, for which there is none here, or the function
//! made anew: <https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors>, and the note on
//! `aws_lambda_function` in hashicorp/aws's documentation.

use super::function::{Function, Seen};
use super::permission::{self, Permission};
use crate::call::AwsError;
use crate::wait;
use crate::world::Cx;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use composite::{Child, Error, Id};

/// What is wrong with the function's role: it is gone, so that only another one can come in its place, or was made after the
/// function was changed last. IAM tells to the second when that was.
pub(super) async fn problem(cx: &Cx<'_>, seen: &Seen) -> Result<Option<&'static str>, AwsError> {
    let arn = seen.configuration.role.as_deref().unwrap_or_default();
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    let Some(role) = cx.world.reads.iam.roles.get(&name).await? else { return Ok(Some("deleted")) };
    let changed = seen.configuration.last_modified.as_deref().and_then(seconds);
    let is_newer = role.created.zip(changed).is_some_and(|(created, changed)| created > changed);
    Ok(is_newer.then_some("made anew"))
}

/// Lambda's time, such as `2026-01-02T03:04:05.678+0000`, in seconds of Unix time.
fn seconds(text: &str) -> Option<i64> {
    let utc = text.strip_suffix("+0000")?;
    DateTime::from_str(&format!("{utc}Z"), Format::DateTime).ok().map(|time| time.secs())
}

/// Makes the function anew under its name, and lets in whom it let in. What calls it by its ARN notices a pause.
pub(super) async fn remake(cx: &Cx<'_>, function: &Function, id: &Id) -> Result<(), Error> {
    let reads = &cx.world.reads.lambda;
    let statements = reads.policies.fresh(id).await?.unwrap_or_default();
    Function::delete(cx, id).await?;
    wait::until(cx, &format!("function {id} to be gone"), || async {
        Ok(reads.functions.fresh(id).await?.is_none().then_some(()))
    })
    .await?;
    function.create(cx).await?;
    let permissions = statements.iter().map(|(sid, statement)| permission::seen(id, sid, statement));
    // All of them, before one that is refused ends this: others' may let in whom the published policy doesn't allow to.
    let mut added = Ok(());
    for permission in permissions.filter(|permission: &Permission| permission.unwanted.is_empty()) {
        added = permission.add(cx).await.map(|_| ()).and(added);
    }
    reads.policies.forget(id);
    added
}

#[test]
fn times_are_those_of_lambda() {
    assert_eq!(seconds("1970-01-02T00:00:01.999+0000"), Some(86_401));
    assert_eq!(seconds("1970-01-02T00:00:01+0000"), Some(86_401));
    assert_eq!(seconds("yesterday"), None);
}
