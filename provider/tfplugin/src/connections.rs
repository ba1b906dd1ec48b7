//! Accepts connections, each with its TLS handshake on its own: a slow or silent client keeps nobody waiting.

use rustls::ServerConfig;
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{UnixListener, UnixStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

/// How long a client may take over its TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// An accepted connection.
pub(crate) enum Connection {
    /// From a client that showed its certificate.
    Tls(Box<TlsStream<UnixStream>>),
    /// In debug mode: guarded by the permissions of the socket's folder alone.
    Plain(UnixStream),
}

/// Accepts until `shutdown`; without `tls`, any connection is taken as it is.
pub(crate) fn accept(
    listener: UnixListener,
    tls: Option<Arc<ServerConfig>>,
    shutdown: CancellationToken,
) -> mpsc::Receiver<Connection> {
    let (ready, connections) = mpsc::channel(8);
    tokio::spawn(async move {
        let acceptor = tls.map(TlsAcceptor::from);
        while let Some(accepted) = shutdown.run_until_cancelled(listener.accept()).await {
            match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(handshake(stream, acceptor.clone(), ready.clone()));
                }
                // out of file descriptors, for example: passes, but not at once
                Err(error) => {
                    tracing::warn!(%error, "can't accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    });
    connections
}

async fn handshake(stream: UnixStream, acceptor: Option<TlsAcceptor>, ready: mpsc::Sender<Connection>) {
    let Some(acceptor) = acceptor else {
        let _ = ready.send(Connection::Plain(stream)).await;
        return;
    };
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        // the receiver is gone when the server is about to end
        Ok(Ok(stream)) => drop(ready.send(Connection::Tls(Box::new(stream))).await),
        Ok(Err(error)) => tracing::warn!(%error, "connection refused"),
        Err(_) => tracing::warn!("connection refused: no TLS handshake within {HANDSHAKE_TIMEOUT:?}"),
    }
}

impl Connected for Connection {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
