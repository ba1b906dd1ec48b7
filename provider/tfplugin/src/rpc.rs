//! The protocol's services. Nothing outside of here and the test client names the generated types.

pub(crate) mod convert;
mod go_plugin;
mod provider;
mod resource;
pub(crate) mod schema;

use crate::{Cx, Diagnostic, Diagnostics, Server};
use std::{
    any::Any,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{Response, Status};

pub(crate) use go_plugin::{Broker, Controller, Stdio};

/// The generated types of the provider protocol.
#[allow(dead_code, missing_docs, clippy::all, clippy::pedantic, reason = "generated")]
pub mod proto {
    tonic::include_proto!("tfplugin6");
}

/// The generated types of go-plugin's own services.
#[allow(dead_code, missing_docs, clippy::all, clippy::pedantic, reason = "generated")]
pub(crate) mod plugin {
    tonic::include_proto!("plugin");
}

/// Message limit in both directions, in bytes: what Terraform core uses. tonic's default is 4 MiB.
pub(crate) const MESSAGE_LIMIT: usize = 256 << 20;

type Reply<T> = Result<Response<T>, Status>;

/// The provider service.
#[derive(Clone)]
pub(crate) struct Service {
    pub server: Arc<Server>,
    pub session: Session,
    /// The work under way.
    pub tasks: TaskTracker,
}

impl Service {
    /// Runs the work of one rpc as a task of its own: a panic ends the task and becomes a diagnostic, and a caller that
    /// goes away doesn't tear the work off at an arbitrary point.
    async fn run<T, F>(
        &self,
        rpc: &'static str,
        work: impl FnOnce(Arc<Server>, Cx) -> F,
    ) -> Result<T, Diagnostics>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Diagnostics>> + Send + 'static,
    {
        let started = std::time::Instant::now();
        let result = self.tasks.spawn(work(Arc::clone(&self.server), self.session.cx())).await;
        tracing::debug!(rpc, milliseconds = started.elapsed().as_millis(), "served");
        result.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(payload) => Err(panicked(rpc, payload.as_ref()).into()),
            Err(error) => Err(Diagnostic::error("The provider ended early", error.to_string()).into()),
        })
    }
}

/// From the start of a run of Terraform to its end: what `StopProvider` cancels.
#[derive(Clone)]
pub(crate) struct Session {
    /// Cancelled when the process is to end.
    process: CancellationToken,
    current: Arc<Mutex<CancellationToken>>,
    /// In debug mode, one process serves many runs.
    many: bool,
}

impl Session {
    pub fn new(process: &CancellationToken, many: bool) -> Self {
        Self { process: process.clone(), current: Arc::new(Mutex::new(process.child_token())), many }
    }

    /// Stops the work of this run, and what it may still ask for.
    fn stop(&self) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    /// A run configures the provider first.
    fn begin(&self) {
        if self.many {
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = self.process.child_token();
        }
    }

    fn cx(&self) -> Cx {
        Cx { cancel: self.current.lock().unwrap_or_else(PoisonError::into_inner).clone() }
    }
}

fn panicked(rpc: &str, payload: &(dyn Any + Send)) -> Diagnostic {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("no message");
    Diagnostic::error(
        "The provider has a bug",
        format!(
            "{rpc} panicked: {text}. Please report this to the developers of the provider; TF_LOG=ERROR shows the place."
        ),
    )
}

/// Answers with what `work` found, its errors as diagnostics.
fn split<T: Default>(result: Result<T, Diagnostics>) -> (T, Diagnostics) {
    match result {
        Ok(value) => (value, Diagnostics::new()),
        Err(diagnostics) => (T::default(), diagnostics),
    }
}

// a Result, as every rpc has to return one
#[allow(clippy::unnecessary_wraps)]
fn reply<T>(message: T) -> Reply<T> {
    Ok(Response::new(message))
}
