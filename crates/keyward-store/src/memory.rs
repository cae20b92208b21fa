//! A store that forgets when it is dropped: for tests, and for trying things out.
//!
//! Its semantics are the real ones: whole batches or nothing, unique keys,
//! conflicts, limits. It is written for clarity, not for many rows.

mod state;
mod tuples;
mod write;

use core::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyward_core::Error;
use keyward_core::id::{EventId, FlowId, InvitationId, MessageId, SessionId, TenantId, UserId};
use keyward_core::identifier::Kind;
use keyward_core::port::{
    Batch, Changes, CommitError, EventQuery, Fut, LastingQuery, MemberQuery, MembersPage, Page,
    PeoplePage, PeopleQuery, RelatedQuery, SeveralQuery, Store, TupleQuery,
};
use keyward_core::record::{
    Challenge, Channel, Definitions, EventRow, Held, Identity, Invitation, Message, Session,
    Subject, Tuple, User,
};
use keyward_core::time::Timestamp;

use state::State;

/// Remembers in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A batch that panicked left its undo log unused; nothing here panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer<'a, T: Send + 'a>(
        &'a self,
        read: impl FnOnce(&State) -> T + Send + 'a,
    ) -> Fut<'a, Result<T, Error>> {
        Box::pin(async move { Ok(read(&self.state())) })
    }
}

