//! The MySQL and MariaDB driver.

mod migrating;
pub(crate) mod plain;
mod wire;

use core::time::Duration;

use keyward_core::Error;
use keyward_core::port::Take;
use mysql_async::prelude::Queryable;
use mysql_async::{
    Conn, IsolationLevel, Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts, SslOpts, Transaction,
    TxOpts,
};

use super::dialect::Dialect;
use super::driver::{Driver, Expect, Failure, Query, Step, Wait};
use super::migrate::{self, Connection};
use super::statement::{Statement, Texts};
use super::store::SqlStore;
use super::tls::{self, Address, Speech};
use super::value::{Row, Value, params};
use crate::open::Options;
use migrating::Migrating;
use wire::{broken, is_conflict, positional, rows};

/// Remembers in MySQL 8 or newer, or in MariaDB 10.6 or newer.
///
/// Tables begin with `kw_`, beside the app's own.
pub type MysqlStore = SqlStore<Mysql>;

/// The driver of [`MysqlStore`].
#[derive(Debug)]
pub struct Mysql {
    texts: Texts,
    name: &'static str,
    pool: Pool,
    /// Said at every transaction in a pool of the app's; ours say it once.
    isolation: TxOpts,
    timeout: Duration,
}

impl MysqlStore {
    /// Opens the database at `url`: `mysql://user:password@host/database`.
    ///
    /// Beyond loopback and unix sockets the connection is encrypted, and the
    /// server's certificate and name are checked; `sslrootcert=` names the
    /// authority. `sslmode=disable&plaintext=allow` asks for the opposite.
    pub async fn open(url: &str, options: &Options) -> Result<Self, Error> {
        let pool = Pool::new(parse(url, options)?);
        let name = settle(&pool, options, async |_| Ok(())).await?;
        Ok(Self::over(pool, name, TxOpts::default(), options))
    }

    /// Uses the app's own pool. Its connections must count found rows
    /// (`client_found_rows`) and have a strict `sql_mode`, as is the default;
    /// anything else is refused. It decides about TLS, and for speed it should
    /// not reset connections.
    pub async fn from_pool(pool: Pool, options: &Options) -> Result<Self, Error> {
        let check = async |db: &mut Migrating| {
            db.refuse_lost_updates().await?;
            db.refuse_cut_values().await
        };
        let name = settle(&pool, options, check).await?;
        let isolation = TxOpts::new().with_isolation_level(IsolationLevel::ReadCommitted).clone();
        Ok(Self::over(pool, name, isolation, options))
    }

    /// In which isolation level a transaction runs.
    #[cfg(feature = "testing")]
    pub async fn isolation(&self) -> Result<String, Error> {
        let sql = "SELECT @@SESSION.tx_isolation";
        let found = self.driver().read(vec![Query { sql, params: vec![] }]).await?;
        match found.into_iter().flatten().flatten().next() {
            Some(Value::Bytes(text)) => Ok(String::from_utf8_lossy(&text).into_owned()),
            _ => Err(Error::new("read the isolation level")),
        }
    }

    fn over(pool: Pool, name: &'static str, isolation: TxOpts, options: &Options) -> Self {
        let (texts, timeout) = (Texts::new(Dialect::Mysql), options.timeout);
        Self::new(Mysql { texts, name, pool, isolation, timeout })
    }
}

/// Sees to the schema, and finds out whom we speak to.
async fn settle(
    pool: &Pool,
    options: &Options,
    check: impl AsyncFn(&mut Migrating) -> Result<(), Error>,
) -> Result<&'static str, Error> {
    let mut db = within(options.timeout, Migrating::over(pool)).await?;
    let work = async {
        migrate::prepare(&mut db, options.migrate).await?;
        check(&mut db).await?;
        db.name().await
    };
    let name = work.await;
    // It is closed, not given back: it holds other settings, perhaps a lock.
    db.close().await;
    name
}

/// A connection for schema changes.
pub(crate) async fn migrating(url: &str, options: &Options) -> Result<impl Connection, Error> {
    let opts = parse(url, options)?;
    within(options.timeout, Migrating::open(opts)).await
}

/// Statements that stay prepared on each connection.
const PREPARED: usize = 256;

fn parse(url: &str, options: &Options) -> Result<OptsBuilder, Error> {
    let address = Address::parse(url);
    let rest = address.url.split_once("://").map_or("", |(_, rest)| rest);
    let opts = Opts::from_url(&format!("mysql://{rest}"))
        .map_err(|error| Error::because("read the database's URL", error))?;
    let host = opts.ip_or_hostname().to_owned();
    let reached = address.hostaddr.as_deref().unwrap_or(&host);
    let is_near = opts.socket().is_some() || tls::is_near(reached);
    let ssl = match address.speech(is_near, options)? {
        Speech::Plain => None,
        Speech::Encrypted(roots) => Some(encrypted(roots, &host)?),
    };
    let pool = PoolOpts::new()
        .with_constraints(
            PoolConstraints::new(0, options.connections.max(1))
                .ok_or_else(|| Error::new("set up the pool"))?,
        )
        // A reset throws prepared statements away: it halves the throughput.
        .with_reset_connection(false)
        .with_inactive_connection_ttl(Duration::from_secs(60));
    Ok(OptsBuilder::from_opts(opts)
        .ip_or_hostname(reached.to_owned())
        .ssl_opts(ssl)
        .pool_opts(pool)
        .prefer_socket(false)
        .stmt_cache_size(PREPARED)
        .tcp_nodelay(true)
        // Count rows found, not rows altered, so that "must change one" means
        // the same as it does elsewhere.
        .client_found_rows(true)
        .init(settings(options.timeout)))
}

