//! A store that counts what it is asked for: whoever must look like somebody else costs
//! as many statements.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use keyward::Error;
use keyward::id::{EventId, FlowId, InvitationId, MessageId, SessionId, UserId};
use keyward::port::{
    Batch, Changes, CommitError, EventQuery, Fut, LastingQuery, MemberQuery, MembersPage, Page,
    PeoplePage, PeopleQuery, RelatedQuery, SeveralQuery, Store, TupleQuery,
};
use keyward::store::MemoryStore;
use keyward::testing::{CHEAP, FakeClock, TestAuth};
use keyward::{Keyward, Kind, Settings, Timestamp, Tuple};
use keyward_core::record::{
    Challenge, Channel, Definitions, EventRow, Held, Identity, Invitation, Message, Session,
    Subject, User,
};

/// What was asked of a store, as far as it is somebody's request that asks.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    inner: MemoryStore,
    reads: AtomicUsize,
    writes: Mutex<Vec<String>>,
    /// Questions that are still answered; after them every one fails.
    good: Mutex<Option<usize>>,
}

impl Counting {
    /// Answers so many questions more, and then none, until it is [mended](Self::mend).
    pub(crate) fn break_after(&self, questions: usize) {
        *self.good.lock().unwrap() = Some(questions);
    }

    /// Answers again. Says whether it had used up the questions that it was to answer.
    pub(crate) fn mend(&self) -> bool {
        self.good.lock().unwrap().take() == Some(0)
    }

    /// Whether this question is one that fails.
    fn is_broken(&self) -> bool {
        match &mut *self.good.lock().unwrap() {
            None => false,
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }

    /// How many reads, and which writes, events and commits, since this was last asked.
    pub(crate) fn taken(&self) -> (usize, Vec<String>) {
        let writes = std::mem::take(&mut *self.writes.lock().unwrap());
        (self.reads.swap(0, Ordering::SeqCst), writes)
    }
}

/// A kit on a store that counts.
pub(crate) async fn counted(change: impl FnOnce(&mut Settings)) -> (TestAuth, Arc<Counting>) {
    let (store, clock) = (Arc::new(Counting::default()), FakeClock::default());
    (node(&store, clock, change).await, store)
}

/// A node on a store that counts.
pub(crate) async fn node(
    store: &Arc<Counting>,
    clock: FakeClock,
    change: impl FnOnce(&mut Settings),
) -> TestAuth {
    let kw = Keyward::with_store(store.clone())
        .clock(Arc::new(clock.clone()))
        .hashing(CHEAP, 1)
        .root_key("c45a0e9b7d1f3862a58e94c6017b3df2e68d5a904cf71b23890e6d4fb1a7c352")
        .public_url("http://localhost")
        .rate_limits(10_000, 1_000_000)
        .with_inbox()
        .settings(change)
        .build()
        .await
        .unwrap();
    TestAuth::around(kw, clock)
}

/// The name of a write without what stands in it. A decoy goes by the name of what it is
/// like: the same statement, in a table of its own.
fn name(text: &str) -> String {
    if let Some(like) = text.strip_prefix("AddDecoy(") {
        return name(&format!("Add{like}"));
    }
    text.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

macro_rules! counted {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {$(
        fn $name<'a>(&'a self, $($arg: $type),*) -> Fut<'a, Result<$out, Error>> {
            self.reads.fetch_add(1, Ordering::SeqCst);
            if self.is_broken() {
                return Box::pin(async { Err(Error::new("answer: it is broken")) });
            }
            self.inner.$name($($arg),*)
        }
    )*};
}

macro_rules! behind {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {$(
        fn $name<'a>(&'a self, $($arg: $type),*) -> Fut<'a, Result<$out, Error>> {
            self.inner.$name($($arg),*)
        }
    )*};
}

impl Store for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    counted! {
        user(id: UserId) -> Option<User>;
        subject(id: UserId) -> Option<Subject>;
        subject_by(kind: Kind, normal: &'a str) -> Option<Subject>;
        is_taken(kind: Kind, normal: &'a str, skeleton: Option<&'a str>) -> bool;
        people(query: &'a PeopleQuery) -> PeoplePage;
        session(id: SessionId) -> Option<(Session, User)>;
        sessions_of(user: UserId) -> Vec<Session>;
        challenge(id: FlowId) -> Option<Challenge>;
        identity(issuer: &'a str, subject: &'a str) -> Option<Identity>;
        invitation(id: InvitationId) -> Option<Invitation>;
        invitations(after: Option<InvitationId>, limit: u32) -> Vec<Invitation>;
        limits(keys: &'a [[u8; 32]]) -> Vec<Option<Timestamp>>;
        access(user: UserId) -> Held;
    }

    // What goes on behind a request.
    behind! {
        definitions() -> Definitions;
        lasting_holders(query: &'a LastingQuery) -> Vec<UserId>;
        holders_of_several(query: &'a SeveralQuery) -> Vec<UserId>;
        members(query: &'a MemberQuery) -> MembersPage;
        tuples(query: &'a TupleQuery) -> Page<Tuple, Tuple>;
        related(query: &'a RelatedQuery) -> Option<Vec<Tuple>>;
        due_messages(channel: Channel, now: Timestamp, limit: u32) -> Vec<Message>;
        message(id: MessageId) -> Option<Message>;
        messages(after: Option<MessageId>, limit: u32) -> Vec<Message>;
        events(query: &'a EventQuery) -> Page<EventRow, EventId>;
        unchained(limit: u32) -> Vec<EventRow>;
        chain(position: i64, limit: u32) -> Vec<EventRow>;
        meta(name: &'a str) -> Option<Vec<u8>>;
        changes(after: i64) -> Changes;
        ping() -> ();
    }

    fn commit<'a>(&'a self, batch: &'a Batch) -> Fut<'a, Result<(), CommitError>> {
        let behind = |text: &str| {
            ["LeaseMessage", "FinishMessage", "Chain", "Advance", "TouchSession", "Purge"]
                .iter()
                .any(|known| text.starts_with(known))
        };
        let writes: Vec<String> = batch.writes.iter().map(|w| name(&format!("{w:?}"))).collect();
        if !writes.iter().any(|write| behind(write)) {
            if self.is_broken() {
                let broken = Error::new("commit: it is broken");
                return Box::pin(async { Err(CommitError::Broken(broken)) });
            }
            let events = batch.events.iter().map(|_| "event".to_owned());
            let commit = ["commit".to_owned()];
            self.writes.lock().unwrap().extend(writes.into_iter().chain(events).chain(commit));
        }
        self.inner.commit(batch)
    }

    fn close(&self) -> Fut<'_, ()> {
        self.inner.close()
    }
}
