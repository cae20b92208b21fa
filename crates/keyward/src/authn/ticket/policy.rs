//! How tickets are made, read, bound and renewed.

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use keyward_core::crypto::keys::RootKey;
use keyward_core::crypto::ticket::{Classic, ModAuthTkt, Modern, Renewal, Ticket};
use keyward_core::id::UserId;
use keyward_core::port::Fut;
use keyward_core::record::User;
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};

use super::super::chain::{Step, Steps};
use super::super::{Answer, Authenticator, Claim, Incoming};
use super::cookie;
use super::older::{Older, Reader};
use crate::engine::Keyward;

/// Recognises requests by a ticket cookie: who somebody is and until when, under a key,
/// stored nowhere. The account is still looked at: a ticket opens nothing once it is
/// locked or deleted, or once all its sessions were ended.
///
/// Without a choice a ticket is good for one hour, is renewed beside the first successful
/// answer after half an hour, and ends for good twelve hours after the sign-in.
#[derive(Clone)]
pub struct Tickets(Arc<Policy>);

#[derive(Clone)]
struct Policy {
    modern: Modern,
    older: Vec<Arc<Older>>,
    renewal: Renewal,
    cookie: Option<String>,
    same_site: SameSite,
    is_bound: bool,
    permissions: Option<Vec<String>>,
    bad: bool,
}

/// With which requests of other sites a browser sends the cookie.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SameSite {
    /// With links that are followed, and nothing else.
    #[default]
    Lax,
    /// With none.
    Strict,
    /// With all; only over HTTPS. Whatever changes something is refused all the same.
    None,
}

impl SameSite {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Lax => "Lax",
            Self::Strict => "Strict",
            Self::None => "None",
        }
    }
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets").field("renewal", &self.0.renewal).finish_non_exhaustive()
    }
}

/// The cookie, where none was chosen; `__Host-` goes before it over HTTPS.
pub(super) const COOKIE: &str = "kw_ticket";

