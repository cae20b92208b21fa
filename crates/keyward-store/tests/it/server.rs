//! Database servers that the tests expect to be there, a database of its own on
//! one of them for each test, and what must hold on every server.

pub(crate) mod feed;
pub(crate) mod outage;
pub(crate) mod pool;
pub(crate) mod proxy;
pub(crate) mod tls;
pub(crate) mod upgrade;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use keyward_core::port::Batch;
use keyward_store::{Options, Store};

/// One that runs.
pub(crate) trait Server: Copy {
    /// Where it is, from the environment.
    fn url(self) -> String;

    /// Runs a statement in the database at `url`, and answers with the first
    /// column of what it finds, as text.
    fn sql(self, url: &str, sql: &str) -> impl Future<Output = Vec<String>>;

    /// The same database through the server's socket in the file system.
    fn by_socket(self, url: &str) -> impl Future<Output = String>;
}

/// A variable of the environment.
pub(crate) fn variable(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "how xtask tells us where the services are")]
    let found = std::env::var(name);
    found.unwrap_or_else(|_| {
        panic!("{name} is not set; start the services: cargo xtask services -- cargo test …")
    })
}

/// Opens the store.
pub(crate) async fn open(url: &str) -> Arc<dyn Store> {
    keyward_store::open(url, &Options::default()).await.unwrap()
}

/// What went wrong, with all its causes.
pub(crate) async fn complaint(url: &str) -> String {
    match keyward_store::open(url, &Options::default()).await {
        Ok(_) => "opened".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

/// Writes, and must succeed.
pub(crate) async fn commit(store: &Arc<dyn Store>, batch: &Batch) {
    store.commit(batch).await.unwrap();
}

/// A URL in its parts: `scheme://user:password`, `host:port`, `database`, `query`.
pub(crate) fn parts(url: &str) -> (&str, &str, &str, &str) {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (who, rest) = base.rsplit_once('@').unwrap();
    let (host, database) = rest.split_once('/').unwrap();
    (who, host, database, query)
}

/// The same database, reached at another host and port.
pub(crate) fn at_host(url: &str, host: &str) -> String {
    let (who, _, database, query) = parts(url);
    with(&format!("{who}@{host}/{database}"), query)
}

/// A parameter more.
pub(crate) fn with(url: &str, parameter: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    if parameter.is_empty() { url.to_owned() } else { format!("{url}{mark}{parameter}") }
}

/// A name that no other test has.
fn unique(what: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("kwtest_{}_{next}_{what}", std::process::id())
}

/// Runs `test` with a fresh database, and drops that even if the test panics.
pub(crate) async fn with_database<S: Server, F>(
    server: S,
    what: &str,
    test: impl FnOnce(String) -> F,
) where
    F: Future<Output = ()>,
{
    let (name, home) = (unique(what), server.url());
    server.sql(&home, &format!("CREATE DATABASE {name}")).await;
    let (who, host, _, query) = parts(&home);
    let url = with(&format!("{who}@{host}/{name}"), query);
    let done = AssertUnwindSafe(test(url)).catch_unwind().await;
    server.sql(&home, &format!("DROP DATABASE {name}")).await;
    if let Err(panic) = done {
        std::panic::resume_unwind(panic);
    }
}
