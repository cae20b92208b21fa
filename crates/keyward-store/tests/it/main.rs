//! Every store, put through the conformance suite, and what is particular to each.

#[cfg(feature = "mysql")]
mod mariadb;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod service;
#[cfg(feature = "sqlite")]
mod sqlite;

/// A store is opened in whatever task the app runs.
#[test]
fn opening_can_move_between_threads() {
    fn check<T: Send>(_: T) {}
    let options = keyward_store::Options::default();
    check(keyward_store::open("memory:", &options));
    check(keyward_store::migrations::up("memory:", &options));
    check(keyward_store::migrations::status("memory:", &options));
}
