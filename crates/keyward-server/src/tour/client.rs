//! HTTP/1.1 as a stranger speaks it: a fresh connection for every request, no
//! redirects, and a limit on time and size.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::trouble::Trouble;
use crate::failure::{Failure, Outcome};

/// For connecting, and again for the whole answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of a body that are read.
const MAX_BODY: usize = 4 << 20;

/// A way to one server.
pub(super) struct Client {
    host: String,
    port: u16,
    authority: String,
    tls: Option<TlsConnector>,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Client {
    /// A way to the server at `url`: scheme, host and port, no path.
    pub(super) fn new(url: &str) -> Outcome<Self> {
        let bad = || Failure::usage(format!("`{url}` is not http(s)://HOST[:PORT]"));
        let uri: Uri = url.parse().map_err(|_| bad())?;
        let authority = uri.authority().ok_or_else(bad)?.clone();
        let https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(bad()),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || url.contains('@') {
            return Err(bad());
        }
        Ok(Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(if https { 443 } else { 80 }),
            authority: authority.as_str().to_owned(),
            tls: https.then(connector).transpose()?,
        })
    }

    /// Sends one request. `Host` is ours to set.
    pub(super) async fn send(&self, mut request: Request<Full<Bytes>>) -> Result<Reply, Trouble> {
        let host = self.authority.parse().map_err(|_| Trouble::failed("the host is no header"))?;
        request.headers_mut().insert(header::HOST, host);
        let tcp = within(TcpStream::connect((self.host.as_str(), self.port))).await?;
        match &self.tls {
            None => within(exchange(tcp, request)).await,
            Some(tls) => {
                let name = ServerName::try_from(self.host.clone())
                    .map_err(|_| Trouble::failed("the host has no name to check"))?;
                let stream = within(tls.connect(name, tcp)).await?;
                within(exchange(stream, request)).await
            }
        }
    }
}

/// Trusts whom the machine trusts, and `SSL_CERT_FILE`.
fn connector() -> Outcome<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::usage(format!("could not set up TLS: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn within<T, E: Into<Trouble>>(
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => Err(Trouble::Unreachable(format!("no answer in {} s", PATIENCE.as_secs()))),
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Reply, Trouble> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await;
    driving.abort();
    let body = body.map_err(|error| Trouble::failed(format!("the body broke off: {error}")))?;
    Ok(Reply { status: head.status, headers: head.headers, body: body.to_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bare_address_is_toured() {
        let check = |url: &str, fine: bool| assert_eq!(Client::new(url).is_ok(), fine, "{url}");
        check("http://localhost:8080", true);
        check("http://[::1]:8080/", true);
        check("https://auth.example.com", true);
        check("https://auth.example.com/auth", false);
        check("http://user@localhost", false);
        check("ftp://localhost", false);
        check("localhost:8080", false);
    }
}
