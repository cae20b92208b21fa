//! Open, close and annotate sessions.

use super::beyond::is_beyond;
use super::open::{Opened, Opening, Standing, open};
use super::proven::lacks;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{SessionId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Reason, Session, Subject, User, What};
use crate::refusal::Refusal;

/// Opens a session for an account that the app authenticated itself. Locks
/// and missing verification are obeyed.
#[derive(Clone, Debug)]
pub struct SignInUser {
    /// Who.
    pub user: UserId,
    /// How the app knows: `app`, `saml`, …
    pub method: String,
    /// How to open it.
    pub open: Opening,
}

impl Flow for SignInUser {
    type Facts = Option<Subject>;
    type Yes = Box<Opened>;
    const NAME: &'static str = "sign_in_user";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Box<Opened>> {
        let Some(subject) = facts else { return Verdict::no(Refusal::NotFound) };
        if let Some(refused) = refuse_barred(&subject, &self.method, cx) {
            return refused;
        }
        let what = What::SignInSucceeded { method: self.method.clone() };
        let mut events = vec![cx.own_event(self.user, what)];
        let standing = Standing::one(&self.method);
        let (opened, writes, event) = open(&subject.user, standing, self.open, cx);
        events.push(event);
        Verdict::yes(Box::new(opened), writes, events)
    }
}

/// Turns away whoever the app vouches for and we do not: a deleted or locked account,
/// or one whose addresses still have to be proven.
pub(super) fn refuse_barred<Y>(
    subject: &Subject,
    method: &str,
    cx: &mut Decide<'_>,
) -> Option<Verdict<Y>> {
    let user = &subject.user;
    let proven = lacks(subject, cx.settings).is_empty();
    let (reason, refusal) = if user.deleted_at.is_some() {
        (Reason::Deleted, Refusal::InvalidCredentials)
    } else if !user.is_active() {
        (Reason::Locked, Refusal::InvalidCredentials)
    } else if !proven {
        (Reason::Unverified, Refusal::Unverified { flow: None })
    } else {
        return None;
    };
    let what = What::SignInFailed { method: method.to_owned(), reason };
    let event = cx.event(None, Some(user.id), what);
    Some(Verdict::refuse(refusal, vec![], vec![event]))
}

/// Closes one session of an account.
#[derive(Clone, Debug)]
pub struct CloseSession {
    /// Whose it must be.
    pub user: UserId,
    /// Which.
    pub session: SessionId,
    /// Who asks; `None` for the command line.
    pub actor: Option<UserId>,
    /// `sign_out`, `owner`, `admin`.
    pub by: &'static str,
}

/// What must be known to close somebody's sessions.
#[derive(Debug)]
pub struct CloseFacts<T> {
    found: Option<T>,
    /// Whether the account may do more than whoever asks, who is another.
    beyond: bool,
}

impl<T> CloseFacts<T> {
    /// What there is to close, if whoever asks may.
    fn allowed(self) -> Result<T, Refusal> {
        match self.beyond {
            true => Err(Refusal::OutsideCeiling),
            false => self.found.ok_or(Refusal::NotFound),
        }
    }
}

/// Whether this is somebody else's account, which may do more than theirs.
async fn is_beyond_another(
    actor: Option<UserId>,
    user: UserId,
    cx: Gather<'_>,
) -> Result<bool, Error> {
    is_beyond(actor.filter(|actor| *actor != user), user, cx).await
}

impl Flow for CloseSession {
    type Facts = CloseFacts<Session>;
    type Yes = ();
    const NAME: &'static str = "close_session";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            let found = cx.store.session(self.session).await?.map(|(session, _)| session);
            let found = found.filter(|session| session.user == self.user);
            let beyond = is_beyond_another(self.actor, self.user, cx).await?;
            Ok(CloseFacts { found, beyond })
        })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let session = match facts.allowed() {
            Ok(session) => session,
            Err(refusal) => return Verdict::no(refusal),
        };
        let what = What::SessionRevoked { session: Some(session.id), by: self.by.into() };
        let event = cx.event(self.actor, Some(self.user), what);
        let writes = vec![Write::CloseSession(session.id), Write::NoteChange(self.user)];
        Verdict::yes((), writes, vec![event])
    }
}

