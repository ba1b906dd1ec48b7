//! Runs a provider as a go-plugin server.

use crate::{
    Server,
    connections::{self, Connections},
    handshake::{Handshake, socket_dir},
    rpc::{Broker, Controller, MESSAGE_LIMIT, Service, Session, Stdio, plugin, proto},
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
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::server::Router;

/// How long the work under way may take to a safe point, when the process is asked to end or its client is gone.
const WIND_DOWN: Duration = Duration::from_secs(30);

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
        let end = End::default();
        // Ctrl-C reaches the whole process group. Terraform decides what it means, and calls StopProvider.
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::spawn(async move { while interrupt.recv().await.is_some() {} });
        end.on(SignalKind::terminate())?;

        let socket = Socket::bind(&handshake.socket_dir)?;
        let connections = connections::accept(socket.listener, Some(tls.config), end.shutdown.clone());
        let (open, orphaned) = (connections.open.clone(), end.clone());
        tokio::spawn(async move {
            connections::client_gone(open).await;
            orphaned.wind_down().await;
        });
        announce(&handshake.answer(&socket.path, &tls.certificate))?;
        let session = Session::new(&end.work, false);
        let router = self.router(session, &end.tasks, end.shutdown.clone()).await;
        run(router, connections, end.shutdown).await
        // dropping the folder removes the socket
    }

    async fn serve_debug(self) -> Result<(), Failure> {
        let end = End::default();
        end.on(SignalKind::terminate())?;
        end.on(SignalKind::interrupt())?;
        let socket = Socket::bind(&socket_dir(|name| std::env::var(name).ok()))?;
        let connections = connections::accept(socket.listener, None, end.shutdown.clone());
        let reattach = serde_json::json!({ &self.address: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": "unix", "String": socket.path },
        }});
        announce(&format!("TF_REATTACH_PROVIDERS='{reattach}'"))?;
        // a client that is done must not end us
        let session = Session::new(&end.work, true);
        let router = self.router(session, &end.tasks, CancellationToken::new()).await;
        run(router, connections, end.shutdown).await
    }

    /// All services. `shutdown` is cancelled when the client asks for the end.
    async fn router(self, session: Session, tasks: &TaskTracker, shutdown: CancellationToken) -> Router {
        let (health, health_service) = tonic_health::server::health_reporter();
        health.set_service_status("plugin", tonic_health::ServingStatus::Serving).await;
        let provider = Service { server: Arc::new(self), session, tasks: tasks.clone() };
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

/// What has to end, and in which order.
#[derive(Clone, Default)]
struct End {
    work: CancellationToken,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl End {
    /// Stops the work, gives it time to reach a safe point and to answer, and ends the server.
    async fn wind_down(self) {
        self.work.cancel();
        self.tasks.close();
        if tokio::time::timeout(WIND_DOWN, self.tasks.wait()).await.is_err() {
            tracing::warn!("ended before the work under way came to a safe point");
        }
        self.shutdown.cancel();
    }

    /// Winds down on this signal.
    fn on(&self, kind: SignalKind) -> std::io::Result<()> {
        let (end, mut received) = (self.clone(), signal(kind)?);
        tokio::spawn(async move {
            received.recv().await;
            end.wind_down().await;
        });
        Ok(())
    }
}

async fn run(router: Router, connections: Connections, shutdown: CancellationToken) -> Result<(), Failure> {
    let connections =
        tokio_stream::StreamExt::map(ReceiverStream::new(connections.ready), Ok::<_, std::io::Error>);
    let ended = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = router.serve_with_incoming_shutdown(connections, shutdown.clone().cancelled_owned()) => Ok(served?),
        () = ended => Ok(()),
    }
}
