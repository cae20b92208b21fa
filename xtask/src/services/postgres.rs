//! PostgreSQL, with a certificate for `localhost`; it speaks plainly as well.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::site::{Site, free_port, password};
use super::tls;
use crate::{Result, running};

/// Starts it and exports `KEYWARD_TEST_POSTGRES`.
pub(crate) fn start(site: &mut Site) -> Result<()> {
    let (port, password) = (free_port()?.to_string(), password()?);
    let data = site.room("postgres")?;
    let data = data.display().to_string();
    let pwfile = site.secret("postgres.password", &password)?.display().to_string();
    site.prepare(
        &found("initdb")?,
        &[
            "--pgdata",
            &data,
            "--username",
            "keyward",
            "--pwfile",
            &pwfile,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync",
        ],
    )?;
    let tls = tls::certificate(site, "postgres")?;
    let settings = [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("unix_socket_directories={data}"),
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", tls.certificate),
        format!("ssl_key_file={}", tls.key),
        // Nothing here outlives the run.
        "fsync=off".to_owned(),
        "max_connections=300".to_owned(),
    ];
    let mut arguments = vec!["-D", &data, "-p", &port];
    arguments.extend(settings.iter().flat_map(|setting| ["-c", setting.as_str()]));
    let is_ready = found("pg_isready")?;
    site.start(&found("postgres")?, &arguments, || answers(&is_ready, &port))?;
    site.export(
        "KEYWARD_TEST_POSTGRES",
        &format!("postgres://keyward:{password}@127.0.0.1:{port}/postgres"),
    );
    Ok(())
}

/// One of PostgreSQL's programs: Debian keeps them outside the search path, in
/// a folder per version.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = versions
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse::<u32>().ok()?;
            Some((number, version.path().join("bin").join(name)))
        })
        .filter(|(_, file)| file.is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, file)| file).or_else(|| running::find(name))
}

fn found(name: &str) -> Result<PathBuf> {
    program(name).ok_or_else(|| format!("`{name}` is not in the package").into())
}

fn answers(is_ready: &Path, port: &str) -> bool {
    let mut command = Command::new(is_ready);
    command.args(["--quiet", "--host", "127.0.0.1", "--port", port]);
    command.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
}