/// Closes every session of an account, or every other one.
#[derive(Clone, Debug)]
pub struct CloseSessions {
    /// Whose.
    pub user: UserId,
    /// This one stays.
    pub except: Option<SessionId>,
    /// Who asks; `None` for the command line.
    pub actor: Option<UserId>,
    /// `owner`, `admin`.
    pub by: &'static str,
}

impl Flow for CloseSessions {
    type Facts = CloseFacts<User>;
    type Yes = ();
    const NAME: &'static str = "close_sessions";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            let found = cx.store.user(self.user).await?;
            let beyond = is_beyond_another(self.actor, self.user, cx).await?;
            Ok(CloseFacts { found, beyond })
        })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let mut user = match facts.allowed() {
            Ok(user) => user,
            Err(refusal) => return Verdict::no(refusal),
        };
        let what = What::SessionRevoked { session: None, by: self.by.into() };
        let event = cx.event(self.actor, Some(user.id), what);
        let mut writes = vec![
            Write::CloseSessionsOf { user: user.id, except: self.except },
            Write::NoteChange(user.id),
        ];
        // Without an exception the epoch moves too: a session that is being
        // opened right now dies with the others.
        if self.except.is_none() {
            user.session_epoch += 1;
            writes.push(Write::SwapUser { was: user.version, now: user });
        }
        Verdict::yes((), writes, vec![event])
    }
}

/// Merges a JSON Merge Patch (RFC 7396) into the app's data on a session.
#[derive(Clone, Debug)]
pub struct PatchSession {
    /// Which.
    pub session: SessionId,
    /// The patch: a JSON object.
    pub patch: serde_json::Map<String, serde_json::Value>,
}

/// At most this many bytes of app data on one session.
const MAX_DATA: usize = 4096;

impl Flow for PatchSession {
    type Facts = Option<(Session, User)>;
    type Yes = String;
    const NAME: &'static str = "patch_session";
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.session(self.session)
    }

    fn decide(&self, facts: Self::Facts, _: Done, _: &mut Decide<'_>) -> Verdict<String> {
        let Some((session, user)) = facts else { return Verdict::no(Refusal::Unauthenticated) };
        let now = merged(&session.data, &self.patch);
        if now.len() > MAX_DATA {
            return Verdict::no(Refusal::invalid("data", "too_large"));
        }
        let swap = Write::SwapSessionData { id: session.id, was: session.data, now: now.clone() };
        Verdict::yes(now, vec![swap, Write::NoteChange(user.id)], vec![])
    }
}

/// `patch` applied to the JSON object in `text`, as text.
pub(super) fn merged(text: &str, patch: &serde_json::Map<String, serde_json::Value>) -> String {
    let mut target = serde_json::from_str(text).unwrap_or(serde_json::Value::Null);
    merge(&mut target, patch);
    target.to_string()
}

fn merge(target: &mut serde_json::Value, patch: &serde_json::Map<String, serde_json::Value>) {
    if !target.is_object() {
        *target = serde_json::Value::Object(serde_json::Map::new());
    }
    let Some(object) = target.as_object_mut() else { return };
    for (name, value) in patch {
        match value {
            serde_json::Value::Null => {
                object.remove(name);
            }
            serde_json::Value::Object(inner) => {
                merge(object.entry(name.clone()).or_insert(serde_json::Value::Null), inner);
            }
            other => {
                object.insert(name.clone(), other.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_adds_replaces_and_removes() {
        let check = |text: &str, patch: &str, wanted: &str| {
            let patch: serde_json::Value = serde_json::from_str(patch).unwrap();
            assert_eq!(merged(text, patch.as_object().unwrap()), wanted);
        };
        check("{}", r#"{"a":1}"#, r#"{"a":1}"#);
        check(r#"{"a":1,"b":2}"#, r#"{"a":null}"#, r#"{"b":2}"#);
        check(r#"{"a":1}"#, r#"{"a":{"b":null,"c":3}}"#, r#"{"a":{"c":3}}"#);
        check("broken", r#"{"a":1}"#, r#"{"a":1}"#);
    }
}
