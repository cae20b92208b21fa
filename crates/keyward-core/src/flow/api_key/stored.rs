//! What is stored of an API key: never the key.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::ApiKeyTerms;
use crate::crypto::hex::{hex, unhex};
use crate::crypto::token;
use crate::id::{CredentialId, UserId};
use crate::network::Network;
use crate::port::Write;
use crate::record::{Credential, Subject};
use crate::time::Timestamp;

/// The kind of an API key's credential.
pub const KIND: &str = "api_key";

/// A key of an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApiKey {
    /// Which.
    pub id: CredentialId,
    /// Whose.
    pub user: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    kept: Kept,
    was: Vec<u8>,
}

/// The stored form: JSON. A field is added with a default, never changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Kept {
    v: u8,
    /// SHA-256 of the secret, in hexadecimal.
    hash: String,
    name: String,
    /// What it may at most do; `None` for all that its account may.
    permissions: Option<Vec<String>>,
    /// Where it may come from; none for everywhere.
    networks: Vec<String>,
    /// Microseconds since the Unix epoch, as all times here.
    not_before: Option<i64>,
    expires_at: Option<i64>,
    /// Requests a minute.
    per_minute: Option<u32>,
    /// Assurance level of whoever made it.
    aal: u8,
    used_at: Option<i64>,
    /// Scopes of the policy, which bind it as well.
    #[serde(default)]
    scopes: Option<Vec<String>>,
    /// Requests a day.
    #[serde(default)]
    per_day: Option<u32>,
    /// The token that gives it anew, if there is one.
    #[serde(default)]
    refresh: Option<KeptRefresh>,
}

/// What is stored of the token that gives a key anew.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct KeptRefresh {
    /// SHA-256 of its secret, in hexadecimal.
    hash: String,
    /// The same of the one before, and when it was used.
    before: Option<(String, i64)>,
    /// How long the key is good each time.
    lifetime: i64,
    /// When it ends for good.
    until: i64,
}

