//! `[server]`: how the world reaches us.

use std::path::PathBuf;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "server.listen",
        takes: Takes::Text,
        default: "localhost:8080",
        what: "HOST:PORT to listen at. This machine alone by default: a proxy or an operator decides who else.",
    },
    Key {
        name: "server.maintenance",
        takes: Takes::Flag,
        default: "false",
        what: "Whether the doors are closed for a while: nobody new signs in, signs up or sets a new password by recovery but administrators; sessions that are open go on. Read again on SIGHUP.",
    },
    Key {
        name: "server.trusted_proxies",
        takes: Takes::List,
        default: "",
        what: "Networks whose X-Forwarded-* headers are believed, such as 10.0.0.0/8. None by default: anybody can write these headers.",
    },
    Key {
        name: "server.tls_cert",
        takes: Takes::Path,
        default: "",
        what: "Certificate chain (PEM) to listen with TLS; read again when it changes.",
    },
    Key {
        name: "server.tls_key",
        takes: Takes::Path,
        default: "",
        what: "Private key (PEM) of the certificate; read again when it changes.",
    },
];

/// How the world reaches us.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) listen: String,
    pub(crate) maintenance: bool,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) tls: Option<TlsFiles>,
}

/// Where certificate and key are.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

impl Server {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let listen = r.text("server.listen").unwrap_or_default();
        if !is_address(&listen) && !listen.is_empty() {
            r.refuse(
                "server.listen",
                "must be HOST:PORT, such as \"0.0.0.0:8080\" or \"[::1]:8080\"",
            );
        }
        let trusted_proxies = r.list("server.trusted_proxies");
        for network in &trusted_proxies {
            if !is_network(network) {
                r.refuse(
                    "server.trusted_proxies",
                    format!("takes networks such as \"10.0.0.0/8\", not `{network}`"),
                );
            }
        }
        let tls = match (r.path("server.tls_cert"), r.path("server.tls_key")) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            (Some(_), None) => {
                r.refuse("server.tls_cert", "needs server.tls_key as well");
                None
            }
            (None, Some(_)) => {
                r.refuse("server.tls_key", "needs server.tls_cert as well");
                None
            }
        };
        let maintenance = maintenance(r);
        Self { listen, maintenance, trusted_proxies, tls }
    }
}

/// Whether the doors are closed.
pub(super) fn maintenance(r: &mut Reader<'_>) -> bool {
    r.flag("server.maintenance")
}

pub(super) fn is_address(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn is_network(text: &str) -> bool {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
}
