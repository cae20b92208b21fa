//! Against real servers on this machine: hostile ones, and one that is kind.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ::http::{Request, Response};
use bytes::Bytes;
use keyward_core::port::Fut;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::client::Resolver;
use super::{HttpClient as _, Outbound, OutboundError, OutboundOptions};

/// A server that answers every request with the same bytes, and counts.
struct Server {
    address: SocketAddr,
    hits: Arc<AtomicUsize>,
    heard: tokio::sync::mpsc::UnboundedReceiver<String>,
}

/// What a server does once it has heard a request.
#[derive(Clone)]
enum Then {
    Say(String),
    /// Says this, and never ends.
    Hang(&'static str),
    /// Says this, then the second again and again.
    Flood(&'static str, &'static str),
}

impl Server {
    async fn plain(then: Then) -> Self {
        Self::new(then, None).await
    }

    async fn new(then: Then, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (hits, (say, heard)) = (Arc::default(), tokio::sync::mpsc::unbounded_channel());
        let count: Arc<AtomicUsize> = Arc::clone(&hits);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (then, say, tls) = (then.clone(), say.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, then, say).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => answer(stream, then, say).await,
                            Err(_) => Ok(()),
                        },
                    }
                });
            }
        });
        Self { address, hits, heard }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    then: Then,
    say: tokio::sync::mpsc::UnboundedSender<String>,
) -> std::io::Result<()> {
    let mut heard = vec![0; 4096];
    let mut length = 0;
    while !heard[..length].windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        match stream.read(&mut heard[length..]).await? {
            0 => return Ok(()),
            more => length += more,
        }
    }
    say.send(String::from_utf8_lossy(&heard[..length]).into_owned()).ok();
    match then {
        Then::Say(text) => {
            stream.write_all(text.as_bytes()).await?;
            stream.shutdown().await
        }
        Then::Hang(text) => {
            stream.write_all(text.as_bytes()).await?;
            stream.flush().await?;
            std::future::pending().await
        }
        Then::Flood(head, more) => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(more.as_bytes()).await?;
            }
        }
    }
}