impl ApiKey {
    /// Reads a credential; `None` if it is of another kind or cannot be read.
    pub fn read(found: &Credential) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(&found.data).ok()?;
        let is_ours = found.kind == KIND && kept.v == 1;
        let was = found.data.clone();
        let Credential { id, user, created_at, .. } = *found;
        is_ours.then_some(Self { id, user, created_at, kept, was })
    }

    /// Every key of an account, oldest first.
    pub fn of(subject: &Subject) -> Vec<Self> {
        subject.credentials.iter().filter_map(Self::read).collect()
    }

    pub(super) fn made(
        (id, user): (CredentialId, UserId),
        (hash, refresh): (&[u8; 32], Option<&[u8; 32]>),
        terms: &ApiKeyTerms,
        aal: u8,
        now: Timestamp,
    ) -> Self {
        let kept = Kept {
            v: 1,
            hash: hex(hash),
            name: terms.name.trim().to_owned(),
            permissions: terms.permissions.clone(),
            networks: terms.networks.clone(),
            not_before: terms.not_before.map(Timestamp::as_micros),
            expires_at: terms.expires_at.map(Timestamp::as_micros),
            per_minute: terms.per_minute,
            aal,
            used_at: None,
            scopes: terms.scopes.clone(),
            per_day: terms.per_day,
            refresh: refresh.and_then(|hash| KeptRefresh::first(hash, terms, now)),
        };
        Self { id, user, created_at: now, was: encoded(&kept), kept }
    }

    /// The row to store.
    pub(super) fn to_credential(&self) -> Credential {
        let (id, user, created_at) = (self.id, self.user, self.created_at);
        Credential { id, user, kind: KIND.into(), data: self.was.clone(), created_at }
    }

    /// What it was made for, to make another like it.
    pub(super) fn terms(&self) -> ApiKeyTerms {
        ApiKeyTerms {
            name: self.kept.name.clone(),
            permissions: self.kept.permissions.clone(),
            networks: self.kept.networks.clone(),
            not_before: None,
            expires_at: self.expires_at(),
            per_minute: self.kept.per_minute,
            scopes: self.kept.scopes.clone(),
            per_day: self.kept.per_day,
            refresh_until: self.refresh_until(),
        }
    }

    /// Scopes of the policy, which bind it as well; `None` for no such bound.
    pub fn scopes(&self) -> Option<&[String]> {
        self.kept.scopes.as_deref()
    }

    /// Requests a day, if they are counted.
    pub fn per_day(&self) -> Option<u32> {
        self.kept.per_day
    }

    /// Until when a token may give it anew, if one may.
    pub fn refresh_until(&self) -> Option<Timestamp> {
        self.kept.refresh.as_ref().map(|kept| Timestamp::from_micros(kept.until))
    }

    /// What its owner calls it.
    pub fn name(&self) -> &str {
        &self.kept.name
    }

    /// Patterns of what it may at most do; `None` for all that its account may.
    pub fn permissions(&self) -> Option<&[String]> {
        self.kept.permissions.as_deref()
    }

    /// Where it may come from; none for everywhere.
    pub fn networks(&self) -> &[String] {
        &self.kept.networks
    }

    /// When it begins to work, if not at once.
    pub fn not_before(&self) -> Option<Timestamp> {
        self.kept.not_before.map(Timestamp::from_micros)
    }

    /// When it ends, if it does.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.kept.expires_at.map(Timestamp::from_micros)
    }

    /// Requests a minute, if they are counted.
    pub fn per_minute(&self) -> Option<u32> {
        self.kept.per_minute
    }

    /// Whether requests are counted at all.
    pub fn is_counted(&self) -> bool {
        self.per_minute().or(self.per_day()).is_some()
    }

    /// When it was last used, to the minute.
    pub fn used_at(&self) -> Option<Timestamp> {
        self.kept.used_at.map(Timestamp::from_micros)
    }

    /// Assurance level of whoever made it.
    pub fn aal(&self) -> u8 {
        self.kept.aal
    }

    /// The hash of its secret; none if what is stored is no hash.
    pub fn hash(&self) -> Option<[u8; 32]> {
        unhex(&self.kept.hash)?.try_into().ok()
    }

    /// Whether this is the hash of its secret, in constant time.
    pub fn is_opened_by(&self, hash: &[u8; 32]) -> bool {
        self.hash().is_some_and(|own| token::eq(&own, hash))
    }

    /// Whether this is the hash of the token that gives it anew, in constant time.
    pub fn is_refreshed_by(&self, hash: &[u8; 32], now: Timestamp) -> bool {
        let known = self.kept.refresh.as_ref();
        let kept = known.filter(|kept| now.as_micros() < kept.until);
        kept.is_some_and(|kept| unhex(&kept.hash).is_some_and(|own| token::eq(&own, hash)))
    }

    /// Whether this is the hash of the token that gave it anew the last time.
    pub(super) fn was_refreshed_by(&self, hash: &[u8; 32]) -> bool {
        let before = self.kept.refresh.as_ref().and_then(|kept| kept.before.as_ref());
        before.is_some_and(|(old, _)| unhex(old).is_some_and(|own| token::eq(&own, hash)))
    }

    /// When it was given anew the last time.
    pub(super) fn refreshed_at(&self) -> Option<Timestamp> {
        let before = self.kept.refresh.as_ref().and_then(|kept| kept.before.as_ref());
        before.map(|(_, at)| Timestamp::from_micros(*at))
    }

    /// The key with other secrets and a new term, and what makes it so.
    pub(super) fn anew(
        &self,
        hash: &[u8; 32],
        refresh: &[u8; 32],
        now: Timestamp,
    ) -> (Self, Write) {
        let next = self.kept.refresh.as_ref().map(|kept| kept.next(refresh, now));
        let end = next.as_ref().map(|kept| now.as_micros().saturating_add(kept.lifetime));
        let kept = Kept {
            hash: hex(hash),
            not_before: None,
            expires_at: end.or(self.kept.expires_at),
            refresh: next,
            ..self.kept.clone()
        };
        let swap = self.swap(kept.clone());
        (Self { was: encoded(&kept), kept, ..self.clone() }, swap)
    }

    /// Whether it works at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.not_before().is_none_or(|begin| begin <= now)
            && self.expires_at().is_none_or(|end| now < end)
    }

    /// Whether it may come from here. Where the address is not known, a key that
    /// is bound to networks does not work.
    pub fn may_come_from(&self, address: Option<IpAddr>) -> bool {
        let within = |address| {
            let networks = self.kept.networks.iter().filter_map(|text| Network::parse(text));
            networks.into_iter().any(|network| network.contains(address))
        };
        self.kept.networks.is_empty() || address.is_some_and(within)
    }

    /// Notes a use, unless the key has changed since it was read.
    pub fn used(&self, now: Timestamp) -> Write {
        self.swap(Kept { used_at: Some(now.as_micros()), ..self.kept.clone() })
    }

    /// Ends it at `end`, if it would not end before; nothing gives it anew.
    pub(super) fn ending(&self, end: Timestamp) -> Write {
        let end = self.expires_at().map_or(end, |own| own.min(end)).as_micros();
        self.swap(Kept { expires_at: Some(end), refresh: None, ..self.kept.clone() })
    }

    fn swap(&self, now: Kept) -> Write {
        Write::SwapCredential { id: self.id, was: self.was.clone(), now: encoded(&now) }
    }
}

impl KeptRefresh {
    fn first(hash: &[u8; 32], terms: &ApiKeyTerms, now: Timestamp) -> Option<Self> {
        let begin = terms.not_before.unwrap_or(now).as_micros();
        let lifetime = terms.expires_at?.as_micros().saturating_sub(begin);
        let until = terms.refresh_until?.as_micros();
        Some(Self { hash: hex(hash), before: None, lifetime, until })
    }

    fn next(&self, hash: &[u8; 32], now: Timestamp) -> Self {
        let before = Some((self.hash.clone(), now.as_micros()));
        Self { hash: hex(hash), before, ..self.clone() }
    }
}

fn encoded(kept: &Kept) -> Vec<u8> {
    serde_json::to_vec(kept).unwrap_or_default()
}
