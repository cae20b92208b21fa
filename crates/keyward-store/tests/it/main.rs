//! Every store, put through the conformance suite, and what is particular to each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails should say so and stop"
)]

#[cfg(feature = "mysql")]
mod mariadb;
mod memory;
#[cfg(feature = "sqlite")]
mod model;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "_sql")]
mod schema;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server;
#[cfg(feature = "sqlite")]
mod sqlite;

/// A store is opened in whatever task the app runs.
#[test]
fn opening_can_move_between_threads() {
    fn check<T: Send>(_: T) {}
    let options = keyward_store::Options::default();
    check(keyward_store::open("memory:", &options));
    #[cfg(feature = "_sql")]
    check(keyward_store::migrations::up("memory:", &options));
    #[cfg(feature = "_sql")]
    check(keyward_store::migrations::status("memory:", &options));
}
