//! TLS to other services: the public authorities, and those an operator adds.

use std::path::Path;
use std::sync::Arc;

use keyward_core::Error;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// Trusts the authorities that browsers trust, and those in `more` (PEM).
pub(super) fn connector(more: Option<&Path>) -> Result<TlsConnector, Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = more {
        add(&mut roots, path)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|cause| Error::because("prepare TLS", cause))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), Error> {
    let cannot = "read the certificate authorities";
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| Error::because(cannot, cause))?;
    if found.is_empty() {
        return Err(Error::because(cannot, "there is none in the file"));
    }
    for authority in found {
        roots.add(authority).map_err(|cause| Error::because(cannot, cause))?;
    }
    Ok(())
}
