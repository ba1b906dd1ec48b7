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
    sync::{mpsc, watch},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

/// How long a client may take over its TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for a client that has lost its last connection to come back.
const RETURN_TIMEOUT: Duration = Duration::from_secs(3);

/// An accepted connection.
pub(crate) struct Connection {
    stream: Stream,
    _open: Open,
}

enum Stream {
    /// From a client that showed its certificate.
    Tls(Box<TlsStream<UnixStream>>),
    /// In debug mode: guarded by the permissions of the socket's folder alone.
    Plain(UnixStream),
}

/// The connections, and how many are open.
pub(crate) struct Connections {
    pub ready: mpsc::Receiver<Connection>,
    pub open: watch::Receiver<usize>,
}

/// Counts a connection for as long as it is open.
struct Open(Arc<watch::Sender<usize>>);

impl Open {
    fn new(count: &Arc<watch::Sender<usize>>) -> Self {
        count.send_modify(|open| *open += 1);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}

/// Waits until there were connections, and none is left.
pub(crate) async fn client_gone(mut open: watch::Receiver<usize>) {
    // the count outlives the server, or there is nobody left to tell
    let _ = open.wait_for(|open| *open > 0).await;
    loop {
        let _ = open.wait_for(|open| *open == 0).await;
        if tokio::time::timeout(RETURN_TIMEOUT, open.wait_for(|open| *open > 0)).await.is_err() {
            return;
        }
    }
}

/// Accepts until `shutdown`; without `tls`, any connection is taken as it is.
pub(crate) fn accept(
    listener: UnixListener,
    tls: Option<Arc<ServerConfig>>,
    shutdown: CancellationToken,
) -> Connections {
    let (ready, connections) = mpsc::channel(8);
    let (count, open) = watch::channel(0);
    let count = Arc::new(count);
    tokio::spawn(async move {
        let acceptor = tls.map(TlsAcceptor::from);
        while let Some(accepted) = shutdown.run_until_cancelled(listener.accept()).await {
            match accepted {
                Ok((stream, _)) => {
                    let (acceptor, ready, count) = (acceptor.clone(), ready.clone(), Arc::clone(&count));
                    tokio::spawn(async move {
                        if let Some(stream) = handshake(stream, acceptor).await {
                            // the receiver is gone when the server is about to end
                            let _ = ready.send(Connection { stream, _open: Open::new(&count) }).await;
                        }
                    });
                }
                // out of file descriptors, for example: passes, but not at once
                Err(error) => {
                    tracing::warn!(%error, "can't accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    });
    Connections { ready: connections, open }
}

async fn handshake(stream: UnixStream, acceptor: Option<TlsAcceptor>) -> Option<Stream> {
    let Some(acceptor) = acceptor else { return Some(Stream::Plain(stream)) };
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => return Some(Stream::Tls(Box::new(stream))),
        Ok(Err(error)) => tracing::warn!(%error, "connection refused"),
        Err(_) => tracing::warn!("connection refused: no TLS handshake within {HANDSHAKE_TIMEOUT:?}"),
    }
    None
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
        match &mut self.get_mut().stream {
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().stream {
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().stream {
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
