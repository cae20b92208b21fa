//! A frontend opens sessions, for people and for nobody.

use super::number::{ANONYMOUS, ISSUER, number_of};
use crate::Error;
use crate::crypto::keys::Keys;
use crate::crypto::mac::mac;
use crate::crypto::token;
use crate::flow::open::{Opened, Opening, Standing, open};
use crate::flow::session::refuse_barred;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{SessionKind, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::time::Timestamp;

/// Opens a session for an account that a frontend vouches for. Locks and missing
/// verification are obeyed, and how long a session may last at most.
///
/// Its token is for frontends alone: whoever holds one, as a visitor may in a cookie,
/// cannot come in by any other door with it. See [`native_token`].
#[derive(Clone, Debug)]
pub struct OpenFor {
    /// For whom.
    pub user: UserId,
    /// When it ends, if that is within what a session may last.
    pub until: Timestamp,
    /// The frontend's own data: a JSON object as text.
    pub data: String,
}

/// At most this many bytes of data on one session.
const MAX_DATA: usize = 4096;

impl Flow for OpenFor {
    type Facts = Option<Subject>;
    type Yes = (Secret, Box<Opened>);
    const NAME: &'static str = "open_for_frontend";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Self::Yes> {
        let Some(subject) = facts else { return Verdict::no(Refusal::NotFound) };
        if let Some(refused) = refuse_barred(&subject, ISSUER, cx) {
            return refused;
        }
        if self.until <= cx.now {
            return Verdict::no(Refusal::invalid("expires", "in_the_past"));
        }
        if self.data.len() > MAX_DATA {
            return Verdict::no(Refusal::invalid("extra_info_json", "too_large"));
        }
        let how = Opening { kind: SessionKind::Token, remember: true, replaces: None };
        let (mut opened, _, event) = open(&subject.user, Standing::one(ISSUER), how, cx);
        let (held, _) = token::mint(cx.rng);
        let session = &mut opened.session;
        session.secret_hash = token::digest(secret_of(cx.keys, held.reveal()).reveal());
        session.expires_at = session.expires_at.min(self.until);
        session.idle = cx.settings.session_absolute;
        self.data.clone_into(&mut session.data);
        let text = Secret::new(format!("{}.{}", session.id, held.reveal()));
        let writes = vec![Write::OpenSession(session.clone())];
        let mut events = vec![event];
        if number_of(&subject) != Some(ANONYMOUS) {
            let what = What::SignInSucceeded { method: ISSUER.into() };
            events.insert(0, cx.own_event(self.user, what));
        }
        Verdict::yes((text, Box::new(opened)), writes, events)
    }
}

/// The token by which we know the session that a frontend's token is for.
pub fn native_token(keys: &Keys, held: &str) -> Option<Secret> {
    let (id, secret) = held.split_once('.')?;
    Some(Secret::new(format!("{id}.{}", secret_of(keys, secret).reveal())))
}

fn secret_of(keys: &Keys, held: &str) -> Secret {
    Secret::new(crate::crypto::hex::hex(&mac(&keys.frontend, &[b"session", held.as_bytes()])))
}