fn encrypted(roots: Option<std::path::PathBuf>, host: &str) -> Result<SslOpts, Error> {
    // Names the file and what is wrong with it, which the driver would not.
    tls::client(roots.as_deref())?;
    // The driver takes the process's provider. An app may have chosen one before.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    Ok(SslOpts::default()
        .with_disable_built_in_roots(roots.is_some())
        .with_root_certs(roots.map(Into::into).into_iter().collect())
        .with_danger_tls_hostname_override(Some(host.to_owned())))
}

/// What every connection is told first.
fn settings(timeout: Duration) -> Vec<String> {
    let limit = timeout.as_secs_f64().max(0.1);
    let strict = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
         innodb_lock_wait_timeout = 1";
    vec![
        // Read by MariaDB only.
        format!("{strict} /*M!100100 , max_statement_time = {limit} */"),
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED".to_owned(),
    ]
}

async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let late = |_| Err(Error::busy("hear from the database in time"));
    tokio::time::timeout(time, work).await.unwrap_or_else(late)
}

// INVARIANT: a time-out drops these in the middle. The client closes a connection
// that was left while an answer was on its way, so nobody else reads that.
impl Mysql {
    async fn conn(&self) -> Result<Conn, Error> {
        self.pool.get_conn().await.map_err(|error| broken("reach the database", error))
    }

    async fn ask(&self, queries: Vec<Query<'_>>) -> Result<Vec<Vec<Row>>, Error> {
        let mut conn = self.conn().await?;
        let mut answers = Vec::with_capacity(queries.len());
        for query in queries {
            let found = conn.exec(query.sql, positional(query.params)).await;
            answers.push(rows(found.map_err(|error| broken("read the database", error))?));
        }
        Ok(answers)
    }

    async fn transact(&self, steps: Vec<Step>) -> Result<(), Failure> {
        let mut conn = self.conn().await.map_err(Failure::Broken)?;
        let mut tx = conn.start_transaction(self.isolation.clone()).await.map_err(failed)?;
        let done = self.apply(&mut tx, steps).await;
        // A rollback is waited for as well, so that whoever gathers again does
        // not wait for our locks.
        let end = match &done {
            Ok(()) => tx.commit().await.map_err(failed),
            Err(_) => tx.rollback().await.map_err(failed),
        };
        done.and(end)
    }

    async fn apply(&self, tx: &mut Transaction<'_>, steps: Vec<Step>) -> Result<(), Failure> {
        for step in steps {
            let text = self.texts.get(step.statement);
            let done = tx.exec_iter(text, positional(step.params)).await.map_err(failed)?;
            let count = done.affected_rows();
            drop(done);
            match step.expect {
                Expect::Any => {}
                _ if count == 1 => {}
                Expect::One => return Err(Failure::Conflict),
                Expect::Room(take) => return Err(self.no_room(tx, take).await?),
            }
        }
        Ok(())
    }

    async fn no_room(&self, tx: &mut Transaction<'_>, take: Take) -> Result<Failure, Failure> {
        let text = self.texts.get(Statement::Tat);
        let found = tx.exec(text, positional(params![take.key])).await.map_err(failed)?;
        Ok(match rows(found).into_iter().flatten().next() {
            Some(Value::Int(tat)) => Failure::NoRoom(take, tat),
            _ => Failure::Conflict,
        })
    }
}

fn failed(error: mysql_async::Error) -> Failure {
    match is_conflict(&error) {
        true => Failure::Conflict,
        false => Failure::Broken(broken("write to the database", error)),
    }
}

impl Driver for Mysql {
    fn name(&self) -> &'static str {
        self.name
    }

    fn texts(&self) -> &Texts {
        &self.texts
    }

    async fn read(&self, queries: Vec<Query<'_>>) -> Result<Vec<Vec<Row>>, Error> {
        within(self.timeout, self.ask(queries)).await
    }

    async fn scan(&self, queries: Vec<Query<'_>>) -> Result<Vec<Vec<Row>>, Error> {
        within(self.timeout, self.ask(queries)).await
    }

    async fn run(&self, steps: Vec<Step>, _: Wait) -> Result<(), Failure> {
        let late = |_| Err(Failure::Broken(Error::busy("hear from the database in time")));
        tokio::time::timeout(self.timeout, self.transact(steps)).await.unwrap_or_else(late)
    }

    #[cfg(feature = "testing")]
    async fn prepare(&self, sql: &str) -> Result<(), Error> {
        let done = self.conn().await?.prep(sql).await;
        done.map(drop).map_err(|error| broken("prepare a statement", error))
    }

    async fn ping(&self) -> Result<(), Error> {
        let sql = "SELECT @@global.read_only";
        let found = self.read(vec![Query { sql, params: vec![] }]).await?;
        match found.into_iter().flatten().flatten().next() {
            Some(Value::Int(0)) => Ok(()),
            _ => Err(Error::because("write to the database", "it is read-only")),
        }
    }

    async fn close(&self) {
        // What cannot be closed in time is closed by the server.
        let closing = self.pool.clone().disconnect();
        let _ = tokio::time::timeout(self.timeout, closing).await;
    }
}
