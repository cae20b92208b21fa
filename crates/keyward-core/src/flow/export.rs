//! Take one's own data along.

use super::enrolled::allowed;
use super::step_up::Facts as Own;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{SessionId, UserId};
use crate::port::{EventQuery, Fut};
use crate::record::{EventRow, Held, Session, Subject, What};

/// Somebody asks for all that is kept about them.
#[derive(Clone, Debug)]
pub struct ExportOwn {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
}

/// What is kept about an account. Credentials are in it with their secrets: what is
/// shown of them is the caller's to choose.
#[derive(Debug)]
pub struct Export {
    /// The account.
    pub subject: Subject,
    /// Its sessions, newest first, at most 500.
    pub sessions: Vec<Session>,
    /// What it holds.
    pub held: Held,
    /// What happened to it, newest first, at most [`MAX_EVENTS`].
    pub events: Vec<EventRow>,
    /// Whether more happened.
    pub has_more: bool,
}

/// At most this many events in one export.
pub const MAX_EVENTS: usize = 5_000;

/// What must be known to export.
#[derive(Debug)]
pub struct Facts {
    own: Own,
    sessions: Vec<Session>,
    held: Held,
    events: Vec<EventRow>,
    has_more: bool,
}

impl Flow for ExportOwn {
    type Facts = Facts;
    type Yes = Box<Export>;
    const NAME: &'static str = "export_own";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let own = Own::gather(self.user, self.session, cx).await?;
            let sessions = cx.store.sessions_of(self.user).await?;
            let held = cx.store.access(self.user).await?;
            let (events, has_more) = happened(self.user, cx).await?;
            Ok(Facts { own, sessions, held, events, has_more })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Box<Export>> {
        let Facts { own, mut sessions, held, events, has_more } = facts;
        let (subject, _) = match allowed(own, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let epoch = subject.user.session_epoch;
        sessions.retain(|s| s.epoch == epoch && s.is_alive(cx.now));
        let export = Export { subject, sessions, held, events, has_more };
        let event = cx.own_event(self.user, What::DataExported {});
        Verdict::yes(Box::new(export), vec![], vec![event])
    }
}

async fn happened(user: UserId, cx: Gather<'_>) -> Result<(Vec<EventRow>, bool), Error> {
    let mut query = EventQuery { subject: Some(user), limit: 500, ..EventQuery::default() };
    let mut events = vec![];
    loop {
        let page = cx.store.events(&query).await?;
        events.extend(page.data);
        match page.next {
            Some(next) if events.len() < MAX_EVENTS => query.after = Some(next),
            next => return Ok((events, next.is_some())),
        }
    }
}
