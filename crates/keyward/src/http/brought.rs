//! What a request brings to be recognised by: looked for in the order of the
//! authenticators, and not opened yet.

use std::borrow::Cow;
use std::sync::Arc;

use ::http::header;
use keyward_core::crypto::api_key::PREFIX;
use keyward_core::header::{Given, basic, token};
use keyward_core::time::Timestamp;

use super::caller::Door;
use super::{Code, Fault, Head, cookie, key, single};
use crate::authn::basic::Basic;
use crate::authn::chain::{Carried, Step, Who};
#[cfg(feature = "tickets")]
use crate::authn::ticket;
use crate::authn::{
    Answer, Authenticator, Claim, Incoming, NameAndPassword, Recognised, TokenScheme,
};
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::engine::hooks::in_time;

/// A credential and how it was brought.
pub(super) enum Brought<'a> {
    Nothing,
    Cookie(&'a str),
    Bearer(&'a str),
    Key(Cow<'a, str>),
    Basic(&'a Basic, Box<NameAndPassword>),
    Claim(Box<Claim>, Carried),
    /// A ticket; `None` for one that has ended.
    #[cfg(feature = "tickets")]
    Ticket(Option<Box<Claim>>),
    Entry(Arc<Entry>, Carried),
}

impl Brought<'_> {
    pub(super) fn carried(&self) -> Option<Carried> {
        Some(match self {
            Self::Nothing => return None,
            Self::Cookie(_) => Carried::Cookie,
            Self::Bearer(_) | Self::Key(_) => Carried::ByHand,
            Self::Basic(..) => Carried::Ambient,
            #[cfg(feature = "tickets")]
            Self::Ticket(_) => Carried::Ticket,
            Self::Claim(_, carried) | Self::Entry(_, carried) => *carried,
        })
    }
}

/// What stands behind `Bearer` (RFC 6750 section 2.1), in letters of either case.
pub(crate) fn behind_bearer(given: &str) -> Option<&str> {
    let (scheme, token) = given.split_once(' ').unwrap_or((given, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a bearer token has the form of a session's.
fn is_ours(token: &str) -> bool {
    token.starts_with("ses_")
}

impl Keyward {
    /// What the first of these authenticators finds that finds anything. Other schemes
    /// belong to the app or to a proxy: they are not tried, and do not hide the cookie.
    pub(super) async fn brought<'a>(
        &'a self,
        steps: &'a [Step],
        head: Head<'a>,
        door: Door,
        now: Timestamp,
    ) -> Result<Brought<'a>, Fault> {
        let given = single(head.headers, &header::AUTHORIZATION)?.unwrap_or_default();
        for step in steps {
            let found = match step {
                Step::Cookie => {
                    cookie::find(self, head.headers, cookie::SESSION)?.map(Brought::Cookie)
                }
                Step::Bearer => self.bearer(given, door).map(Brought::Bearer),
                Step::Key => key::brought(head.headers, given)?.map(Brought::Key),
                Step::Basic(basic) => by_basic(basic, given)?,
                Step::Token(scheme) => by_token(scheme, head, given).await?,
                #[cfg(feature = "tickets")]
                Step::Ticket(tickets) => by_ticket(tickets.brought(self, head, now).await?),
                Step::Own(own) => by_own(&**own, Incoming { auth: self, head, door, now }).await?,
            };
            if let Some(found) = found {
                return Ok(found);
            }
        }
        Ok(Brought::Nothing)
    }

    /// At the app's doors, and where others read them too, tokens that are not ours are
    /// left to them.
    fn bearer<'a>(&self, given: &'a str, door: Door) -> Option<&'a str> {
        let token = behind_bearer(given)?;
        let is_all = matches!(door, Door::Ours(_)) && !self.0.authenticators.others_read_bearer();
        (is_all || self.is_own_bearer(token)).then_some(token)
    }
}

impl Keyward {
    /// Whether a bearer token has the form of a session's, or is an access token of ours
    /// or one of Asok's that is accepted still.
    fn is_own_bearer(&self, token: &str) -> bool {
        #[cfg(feature = "tokens")]
        if self.is_access_token(token) || self.is_asok_token(token) {
            return true;
        }
        is_ours(token)
    }
}

/// An API key in place of the name is not ours to read.
fn by_basic<'a>(basic: &'a Basic, given: &str) -> Result<Option<Brought<'a>>, Fault> {
    match basic::read(given) {
        Given::NotTried => Ok(None),
        Given::Malformed => Err(Code::InvalidCredentials.into()),
        Given::Brought(it) if it.user.starts_with(PREFIX) && it.password.reveal().is_empty() => {
            Ok(None)
        }
        Given::Brought(it) => Ok(Some(Brought::Basic(basic, Box::new(it)))),
    }
}

async fn by_token<'a>(
    scheme: &TokenScheme,
    head: Head<'a>,
    given: &'a str,
) -> Result<Option<Brought<'a>>, Fault> {
    let token = match token::read(given, &scheme.scheme) {
        Given::NotTried => return Ok(None),
        Given::Malformed => return Err(Code::Unauthenticated.into()),
        Given::Brought(token) => token,
    };
    if token.starts_with(PREFIX) {
        key::alone(head.headers)?;
        return Ok(Some(Brought::Key(Cow::Borrowed(token))));
    }
    if is_ours(token) {
        return Ok(Some(Brought::Bearer(token)));
    }
    let claim = match &scheme.by {
        Some(by) => in_time(by(token.to_owned())).await?,
        None => None,
    };
    let claim = claim.ok_or(Code::Unauthenticated)?;
    Ok(Some(Brought::Claim(Box::new(claim), Carried::ByHand)))
}

#[cfg(feature = "tickets")]
fn by_ticket<'a>(found: ticket::Brought) -> Option<Brought<'a>> {
    match found {
        ticket::Brought::Nothing => None,
        ticket::Brought::Ended => Some(Brought::Ticket(None)),
        ticket::Brought::Claim(claim) => Some(Brought::Ticket(Some(Box::new(claim)))),
    }
}

async fn by_own<'a>(
    own: &dyn Authenticator,
    request: Incoming<'_>,
) -> Result<Option<Brought<'a>>, Fault> {
    let carried = if own.is_sent_by_browsers() { Carried::Ambient } else { Carried::ByHand };
    match in_time(own.authenticate(&request)).await? {
        Answer::NotTried => Ok(None),
        Answer::Refused(refused) => Err(refused.into()),
        Answer::Principal(Recognised(Who::Claim(claim))) => {
            Ok(Some(Brought::Claim(claim, carried)))
        }
        Answer::Principal(Recognised(Who::Entry(entry, found))) => {
            Ok(Some(Brought::Entry(entry, found)))
        }
    }
}