impl Store for MemoryStore {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn user(&self, id: UserId) -> Fut<'_, Result<Option<User>, Error>> {
        self.answer(move |state| state.users.get(&id).cloned())
    }

    fn subject(&self, id: UserId) -> Fut<'_, Result<Option<Subject>, Error>> {
        self.answer(move |state| state.subject(id))
    }

    fn subject_by<'a>(
        &'a self,
        kind: Kind,
        normal: &'a str,
    ) -> Fut<'a, Result<Option<Subject>, Error>> {
        self.answer(move |state| {
            let key = (TenantId::MAIN, kind, normal.to_owned());
            state.subject(state.identifiers.get(&key)?.user)
        })
    }

    fn is_taken<'a>(
        &'a self,
        kind: Kind,
        normal: &'a str,
        skeleton: Option<&'a str>,
    ) -> Fut<'a, Result<bool, Error>> {
        self.answer(move |state| {
            let key = (TenantId::MAIN, kind, normal.to_owned());
            let looks = skeleton.map(|text| (TenantId::MAIN, text.to_owned()));
            state.identifiers.contains_key(&key)
                || looks.is_some_and(|key| state.skeletons.contains_key(&key))
        })
    }

    fn identity<'a>(
        &'a self,
        issuer: &'a str,
        subject: &'a str,
    ) -> Fut<'a, Result<Option<Identity>, Error>> {
        self.answer(move |state| {
            let key = (TenantId::MAIN, issuer.to_owned(), subject.to_owned());
            state.identities.get(&key).cloned()
        })
    }

    fn people<'a>(&'a self, query: &'a PeopleQuery) -> Fut<'a, Result<PeoplePage, Error>> {
        self.answer(move |state| state.people(query))
    }

    fn session(&self, id: SessionId) -> Fut<'_, Result<Option<(Session, User)>, Error>> {
        self.answer(move |state| {
            let session = state.sessions.get(&id)?;
            Some((session.clone(), state.users.get(&session.user)?.clone()))
        })
    }

    fn sessions_of(&self, user: UserId) -> Fut<'_, Result<Vec<Session>, Error>> {
        self.answer(move |state| {
            let own = state.sessions.values().rev().filter(|session| session.user == user);
            own.take(500).cloned().collect()
        })
    }

    fn challenge(&self, id: FlowId) -> Fut<'_, Result<Option<Challenge>, Error>> {
        self.answer(move |state| state.challenges.get(&id).cloned())
    }

    fn limits<'a>(
        &'a self,
        keys: &'a [[u8; 32]],
    ) -> Fut<'a, Result<Vec<Option<Timestamp>>, Error>> {
        self.answer(move |state| {
            let full_at = |key| state.limits.get(key).copied().map(Timestamp::from_micros);
            keys.iter().map(full_at).collect()
        })
    }

    fn invitation(&self, id: InvitationId) -> Fut<'_, Result<Option<Invitation>, Error>> {
        self.answer(move |state| state.invitations.get(&id).cloned())
    }

    fn invitations(
        &self,
        after: Option<InvitationId>,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Invitation>, Error>> {
        self.answer(move |state| {
            let older = |row: &&Invitation| after.is_none_or(|after| row.id < after);
            let rows = state.invitations.values().rev().filter(older);
            rows.take(limit as usize).cloned().collect()
        })
    }

    fn definitions(&self) -> Fut<'_, Result<Definitions, Error>> {
        self.answer(State::definitions)
    }

    fn access(&self, user: UserId) -> Fut<'_, Result<Held, Error>> {
        self.answer(move |state| state.access(user))
    }

    fn lasting_holders<'a>(
        &'a self,
        query: &'a LastingQuery,
    ) -> Fut<'a, Result<Vec<UserId>, Error>> {
        self.answer(move |state| state.lasting_holders(query))
    }

    fn holders_of_several<'a>(
        &'a self,
        query: &'a SeveralQuery,
    ) -> Fut<'a, Result<Vec<UserId>, Error>> {
        self.answer(move |state| state.holders_of_several(query))
    }

    fn members<'a>(&'a self, query: &'a MemberQuery) -> Fut<'a, Result<MembersPage, Error>> {
        self.answer(move |state| state.members(query))
    }

    fn tuples<'a>(&'a self, query: &'a TupleQuery) -> Fut<'a, Result<Page<Tuple, Tuple>, Error>> {
        self.answer(move |state| state.tuples(query))
    }

    fn related<'a>(
        &'a self,
        query: &'a RelatedQuery,
    ) -> Fut<'a, Result<Option<Vec<Tuple>>, Error>> {
        self.answer(move |state| state.related(query))
    }

    fn due_messages(
        &self,
        channel: Channel,
        now: Timestamp,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Message>, Error>> {
        self.answer(move |state| state.due_messages(channel, now, limit))
    }

    fn message(&self, id: MessageId) -> Fut<'_, Result<Option<Message>, Error>> {
        self.answer(move |state| state.messages.get(&id).cloned())
    }

    fn messages(
        &self,
        after: Option<MessageId>,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Message>, Error>> {
        self.answer(move |state| {
            let older = |message: &&Message| after.is_none_or(|after| message.id < after);
            let rows = state.messages.values().rev().filter(older);
            rows.take(limit as usize).cloned().collect()
        })
    }

    fn events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> Fut<'a, Result<Page<EventRow, EventId>, Error>> {
        self.answer(move |state| state.events(query))
    }

    fn unchained(&self, limit: u32) -> Fut<'_, Result<Vec<EventRow>, Error>> {
        self.answer(move |state| {
            let rows = state.events.values().filter(|row| row.chained.is_none());
            rows.take(limit as usize).cloned().collect()
        })
    }

    fn chain(&self, position: i64, limit: u32) -> Fut<'_, Result<Vec<EventRow>, Error>> {
        self.answer(move |state| {
            let ids = state.places.range(position.saturating_add(1)..).map(|(_, id)| id);
            let rows = ids.filter_map(|id| state.events.get(id));
            rows.take(limit as usize).cloned().collect()
        })
    }

    fn meta<'a>(&'a self, name: &'a str) -> Fut<'a, Result<Option<Vec<u8>>, Error>> {
        self.answer(move |state| state.meta.get(name).cloned())
    }

    fn changes(&self, after: i64) -> Fut<'_, Result<Changes, Error>> {
        self.answer(move |state| state.changes(after))
    }

    fn commit<'a>(&'a self, batch: &'a Batch) -> Fut<'a, Result<(), CommitError>> {
        Box::pin(async move { write::apply(&mut self.state(), batch) })
    }

    fn ping(&self) -> Fut<'_, Result<(), Error>> {
        Box::pin(ready(Ok(())))
    }

    fn close(&self) -> Fut<'_, ()> {
        Box::pin(ready(()))
    }
}
