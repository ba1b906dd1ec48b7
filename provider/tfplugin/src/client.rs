//! A client of the plugin protocol, for tests (feature `testing`). It starts a provider as Terraform does, drives single
//! objects through their life, and checks of every answer what Terraform's core checks: a violation is an
//! [`Error::Protocol`]. What it can show and the CLI can't: thousands of runs a minute, a provider killed at any point.

mod check;
mod config;
mod launch;
mod lifecycle;
mod proposed;
mod schema;

use crate::{
    Diagnostic, Diagnostics, FunctionError, Severity, Value,
    rpc::{
        convert::{decode, encode},
        plugin::{self, grpc_controller_client::GrpcControllerClient},
        proto::{self, provider_client::ProviderClient},
    },
};
use launch::{Address, Process};
use schema::Schemas;
use serde_json::Value as Json;
use std::{borrow::Borrow, process::ExitStatus, sync::Arc, time::Duration};
use tonic::transport::Channel;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// The generated types of the protocol, for [`Client::raw`].
pub use crate::rpc::proto as raw;
pub use config::UNKNOWN;
pub use launch::{Identity, Launch};
pub use lifecycle::{Action, Outcome, State};

/// Why a call gave no answer, or one that Terraform wouldn't take.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The provider didn't start, or no connection came about.
    #[error("can't start the provider: {0}")]
    Launch(String),
    /// The connection broke, or the provider doesn't know the call.
    #[error("call failed: {0}")]
    Call(#[from] tonic::Status),
    /// The configuration doesn't fit the schema: the test is wrong, not the provider.
    #[error("configuration doesn't fit the schema: {0}")]
    Config(String),
    /// The provider broke a rule of the protocol; Terraform would say "Provider produced …".
    #[error("the provider broke the protocol: {0}")]
    Protocol(String),
}

/// A running provider.
pub struct Client {
    process: Process,
    address: Address,
    channel: Channel,
    schemas: Arc<Schemas>,
}

impl Client {
    /// Starts the provider, connects, and asks for its schemas.
    ///
    /// # Errors
    /// [`Error::Launch`] if it doesn't start or refuses us.
    pub async fn launch(launch: Launch) -> Result<Self, Error> {
        let (process, address) = launch.start().await?;
        let channel = address.connect().await?;
        let request = proto::get_provider_schema::Request {};
        let response = provider(channel.clone()).get_provider_schema(request).await?.into_inner();
        let schemas = Arc::new(Schemas::read(response)?);
        Ok(Self { process, address, channel, schemas })
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid
    }

    /// All that the provider has written to stderr so far.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The generated client, for calls with odd arguments.
    pub fn raw(&self) -> ProviderClient<Channel> {
        provider(self.channel.clone())
    }

    /// Asks the health service whether the plugin serves.
    ///
    /// # Errors
    /// [`Error::Call`] if there is no answer.
    pub async fn is_healthy(&self) -> Result<bool, Error> {
        let request = HealthCheckRequest { service: "plugin".into() };
        let response = HealthClient::new(self.channel.clone()).check(request).await?.into_inner();
        Ok(response.status() == ServingStatus::Serving)
    }

    /// Opens a further connection with the same certificate.
    ///
    /// # Errors
    /// [`Error::Launch`] if the provider refuses it.
    pub async fn reconnect(&self) -> Result<ProviderClient<Channel>, Error> {
        Ok(provider(self.address.connect().await?))
    }

    /// Ends the process at once, as a crash would.
    pub async fn kill(&self) {
        self.process.kill().await;
    }

    /// Asks to stop the work under way (`StopProvider`), as Terraform does on Ctrl-C.
    ///
    /// # Errors
    /// [`Error::Call`] if the provider is gone.
    pub async fn stop(&self) -> Result<(), Error> {
        self.raw().stop_provider(proto::stop_provider::Request {}).await?;
        Ok(())
    }

    /// Asks the provider to end and waits for it.
    ///
    /// # Errors
    /// [`Error::Call`] if it takes more than the two seconds that Terraform gives it.
    pub async fn shutdown(&self) -> Result<ExitStatus, Error> {
        // the connection may break before the answer
        let _ = GrpcControllerClient::new(self.channel.clone()).shutdown(plugin::Empty {}).await;
        self.exited(Duration::from_secs(2)).await
    }

    /// Waits until the process has ended.
    ///
    /// # Errors
    /// [`Error::Call`] if it takes longer than `limit`.
    pub async fn exited(&self, limit: Duration) -> Result<ExitStatus, Error> {
        let late = |_| tonic::Status::deadline_exceeded(format!("the provider still runs after {limit:?}"));
        Ok(tokio::time::timeout(limit, self.process.exited()).await.map_err(late)?)
    }

