//! TLS, and a certificate that is renewed while the server runs.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::http::{Reply, exchange};
use crate::server::Place;

/// A certificate authority of our own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    /// As PEM.
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        let (der, pem) = (cert.der().clone(), cert.pem());
        Self { issuer: Issuer::new(params, key), der, pem }
    }

    /// A certificate for `localhost` and its key, as PEM.
    pub(crate) fn issue(&self) -> (String, String) {
        self.issue_for("localhost")
    }

    /// The same for another name.
    pub(crate) fn issue_for(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let cert = params.signed_by(&key, &self.issuer).unwrap();
        (cert.pem(), key.serialize_pem())
    }
}

/// A certificate for `localhost` that nobody but its own key vouches for.
pub(crate) fn self_signed() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

/// Asks for `/readyz` and answers with what was said and whose certificate was shown.
fn ask(port: u16, authority: &Authority) -> std::io::Result<(Reply, Vec<u8>)> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", port))?);
    let request =
        format!("GET /readyz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    let reply = exchange(&mut stream, &request)?;
    let shown = stream.conn.peer_certificates().unwrap()[0].to_vec();
    Ok((reply, shown))
}

fn install(place: &Place, (cert, key): &(String, String)) {
    // As renewal tools do: whole files, put in place one after the other.
    for (name, text) in [("cert.pem", cert), ("key.pem", key)] {
        let fresh = place.write("fresh", text);
        std::fs::rename(fresh, place.path(name)).unwrap();
    }
}

#[test]
fn a_renewed_certificate_is_shown_without_a_restart() {
    let (place, authority) = (Place::new(), Authority::new());
    install(&place, &authority.issue());
    let tls = ["serve", "--data-dir", "data", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let server = place.start(&tls);
    assert!(server.url.starts_with("https://localhost:"), "{}", server.url);
    let (reply, first) = ask(server.port(), &authority).unwrap();
    assert_eq!(reply.status, 200);

    // Half of a renewal: the certificate is there, its key is not yet.
    let (cert, key) = authority.issue();
    place.write("cert.pem", &cert);
    let (_, between) = ask(server.port(), &authority).unwrap();
    assert_eq!(between, first, "the last good pair stays in use");
    place.write("key.pem", &key);
    let (reply, second) = ask(server.port(), &authority).unwrap();
    assert_eq!(reply.status, 200);
    assert_ne!(second, first, "the new one is shown at once");
}

#[test]
fn a_stranger_who_does_not_trust_the_certificate_gets_nothing() {
    let (place, authority) = (Place::new(), Authority::new());
    install(&place, &authority.issue());
    let tls = ["serve", "--data-dir", "data", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let server = place.start(&tls);
    assert!(ask(server.port(), &Authority::new()).is_err());
    let plain = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    assert!(exchange(plain, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n").is_err());
}

#[test]
fn a_certificate_without_its_key_is_refused_at_start() {
    let (place, authority) = (Place::new(), Authority::new());
    place.write("cert.pem", &authority.issue().0);
    place.write("key.pem", &authority.issue().1);
    let args = ["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"];
    let run =
        |key: &str| place.run(&[&args[..], &["--tls-cert", "cert.pem", "--tls-key", key]].concat());
    run("key.pem").refused(3, "use the certificate with its key");
    run("gone.pem").refused(3, "read the certificate's key");
    assert!(!Path::new(&place.path("data/keyward.db")).exists(), "nothing was opened");
}
