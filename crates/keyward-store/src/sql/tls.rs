//! When a server is spoken to in the clear, and how it proves who it is.
//!
//! In the clear only over loopback or a unix socket, unless asked for; else TLS
//! with the certificate and the host's name checked, always both.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_core::Error;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::open::Options;

/// A server's URL, with what we read ourselves taken out.
#[derive(Debug, Default)]
pub(crate) struct Address {
    /// What is left, for the driver.
    pub(crate) url: String,
    /// `hostaddr=`: where to connect, when the name is only to be checked.
    pub(crate) hostaddr: Option<String>,
    mode: Option<String>,
    roots: Option<PathBuf>,
    plaintext: bool,
}

/// How to speak to a server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Speech {
    /// In the clear.
    Plain,
    /// Encrypted, trusting these authorities (PEM), or the public ones.
    Encrypted(Option<PathBuf>),
}

impl Address {
    /// Takes `sslmode`, `sslrootcert`, `hostaddr` and `plaintext` out of a URL.
    pub(crate) fn parse(url: &str) -> Self {
        let Some((base, query)) = url.split_once('?') else {
            return Self { url: url.to_owned(), ..Self::default() };
        };
        let mut address = Self::default();
        let mut kept = Vec::new();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "sslmode" => address.mode = Some(decoded(value)),
                "sslrootcert" => address.roots = Some(PathBuf::from(decoded(value))),
                "hostaddr" => address.hostaddr = Some(decoded(value)),
                "plaintext" => address.plaintext = value == "allow",
                _ => kept.push(pair),
            }
        }
        let separator = if kept.is_empty() { "" } else { "?" };
        address.url = format!("{base}{separator}{}", kept.join("&"));
        address
    }

    /// Decides, for a server that is near (loopback or a unix socket) or far.
    pub(crate) fn speech(&self, is_near: bool, options: &Options) -> Result<Speech, Error> {
        let roots = self.roots.clone().or_else(|| options.root_certificates.clone());
        let may_be_plain = is_near || self.plaintext || options.plaintext;
        match self.mode.as_deref() {
            // We know no encryption without proof: `require` is `verify-full`.
            Some("require" | "verify-ca" | "verify-full") => Ok(Speech::Encrypted(roots)),
            Some("disable") if may_be_plain => Ok(Speech::Plain),
            Some("disable") => Err(refused(
                "an unencrypted connection beyond loopback must be asked for: \
                 `plaintext=allow`, or use `sslmode=verify-full`",
            )),
            None | Some("prefer" | "allow") if may_be_plain && roots.is_none() => Ok(Speech::Plain),
            None | Some("prefer" | "allow") => Ok(Speech::Encrypted(roots)),
            Some(_) => Err(refused("`sslmode` is one of `disable`, `prefer`, `verify-full`")),
        }
    }
}

/// Whether a host is this machine: by name, by address, or as a socket's path.
pub(crate) fn is_near(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.starts_with('/')
        || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A client that trusts `roots`, or the public authorities.
pub(crate) fn client(roots: Option<&Path>) -> Result<ClientConfig, Error> {
    let mut store = RootCertStore::empty();
    match roots {
        None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => read_roots(path, &mut store)?,
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::because("set up TLS", error))
        .map(|config| config.with_root_certificates(store).with_no_client_auth())
}

fn read_roots(path: &Path, store: &mut RootCertStore) -> Result<(), Error> {
    let failed = |why: String| {
        Error::because("read the certificate authorities", format!("{}: {why}", path.display()))
    };
    let found = CertificateDer::pem_file_iter(path).map_err(|error| failed(error.to_string()))?;
    for certificate in found {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        store.add(certificate).map_err(|error| failed(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(failed("there is no certificate in it".to_owned()));
    }
    Ok(())
}

/// Undoes `%41`; what is no escape stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = behind.first_chunk::<2>().filter(|_| *first == b'%');
        let hex = escaped.and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = if byte.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
        bytes.push(byte.unwrap_or(*first));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn refused(why: &'static str) -> Error {
    Error::because("open the database", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_parameters_are_taken_out() {
        let address = Address::parse(
            "postgres://u:p@h/d?sslmode=verify-full&application_name=x&sslrootcert=%2Fa%20b.pem",
        );
        assert_eq!(address.url, "postgres://u:p@h/d?application_name=x");
        assert_eq!(address.roots, Some(PathBuf::from("/a b.pem")));
        assert_eq!(Address::parse("mysql://h/d?plaintext=allow").url, "mysql://h/d");
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn nothing_goes_beyond_loopback_in_the_clear_unless_asked_for() {
        let speech = |query: &str, near| {
            Address::parse(&format!("postgres://h/d?{query}")).speech(near, &Options::default())
        };
        let encrypted = |roots: Option<&str>| Speech::Encrypted(roots.map(PathBuf::from));
        for (query, near, wanted) in [
            ("", true, Some(Speech::Plain)),
            ("", false, Some(encrypted(None))),
            ("sslmode=prefer", false, Some(encrypted(None))),
            ("sslmode=disable", true, Some(Speech::Plain)),
            ("sslmode=disable", false, None),
            ("sslmode=disable&plaintext=allow", false, Some(Speech::Plain)),
            ("sslmode=disable&plaintext=yes", false, None),
            ("sslmode=require", false, Some(encrypted(None))),
            ("sslmode=require&plaintext=allow", false, Some(encrypted(None))),
            ("sslrootcert=/ca", true, Some(encrypted(Some("/ca")))),
            ("sslmode=no", true, None),
        ] {
            assert_eq!(speech(query, near).ok(), wanted, "{query} near: {near}");
        }
    }

    #[test]
    fn only_this_machine_is_near() {
        for (host, near) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("::1", true),
            ("[::1]", true),
            ("/var/run/postgresql", true),
            ("10.0.0.1", false),
            ("localhost.example.com", false),
            ("127.0.0.1.example.com", false),
            ("", false),
        ] {
            assert_eq!(is_near(host), near, "{host}");
        }
    }
}
