//! A database that cannot be reached: an error in time, never a wrong answer,
//! and no restart when it is back.

use std::time::Duration;

use keyward_core::Error;
use keyward_core::port::{Batch, CommitError, Write};
use keyward_core::record::User;
use keyward_store::conformance::Sample;
use keyward_store::{Options, Store};

use super::proxy::{Proxy, Weather};
use super::{Server, at_host, commit, open, parts, with_database};

/// Within which every request is answered, come what may.
const TWO_SECONDS: Duration = Duration::from_secs(2);

async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(TWO_SECONDS, work).await.unwrap_or_else(|_| panic!("{what} took too long"))
}

async fn read(store: &dyn Store, user: &User) -> Result<Option<User>, Error> {
    in_time("a read", store.user(user.id)).await
}

async fn write(store: &dyn Store, user: &User) -> Result<(), CommitError> {
    let batch = Batch { writes: vec![Write::BumpAccess(user.id)], events: vec![] };
    in_time("a write", store.commit(&batch)).await
}

/// Tries until it is there again.
async fn recovers(store: &dyn Store, user: &User) {
    let back = async {
        while store.ping().await.is_err() || store.user(user.id).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), back).await.expect("it comes back by itself");
    assert_eq!(read(store, user).await.unwrap().map(|found| found.id), Some(user.id));
    write(store, user).await.unwrap();
}

/// Cut off and frozen, again and again.
pub(crate) async fn an_outage_is_an_error_in_time_and_ends_by_itself(server: impl Server) {
    with_database(server, "outage", async |url: String| {
        let proxy = Proxy::start("127.0.0.1", parts(&url).1).await;
        let store = open(&at_host(&url, &proxy.address.to_string())).await;
        let user = Sample::new(1).user();
        commit(&store, &Batch { writes: vec![Write::AddUser(user.clone())], events: vec![] }).await;
        for weather in [Weather::Cut, Weather::Frozen, Weather::Cut, Weather::Slow] {
            proxy.set(weather);
            // More than there are connections: none is lost for good.
            for _ in 0..3 {
                assert!(read(&*store, &user).await.is_err(), "{weather:?}");
                let done = write(&*store, &user).await;
                assert!(matches!(done, Err(CommitError::Broken(_))), "{weather:?}: {done:?}");
                assert!(in_time("a ping", store.ping()).await.is_err(), "{weather:?}");
            }
            proxy.set(Weather::Fair);
            recovers(&*store, &user).await;
        }
        store.close().await;
    })
    .await;
}

/// The first answer that is one.
async fn answered(store: &dyn Store, user: &User) -> Option<User> {
    loop {
        match store.user(user.id).await {
            Ok(found) => return found,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// Attack: reading somebody else's answer. Whoever stops waiting leaves an
/// answer on the way; the next one must not take it for theirs.
pub(crate) async fn a_late_answer_is_never_given_to_the_next_who_asks(server: impl Server) {
    with_database(server, "late", async |url: String| {
        let proxy = Proxy::start("127.0.0.1", parts(&url).1).await;
        let options =
            Options { connections: 1, timeout: Duration::from_millis(250), ..Options::default() };
        let url = at_host(&url, &proxy.address.to_string());
        let store = keyward_store::open(&url, &options).await.unwrap();
        let mut sample = Sample::new(2);
        let users: Vec<User> = (0..4).map(|_| sample.user()).collect();
        let add = users.iter().cloned().map(Write::AddUser).collect();
        commit(&store, &Batch { writes: add, events: vec![] }).await;
        for (impatient, next) in users.iter().zip(users.iter().skip(1)) {
            assert!(store.user(impatient.id).await.unwrap().is_some(), "the connection is warm");
            proxy.set(Weather::Slow);
            assert!(store.user(impatient.id).await.is_err(), "no answer in time");
            proxy.set(Weather::Fair);
            assert_eq!(answered(&*store, next).await.as_ref(), Some(next));

            // The late answer to a write is short enough to pass for one to a read.
            proxy.set(Weather::Slow);
            let touch = Batch { writes: vec![Write::NoteChange(impatient.id)], events: vec![] };
            assert!(store.commit(&touch).await.is_err(), "no answer in time");
            proxy.set(Weather::Fair);
            assert_eq!(answered(&*store, next).await.as_ref(), Some(next));
        }
        store.close().await;
    })
    .await;
}
