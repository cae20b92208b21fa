//! Who came in: recognised once, before the route.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use ::http::header;
use keyward_core::id::UserId;
use keyward_core::time::Timestamp;

use super::client::LazyClient;
use super::cookie;
use super::{Code, Fault, Guard, Head, Request, csrf, key, single};
use crate::engine::Keyward;
use crate::engine::ask::Asker;
use crate::engine::cache::Entry;
use crate::engine::groups::Known;
use crate::engine::policy::parse;
use crate::engine::session::Ended;

/// Who came in, and from where.
#[derive(Debug)]
pub(crate) struct Caller<'a> {
    /// Their session and groups, if they have a live one.
    pub(crate) known: Option<Known>,
    /// How they brought it.
    pub(crate) by_cookie: bool,
    /// What the flows learn about them.
    pub(crate) client: LazyClient<'a>,
}

impl Caller<'_> {
    /// The session of whoever is signed in.
    pub(crate) fn entry(&self) -> Result<&Arc<Entry>, Fault> {
        self.known().map(|known| &known.entry)
    }

    /// Whoever is signed in, with the groups they are in.
    pub(crate) fn known(&self) -> Result<&Known, Fault> {
        self.known.as_ref().ok_or_else(|| Code::Unauthenticated.into())
    }

    /// Whoever is signed in, to ask about.
    pub(crate) fn asker(&self) -> Result<Asker<'_>, Fault> {
        Ok(self.known()?.asker())
    }

    /// The account of whoever is signed in.
    pub(crate) fn user(&self) -> Result<UserId, Fault> {
        self.entry().map(|entry| entry.user.id)
    }
}

/// Whose door a request stands at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    /// One of ours, with who may come in.
    Ours(Guard),
    /// One of the app's: recognised here, let in there.
    #[cfg(any(feature = "axum", feature = "actix"))]
    App,
}

impl Door {
    fn guard(self) -> Guard {
        match self {
            Self::Ours(guard) => guard,
            #[cfg(any(feature = "axum", feature = "actix"))]
            Self::App => Guard::Anyone,
        }
    }
}

/// Whether a bearer token has the form of a session's.
fn is_ours(token: &str) -> bool {
    token.starts_with("ses_")
}

