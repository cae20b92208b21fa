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
        hash: &[u8; 32],
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
        }
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

    /// When it was last used, to the minute.
    pub fn used_at(&self) -> Option<Timestamp> {
        self.kept.used_at.map(Timestamp::from_micros)
    }

    /// Assurance level of whoever made it.
    pub fn aal(&self) -> u8 {
        self.kept.aal
    }

    /// Whether this is the hash of its secret, in constant time.
    pub fn is_opened_by(&self, hash: &[u8; 32]) -> bool {
        unhex(&self.kept.hash).is_some_and(|own| token::eq(&own, hash))
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

    /// Ends it at `end`, if it would not end before.
    pub(super) fn ending(&self, end: Timestamp) -> Write {
        let end = self.expires_at().map_or(end, |own| own.min(end));
        self.swap(Kept { expires_at: Some(end.as_micros()), ..self.kept.clone() })
    }

    fn swap(&self, now: Kept) -> Write {
        Write::SwapCredential { id: self.id, was: self.was.clone(), now: encoded(&now) }
    }
}

fn encoded(kept: &Kept) -> Vec<u8> {
    serde_json::to_vec(kept).unwrap_or_default()
}
