//! Opens sessions. Every flow that signs somebody in ends here.

use core::time::Duration;

use super::Decide;
use crate::crypto::token;
use crate::id::{SessionId, UserId};
use crate::port::Write;
use crate::record::{Event, Impersonator, Session, SessionKind, User, What};
use crate::secret::Secret;

/// How a session shall be opened.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// What will hold it.
    pub kind: SessionKind,
    /// Whether it outlives the browser window.
    pub remember: bool,
    /// The session that this one replaces: a known token is never elevated.
    pub replaces: Option<Replaced>,
}

/// A session that ends when another takes its place. It may be of another
/// account: whoever plants a session must not keep it.
#[derive(Clone, Copy, Debug)]
pub struct Replaced {
    /// Which.
    pub session: SessionId,
    /// Whose.
    pub user: UserId,
}

impl Opening {
    /// A browser session that ends with the window.
    pub fn browser() -> Self {
        Self { kind: SessionKind::Browser, remember: false, replaces: None }
    }
}

/// What a session stands on.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// What was proven, in order.
    pub(super) methods: Vec<String>,
    /// What it is worth together: 1 or 2.
    pub(super) aal: u8,
}

impl Standing {
    /// On one factor.
    pub(super) fn one(method: &str) -> Self {
        Self { methods: vec![method.to_owned()], aal: 1 }
    }

    /// On what `session` stood on, and on one proof more.
    pub(super) fn also(session: &Session, method: &str, aal: u8) -> Self {
        let mut methods = session.methods.clone();
        methods.retain(|known| known != method);
        methods.push(method.to_owned());
        Self { methods, aal: aal.max(session.aal) }
    }
}

/// A new session, and the token that opens it. The only copy of the secret.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The stored session.
    pub session: Session,
    /// `id.secret`, for the cookie or the `Authorization` header.
    pub token: Secret,
    /// Its account.
    pub user: User,
    /// What the client shall be known by from now on, if that was decided with it.
    pub device: Option<[u8; 16]>,
}

/// Opens a session for `user`, who proved themselves.
pub(super) fn open(
    user: &User,
    standing: Standing,
    how: Opening,
    cx: &mut Decide<'_>,
) -> (Opened, Vec<Write>, Event) {
    mint(user, standing, how, "{}", cx)
}

/// Opens a session in place of `old`, with its data: what it stands on changed,
/// and a token that was known before is never worth more after.
pub(super) fn rotate(
    old: &Session,
    user: &User,
    standing: Standing,
    cx: &mut Decide<'_>,
) -> (Opened, Vec<Write>, Event) {
    let replaces = Some(Replaced { session: old.id, user: user.id });
    // What changes how an account is guarded is answered with a session token: new
    // access and refresh tokens are asked for with it.
    let kind = match old.kind {
        SessionKind::Family => SessionKind::Token,
        kind => kind,
    };
    let how = Opening { kind, remember: old.remember, replaces };
    mint(user, standing, how, &old.data, cx)
}

fn mint(
    user: &User,
    standing: Standing,
    how: Opening,
    data: &str,
    cx: &mut Decide<'_>,
) -> (Opened, Vec<Write>, Event) {
    let id = SessionId::mint(cx.now, cx.rng);
    let (secret, secret_hash) = token::mint(cx.rng);
    let session = Session {
        id,
        user: user.id,
        secret_hash,
        kind: how.kind,
        epoch: user.session_epoch,
        aal: standing.aal,
        methods: standing.methods,
        auth_time: cx.now,
        created_at: cx.now,
        seen_at: cx.now,
        idle: idle(how.remember, cx),
        expires_at: cx.now.plus(cx.settings.session_absolute),
        remember: how.remember,
        client: cx.client.agent.clone(),
        address: cx.client.address.clone(),
        data: data.to_owned(),
        impersonator: None,
        family: None,
    };
    let mut writes = vec![];
    if let Some(old) = how.replaces {
        writes.extend([Write::CloseSession(old.session), Write::NoteChange(old.user)]);
    }
    writes.push(Write::OpenSession(session.clone()));
    let token = Secret::new(format!("{id}.{}", secret.reveal()));
    let event = cx.own_event(user.id, What::SessionCreated { session: id });
    (Opened { session, token, user: user.clone(), device: None }, writes, event)
}

/// Opens a session for whoever holds `own` to act as `user` in, for a short time.
pub(super) fn impersonated(
    user: &User,
    own: &Session,
    kind: SessionKind,
    cx: &mut Decide<'_>,
) -> (Opened, Vec<Write>) {
    let how = Opening { kind, remember: false, replaces: None };
    // It is worth what the one who acts has proven.
    let standing = Standing { methods: vec!["impersonation".into()], aal: own.aal };
    let (mut opened, ..) = mint(user, standing, how, "{}", cx);
    let lifetime = cx.settings.impersonation_lifetime;
    opened.session.expires_at = own.expires_at.min(cx.now.plus(lifetime));
    opened.session.idle = lifetime;
    opened.session.impersonator = Some(Impersonator { user: own.user, session: own.id });
    let writes = vec![Write::OpenSession(opened.session.clone())];
    (opened, writes)
}

fn idle(remember: bool, cx: &Decide<'_>) -> Duration {
    if remember { cx.settings.session_idle } else { cx.settings.session_brief_idle }
}
