//! The PostgreSQL driver: look-ups pipelined over few connections, transactions
//! and searches from a pool.

mod link;
mod migrating;
pub(crate) mod plain;
mod wire;

use core::time::Duration;
use std::sync::atomic::{AtomicUsize, Ordering};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use futures_util::future::join_all;
use keyward_core::Error;

use super::dialect::Dialect;
use super::driver::{Driver, Expect, Failure, Query, Step, Wait};
use super::migrate::{self, Connection};
use super::statement::{Statement, Texts};
use super::store::SqlStore;
use super::value::{Row, Value};
use crate::open::Options;
use link::{Links, Server};
use migrating::Migrating;
use wire::{broken, is_conflict, pointers, rows};

/// Remembers in PostgreSQL 13 or newer.
///
/// Tables begin with `kw_` and live in the first schema of the search path,
/// beside the app's own.
pub type PostgresStore = SqlStore<Postgres>;

/// The driver of [`PostgresStore`].
#[derive(Debug)]
pub struct Postgres {
    texts: Texts,
    /// For look-ups; none when the app brought its own pool.
    links: Vec<Links>,
    turn: AtomicUsize,
    pool: Pool,
    timeout: Duration,
}

/// Connections for look-ups. Two saturate what one client process can ask.
const LINKS: usize = 2;

impl PostgresStore {
    /// Opens the database at `url`: `postgres://user:password@host/database`.
    ///
    /// Beyond loopback and unix sockets the connection is encrypted, and the
    /// server's certificate and name are checked; `sslrootcert=` names the
    /// authority. `sslmode=disable&plaintext=allow` asks for the opposite.
    pub async fn open(url: &str, options: &Options) -> Result<Self, Error> {
        let server = Server::parse(url, options)?;
        let within = tokio::time::timeout(options.timeout, Migrating::open(&server));
        let mut db = within.await.unwrap_or_else(|_| Err(Error::busy("reach the database")))?;
        migrate::prepare(&mut db, options.migrate).await?;
        let pool = pool(&server, options)?;
        let links = (0..LINKS).map(|_| Links::new(server.clone())).collect();
        Ok(Self::over(pool, links, options))
    }

    /// Uses the app's own pool, for everything. Its connections must run in the
    /// isolation level READ COMMITTED, and it decides about time-outs and TLS.
    pub async fn from_pool(pool: Pool, options: &Options) -> Result<Self, Error> {
        let client =
            pool.get().await.map_err(|error| Error::because("open the database", error))?;
        let mut db = Migrating::over(client);
        migrate::prepare(&mut db, options.migrate).await?;
        drop(db);
        Ok(Self::over(pool, Vec::new(), options))
    }

    fn over(pool: Pool, links: Vec<Links>, options: &Options) -> Self {
        let texts = Texts::new(Dialect::Postgres);
        let (turn, timeout) = (AtomicUsize::new(0), options.timeout);
        Self::new(Postgres { texts, links, turn, pool, timeout })
    }
}

/// A connection for schema changes.
pub(crate) async fn migrating(url: &str, options: &Options) -> Result<impl Connection, Error> {
    Migrating::open(&Server::parse(url, options)?).await
}

fn pool(server: &Server, options: &Options) -> Result<Pool, Error> {
    let recycling_method = RecyclingMethod::Fast;
    let manager = match &server.tls {
        None => Manager::from_config(
            server.config.clone(),
            tokio_postgres::NoTls,
            ManagerConfig { recycling_method },
        ),
        Some(tls) => Manager::from_config(
            server.config.clone(),
            tls.clone(),
            ManagerConfig { recycling_method },
        ),
    };
    let settle = server.settings();
    let hook = Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
        let settle = settle.clone();
        Box::pin(async move { client.batch_execute(&settle).await.map_err(HookError::Backend) })
    });
    Pool::builder(manager)
        .max_size(options.connections.max(1))
        .wait_timeout(Some(options.timeout))
        .create_timeout(Some(options.timeout))
        .recycle_timeout(Some(options.timeout))
        .runtime(deadpool_postgres::Runtime::Tokio1)
        .post_create(hook)
        .build()
        .map_err(|error| Error::because("set up the pool", error))
}

/// A pooled connection that goes back only if its work was finished: one that was
/// left in the middle, by a time-out say, is closed instead.
struct Lease(Option<Object>);

impl Lease {
    async fn from(pool: &Pool) -> Result<Self, Error> {
        use deadpool_postgres::PoolError;
        match pool.get().await {
            Ok(client) => Ok(Self(Some(client))),
            Err(PoolError::Timeout(_)) => Err(Error::busy("reach the database")),
            Err(PoolError::Backend(error)) => Err(broken("reach the database", error)),
            Err(error) => Err(Error::because("reach the database", error)),
        }
    }

    fn client(&self) -> Result<&Object, Error> {
        self.0.as_ref().ok_or_else(|| Error::new("use a connection that was given back"))
    }

    fn give_back(mut self) {
        self.0.take();
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Object::take(client));
        }
    }
}

