//! Runs a provider as a go-plugin server.

use crate::{
    Cx, Server,
    connections::{self, Connection},
    handshake::{Handshake, socket_dir},
    rpc::{Broker, Controller, MESSAGE_LIMIT, Service, Stdio, plugin, proto},
    tls::ServerTls,
};
use plugin::{
    grpc_broker_server::GrpcBrokerServer, grpc_controller_server::GrpcControllerServer,
    grpc_stdio_server::GrpcStdioServer,
};
use proto::provider_server::ProviderServer;
use std::{
    error::Error, fs, io::Write, os::unix::fs::PermissionsExt, path::Path, process::ExitCode, sync::Arc,
    time::Duration,
};
use tokio::{
    net::UnixListener,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::server::Router;

type Failure = Box<dyn Error + Send + Sync>;

/// The streams of the stdio and broker services never end by themselves: how long to wait for the other answers.
const GRACE: Duration = Duration::from_millis(300);

impl Server {
    /// Serves Terraform until it says that it is done. Call it from `main`, within a tokio runtime.
    ///
    /// With `--debug` on the command line, it waits for any number of runs of Terraform instead, which find it by the
    /// `TF_REATTACH_PROVIDERS` line that it prints; Ctrl-C ends it.
    pub async fn serve(self) -> ExitCode {
        let debug =
            std::env::args().skip(1).any(|argument| matches!(argument.as_str(), "--debug" | "-debug"));
        let served = if debug { self.serve_debug().await } else { self.serve_plugin().await };
        match served {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "{error}");
                ExitCode::FAILURE
            }
        }
    }

    async fn serve_plugin(self) -> Result<(), Failure> {
        let handshake = Handshake::read(|name| std::env::var(name).ok())?;
        let tls = ServerTls::new(&handshake.client_certificate)?;
        let (shutdown, cx) = (CancellationToken::new(), Cx::default());
        // Ctrl-C reaches the whole process group. Terraform decides what it means, and calls StopProvider.
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::spawn(async move { while interrupt.recv().await.is_some() {} });
        on_terminate(&shutdown, &cx)?;

        let socket = Socket::bind(&handshake.socket_dir)?;
        let connections = connections::accept(socket.listener, Some(tls.config), shutdown.clone());
        announce(&handshake.answer(&socket.path, &tls.certificate))?;
        let router = self.router(cx, shutdown.clone()).await;
        run(router, connections, shutdown).await
        // dropping the folder removes the socket
    }

    async fn serve_debug(self) -> Result<(), Failure> {
        let (shutdown, cx) = (CancellationToken::new(), Cx::default());
        on_terminate(&shutdown, &cx)?;
        let stop = shutdown.clone();
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::spawn(async move {
            interrupt.recv().await;
            stop.cancel();
        });
        let socket = Socket::bind(&socket_dir(|name| std::env::var(name).ok()))?;
        let connections = connections::accept(socket.listener, None, shutdown.clone());
        let reattach = serde_json::json!({ &self.address: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": "unix", "String": socket.path },
        }});
        announce(&format!("TF_REATTACH_PROVIDERS='{reattach}'"))?;
        // a client that is done must not end us
        let router = self.router(cx, CancellationToken::new()).await;
        run(router, connections, shutdown).await
    }

    /// All services. `shutdown` is cancelled when the client asks for the end.
    async fn router(self, cx: Cx, shutdown: CancellationToken) -> Router {
        let (health, health_service) = tonic_health::server::health_reporter();
        health.set_service_status("plugin", tonic_health::ServingStatus::Serving).await;
        let provider = Service { server: Arc::new(self), cx, tasks: TaskTracker::new() };
        tonic::transport::Server::builder()
            .add_service(health_service)
            .add_service(GrpcControllerServer::new(Controller { shutdown }))
            .add_service(GrpcStdioServer::new(Stdio))
            .add_service(GrpcBrokerServer::new(Broker))
            .add_service(
                ProviderServer::new(provider)
                    .max_decoding_message_size(MESSAGE_LIMIT)
                    .max_encoding_message_size(MESSAGE_LIMIT),
            )
    }
}

/// A socket in a folder that only this user can enter. Both are removed on drop.
struct Socket {
    listener: UnixListener,
    path: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Socket {
    fn bind(parent: &Path) -> Result<Self, Failure> {
        let private = fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix("tf").permissions(private).tempdir_in(parent)?;
        let path = folder.path().join("provider");
        let listener =
            UnixListener::bind(&path).map_err(|error| format!("socket {}: {error}", path.display()))?;
        Ok(Self { listener, path, _folder: folder })
    }
}

/// The only thing that ever goes to stdout.
fn announce(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

fn on_terminate(shutdown: &CancellationToken, cx: &Cx) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let (shutdown, cancel) = (shutdown.clone(), cx.cancel.clone());
    tokio::spawn(async move {
        terminate.recv().await;
        cancel.cancel();
        shutdown.cancel();
    });
    Ok(())
}

async fn run(
    router: Router,
    connections: mpsc::Receiver<Connection>,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    let connections = tokio_stream::StreamExt::map(ReceiverStream::new(connections), Ok::<_, std::io::Error>);
    let ended = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = router.serve_with_incoming_shutdown(connections, shutdown.clone().cancelled_owned()) => Ok(served?),
        () = ended => Ok(()),
    }
}
