//! MariaDB, with a certificate for `localhost`; it speaks plainly as well.

use std::io::Read;
use std::net::TcpStream;
use std::path::PathBuf;

use super::site::{Site, free_port, password};
use super::tls;
use crate::{Result, running};

/// Starts it and exports `KEYWARD_TEST_MARIADB`.
pub(crate) fn start(site: &mut Site) -> Result<()> {
    let (port, password) = (free_port()?, password()?);
    let data = site.room("mariadb")?.display().to_string();
    let data = format!("--datadir={data}");
    site.prepare(
        &found("mariadb-install-db")?,
        &[
            "--no-defaults",
            &data,
            "--skip-test-db",
            "--skip-name-resolve",
            "--auth-root-authentication-method=normal",
        ],
    )?;
    let accounts = format!(
        "CREATE DATABASE keyward;\n\
         CREATE USER keyward@'%' IDENTIFIED BY '{password}';\n\
         GRANT ALL ON *.* TO keyward@'%' WITH GRANT OPTION;\n\
         DROP USER root@localhost;\n"
    );
    let accounts = site.secret("mariadb.sql", &accounts)?;
    let tls = tls::certificate(site, "mariadb")?;
    let arguments = [
        "--no-defaults".to_owned(),
        data,
        format!("--init-file={}", accounts.display()),
        format!("--socket={}", site.path("mariadb").join("socket").display()),
        format!("--port={port}"),
        format!("--ssl-cert={}", tls.certificate),
        format!("--ssl-key={}", tls.key),
        "--bind-address=127.0.0.1".to_owned(),
        "--skip-name-resolve".to_owned(),
        "--max-connections=300".to_owned(),
        // Nothing here outlives the run.
        "--innodb-flush-log-at-trx-commit=0".to_owned(),
        "--skip-log-bin".to_owned(),
    ];
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    site.start(&found("mariadbd")?, &arguments, || answers(port))?;
    site.export(
        "KEYWARD_TEST_MARIADB",
        &format!("mariadb://keyward:{password}@127.0.0.1:{port}/keyward"),
    );
    Ok(())
}

fn found(name: &str) -> Result<PathBuf> {
    running::find(name).ok_or_else(|| format!("`{name}` is not in the package").into())
}

/// A server that is ready greets first.
fn answers(port: u16) -> bool {
    let greeting = TcpStream::connect(("127.0.0.1", port))
        .and_then(|mut stream| stream.read_exact(&mut [0; 5]));
    greeting.is_ok()
}