impl Postgres {
    async fn within<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let late = |_| Err(Error::busy("hear from the database in time"));
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(late)
    }

    async fn search(&self, queries: Vec<Query<'_>>) -> Result<Vec<Vec<Row>>, Error> {
        let lease = Lease::from(&self.pool).await?;
        let client = lease.client()?;
        let mut answers = Vec::with_capacity(queries.len());
        for query in &queries {
            let found = async {
                let statement = client.prepare_cached(query.sql).await?;
                client.query(&statement, &pointers(&query.params)).await
            };
            let found = found.await.map_err(|error| broken("read the database", error))?;
            answers.push(rows(&found)?);
        }
        lease.give_back();
        Ok(answers)
    }

    async fn transact(&self, steps: &[Step]) -> Result<(), Failure> {
        let lease = Lease::from(&self.pool).await.map_err(Failure::Broken)?;
        let client = lease.client().map_err(Failure::Broken)?;
        let done = self.apply(client, steps).await;
        let end = match &done {
            Ok(()) => client.batch_execute("COMMIT").await.map_err(failed),
            Err(_) => client.batch_execute("ROLLBACK").await.map_err(failed),
        };
        // A connection that cannot even roll back is closed with its lease.
        if end.is_ok() {
            lease.give_back();
        }
        done.and(end)
    }

    /// Sends everything at once and looks at the answers afterwards: what went
    /// wrong is rolled back as a whole anyway.
    async fn apply(&self, client: &Object, steps: &[Step]) -> Result<(), Failure> {
        let mut prepared = Vec::with_capacity(steps.len());
        for step in steps {
            let text = self.texts.get(step.statement);
            prepared.push(client.prepare_cached(text).await.map_err(failed)?);
        }
        let begin = async {
            let begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
            client.batch_execute(begin).await.map(|()| 1_u64)
        };
        let begin: futures_util::future::BoxFuture<'_, _> = Box::pin(begin);
        let runs = steps.iter().zip(&prepared).map(|(step, statement)| {
            let run = async move { client.execute(statement, &pointers(&step.params)).await };
            Box::pin(run) as futures_util::future::BoxFuture<'_, _>
        });
        // The first failure is the reason; those behind it are its consequences.
        let mut counts = join_all(std::iter::once(begin).chain(runs)).await.into_iter();
        counts.next().transpose().map_err(failed)?;
        for (step, count) in steps.iter().zip(counts) {
            match (&step.expect, count.map_err(failed)?) {
                (Expect::Any, _) | (_, 1) => {}
                (Expect::One, _) => return Err(Failure::Conflict),
                (Expect::Room(take), _) => {
                    let tat = self.tat(client, take.key).await?;
                    return Err(
                        tat.map_or(Failure::Conflict, |at| Failure::NoRoom(take.clone(), at))
                    );
                }
            }
        }
        Ok(())
    }

    async fn tat(&self, client: &Object, key: [u8; 32]) -> Result<Option<i64>, Failure> {
        let text = self.texts.get(Statement::Tat);
        let statement = client.prepare_cached(text).await.map_err(failed)?;
        let found = client.query(&statement, &[&Value::from(key)]).await.map_err(failed)?;
        match rows(&found).map_err(Failure::Broken)?.into_iter().flatten().next() {
            Some(Value::Int(tat)) => Ok(Some(tat)),
            _ => Ok(None),
        }
    }
}

fn failed(error: tokio_postgres::Error) -> Failure {
    match is_conflict(&error) {
        true => Failure::Conflict,
        false => Failure::Broken(broken("write to the database", error)),
    }
}

impl Driver for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn texts(&self) -> &Texts {
        &self.texts
    }

    async fn read(&self, queries: Vec<Query<'_>>) -> Result<Vec<Vec<Row>>, Error> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        match self.links.get(turn.checked_rem(self.links.len()).unwrap_or(0)) {
            Some(links) => {
                let done = self.within(links.ask(&queries)).await;
                if done.as_ref().is_err_and(Error::is_busy) {
                    // It does not answer: the next question asks a new one.
                    links.cut();
                }
                done
            }
            None => self.within(self.search(queries)).await,
        }
    }

    async fn scan(&self, queries: Vec<Query<'_>>) -> Result<Vec<Vec<Row>>, Error> {
        self.within(self.search(queries)).await
    }

    async fn run(&self, steps: Vec<Step>, _: Wait) -> Result<(), Failure> {
        let late = |_| Err(Failure::Broken(Error::busy("hear from the database in time")));
        tokio::time::timeout(self.timeout, self.transact(&steps)).await.unwrap_or_else(late)
    }

    #[cfg(feature = "testing")]
    async fn prepare(&self, sql: &str) -> Result<(), Error> {
        let lease = Lease::from(&self.pool).await?;
        let done = lease.client()?.prepare(sql).await;
        done.map_err(|error| broken("prepare a statement", error))?;
        lease.give_back();
        Ok(())
    }

    async fn ping(&self) -> Result<(), Error> {
        let sql = "SELECT current_setting('transaction_read_only')";
        let found = self.within(self.search(vec![Query { sql, params: vec![] }])).await?;
        match found.into_iter().flatten().flatten().next() {
            Some(Value::Text(text)) if text == "off" => Ok(()),
            _ => Err(Error::because("write to the database", "it is read-only")),
        }
    }

    async fn close(&self) {
        self.pool.close();
        for links in &self.links {
            links.close();
        }
    }
}
