//! Keys whose claims a frontend chooses. It wraps them itself, and asks whether they
//! still hold.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Error;
use crate::crypto::hex::{hex, unhex};
use crate::crypto::token;
use crate::flow::totp::touched;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{CredentialId, SessionId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Credential, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::time::Timestamp;

/// The kind of the credential.
const KIND: &str = "authnzerver_key";
/// Keys of one account, at most.
const MAX_KEYS: usize = 50;
/// Bytes of the claims of one key, at most.
const MAX_CLAIMS: usize = 4096;

/// A key of an account: never the key itself.
#[derive(Clone, Debug)]
pub struct FrontendKey {
    /// Which.
    pub id: CredentialId,
    /// Whose.
    pub user: UserId,
    kept: Kept,
}

/// The stored form: JSON. A field is added with a default, never changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Kept {
    v: u8,
    /// SHA-256 of the token, in hexadecimal.
    hash: String,
    claims: Map<String, Value>,
    /// It ends with this session.
    session: Option<String>,
    /// Microseconds since the Unix epoch, as all times here.
    not_before: i64,
    expires_at: i64,
    refresh: Option<Refresh>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Refresh {
    hash: String,
    not_before: i64,
    expires_at: i64,
}

impl FrontendKey {
    fn read(found: &Credential) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(&found.data).ok()?;
        let is_ours = found.kind == KIND && kept.v == 1;
        is_ours.then_some(Self { id: found.id, user: found.user, kept })
    }

    /// Every key of an account, oldest first.
    pub fn of(subject: &Subject) -> Vec<Self> {
        subject.credentials.iter().filter_map(Self::read).collect()
    }

    /// The key with this token and exactly these claims, if the account has it.
    pub fn find(subject: &Subject, held: &str, claims: &Map<String, Value>) -> Option<Self> {
        let hash = token::digest(held);
        let mut all = Self::of(subject).into_iter();
        let found = all.find(|key| is_hash(&key.kept.hash, &hash))?;
        (found.kept.claims == *claims).then_some(found)
    }

    /// The session that it ends with, if it was issued in one.
    pub fn session(&self) -> Option<SessionId> {
        SessionId::parse(self.kept.session.as_deref()?)
    }

    /// Whether it was issued in a session.
    pub fn has_session(&self) -> bool {
        self.kept.session.is_some()
    }

    /// Whether it works at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        (self.kept.not_before..self.kept.expires_at).contains(&now.as_micros())
    }

    /// Whether this refreshes it at `now`, though it may have ended.
    pub fn is_refreshed_by(&self, held: &str, now: Timestamp) -> bool {
        let refresh = self.kept.refresh.as_ref();
        refresh.is_some_and(|refresh| {
            is_hash(&refresh.hash, &token::digest(held))
                && (refresh.not_before..refresh.expires_at).contains(&now.as_micros())
        })
    }

    fn has_ended(&self, now: Timestamp) -> bool {
        let refresh = self.kept.refresh.as_ref().map_or(0, |refresh| refresh.expires_at);
        self.kept.expires_at.max(refresh) <= now.as_micros()
    }
}

fn is_hash(stored: &str, hash: &[u8; 32]) -> bool {
    unhex(stored).is_some_and(|own| token::eq(&own, hash))
}

/// How a key may be refreshed.
#[derive(Clone, Copy, Debug)]
pub struct RefreshTerms {
    /// Not before this moment.
    pub not_before: Timestamp,
    /// Not from this moment on.
    pub expires_at: Timestamp,
}

/// Issues a key.
#[derive(Clone, Debug)]
pub struct IssueKey {
    /// Whose.
    pub user: UserId,
    /// What it says, but for its token.
    pub claims: Map<String, Value>,
    /// It ends with this session.
    pub session: Option<SessionId>,
    /// Not before this moment.
    pub not_before: Timestamp,
    /// Not from this moment on.
    pub expires_at: Timestamp,
    /// Whether it may be refreshed.
    pub refresh: Option<RefreshTerms>,
    /// The key whose place it takes.
    pub replaces: Option<CredentialId>,
}

/// The only copies of the secrets of a key.
#[derive(Debug)]
pub struct Issued {
    /// What the key is known by.
    pub token: Secret,
    /// What refreshes it once.
    pub refresh: Option<Secret>,
}