/// A token and how it was brought.
enum Brought<'a> {
    Nothing,
    Cookie(&'a str),
    Bearer(&'a str),
    Key(Cow<'a, str>),
}

impl Keyward {
    pub(crate) async fn caller<'a>(
        &'a self,
        request: &'a Request,
        address: Option<IpAddr>,
        guard: Guard,
        now: Timestamp,
    ) -> Result<Caller<'a>, Fault> {
        let head = Head { address, ..request.into() };
        let (known, by_cookie) = self.recognise(head, Door::Ours(guard), now).await?;
        let narrowed = known.as_ref().and_then(|known| known.entry.narrowed());
        let acting = known.as_ref().and_then(|known| known.entry.session.impersonator);
        let acting = acting.map(|by| by.user);
        let client = LazyClient::new(self, request, address, narrowed, acting);
        Ok(Caller { known, by_cookie, client })
    }

    /// The live session that a request brings, and whether in a cookie.
    pub(crate) async fn recognise(
        &self,
        head: Head<'_>,
        door: Door,
        now: Timestamp,
    ) -> Result<(Option<Known>, bool), Fault> {
        if matches!(door, Door::Ours(Guard::FromElsewhere)) {
            return Ok((None, false));
        }
        let brought = self.brought(head, door)?;
        let is_unsafe = !head.method.is_safe();
        let by_cookie = matches!(brought, Brought::Cookie(_));
        let by_hand = matches!(brought, Brought::Bearer(_) | Brought::Key(_));
        // Whether strangers may post to a door of the app's is the app's to say.
        let ours = matches!(door, Door::Ours(_));
        if is_unsafe && ours && !by_hand {
            csrf::check_open(self, head.headers)?;
        }
        let acting = if by_cookie { self.acting(head, now).await? } else { None };
        let (entry, ended) = match (acting, &brought) {
            (Some(entry), _) => (Some(entry), None),
            (None, Brought::Nothing) => (None, None),
            (None, Brought::Key(text)) => (Some(self.key_of(text, head.address, now).await?), None),
            (None, Brought::Cookie(token) | Brought::Bearer(token)) => {
                match self.session_of(token, now).await? {
                    Ok(entry) => (Some(entry), None),
                    Err(ended) => (None, Some(ended)),
                }
            }
        };
        if let (true, true, Some(entry)) = (is_unsafe, by_cookie, &entry) {
            csrf::check(self, head, &entry.session.id.to_string())?;
        }
        let known = match entry {
            Some(entry) => Some(self.known(entry, head.address).await?),
            None => None,
        };
        let asker = known.as_ref().map(|known| known.asker());
        self.admit_by(door, asker, ended, &brought)?;
        Ok((full(known, door)?, by_cookie))
    }

    /// The session of an administrator who acts as somebody else: it goes before
    /// their own. What they send just after it ended was meant for somebody else, and
    /// must not be done to their own account.
    async fn acting(&self, head: Head<'_>, now: Timestamp) -> Result<Option<Arc<Entry>>, Fault> {
        let Some(token) = cookie::find(self, head.headers, cookie::IMPERSONATE)? else {
            return Ok(None);
        };
        match self.session_of(token, now).await? {
            Ok(entry) if entry.session.impersonator.is_some() => Ok(Some(entry)),
            Ok(_) => Err(Code::BadRequest.into()),
            Err(_) if head.method.is_safe() => Ok(None),
            Err(ended) => Err(ended_code(ended).into()),
        }
    }

    /// Other schemes belong to the app or to a proxy: they are not tried, and do
    /// not hide the cookie. Nor are, at the app's doors, bearer tokens of its own.
    fn brought<'a>(&self, head: Head<'a>, door: Door) -> Result<Brought<'a>, Fault> {
        let given = single(head.headers, &header::AUTHORIZATION)?.unwrap_or_default();
        if let Some(key) = key::brought(head.headers, given)? {
            return Ok(Brought::Key(key));
        }
        let (scheme, token) = given.split_once(' ').unwrap_or((given, ""));
        let token = token.trim();
        let is_tried = matches!(door, Door::Ours(_)) || is_ours(token);
        if scheme.eq_ignore_ascii_case("bearer") && is_tried {
            return Ok(Brought::Bearer(token));
        }
        let found = cookie::find(self, head.headers, cookie::SESSION)?;
        Ok(found.map_or(Brought::Nothing, Brought::Cookie))
    }

    fn admit_by(
        &self,
        door: Door,
        asker: Option<Asker<'_>>,
        ended: Option<Ended>,
        brought: &Brought<'_>,
    ) -> Result<(), Fault> {
        // A credential that was brought and refused is never ignored, except
        // that an old cookie must not keep anyone from signing in.
        if let (Brought::Bearer(_), Some(ended)) = (brought, ended) {
            return Err(ended_code(ended).into());
        }
        let guard = door.guard();
        match (guard, asker) {
            (Guard::Enrolling | Guard::SignedIn, Some(_)) if matches!(brought, Brought::Key(_)) => {
                Err(Code::SessionRequired.into())
            }
            (Guard::Anyone | Guard::FromElsewhere, _) => Ok(()),
            (Guard::Enrolling | Guard::SignedIn | Guard::Known, Some(_)) => Ok(()),
            (_, None) => Err(ended.map_or(Code::Unauthenticated, ended_code).into()),
            (Guard::Holding(wanted), Some(asker)) => self.demand(asker, &parse(wanted)?),
        }
    }
}

/// Whoever lacks a second factor that is demanded of them is let in to enrol or
/// to prove it, and is nobody at the doors of the app.
fn full(known: Option<Known>, door: Door) -> Result<Option<Known>, Fault> {
    let lack = known.as_ref().and_then(|known| known.entry.mfa.lack());
    match (door, lack) {
        (_, None) => Ok(known),
        (Door::Ours(Guard::Anyone | Guard::FromElsewhere | Guard::Enrolling), _) => Ok(known),
        (Door::Ours(Guard::SignedIn | Guard::Known | Guard::Holding(_)), Some(lack)) => {
            Err(lack.into())
        }
        #[cfg(any(feature = "axum", feature = "actix"))]
        (Door::App, Some(_)) => Ok(None),
    }
}

pub(crate) fn ended_code(ended: Ended) -> Code {
    match ended {
        Ended::Unknown => Code::Unauthenticated,
        Ended::Expired => Code::SessionExpired,
        Ended::Revoked => Code::SessionRevoked,
    }
}
