//! Who came in: recognised once, before the route, by the authenticators that were
//! chosen, in their order.

use std::net::IpAddr;
use std::sync::Arc;

use keyward_core::id::UserId;
use keyward_core::time::Timestamp;

use super::brought::Brought;
use super::client::{Bound, LazyClient};
use super::cookie;
use super::{Code, Fault, Guard, Head, Request, csrf};
use crate::authn::chain::{Carried, Step};
use crate::engine::Keyward;
use crate::engine::ask::Asker;
use crate::engine::cache::{Entry, KeyInUse};
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

/// How a credential was brought, and what it opens.
type Found = (Option<Carried>, Option<Result<Arc<Entry>, Ended>>);

/// Whose door a request stands at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    /// One of ours, with who may come in.
    Ours(Guard),
    /// One of the app's: recognised here, let in there.
    #[cfg(any(feature = "axum", feature = "actix", feature = "forward-auth"))]
    App,
}

impl Door {
    fn guard(self) -> Guard {
        match self {
            Self::Ours(guard) => guard,
            #[cfg(any(feature = "axum", feature = "actix", feature = "forward-auth"))]
            Self::App => Guard::Anyone,
        }
    }
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
        let bound = known.as_ref().map_or(Bound::Nothing(None), |known| Bound::of(&known.entry));
        let client = LazyClient::new(self, request, address, bound);
        Ok(Caller { known, by_cookie, client })
    }

    /// Who sent a request, and whether our cookie says so.
    pub(crate) async fn recognise(
        &self,
        head: Head<'_>,
        door: Door,
        now: Timestamp,
    ) -> Result<(Option<Known>, bool), Fault> {
        if matches!(door, Door::Ours(Guard::FromElsewhere | Guard::Proxy | Guard::SharedKey)) {
            return Ok((None, false));
        }
        let (carried, opened) = match self.in_memory(head, door, now)? {
            Some((carried, opened)) => (Some(carried), Some(opened)),
            // Rarer and larger: in a box, so that the usual request is small.
            None => Box::pin(self.looked_up(head, door, now)).await?,
        };
        let (entry, ended) = match opened {
            None => (None, None),
            Some(Ok(entry)) => (Some(entry), None),
            Some(Err(ended)) => (None, Some(ended)),
        };
        let by_cookie = carried == Some(Carried::Cookie);
        let in_cookie = matches!(carried, Some(Carried::Cookie | Carried::Ticket));
        if let (false, true, Some(entry)) = (head.method.is_safe(), in_cookie, &entry) {
            csrf::check(self, head, &entry.session.id.to_string())?;
        }
        let known = match entry {
            Some(entry) => {
                let limits = match &entry.key {
                    // In a box, so that every other request is small.
                    Some(KeyInUse { key, .. }) if key.is_counted() => {
                        Some(Box::pin(self.take_of_key(key, now)).await?)
                    }
                    _ => None,
                };
                let mut known = self.known(entry, head.address).await?;
                known.limits = limits;
                Some(known)
            }
            None => None,
        };
        self.admit_by(door, known.as_ref(), ended)?;
        Ok((full(known, door)?, by_cookie))
    }

    /// How a credential was brought, if one was, and what it opens.
    async fn looked_up(&self, head: Head<'_>, door: Door, now: Timestamp) -> Result<Found, Fault> {
        let brought = self.brought(&self.0.authenticators.all, head, door, now).await?;
        let carried = brought.carried();
        self.check_origin(head, door, carried)?;
        Ok((carried, self.opened(&brought, head, now).await?))
    }

    /// What some authenticators say of a request, without letting anyone in.
    pub(crate) async fn asked(
        &self,
        steps: &[Step],
        head: Head<'_>,
        door: Door,
        now: Timestamp,
    ) -> Result<Option<(Arc<Entry>, Carried)>, Fault> {
        let brought = self.brought(steps, head, door, now).await?;
        let Some(carried) = brought.carried() else { return Ok(None) };
        match self.opened(&brought, head, now).await? {
            None => Ok(None),
            Some(Ok(entry)) => Ok(Some((entry, carried))),
            Some(Err(ended)) => Err(ended_code(ended).into()),
        }
    }

    /// Refuses what a page of another site sent, where a browser may have added the
    /// credential.
    pub(super) fn check_origin(
        &self,
        head: Head<'_>,
        door: Door,
        carried: Option<Carried>,
    ) -> Result<(), Fault> {
        let is_checked = match carried {
            Some(Carried::ByHand) => false,
            Some(Carried::Ambient) => true,
            // Whether strangers may post to a door of the app's is the app's to say; a
            // cookie of ours is looked at again once its session is known.
            Some(Carried::Cookie | Carried::Ticket) | None => matches!(door, Door::Ours(_)),
        };
        match is_checked && !head.method.is_safe() {
            true => csrf::check_open(self, head.headers),
            false => Ok(()),
        }
    }

    /// What a credential opens; nothing where none was brought.
    async fn opened(
        &self,
        brought: &Brought<'_>,
        head: Head<'_>,
        now: Timestamp,
    ) -> Result<Option<Result<Arc<Entry>, Ended>>, Fault> {
        Ok(match brought {
            Brought::Nothing => None,
            Brought::Key(text) => Some(Ok(self.key_of(text, head.address, now).await?)),
            Brought::Cookie(token) => match self.acting(head, now).await? {
                Some(entry) => Some(Ok(entry)),
                None => Some(self.session_of(token, now).await?),
            },
            // What was put in by hand and refused is never ignored.
            Brought::Bearer(token) => {
                let opened = self.bearer_of(token, now).await?;
                Some(Ok(opened.map_err(ended_code)?))
            }
            Brought::Basic(basic, given) => {
                // Rare and large: in a box, so that every other request is small.
                Some(Ok(Box::pin(self.basic_of(basic, given, head, now)).await?))
            }
            Brought::Claim(claim, _) => {
                let opened = Box::pin(self.claim_of(claim, now)).await?;
                Some(Ok(opened.map_err(ended_code)?))
            }
            // As with every old cookie, whoever has one that ended may still sign in.
            #[cfg(feature = "tickets")]
            Brought::Ticket(None) => Some(Err(Ended::Unknown)),
            #[cfg(feature = "tickets")]
            Brought::Ticket(Some(claim)) => Some(Box::pin(self.claim_of(claim, now)).await?),
            Brought::Entry(entry, _) => Some(Ok(Arc::clone(entry))),
        })
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

    #[cfg(not(feature = "tokens"))]
    pub(crate) async fn bearer_of(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Result<Arc<Entry>, Ended>, Fault> {
        Ok(self.session_of(token, now).await?)
    }

    fn admit_by(
        &self,
        door: Door,
        known: Option<&Known>,
        ended: Option<Ended>,
    ) -> Result<(), Fault> {
        match (door.guard(), known) {
            (Guard::Enrolling | Guard::SignedIn, Some(known)) if !known.entry.is_session() => {
                Err(Code::SessionRequired.into())
            }
            (Guard::Enrolling | Guard::SignedIn, Some(known))
                if !known.entry.ceilings().is_empty() =>
            {
                Err(Code::ScopeInsufficient.into())
            }
            // An old cookie must not keep anyone from signing in.
            (Guard::Anyone | Guard::FromElsewhere | Guard::Proxy | Guard::SharedKey, _) => Ok(()),
            (Guard::Enrolling | Guard::SignedIn | Guard::Known, Some(_)) => Ok(()),
            (_, None) => Err(ended.map_or(Code::Unauthenticated, ended_code).into()),
            (Guard::Holding(wanted), Some(known)) => self.demand(known.asker(), &parse(wanted)?),
        }
    }
}

/// Whoever lacks a second factor that is demanded of them is let in to enrol or
/// to prove it, and is nobody at the doors of the app.
fn full(known: Option<Known>, door: Door) -> Result<Option<Known>, Fault> {
    let lack = known.as_ref().and_then(|known| known.entry.mfa.lack());
    match (door, lack) {
        (_, None) => Ok(known),
        (
            Door::Ours(
                Guard::Anyone
                | Guard::FromElsewhere
                | Guard::Proxy
                | Guard::SharedKey
                | Guard::Enrolling,
            ),
            _,
        ) => Ok(known),
        (Door::Ours(Guard::SignedIn | Guard::Known | Guard::Holding(_)), Some(lack)) => {
            Err(lack.into())
        }
        #[cfg(any(feature = "axum", feature = "actix", feature = "forward-auth"))]
        (Door::App, Some(_)) => Ok(None),
    }
}

pub(crate) fn ended_code(ended: Ended) -> Code {
    match ended {
        Ended::Unknown => Code::Unauthenticated,
        Ended::Expired => Code::SessionExpired,
        Ended::Revoked => Code::SessionRevoked,
        Ended::Locked => Code::AccountLocked,
    }
}
