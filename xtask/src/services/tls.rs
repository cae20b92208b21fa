//! A throwaway authority, and certificates of it that name `localhost` only.

use std::fs;
use std::process::Command;

use super::site::{Site, finish};
use crate::Result;

const CURVE: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];

/// A certificate and its key, as paths of PEM files.
pub(crate) struct Certificate {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Makes a certificate for the daemon `name`, and at the first call the
/// authority: its certificate is exported as `KEYWARD_TEST_CA`.
pub(crate) fn certificate(site: &mut Site, name: &str) -> Result<Certificate> {
    let path = |file: String| site.path(&file).display().to_string();
    let (ca, ca_key) = (path("ca.pem".to_owned()), path("ca.key".to_owned()));
    let (certificate, key) = (path(format!("{name}.pem")), path(format!("{name}.made.key")));
    if !fs::exists(&ca)? {
        sign(
            &ca,
            &ca_key,
            &["/CN=Keyward test authority", "CA:TRUE"],
            &["-addext", "keyUsage=critical,keyCertSign"],
        )?;
        site.export("KEYWARD_TEST_CA", &ca);
    }
    sign(
        &certificate,
        &key,
        &["/CN=localhost", "CA:FALSE"],
        &[
            "-CA",
            &ca,
            "-CAkey",
            &ca_key,
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "extendedKeyUsage=serverAuth",
        ],
    )?;
    let key = site.secret(&format!("{name}.key"), &fs::read_to_string(key)?)?;
    Ok(Certificate { certificate, key: key.display().to_string() })
}

fn sign(certificate: &str, key: &str, [subject, ca]: &[&str; 2], more: &[&str]) -> Result<()> {
    let constraint = format!("basicConstraints=critical,{ca}");
    finish(
        Command::new("openssl")
            .args(["req", "-x509", "-days", "2", "-subj", subject, "-addext", &constraint])
            .args(CURVE)
            .args(["-out", certificate, "-keyout", key])
            .args(more),
    )
}
