//! Starts a provider as go-plugin does.

use super::{Error, proto};
use crate::{handshake::MAGIC_COOKIE, tls::Pinned};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime},
};
use std::{
    ffi::OsString,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::UnixStream,
    process::{Child, Command},
};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

/// What Terraform 1.11 announces.
pub(super) const CAPABILITIES: proto::ClientCapabilities =
    proto::ClientCapabilities { deferral_allowed: false, write_only_attributes_allowed: true };

/// How long a provider may take to print its handshake line.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How to start a provider.
#[derive(Debug)]
pub struct Launch {
    binary: PathBuf,
    env: Vec<(OsString, OsString)>,
    identity: Identity,
}

/// Which certificate the client shows when it connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// The one that the provider was told about.
    #[default]
    Own,
    /// None.
    Anonymous,
    /// Another one.
    Stranger,
}

impl Launch {
    /// Starts this binary.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self { binary: binary.into(), env: Vec::new(), identity: Identity::Own }
    }

    /// Adds a variable to the environment, which is otherwise ours.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Connects with this certificate.
    #[must_use]
    pub fn identity(self, identity: Identity) -> Self {
        Self { identity, ..self }
    }

    pub(super) async fn start(self) -> Result<(Process, Address), Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Launch(error.to_string());
        let certificate = Certificate::new().map_err(|error| failed(&error))?;
        // ours, so that a killed provider leaves nothing behind
        let sockets = tempfile::tempdir().map_err(|error| failed(&error))?;
        let mut child = Command::new(&self.binary)
            .env(MAGIC_COOKIE.0, MAGIC_COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_CLIENT_CERT", &certificate.pem)
            .env("PLUGIN_UNIX_SOCKET_DIR", sockets.path())
            .env("PLUGIN_MULTIPLEX_GRPC", "false")
            .envs(self.env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Error::Launch(format!("{}: {error}", self.binary.display())))?;
        let stdout = child.stdout.take().ok_or_else(|| failed(&"no stdout"))?;
        let process = Process::watch(child, sockets);
        let mut line = String::new();
        let read = tokio::time::timeout(START_LIMIT, BufReader::new(stdout).read_line(&mut line)).await;
        read.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        if line.is_empty() {
            let status = process.exited().await;
            return Err(Error::Launch(format!("no handshake line; {status}; {}", process.log())));
        }
        let (socket, server) =
            parse(line.trim_end()).ok_or_else(|| failed(&format!("handshake line {line:?}")))?;
        let identity = match self.identity {
            Identity::Own => Some(certificate),
            Identity::Anonymous => None,
            Identity::Stranger => Some(Certificate::new().map_err(|error| failed(&error))?),
        };
        let config = client_config(server, identity).map_err(|error| failed(&error))?;
        Ok((process, Address { socket, config: Arc::new(config) }))
    }
}

/// `1|6|unix|PATH|grpc|CERTIFICATE|false`: the path and the certificate.
fn parse(line: &str) -> Option<(PathBuf, CertificateDer<'static>)> {
    match line.split('|').collect::<Vec<_>>()[..] {
        ["1", "6", "unix", path, "grpc", certificate, "false"] => {
            Some((path.into(), STANDARD_NO_PAD.decode(certificate).ok()?.into()))
        }
        _ => None,
    }
}

/// A certificate like the one that go-plugin makes: ECDSA P-521, self-signed, an authority.
struct Certificate {
    pem: String,
    der: CertificateDer<'static>,
    key: rcgen::KeyPair,
}

impl Certificate {
    fn new() -> Result<Self, rcgen::Error> {
        let mut parameters = rcgen::CertificateParams::new(vec!["localhost".into()])?;
        parameters.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        parameters.key_usages = vec![
            rcgen::KeyUsagePurpose::DigitalSignature,
            rcgen::KeyUsagePurpose::KeyEncipherment,
            rcgen::KeyUsagePurpose::KeyAgreement,
            rcgen::KeyUsagePurpose::KeyCertSign,
        ];
        parameters.extended_key_usages =
            vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth, rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512)?;
        let certificate = parameters.self_signed(&key)?;
        Ok(Self { pem: certificate.pem(), der: certificate.der().clone(), key })
    }
}

fn client_config(
    server: CertificateDer<'static>,
    identity: Option<Certificate>,
) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(PinnedServer(Pinned::new(server, &provider)));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(Certificate { der, key, .. }) => {
            builder.with_client_auth_cert(vec![der], PrivateKeyDer::Pkcs8(key.serialize_der().into()))?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// Where a provider listens, and how to show who we are.
pub(super) struct Address {
    socket: PathBuf,
    config: Arc<ClientConfig>,
}

impl Address {
    pub async fn connect(&self) -> Result<Channel, Error> {
        let (socket, connector) = (self.socket.clone(), TlsConnector::from(Arc::clone(&self.config)));
        let connect = tower::service_fn(move |_| {
            let (socket, connector) = (socket.clone(), connector.clone());
            async move {
                let stream = UnixStream::connect(socket).await?;
                let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
                connector.connect(name, stream).await.map(TokioIo::new)
            }
        });
        // the name is of no use: the connector knows the socket
        let endpoint = Endpoint::from_static("http://provider");
        endpoint.connect_with_connector(connect).await.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            Error::Launch(format!("{error}: {cause}"))
        })
    }
}

#[derive(Debug)]
struct PinnedServer(Pinned);

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.0.is(certificate).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.tls12(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.tls13(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.schemes()
    }
}

/// The provider's process. It is killed on drop.
pub(super) struct Process {
    pub pid: u32,
    child: tokio::sync::Mutex<Child>,
    log: Arc<Mutex<Vec<u8>>>,
    _sockets: tempfile::TempDir,
}

impl Process {
    fn watch(mut child: Child, sockets: tempfile::TempDir) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        if let Some(mut stderr) = child.stderr.take() {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut buffer = [0; 8192];
                while let Ok(length @ 1..) = stderr.read(&mut buffer).await {
                    log.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
                }
            });
        }
        Self {
            pid: child.id().unwrap_or_default(),
            child: tokio::sync::Mutex::new(child),
            log,
            _sockets: sockets,
        }
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    pub async fn kill(&self) {
        // fails only if it has ended already
        let _ = self.child.lock().await.kill().await;
    }

    pub async fn exited(&self) -> ExitStatus {
        self.child.lock().await.wait().await.expect("the child is ours to wait for")
    }
}
