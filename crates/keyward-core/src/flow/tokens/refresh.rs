//! Change a refresh token for the next one.

use super::Issued;
use crate::Error;
use crate::crypto::mac::mac;
use crate::crypto::refresh::RefreshText;
use crate::crypto::token;
use crate::flow::password::tell;
use crate::flow::{Client, Decide, Done, Flow, Gather, Verdict};
use crate::port::{Fut, Write};
use crate::record::{Family, Rotation, Session, SessionKind, Subject, User, What};
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::time::Timestamp;

/// Changes a refresh token for the next one.
///
/// A token works once. Whoever asks again with the one that was just used, as the same
/// client and within the [window](crate::settings::Tokens::window), is given the same
/// successor: a reply may have been lost, and several threads may ask at once. The same
/// client is whoever gives the same `client_id` and describes itself in the same words.
/// A token that comes back otherwise was copied: the family is closed, and its owner
/// told. An answer of yes is one write, and no event.
#[derive(Debug)]
pub struct RefreshTokens {
    /// What was brought.
    pub found: RefreshText,
    /// The client's name for itself.
    pub client_id: String,
}

/// What a token that was ours once is now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// The newest of its family.
    Newest,
    /// The one before, brought again by whoever had the newest for it.
    Again,
    /// A copy.
    Copied,
    /// Nothing that opens anything.
    Nothing,
}

/// What must be known to change a token.
#[derive(Debug)]
pub struct Facts {
    row: Option<(Session, User)>,
    standing: Standing,
    /// Of a copy: whom to tell.
    subject: Option<Subject>,
    by: [u8; 8],
}

impl RefreshTokens {
    /// What the token is, as far as stored.
    pub(super) fn standing(
        &self,
        (session, user): &(Session, User),
        by: [u8; 8],
        (settings, now): (&Settings, Timestamp),
    ) -> Standing {
        let Some(family) = &session.family else { return Standing::Nothing };
        let lives = session.kind == SessionKind::Family
            && session.epoch == user.session_epoch
            && user.is_active()
            && session.is_alive(now);
        if !lives || self.found.generation > family.generation {
            return Standing::Nothing;
        }
        let hash = self.found.hash();
        if self.found.generation == family.generation {
            let is_it =
                token::eq(&hash, &session.secret_hash) && family.client_id == self.client_id;
            return if is_it { Standing::Newest } else { Standing::Nothing };
        }
        let again = |rotation: &Rotation| {
            token::eq(&hash, &rotation.before)
                && token::eq(&by, &rotation.by)
                && now.since(rotation.at) <= settings.tokens.window()
        };
        match family.rotation.as_ref().is_some_and(again) {
            true => Standing::Again,
            false => Standing::Copied,
        }
    }

    fn by(&self, cx: &Gather<'_>) -> [u8; 8] {
        let Client { agent, .. } = cx.client;
        let parts: [&[u8]; 3] = [b"refresh", self.client_id.as_bytes(), agent.as_bytes()];
        mac(&cx.keys.fingerprint, &parts).first_chunk().copied().unwrap_or_default()
    }
}

impl Flow for RefreshTokens {
    type Facts = Facts;
    type Yes = Box<Issued>;
    const NAME: &'static str = "refresh_tokens";
    // Whoever acts for somebody else holds a cookie; tokens are never theirs.
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let row = cx.store.session(self.found.session).await?;
            let by = self.by(&cx);
            let judge = |row| self.standing(row, by, (cx.settings, cx.now));
            let standing = row.as_ref().map_or(Standing::Nothing, judge);
            let subject = match (standing, &row) {
                (Standing::Copied, Some((session, _))) => cx.store.subject(session.user).await?,
                _ => None,
            };
            Ok(Facts { row, standing, subject, by })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Box<Issued>> {
        let Facts { row: Some((mut session, user)), standing, subject, by } = facts else {
            return Verdict::no(Refusal::TokenInvalid);
        };
        match standing {
            Standing::Nothing => Verdict::no(Refusal::TokenInvalid),
            Standing::Copied => self.close(&session, subject.as_ref(), cx),
            Standing::Again => {
                let (refresh, _) = self.found.successor(&cx.keys.refresh);
                Verdict::yes(Box::new(Issued { session, user, refresh }), vec![], vec![])
            }
            Standing::Newest => {
                let (refresh, hash) = self.found.successor(&cx.keys.refresh);
                let was = core::mem::replace(&mut session.secret_hash, hash);
                let rotation = Some(Rotation { before: was, at: cx.now, by });
                let generation = self.found.generation.saturating_add(1);
                let family = session.family.take();
                let family = family.map(|old| Family { generation, rotation, ..old });
                let Some(family) = family else { return Verdict::no(Refusal::TokenInvalid) };
                (session.seen_at, session.family) = (cx.now, Some(family.clone()));
                let (id, seen_at) = (session.id, cx.now);
                let write = Write::RotateFamily { id, was, now: hash, seen_at, family };
                Verdict::yes(Box::new(Issued { session, user, refresh }), vec![write], vec![])
            }
        }
    }
}

impl RefreshTokens {
    fn close(
        &self,
        session: &Session,
        subject: Option<&Subject>,
        cx: &mut Decide<'_>,
    ) -> Verdict<Box<Issued>> {
        let mut writes = vec![Write::CloseSession(session.id), Write::NoteChange(session.user)];
        if let Some(subject) = subject {
            writes.extend(tell(subject, "tokens_reused", cx));
        }
        let what = What::TokensReused {
            session: session.id,
            generation: self.found.generation,
            newest: session.family.as_ref().map_or(0, |family| family.generation),
        };
        let event = cx.event(None, Some(session.user), what);
        Verdict::refuse(Refusal::TokenInvalid, writes, vec![event])
    }
}
