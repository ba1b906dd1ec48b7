//! What may be tried again, and what must not be.
//!
//! The SDK repeats a call after a dropped connection, a time-out or a 500. For a creating call without a client
//! token that is wrong: the first try may have taken effect, and the second makes a twin (seen with `CreateVpc`).
//! Inside [`creating`](crate::call::creating) only a refusal that surely had no effect is repeated: throttling.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use std::future::Future;

tokio::task_local! {
    /// Set while a creating call is under way in this task.
    static CREATING: ();
}

/// Runs `call` with the SDK's blind retries off; throttling is still retried.
pub(crate) async fn once<F: Future>(call: F) -> F::Output {
    CREATING.scope((), call).await
}

/// Error codes that say «too many requests», over all the services used here. Such a call had no effect.
pub(crate) const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "BandwidthLimitExceeded",
    "LimitExceededException.Throttling",
    "PriorRequestNotComplete",
    "SlowDown",
    "TransactionInProgressException",
    "EC2ThrottledException",
];

/// The last word over the SDK's own classifiers: inside [`once`], a failure whose effect is unknown isn't retried.
#[derive(Debug)]
pub(crate) struct NoBlindRetry;

impl ClassifyRetry for NoBlindRetry {
    fn classify_retry(&self, cx: &InterceptorContext) -> RetryAction {
        if CREATING.try_with(|()| ()).is_err() {
            return RetryAction::NoActionIndicated;
        }
        let throttled = cx.response().is_some_and(|r| {
            let status = r.status().as_u16();
            status == 429 || r.body().bytes().is_some_and(mentions_throttling)
        });
        match cx.output_or_error() {
            Some(Err(_)) if !throttled => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "no blind retry of creating calls"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// The error code stands in the body in all three protocols (XML `<Code>`, JSON `__type`), whole words only.
fn mentions_throttling(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|word| THROTTLED.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::mentions_throttling;

    #[test]
    fn throttling_is_read_from_each_protocol() {
        for (body, throttled) in [
            ("<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>", true),
            ("<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>", true),
            (r#"{"__type":"com.amazonaws.kms#ThrottlingException","message":"Rate exceeded"}"#, true),
            ("<Error><Code>SlowDown</Code></Error>", true),
            ("<Error><Code>InternalError</Code><Message>not throttled</Message></Error>", false),
            ("", false),
        ] {
            assert_eq!(mentions_throttling(body.as_bytes()), throttled, "{body}");
        }
    }
}