    /// Validates the provider's configuration and configures it.
    ///
    /// # Errors
    /// [`Error::Config`] if `config` doesn't fit the schema.
    pub async fn configure(&self, config: impl Borrow<Json>) -> Result<Diagnostics, Error> {
        let shape = &self.schemas.provider;
        let config = Some(encoded(&config::value(config.borrow(), &shape.schema)?, shape)?);
        let request = proto::validate_provider_config::Request { config: config.clone() };
        let found = diagnostics(self.raw().validate_provider_config(request).await?.into_inner().diagnostics);
        if found.has_errors() {
            return Ok(found);
        }
        let request = proto::configure_provider::Request {
            terraform_version: "1.11.4".into(),
            config,
            client_capabilities: Some(launch::CAPABILITIES),
        };
        Ok(diagnostics(self.raw().configure_provider(request).await?.into_inner().diagnostics))
    }

    /// Validates a data source's configuration and reads it. The value is null if there are errors.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the answer has unknown values or changes what the configuration says.
    pub async fn read_data_source(
        &self,
        type_name: &str,
        config: &Json,
    ) -> Result<(Value, Diagnostics), Error> {
        let shape = self.schemas.data_source(type_name)?;
        let config = config::value(config, &shape.schema)?;
        let dynamic = Some(encoded(&config, shape)?);
        let request = proto::validate_data_resource_config::Request {
            type_name: type_name.into(),
            config: dynamic.clone(),
        };
        let found =
            diagnostics(self.raw().validate_data_resource_config(request).await?.into_inner().diagnostics);
        if found.has_errors() {
            return Ok((Value::Null, found));
        }
        let request = proto::read_data_source::Request {
            type_name: type_name.into(),
            config: dynamic,
            client_capabilities: Some(launch::CAPABILITIES),
            ..Default::default()
        };
        let response = self.raw().read_data_source(request).await?.into_inner();
        let found = diagnostics(response.diagnostics);
        if found.has_errors() {
            return Ok((Value::Null, found));
        }
        let state = decoded(response.state.as_ref(), shape)?;
        check::state(&shape.schema, &state)?;
        check::plan(&shape.schema, &Value::Null, &config, &state)?;
        Ok((state, found))
    }

    /// Calls a function. The inner error is the function's own.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such function or the arguments don't fit.
    pub async fn call_function(
        &self,
        name: &str,
        arguments: &[Json],
    ) -> Result<Result<Value, FunctionError>, Error> {
        let function = self.schemas.function(name)?;
        let arguments = arguments.iter().enumerate().map(|(i, argument)| {
            let ty = function.parameters.get(i).or(function.variadic.as_ref());
            let ty = ty.ok_or_else(|| Error::Config(format!("{name} takes fewer arguments")))?;
            let value = config::typed(argument, ty).map_err(|error| Error::Config(error.to_string()))?;
            encode(&value, ty).map_err(|error| Error::Config(error.to_string()))
        });
        let arguments = arguments.collect::<Result<_, _>>()?;
        let request = proto::call_function::Request { name: name.into(), arguments };
        let response = self.raw().call_function(request).await?.into_inner();
        if let Some(proto::FunctionError { text, function_argument: argument }) = response.error {
            return Ok(Err(FunctionError { text, argument }));
        }
        let result = decode(response.result.as_ref(), &function.returns);
        result.map(Ok).map_err(|error| Error::Protocol(error.to_string()))
    }
}

fn provider(channel: Channel) -> ProviderClient<Channel> {
    use crate::rpc::MESSAGE_LIMIT;
    ProviderClient::new(channel)
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT)
}

fn encoded(value: &Value, shape: &schema::Shape) -> Result<proto::DynamicValue, Error> {
    encode(value, &shape.ty).map_err(|error| Error::Config(error.to_string()))
}

fn decoded(value: Option<&proto::DynamicValue>, shape: &schema::Shape) -> Result<Value, Error> {
    decode(value, &shape.ty).map_err(|error| Error::Protocol(error.to_string()))
}

fn diagnostics(found: Vec<proto::Diagnostic>) -> Diagnostics {
    let convert = |diagnostic: proto::Diagnostic| Diagnostic {
        severity: match diagnostic.severity() {
            proto::diagnostic::Severity::Warning => Severity::Warning,
            _ => Severity::Error,
        },
        path: diagnostic.attribute.as_ref().map(schema::path),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
    };
    found.into_iter().map(convert).collect()
}
