//! Every AWS call goes through [`call`] or [`creating`]: they name the operation in the error and say whether a
//! failed call may have taken effect.

use crate::retry;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::time::Instant;
use tracing::instrument::{WithDispatch, WithSubscriber};
use tracing::subscriber::NoSubscriber;

/// A refused or failed AWS call, as people read it.
#[derive(Debug, Clone)]
pub struct AwsError {
    /// The API's name of the call, such as `CreateRule`.
    pub operation: &'static str,
    /// The service's error code, such as `PriorityInUse`; none when no answer came.
    pub code: Option<String>,
    /// What the service said, or why no answer came.
    pub message: String,
    /// AWS's request id: what its support asks for.
    pub request_id: Option<String>,
    /// The call may have taken effect although it failed: connection lost, time-out, 5xx.
    pub lost: bool,
}

impl AwsError {
    /// Whether the service's error code is one of `codes`.
    #[must_use]
    pub fn is(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|c| codes.contains(&c))
    }

    /// An error of ours about an AWS object, where AWS itself reported none.
    #[must_use]
    pub fn ours(operation: &'static str, message: impl Into<String>) -> Self {
        Self { operation, code: None, message: message.into(), request_id: None, lost: false }
    }

    /// The same with an error code: where AWS leaves out of an answer what another call would refuse by that code.
    #[must_use]
    pub fn coded(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    /// Marks the error «may have taken effect»: the engine then looks for the object before it tries again.
    /// For refusals that say the object is already there.
    #[must_use]
    pub fn exists(mut self) -> Self {
        self.lost = true;
        self
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(self.message.trim_end_matches('.'))?;
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl StdError for AwsError {}

impl From<AwsError> for composite::Error {
    fn from(e: AwsError) -> Self {
        let lost = e.lost;
        let e = composite::Error::new(e);
        if lost { e.lost() } else { e }
    }
}

/// Awaits one SDK call that may safely be repeated: a read, or a write that means the same twice.
///
/// # Errors
/// [`AwsError`] with the operation's name.
pub async fn call<T, E>(
    operation: &'static str,
    sent: impl Future<Output = Result<T, SdkError<E, Response>>>,
) -> Result<T, AwsError>
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    timed(operation, sent).await.map_err(|e| describe(operation, e))
}

/// Awaits one SDK call that makes something and must not be repeated blindly (see [`crate::retry`]).
///
/// # Errors
/// [`AwsError`]; `lost` is set where the call may have taken effect, so that the engine looks before it tries again.
pub async fn creating<T, E>(
    operation: &'static str,
    sent: impl Future<Output = Result<T, SdkError<E, Response>>>,
) -> Result<T, AwsError>
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    timed(operation, retry::once(sent)).await.map_err(|e| describe(operation, e))
}

/// A call whose request or answer holds a secret: at TRACE the SDK would log either with all that is in it.
pub(crate) fn unlogged<F: Future>(sent: F) -> WithDispatch<F> {
    sent.with_subscriber(NoSubscriber::default())
}

/// Notes the call in the log, under the child whose it is.
async fn timed<F: Future>(operation: &'static str, sent: F) -> F::Output {
    let began = Instant::now();
    let answer = sent.await;
    tracing::debug!(operation, milliseconds = milliseconds_since(began), "called");
    answer
}

pub(crate) fn milliseconds_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn describe<E>(operation: &'static str, e: SdkError<E, Response>) -> AwsError
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let request_id = e.raw_response().and_then(request_id);
    match e {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let error = context.err();
            let code = error.code().or_else(|| code_of(status)).map(str::to_owned);
            let throttled = code.as_deref().is_some_and(|c| retry::THROTTLED.contains(&c));
            AwsError {
                operation,
                message: error
                    .message()
                    .map_or_else(|| format!("HTTP status {status}: {}", causes(error)), str::to_owned),
                code,
                request_id,
                lost: status >= 500 && !throttled,
            }
        }
        // The request never left.
        SdkError::ConstructionFailure(e) => AwsError {
            lost: false,
            ..AwsError::ours(operation, causes(&SdkError::<E, Response>::ConstructionFailure(e)))
        },
        other => AwsError { request_id, lost: true, ..AwsError::ours(operation, causes(&other)) },
    }
}

/// The code of an answer without a body, as S3 refuses a `HEAD`: the status is all that it says then. 404 the SDK knows.
fn code_of(status: u16) -> Option<&'static str> {
    match status {
        400 => Some("BadRequest"),
        403 => Some("Forbidden"),
        _ => None,
    }
}

/// The chain of causes in one line: the SDK's own text says only "dispatch failure".
fn causes(e: &dyn StdError) -> String {
    let mut parts: Vec<String> = vec![];
    let mut next = Some(e);
    while let Some(e) = next {
        let text = e.to_string();
        if parts.last().is_none_or(|last| !last.contains(&text)) {
            parts.push(text);
        }
        next = e.source();
    }
    parts.join(": ")
}

fn request_id(response: &Response) -> Option<String> {
    ["x-amzn-requestid", "x-amz-request-id"]
        .iter()
        .find_map(|name| response.headers().get(*name))
        .map(str::to_owned)
}
