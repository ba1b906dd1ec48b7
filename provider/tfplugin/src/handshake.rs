//! go-plugin's handshake: what Terraform passes in the environment, and the one line that answers it.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use std::path::{Path, PathBuf};

/// The variable, and its value that tells a plugin that Terraform starts it, not a person.
pub(crate) const MAGIC_COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// What Terraform asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct Handshake {
    /// The client's certificate, as PEM.
    pub client_certificate: String,
    /// Where sockets go.
    pub socket_dir: PathBuf,
    /// The client knows about multiplexing and expects an answer to it.
    pub multiplex: bool,
}

/// Why we don't serve. Each is for the person who reads it.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Refused {
    #[error(
        "This is a Terraform provider. Terraform starts it by itself; to run it by hand, under a debugger for example, use --debug."
    )]
    NotTerraform,
    #[error("This provider speaks plugin protocol 6, which needs Terraform 1.0 or later.")]
    Protocol,
    #[error(
        "The client sent no certificate (PLUGIN_CLIENT_CERT). This provider only serves clients that it can tell."
    )]
    NoCertificate,
}

impl Handshake {
    /// Reads the environment through `var`.
    pub fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self, Refused> {
        if var(MAGIC_COOKIE.0).as_deref() != Some(MAGIC_COOKIE.1) {
            return Err(Refused::NotTerraform);
        }
        if !var("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default().split(',').any(|version| version == "6") {
            return Err(Refused::Protocol);
        }
        Ok(Self {
            client_certificate: var("PLUGIN_CLIENT_CERT")
                .filter(|pem| !pem.is_empty())
                .ok_or(Refused::NoCertificate)?,
            socket_dir: socket_dir(&var),
            multiplex: var("PLUGIN_MULTIPLEX_GRPC").is_some(),
        })
    }

    /// The line that tells Terraform where and how to connect.
    pub fn answer(&self, socket: &Path, certificate: &[u8]) -> String {
        // core protocol 1, provider protocol 6
        let line = format!("1|6|unix|{}|grpc|{}", socket.display(), STANDARD_NO_PAD.encode(certificate));
        // older clients refuse a line with a field that they don't know
        if self.multiplex { line + "|false" } else { line }
    }
}

/// Where sockets go.
pub(crate) fn socket_dir(var: impl Fn(&str) -> Option<String>) -> PathBuf {
    var("PLUGIN_UNIX_SOCKET_DIR").filter(|dir| !dir.is_empty()).map_or_else(std::env::temp_dir, PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Handshake, Refused> {
        Handshake::read(|name| {
            vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn cookie_version_and_certificate_are_demanded() {
        assert_eq!(read(&[]), Err(Refused::NotTerraform));
        assert_eq!(read(&[(MAGIC_COOKIE.0, "wrong")]), Err(Refused::NotTerraform));
        assert_eq!(read(&[MAGIC_COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "5")]), Err(Refused::Protocol));
        assert_eq!(read(&[MAGIC_COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "5,6")]), Err(Refused::NoCertificate));
    }

    #[test]
    fn multiplexing_is_answered_only_where_it_is_asked_for() {
        let mut vars = vec![
            MAGIC_COOKIE,
            ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
            ("PLUGIN_CLIENT_CERT", "PEM"),
            ("PLUGIN_UNIX_SOCKET_DIR", "/run/plugins"),
        ];
        let old = read(&vars).unwrap();
        assert_eq!(old.socket_dir, PathBuf::from("/run/plugins"));
        // base64 without padding, or Go can't read it
        assert_eq!(old.answer(Path::new("/s"), b"cert"), "1|6|unix|/s|grpc|Y2VydA");
        vars.push(("PLUGIN_MULTIPLEX_GRPC", "false"));
        assert_eq!(read(&vars).unwrap().answer(Path::new("/s"), b"cert"), "1|6|unix|/s|grpc|Y2VydA|false");
    }
}
