//! Waiting: for an object to become usable or to be gone, and for AWS to notice what was just made.

use crate::call::AwsError;
use crate::world::{Cx, World};
use composite::Error;
use std::future::Future;
use std::time::Duration;

const FIRST_DELAY: Duration = Duration::from_millis(250);
const LONGEST_DELAY: Duration = Duration::from_secs(10);
/// IAM's documentation gives no number; two minutes is what AWS's own tools and hashicorp/aws allow.
const SETTLING: Duration = Duration::from_mins(2);

/// Polls until `look` gives a value. The first look comes at once, then with growing pauses.
///
/// # Errors
/// Whatever `look` fails with; `cancelled` when Terraform was interrupted; a text that names `what` when the
/// resource's `timeouts` ran out.
pub async fn until<T, F>(cx: &Cx<'_>, what: &str, mut look: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<Option<T>, Error>>,
{
    let mut delay = FIRST_DELAY;
    loop {
        if let Some(value) = look().await? {
            return Ok(value);
        }
        pause(cx, what, delay).await?;
        delay = (delay * 3 / 2).min(LONGEST_DELAY);
    }
}

/// Repeats `attempt` while it fails with one of `codes`: a role, an instance profile or an EC2 id that was just
/// made is refused by other services for up to two minutes.
///
/// # Errors
/// Any other failure at once; the last one when AWS hasn't settled after two minutes; as [`until`] otherwise.
pub async fn settled<T, F>(cx: &Cx<'_>, codes: &[&str], attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, AwsError>>,
{
    settled_if(cx, |e| e.is(codes), attempt).await
}

/// Like [`settled`], for services that tell such refusals apart by their text only.
///
/// # Errors
/// As [`settled`].
pub async fn settled_if<T, F>(
    cx: &Cx<'_>,
    unsettled: impl Fn(&AwsError) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, AwsError>>,
{
    let give_up = tokio::time::Instant::now() + SETTLING;
    let mut delay = FIRST_DELAY;
    loop {
        match attempt().await {
            Err(e) if unsettled(&e) && tokio::time::Instant::now() + delay < give_up => {
                tracing::debug!(key = cx.key, error = %e, "not settled yet");
                pause(cx, &format!("AWS to accept {}", e.operation), delay).await?;
                delay = (delay * 3 / 2).min(LONGEST_DELAY);
            }
            other => return Ok(other?),
        }
    }
}

async fn pause(cx: &Cx<'_>, what: &str, delay: Duration) -> Result<(), Error> {
    let now = tokio::time::Instant::now();
    let Some(deadline) = World::deadline(cx.world).filter(|d| now + delay > *d) else {
        return tokio::select! {
            () = cx.cancel.cancelled() => Err(Error::message(format!("interrupted while waiting for {what}")).cancelled()),
            () = tokio::time::sleep(delay) => Ok(()),
        };
    };
    tokio::time::sleep_until(deadline).await;
    Err(Error::message(format!(
        "timed out while waiting for {what}; raise it with the resource's `timeouts`"
    )))
}