impl Flow for IssueKey {
    type Facts = Option<Subject>;
    type Yes = Issued;
    const NAME: &'static str = "issue_frontend_key";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Issued> {
        let Some(subject) = facts.filter(|subject| subject.user.is_active()) else {
            return Verdict::no(Refusal::NotFound);
        };
        if self.expires_at <= cx.now || self.expires_at <= self.not_before {
            return Verdict::no(Refusal::invalid("expires", "in_the_past"));
        }
        if Value::Object(self.claims.clone()).to_string().len() > MAX_CLAIMS {
            return Verdict::no(Refusal::invalid("apikey", "too_large"));
        }
        let keys = FrontendKey::of(&subject);
        let mut writes = match self.room(&keys, cx.now) {
            Ok(writes) => writes,
            Err(refusal) => return Verdict::no(refusal),
        };
        let (issued, credential) = self.mint(cx);
        let event = match self.replaces {
            Some(old) => What::ApiKeyRotated { key: credential.id, old },
            None => What::ApiKeyCreated { key: credential.id },
        };
        writes.push(Write::AddCredential(credential));
        writes.extend(touched(&subject, cx));
        Verdict::yes(issued, writes, vec![cx.own_event(self.user, event)])
    }
}

impl IssueKey {
    /// The key that is replaced goes, and those that have ended once there are many.
    fn room(&self, keys: &[FrontendKey], now: Timestamp) -> Result<Vec<Write>, Refusal> {
        let many = keys.len() >= MAX_KEYS;
        let goes = |key: &&FrontendKey| self.replaces == Some(key.id) || many && key.has_ended(now);
        let gone: Vec<_> = keys.iter().filter(goes).map(|key| key.id).collect();
        if self.replaces.is_some_and(|old| !gone.contains(&old)) {
            return Err(Refusal::Conflict);
        }
        if keys.len() - gone.len() >= MAX_KEYS {
            return Err(Refusal::invalid("apikey", "too_many"));
        }
        Ok(gone.into_iter().map(Write::SpendCredential).collect())
    }

    fn mint(&self, cx: &mut Decide<'_>) -> (Issued, Credential) {
        let (token, hash) = token::mint(cx.rng);
        let refresh = self.refresh.map(|terms| (terms, token::mint(cx.rng)));
        let kept = Kept {
            v: 1,
            hash: hex(&hash),
            claims: self.claims.clone(),
            session: self.session.map(|session| session.to_string()),
            not_before: self.not_before.as_micros(),
            expires_at: self.expires_at.as_micros(),
            refresh: refresh.as_ref().map(|(terms, (_, hash))| Refresh {
                hash: hex(hash),
                not_before: terms.not_before.as_micros(),
                expires_at: terms.expires_at.as_micros(),
            }),
        };
        let credential = Credential {
            id: CredentialId::mint(cx.now, cx.rng),
            user: self.user,
            kind: KIND.into(),
            data: serde_json::to_vec(&kept).unwrap_or_default(),
            created_at: cx.now,
        };
        (Issued { token, refresh: refresh.map(|(_, (secret, _))| secret) }, credential)
    }
}

/// Ends a key of an account, or every one that was issued without a session.
#[derive(Clone, Debug)]
pub struct RevokeKeys {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub key: Option<CredentialId>,
}

impl Flow for RevokeKeys {
    type Facts = Option<Subject>;
    type Yes = usize;
    const NAME: &'static str = "revoke_frontend_keys";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<usize> {
        let Some(subject) = facts else { return Verdict::no(Refusal::NotFound) };
        let mut keys = FrontendKey::of(&subject);
        keys.retain(|key| self.key.map_or(!key.has_session(), |wanted| wanted == key.id));
        if keys.is_empty() {
            return Verdict::no(Refusal::NotFound);
        }
        let mut writes: Vec<_> = keys.iter().map(|key| Write::SpendCredential(key.id)).collect();
        writes.push(Write::NoteChange(self.user));
        let revoked = |key: &FrontendKey| What::ApiKeyRevoked { key: key.id, by: "owner".into() };
        let events = keys.iter().map(|key| cx.own_event(self.user, revoked(key))).collect();
        Verdict::yes(keys.len(), writes, events)
    }
}
