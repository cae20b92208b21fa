//! What was recorded, for a test to look at.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use keyward_core::id::EventId;
use keyward_core::port::{EventQuery, Store};

/// The kinds of the events that were recorded. They come in no order: a test's
/// clock stands still, and events of one moment have none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Events(Vec<String>);

impl Events {
    /// Every kind, sorted; as often as it was recorded.
    pub fn kinds(&self) -> &[String] {
        &self.0
    }

    /// Fails the test unless each of these was recorded, as often as it is
    /// named or more. Others may have been recorded as well.
    #[track_caller]
    pub fn assert<'a>(&self, kinds: impl IntoIterator<Item = &'a str>) {
        let mut rest = self.0.clone();
        for kind in kinds {
            match rest.iter().position(|recorded| recorded == kind) {
                Some(at) => drop(rest.swap_remove(at)),
                None => missing(kind, &self.0),
            }
        }
    }

    /// Fails the test if any was recorded.
    #[track_caller]
    pub fn assert_none(&self) {
        assert!(self.0.is_empty(), "nothing should have been recorded, but {:?}", self.0);
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
fn missing(kind: &str, among: &[String]) {
    panic!("no `{kind}` among {among:?}, or too few of it");
}

/// What a test has read already.
#[derive(Debug, Default)]
pub(super) struct Reader(Mutex<HashSet<EventId>>);

impl Reader {
    /// Whatever was recorded since the last time.
    #[expect(clippy::expect_used, reason = "a test without its events cannot go on")]
    pub(super) async fn read(&self, store: &dyn Store) -> Events {
        let mut query = EventQuery { limit: 500, ..EventQuery::default() };
        let mut found = vec![];
        loop {
            let page = store.events(&query).await.expect("the store answers");
            found.extend(page.data);
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = found.into_iter().filter(|row| seen.insert(row.id));
        let mut kinds: Vec<String> = fresh.map(|row| row.kind.to_string()).collect();
        kinds.sort_unstable();
        Events(kinds)
    }
}
