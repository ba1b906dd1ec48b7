//! The services that go-plugin expects beside the provider.

use super::{Reply, plugin, reply};
use plugin::{
    ConnInfo, Empty, StdioData, grpc_broker_server::GrpcBroker, grpc_controller_server::GrpcController,
    grpc_stdio_server::GrpcStdio,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Streaming, codegen::BoxStream};

/// Ends the process on request.
pub(crate) struct Controller {
    /// Cancelled to end the server.
    pub shutdown: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Reply<Empty> {
        self.shutdown.cancel();
        reply(Empty {})
    }
}

/// Forwards what the plugin prints after the handshake. Nothing may be printed then, so the stream stays silent.
pub(crate) struct Stdio;

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _: Request<()>) -> Reply<BoxStream<StdioData>> {
        reply(Box::pin(tokio_stream::pending()))
    }
}

/// Brokers further connections. Terraform's providers open none.
pub(crate) struct Broker;

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(&self, _: Request<Streaming<ConnInfo>>) -> Reply<BoxStream<ConnInfo>> {
        reply(Box::pin(tokio_stream::pending()))
    }
}
