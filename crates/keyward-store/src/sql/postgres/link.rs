//! One connection that many ask at once: questions are sent without waiting for
//! the answers to those before them.

use core::time::Duration;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use deadpool_postgres::ClientWrapper;
use futures_util::future::try_join_all;
use keyward_core::Error;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::wire::{broken, pointers, rows};
use crate::open::Options;
use crate::sql::driver::Query;
use crate::sql::tls::{self, Address, Speech};
use crate::sql::value::Row;

/// Where the server is and how to speak to it.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) config: Config,
    pub(super) tls: Option<MakeRustlsConnect>,
    timeout: Duration,
}

impl core::fmt::Debug for Server {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The configuration holds a password.
        f.debug_struct("Server").field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}

impl Server {
    pub(super) fn parse(url: &str, options: &Options) -> Result<Self, Error> {
        let address = Address::parse(url);
        let mut config: Config =
            address.url.parse().map_err(|error| broken("read the database's URL", error))?;
        if let Some(at) = &address.hostaddr {
            let at = at.parse().map_err(|error| Error::because("read `hostaddr`", error));
            config.hostaddr(at?);
        }
        let tls = match address.speech(is_near(&config), options)? {
            Speech::Plain => None,
            Speech::Encrypted(roots) => {
                Some(MakeRustlsConnect::new(tls::client(roots.as_deref())?))
            }
        };
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        config.connect_timeout(options.timeout);
        if config.get_application_name().is_none() {
            config.application_name("keyward");
        }
        Ok(Self { config, tls, timeout: options.timeout })
    }

    /// What every connection is told first. The server gives up a little before
    /// we do, and lets go of locks that a stopped client holds.
    pub(super) fn settings(&self) -> String {
        let millis = self.timeout.as_millis().max(100);
        format!(
            "SET statement_timeout = {millis}; SET lock_timeout = {millis}; \
             SET idle_in_transaction_session_timeout = 5000; SET client_encoding = 'UTF8'"
        )
    }

    /// A new connection, which ends when it is dropped: a frozen server would
    /// otherwise keep its task, and its socket, for as long.
    pub(super) async fn connect(&self) -> Result<ClientWrapper, tokio_postgres::Error> {
        let (client, driving) = match &self.tls {
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                // Why it ended is told to whoever waits for an answer.
                (client, tokio::spawn(async { drop(connection.await) }))
            }
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                (client, tokio::spawn(async { drop(connection.await) }))
            }
        };
        let client = ClientWrapper::new(client, driving);
        client.batch_execute(&self.settings()).await?;
        Ok(client)
    }
}

/// Where we really connect is what counts, if it is given.
fn is_near(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(std::net::IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => tls::is_near(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// A connection that comes back when it was lost.
pub(super) struct Links {
    server: Server,
    link: RwLock<Option<Arc<ClientWrapper>>>,
    connecting: tokio::sync::Mutex<()>,
    is_closed: AtomicBool,
}

impl core::fmt::Debug for Links {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Links").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Links {
    pub(super) fn new(server: Server) -> Self {
        let (link, connecting) = (RwLock::new(None), tokio::sync::Mutex::new(()));
        Self { server, link, connecting, is_closed: false.into() }
    }

    /// Asks all, in order, in one round trip.
    pub(super) async fn ask(&self, queries: &[Query<'_>]) -> Result<Vec<Vec<Row>>, Error> {
        let client = self.client().await?;
        let answers = all(&client, queries).await;
        if let Err(error) = &answers {
            doubt(&client, error);
        }
        let answers = answers.map_err(|error| broken("read the database", error))?;
        answers.iter().map(|found| rows(found)).collect()
    }

    /// The open connection, or a new one.
    async fn client(&self) -> Result<Arc<ClientWrapper>, Error> {
        if let Some(client) = self.open() {
            return Ok(client);
        }
        let _alone = self.connecting.lock().await;
        if let Some(client) = self.open() {
            return Ok(client);
        }
        if self.is_closed.load(Ordering::Relaxed) {
            return Err(Error::because("read the database", "it is closed"));
        }
        let client =
            self.server.connect().await.map_err(|error| broken("reach the database", error))?;
        let client = Arc::new(client);
        *self.link.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&client));
        Ok(client)
    }

    fn open(&self) -> Option<Arc<ClientWrapper>> {
        let link = self.link.read().unwrap_or_else(PoisonError::into_inner);
        link.as_ref().filter(|client| !client.is_closed()).cloned()
    }

    /// Gives the connection up; the next question opens another.
    pub(super) fn cut(&self) {
        *self.link.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Gives the connection up for good.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        self.cut();
    }
}

/// Sends all questions before the first answer is there. Everything is prepared
/// first, so that they are answered in order.
async fn all(
    client: &ClientWrapper,
    queries: &[Query<'_>],
) -> Result<Vec<Vec<tokio_postgres::Row>>, tokio_postgres::Error> {
    let mut prepared = Vec::with_capacity(queries.len());
    for query in queries {
        prepared.push((client.prepare_cached(query.sql).await?, pointers(&query.params)));
    }
    let ask = prepared.iter().map(|(statement, params)| client.query(statement, params));
    try_join_all(ask).await
}

/// After a schema change, prepared statements may be worth nothing.
fn doubt(client: &ClientWrapper, error: &tokio_postgres::Error) {
    let stale = [&SqlState::FEATURE_NOT_SUPPORTED, &SqlState::INVALID_SQL_STATEMENT_NAME];
    if error.code().is_some_and(|code| stale.contains(&code)) {
        client.statement_cache.clear();
    }
}