impl Tickets {
    /// Under this key, which may be the one that everything else is under.
    pub fn new(key: &RootKey) -> Self {
        Self(Arc::new(Policy {
            modern: Modern::new(key),
            older: vec![],
            renewal: Renewal {
                max_age: 60 * 60,
                after: Some(30 * 60),
                lifetime: Some(12 * 60 * 60),
            },
            cookie: None,
            same_site: SameSite::Lax,
            is_bound: false,
            permissions: None,
            bad: false,
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Still reads what was written under an older key; renewed tickets are under the
    /// new one. Take it away when the last of them has ended.
    #[must_use]
    pub fn still(self, old: &RootKey) -> Self {
        self.change(|it| {
            it.modern = it.modern.clone().still(old);
        })
    }

    /// Also reads tickets of ticket_auth 0.1.4, which aiohttp_auth and aiohttp_auth_autz
    /// write, until they end; what renews them is in the form of ours. `whose` tells
    /// which account a name in them is of; nobody's is refused.
    #[must_use]
    pub fn also_classic<F>(
        self,
        classic: Classic,
        whose: impl Fn(String) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Option<UserId>, Error>> + Send + 'static,
    {
        self.and_older(Reader::Classic(classic), whose)
    }

    /// The same for tickets of Apache's mod_auth_tkt, which are in a cookie `auth_tkt`
    /// where that was not told otherwise. Old and new secret (`TKTAuthSecretOld`) are two
    /// of these. Renewed are all that this app is asked with; Apache must not renew them
    /// any more.
    #[must_use]
    pub fn also_mod_auth_tkt<F>(
        self,
        tickets: ModAuthTkt,
        whose: impl Fn(String) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Option<UserId>, Error>> + Send + 'static,
    {
        self.and_older(Reader::ModAuthTkt(tickets), whose)
    }

    fn and_older<F>(
        self,
        reader: Reader,
        whose: impl Fn(String) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Option<UserId>, Error>> + Send + 'static,
    {
        let whose = Box::new(move |name| -> Fut<'static, _> { Box::pin(whose(name)) });
        self.change(|it| it.older.push(Arc::new(Older { reader, whose })))
    }

    /// Good for so many seconds; renewed beside a successful answer once so many have
    /// gone by; and for good no longer than so many after the sign-in. At least a second,
    /// at most a year.
    #[must_use]
    pub fn lasting(self, renewal: Renewal) -> Self {
        const YEAR: u32 = 365 * 24 * 60 * 60;
        let fits = |secs: u32| (1..=YEAR).contains(&secs);
        let is_fine = fits(renewal.max_age) && renewal.lifetime.is_none_or(fits);
        self.change(|it| (it.renewal, it.bad) = (renewal, it.bad || !is_fine))
    }

    /// A cookie of this name and no other, without `__Host-` before it: `AUTH_TKT`. Up to
    /// 64 letters, digits, `_` and `-`.
    #[must_use]
    pub fn cookie(self, name: &str) -> Self {
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let is_name = !name.is_empty() && name.len() <= 64 && name.bytes().all(is_letter);
        self.change(|it| (it.cookie, it.bad) = (Some(name.to_owned()), it.bad || !is_name))
    }

    /// With which requests of other sites it is sent.
    #[must_use]
    pub fn same_site(self, same_site: SameSite) -> Self {
        self.change(|it| it.same_site = same_site)
    }

    /// Good from the address that it was written for alone. Whoever goes from one
    /// network to another has to sign in again.
    #[must_use]
    pub fn bound_to_address(self) -> Self {
        self.change(|it| it.is_bound = true)
    }

    /// Whoever comes so may do no more than these patterns, and no more than their
    /// account.
    #[must_use]
    pub fn within<S: Into<String>>(self, permissions: impl IntoIterator<Item = S>) -> Self {
        let permissions = permissions.into_iter().map(Into::into).collect();
        self.change(|it| it.permissions = Some(permissions))
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.0.bad {
            true => Err(Error::new("use these choices for tickets")),
            false => Ok(()),
        }
    }

    /// A ticket for whoever signs in now.
    pub(super) fn begun(&self, user: &User, now: Timestamp) -> Option<Ticket> {
        let since = u32::try_from(now.as_secs()).ok()?;
        let Renewal { max_age, lifetime, .. } = self.0.renewal;
        let until = since.checked_add(max_age.min(lifetime.unwrap_or(max_age)))?;
        let data = user.session_epoch.to_string();
        Some(Ticket { since: Some(since), data, ..Ticket::new(user.id.to_string(), until) })
    }

    /// The one that takes a ticket's place now, if one is due.
    pub(super) fn next(&self, ticket: &Ticket, now: Timestamp) -> Option<Ticket> {
        let until = self.0.renewal.due(ticket, now)?;
        // An older ticket does not say when it began: at the latest when it was written.
        let begun = ticket.valid_until.checked_sub(self.0.renewal.max_age);
        let since = ticket.since.or(begun);
        let end = since.zip(self.0.renewal.lifetime).map(|(at, life)| at.saturating_add(life));
        let valid_until = until.min(end.unwrap_or(until));
        Some(Ticket { since, valid_until, tokens: vec![], ..ticket.clone() })
            .filter(|next| next.valid_until > ticket.valid_until || self.0.renewal.after == Some(0))
    }

    /// The value of the header that keeps it.
    pub(super) fn set(&self, auth: &Keyward, ticket: &Ticket, address: Option<IpAddr>) -> Secret {
        let text = self.0.modern.write(ticket, self.bound(address));
        let left = i64::from(ticket.valid_until).saturating_sub(auth.now().as_secs());
        let keep = Duration::from_secs(u64::try_from(left).unwrap_or(0));
        Secret::new(cookie::line(auth, self.name(), self.0.same_site, &text, keep))
    }

    /// The value of the header that ends it.
    pub(super) fn clear(&self, auth: &Keyward) -> String {
        cookie::line(auth, self.name(), self.0.same_site, "", Duration::ZERO)
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.0.cookie.as_deref()
    }

    fn bound(&self, address: Option<IpAddr>) -> Option<IpAddr> {
        address.filter(|_| self.0.is_bound).map(|address| address.to_canonical())
    }

    /// What a text says that is good here and now, and whether in the form of ours.
    pub(super) fn read(
        &self,
        text: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Option<(Ticket, Form)> {
        let own = self.0.modern.read(text, self.bound(address), now).ok();
        if let Some(ticket) = own {
            let end = ticket.since.zip(self.0.renewal.lifetime);
            let is_over = end.is_some_and(|(since, life)| {
                i64::from(since).saturating_add(i64::from(life)) <= now.as_secs()
            });
            return (!is_over).then_some((ticket, Form::Ours));
        }
        // As the other system saw it: an address inside IPv6 is another one there.
        let address = address.filter(|_| self.0.is_bound);
        let mut older = self.0.older.iter().zip(0..);
        older.find_map(|(it, place)| {
            Some((it.reader.read(text, address, now).ok()?, Form::Older(place)))
        })
    }

    /// Whose account a ticket is of, and what it says of them.
    pub(super) async fn claim(&self, ticket: &Ticket, form: Form) -> Result<Option<Claim>, Error> {
        let user = match form {
            Form::Ours => UserId::parse(&ticket.user),
            Form::Older(place) => match self.0.older.get(place) {
                Some(older) => older.whose(ticket).await?,
                None => None,
            },
        };
        let Some(user) = user else { return Ok(None) };
        let until = Timestamp::from_secs(i64::from(ticket.valid_until));
        let claim = Claim::new(user, "ticket").until(until);
        let claim = match ticket.since {
            Some(since) => claim.since(Timestamp::from_secs(i64::from(since))),
            None => claim,
        };
        let claim = match (form, ticket.data.parse()) {
            (Form::Ours, Ok(epoch)) => claim.of_epoch(epoch),
            (Form::Ours, Err(_)) => return Ok(None),
            (Form::Older(_), _) => claim,
        };
        Ok(Some(match &self.0.permissions {
            Some(permissions) => claim.within(permissions.iter().cloned()),
            None => claim,
        }))
    }
}

/// In which form a ticket was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Ours,
    /// One of those that are read beside it: which.
    Older(usize),
}

impl Authenticator for Tickets {
    fn authenticate<'a>(&'a self, request: &'a Incoming<'a>) -> Fut<'a, Result<Answer, Error>> {
        Box::pin(async move { request.ask(&[Step::Ticket(self.clone())]).await })
    }

    fn into_steps(self) -> Steps {
        Steps::one(Step::Ticket(self))
    }
}
