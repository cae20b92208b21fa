//! Servers that the tests expect to be there, and databases of their own on them.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

/// The URL of a running server, from the environment.
pub(crate) fn url(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "how xtask tells us where the services are")]
    let found = std::env::var(name);
    found.unwrap_or_else(|_| {
        panic!("{name} is not set; start the services: cargo xtask services -- cargo test …")
    })
}

/// The same server, another database.
pub(crate) fn database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let scheme = base.find("://").unwrap() + 3;
    let server = match base[scheme..].find('/') {
        Some(at) => &base[..scheme + at],
        None => base,
    };
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{server}/{name}{mark}{query}")
}

/// A parameter more.
pub(crate) fn with(url: &str, parameter: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}{parameter}")
}

/// A name that no other test has.
pub(crate) fn unique(what: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("kwtest_{}_{next}_{what}", std::process::id())
}

/// Runs `test` with a fresh database, and drops that even if the test panics.
pub(crate) async fn with_database<A, F>(
    admin: A,
    url: &str,
    what: &str,
    test: impl FnOnce(String) -> F,
) where
    A: AsyncFn(&str),
    F: Future<Output = ()>,
{
    let name = unique(what);
    admin(&format!("CREATE DATABASE {name}")).await;
    let done = AssertUnwindSafe(test(database(url, &name))).catch_unwind().await;
    admin(&format!("DROP DATABASE {name}")).await;
    if let Err(panic) = done {
        std::panic::resume_unwind(panic);
    }
}