fn ok(body: &str) -> Then {
    Then::Say(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

/// Allows this machine; gives up soon.
fn here() -> OutboundOptions {
    OutboundOptions {
        connect_timeout: Duration::from_secs(2),
        timeout: Duration::from_secs(3),
        max_body: 64 * 1024,
        allow: vec!["127.0.0.0/8".into()],
        ..OutboundOptions::default()
    }
}

async fn get(options: &OutboundOptions, url: &str) -> Result<Response<Bytes>, OutboundError> {
    let request = Request::get(url).body(Bytes::new()).unwrap();
    Outbound::new(options).unwrap().send(request).await
}

fn is_refused<T>(answer: Result<T, OutboundError>) -> bool {
    matches!(answer, Err(OutboundError::Refused { .. }))
}

#[tokio::test]
async fn a_request_goes_out_whole_and_the_answer_comes_back_whole() {
    let mut server = Server::plain(Then::Say(
        "HTTP/1.1 418 Teapot\r\nx-kind: pot\r\ntransfer-encoding: chunked\r\n\r\n\
         3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
            .into(),
    ))
    .await;
    let request = Request::post(server.url("/token?a=b")).header("x-asked", "yes");
    let request = request.header("host", "elsewhere.example").body("code=1".into()).unwrap();
    let found = Outbound::new(&here()).unwrap().send(request).await.unwrap();
    assert_eq!(found.status(), 418);
    assert_eq!(found.headers()["x-kind"], "pot");
    assert_eq!(&found.body()[..], b"abcde");
    let heard = server.heard.recv().await.unwrap();
    assert!(heard.starts_with("POST /token?a=b HTTP/1.1\r\n"), "{heard}");
    for line in [
        format!("host: {}\r\n", server.address),
        "x-asked: yes\r\n".into(),
        "user-agent: keyward\r\n".into(),
        "content-length: 6\r\n".into(),
        "connection: close\r\n".into(),
    ] {
        assert!(heard.contains(&line), "{line} in {heard}");
    }
    assert!(!heard.contains("elsewhere"), "{heard}");
}

#[tokio::test]
async fn nothing_on_this_machine_is_asked_unless_it_is_allowed() {
    let server = Server::plain(ok("secret")).await;
    let port = server.address.port();
    let hosts = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0"];
    for host in hosts.into_iter().chain(["[::1]", "[::ffff:127.0.0.1]", "[::]"]) {
        for scheme in ["http", "https"] {
            let answer =
                get(&OutboundOptions::default(), &format!("{scheme}://{host}:{port}/")).await;
            assert!(is_refused(answer), "{scheme}://{host} must not be asked");
        }
    }
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn networks_around_us_and_the_metadata_of_clouds_are_not_asked() {
    for host in [
        "169.254.169.254",
        "10.0.0.1",
        "192.168.1.1",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "100.100.100.200",
    ] {
        assert!(
            is_refused(get(&here(), &format!("https://{host}/latest/meta-data")).await),
            "{host}"
        );
    }
}

#[tokio::test]
async fn without_tls_only_this_machine_is_asked() {
    assert!(is_refused(get(&here(), "http://8.8.8.8/").await));
    let everywhere = OutboundOptions { allow: vec!["0.0.0.0/0".into()], ..here() };
    assert!(is_refused(get(&everywhere, "http://8.8.8.8/").await));
}

#[tokio::test]
async fn what_is_no_plain_url_is_refused() {
    for url in
        ["https://ada:pw@example.com/", "ftp://example.com/", "/path", "https://example.com:x/"]
    {
        let Ok(request) = Request::get(url).body(Bytes::new()) else { continue };
        assert!(is_refused(Outbound::new(&here()).unwrap().send(request).await), "{url}");
    }
}

/// Answers differently each time.
struct Rebinding {
    answers: Vec<SocketAddr>,
    asked: AtomicUsize,
}

impl Resolver for Rebinding {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> Fut<'a, std::io::Result<Vec<SocketAddr>>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(vec![self.answers[turn % self.answers.len()]]) })
    }
}

#[tokio::test]
async fn a_name_that_changes_its_answer_cannot_move_the_connection() {
    let (good, evil) = (Server::plain(ok("good")).await, Server::plain(ok("evil")).await);
    let answers = vec![good.address, evil.address];
    let resolver = Arc::new(Rebinding { answers, asked: AtomicUsize::new(0) });
    let client = Outbound::resolving(&here(), Arc::clone(&resolver) as Arc<dyn Resolver>).unwrap();
    let request = Request::get("http://rebinding.example/").body(Bytes::new()).unwrap();
    assert_eq!(&client.send(request).await.unwrap().body()[..], b"good");
    assert_eq!((resolver.asked.load(Ordering::SeqCst), evil.hits()), (1, 0));
}

#[tokio::test]
async fn a_public_name_with_a_private_address_is_not_asked() {
    let server = Server::plain(ok("secret")).await;
    let answers = vec![server.address];
    let resolver = Arc::new(Rebinding { answers, asked: AtomicUsize::new(0) });
    let client = Outbound::resolving(&OutboundOptions::default(), resolver).unwrap();
    let request = Request::get("https://public.example/").body(Bytes::new()).unwrap();
    assert!(is_refused(client.send(request).await));
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let inside = Server::plain(ok("secret")).await;
    let head =
        format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", inside.url("/"));
    let server = Server::plain(Then::Say(head)).await;
    assert_eq!(get(&here(), &server.url("/")).await.unwrap().status(), 302);
    assert_eq!(inside.hits(), 0);
}

#[tokio::test]
async fn a_huge_body_is_not_read() {
    for then in [
        Then::Hang("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n"),
        Then::Flood("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "4\r\naaaa\r\n"),
        Then::Flood("HTTP/1.1 200 OK\r\n\r\n", "without a length, to the end of the connection"),
    ] {
        let server = Server::plain(then).await;
        let answer = get(&here(), &server.url("/")).await;
        assert!(matches!(answer, Err(OutboundError::TooLarge { .. })), "{answer:?}");
    }
}

#[tokio::test]
async fn a_huge_head_is_not_read() {
    let server =
        Server::plain(Then::Flood("HTTP/1.1 200 OK\r\n", "x-more: aaaaaaaaaaaaaaaa\r\n")).await;
    let answer = get(&here(), &server.url("/")).await;
    assert!(matches!(answer, Err(OutboundError::Broken { .. })), "{answer:?}");
}

#[tokio::test]
async fn who_is_slow_is_not_waited_for() {
    let soon = OutboundOptions {
        connect_timeout: Duration::from_millis(100),
        timeout: Duration::from_millis(300),
        ..here()
    };
    for then in [
        Then::Hang(""),
        Then::Hang("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc"),
        Then::Hang("HTTP/1.1 200 OK\r\n"),
    ] {
        let server = Server::plain(then).await;
        let answer = get(&soon, &server.url("/")).await;
        assert!(matches!(answer, Err(OutboundError::TooSlow { .. })), "{answer:?}");
    }
    // One that never agrees on TLS.
    let server = Server::plain(Then::Hang("")).await;
    let answer = get(&soon, &format!("https://{}/", server.address)).await;
    assert!(matches!(answer, Err(OutboundError::TooSlow { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_no_answer() {
    let server =
        Server::plain(Then::Say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".into())).await;
    let answer = get(&here(), &server.url("/")).await;
    assert!(matches!(answer, Err(OutboundError::Broken { .. })), "{answer:?}");
}

/// An authority of our own, and a server with its certificate for `name`.
async fn certified(name: &str) -> (String, Server) {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap().pem();
    let (issuer, key) = (Issuer::new(params, key), KeyPair::generate().unwrap());
    let own = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let own = own.signed_by(&key, &issuer).unwrap();
    let chain = vec![CertificateDer::from(own.der().to_vec())];
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let server = Server::new(ok("over TLS"), Some(TlsAcceptor::from(Arc::new(config)))).await;
    (authority, server)
}

#[tokio::test]
async fn only_a_trusted_certificate_for_the_right_name_is_believed() {
    let (authority, server) = certified("localhost").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), authority).unwrap();
    let trusting = OutboundOptions { root_certificates: Some(file.path().into()), ..here() };
    let port = server.address.port();
    let url = format!("https://localhost:{port}/");
    assert_eq!(&get(&trusting, &url).await.unwrap().body()[..], b"over TLS");

    let strange = get(&here(), &url).await;
    assert!(matches!(strange, Err(OutboundError::Unreachable { .. })), "{strange:?}");
    let other = get(&trusting, &format!("https://127.0.0.1:{port}/")).await;
    assert!(matches!(other, Err(OutboundError::Unreachable { .. })), "{other:?}");
}

#[tokio::test]
async fn options_that_cannot_be_read_are_no_client() {
    let bad = OutboundOptions { allow: vec!["10.0.0.0/33".into()], ..here() };
    assert!(Outbound::new(&bad).is_err());
    let file = tempfile::NamedTempFile::new().unwrap();
    let none = OutboundOptions { root_certificates: Some(file.path().into()), ..here() };
    assert!(Outbound::new(&none).is_err());
}

#[tokio::test]
async fn an_error_names_the_host_and_nothing_else_of_the_url() {
    let server = Server::plain(Then::Say("nonsense".into())).await;
    let error = get(&here(), &server.url("/hook/s3cret?key=s3cret")).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("127.0.0.1") && !text.contains("s3cret"), "{text}");
}
