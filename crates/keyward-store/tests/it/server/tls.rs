//! Who the server is, and who may listen.

use std::net::UdpSocket;

use super::proxy::Proxy;
use super::{Server, at_host, complaint, open, parts, variable, with, with_database};

/// An authority that signed nothing.
const STRANGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/stranger.pem");

fn port(url: &str) -> &str {
    parts(url).1.rsplit_once(':').unwrap().1
}

/// Certificate and name are checked, always both.
pub(crate) async fn only_the_server_that_was_meant_is_spoken_to(server: impl Server) {
    with_database(server, "tls", async |url: String| {
        let ca = format!("sslmode=verify-full&sslrootcert={}", variable("KEYWARD_TEST_CA"));
        let named = at_host(&url, &format!("localhost:{}", port(&url)));
        let store = open(&with(&named, &ca)).await;
        store.ping().await.unwrap();
        store.close().await;

        // Attack: a server with a certificate that somebody else signed.
        let stranger = format!("sslmode=verify-full&sslrootcert={STRANGER}");
        for roots in [stranger.as_str(), "sslmode=verify-full", "sslmode=require"] {
            let why = complaint(&with(&named, roots)).await;
            assert!(why.contains("UnknownIssuer"), "{roots}: {why}");
        }
        // Attack: a server with a certificate for another name.
        let other = at_host(&url, &format!("db.example.com:{}", port(&url)));
        let why = complaint(&with(&other, &format!("{ca}&hostaddr=127.0.0.1"))).await;
        assert!(why.contains("NotValidForName"), "{why}");
    })
    .await;
}

/// Beyond this machine, plaintext must be asked for.
pub(crate) async fn plaintext_beyond_loopback_must_be_asked_for(server: impl Server) {
    with_database(server, "plain", async |url: String| {
        let far = at_host(&url, &format!("192.0.2.1:{}", port(&url)));
        let why = complaint(&with(&far, "sslmode=disable")).await;
        assert!(why.contains("must be asked for"), "refused before anything is sent: {why}");

        let Some(own) = own_address() else {
            println!("skipped: this machine has no address beyond loopback");
            return;
        };
        let proxy = Proxy::start(&own, parts(&url).1).await;
        let far = at_host(&url, &proxy.address.to_string());
        let why = complaint(&with(&far, "sslmode=disable")).await;
        assert!(why.contains("must be asked for"), "{why}");
        // Without a word it is TLS, and this address is not in the certificate.
        let ca = format!("sslrootcert={}", variable("KEYWARD_TEST_CA"));
        let why = complaint(&with(&far, &ca)).await;
        assert!(why.contains("NotValidForName"), "{why}");
        let store = open(&with(&far, "sslmode=disable&plaintext=allow")).await;
        store.ping().await.unwrap();
        store.close().await;
    })
    .await;
}

/// An address of this machine that is not loopback. Nothing is sent.
fn own_address() -> Option<String> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_loopback()).then(|| own.to_string())
}

/// A socket in the file system never leaves this machine.
pub(crate) async fn a_unix_socket_may_be_plain(server: impl Server) {
    with_database(server, "socket", async |url: String| {
        let store = open(&server.by_socket(&url).await).await;
        store.ping().await.unwrap();
        store.close().await;
    })
    .await;
}
