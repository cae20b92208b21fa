//! TLS for a listener, from two PEM files that are read again when they change.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use keyward_core::Error;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Acceptor;

/// TLS 1.2 and 1.3 with the certificate of two files.
///
/// Each new connection sees a renewed certificate at once. While the files do
/// not fit together, as between the writes of a renewal, the last good pair
/// stays in use.
#[derive(Clone, Debug)]
pub struct Tls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cert: PathBuf,
    key: PathBuf,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    config: Arc<ServerConfig>,
    /// Of the files when they were last read, well or not.
    stamp: Stamp,
}

/// What changes when a file is written or replaced.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// Reads both files: a certificate chain, leaf first, and its private key.
    ///
    /// # Errors
    /// A file cannot be read, or the key is not the certificate's.
    pub fn from_files(cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Self, Error> {
        let (cert, key) = (cert.into(), key.into());
        let stamp = stamp(&cert, &key);
        let config = load(&cert, &key)?;
        let current = Mutex::new(Current { config, stamp });
        Ok(Self(Arc::new(Inner { cert, key, current })))
    }

    /// What the files say now, or said when they last fitted together.
    fn config(&self) -> Arc<ServerConfig> {
        let inner = &*self.0;
        let stamp = stamp(&inner.cert, &inner.key);
        let mut current = inner.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.stamp != stamp {
            current.stamp = stamp;
            match load(&inner.cert, &inner.key) {
                Ok(config) => {
                    tracing::info!("the certificate was renewed");
                    current.config = config;
                }
                Err(error) => tracing::warn!(?error, "the last certificate stays in use"),
            }
        }
        Arc::clone(&current.config)
    }
}

impl Acceptor for Tls {
    type Stream = TlsStream<TcpStream>;

    async fn accept(&self, stream: TcpStream) -> io::Result<Self::Stream> {
        TlsAcceptor::from(self.config()).accept(stream).await
    }
}

fn load(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, Error> {
    let read = |what: &'static str, path: &Path| {
        let path = path.display().to_string();
        move |cause: rustls::pki_types::pem::Error| {
            Error::because(what, format!("`{path}`: {cause}"))
        }
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(read("read the certificate", cert))?;
    let key_read = PrivateKeyDer::from_pem_file(key);
    let key = key_read.map_err(read("read the certificate's key", key))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_no_client_auth())
        .and_then(|builder| builder.with_single_cert(chain, key))
        .map_err(|cause| Error::because("use the certificate with its key", cause))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn stamp(cert: &Path, key: &Path) -> Stamp {
    [cert, key].map(|path| {
        let about = std::fs::metadata(path).ok()?;
        Some((about.modified().ok()?, about.len()))
    })
}
