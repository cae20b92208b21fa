//! What is stored of an account elsewhere.

use serde::{Deserialize, Serialize};

use super::ProviderUser;
use crate::crypto::hex::{hex, unhex};
use crate::crypto::keys::Keys;
use crate::crypto::seal::{self, Aad};
use crate::flow::Decide;
use crate::id::{CredentialId, TenantId, UserId};
use crate::port::Write;
use crate::record::{Credential, Identity, Subject};
use crate::secret::Secret;
use crate::time::Timestamp;

/// The kind of its credential.
pub const KIND: &str = "oauth";

/// An account elsewhere that is connected to one of ours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Connection {
    /// Which.
    pub id: CredentialId,
    /// When it was connected.
    pub created_at: Timestamp,
    user: UserId,
    kept: Kept,
    was: Vec<u8>,
}

/// The stored form: JSON. A field is added with a default, never changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Kept {
    v: u8,
    provider: String,
    issuer: String,
    subject: String,
    email: Option<String>,
    name: Option<String>,
    picture: Option<String>,
    /// When it was last used, in microseconds since the Unix epoch.
    used_at: i64,
    /// Tokens, sealed for this credential, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens: Option<String>,
}

/// What a service gave to act for somebody there.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// For requests.
    pub access: Secret,
    /// For a new one, if there is one.
    pub refresh: Option<Secret>,
    /// When the access token ends, if the service said so.
    pub expires_at: Option<Timestamp>,
    /// What it is good for, as the service said.
    pub scope: String,
}

#[derive(Deserialize, Serialize)]
struct Plain<'a> {
    access: std::borrow::Cow<'a, str>,
    refresh: Option<std::borrow::Cow<'a, str>>,
    expires_at: Option<i64>,
    scope: std::borrow::Cow<'a, str>,
}

impl Tokens {
    fn seal(&self, id: CredentialId, cx: &mut Decide<'_>) -> Option<String> {
        let plain = Plain {
            access: self.access.reveal().into(),
            refresh: self.refresh.as_ref().map(|refresh| refresh.reveal().into()),
            expires_at: self.expires_at.map(Timestamp::as_micros),
            scope: self.scope.as_str().into(),
        };
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(&plain).ok()?);
        let sealed = seal::seal(&cx.keys.seal, &aad(&id.to_bytes()), &plain, cx.rng);
        sealed.ok().map(|bytes| hex(&bytes))
    }

    fn open(text: &str, id: CredentialId, keys: &Keys) -> Option<Self> {
        let plain = seal::unseal(&keys.seal, &aad(&id.to_bytes()), &unhex(text)?).ok()?;
        let plain: Plain<'_> = serde_json::from_slice(&plain).ok()?;
        Some(Self {
            access: Secret::new(plain.access),
            refresh: plain.refresh.map(Secret::new),
            expires_at: plain.expires_at.map(Timestamp::from_micros),
            scope: plain.scope.into_owned(),
        })
    }
}

fn aad(id: &[u8; 16]) -> Aad<'_> {
    Aad { table: "credentials", column: "data", row: id }
}

impl Connection {
    /// Reads a credential; `None` if it is of another kind or cannot be read.
    pub fn read(found: &Credential) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(&found.data).ok()?;
        let (id, created_at, was) = (found.id, found.created_at, found.data.clone());
        let is_ours = found.kind == KIND && kept.v == 1;
        is_ours.then_some(Self { id, created_at, user: found.user, kept, was })
    }

    /// Every account elsewhere that is connected to this one, oldest first.
    pub fn of(subject: &Subject) -> Vec<Self> {
        subject.credentials.iter().filter_map(Self::read).collect()
    }

    /// A new one, and what stores it.
    pub(super) fn add(
        user: UserId,
        found: &ProviderUser,
        tokens: Option<&Tokens>,
        cx: &mut Decide<'_>,
    ) -> (CredentialId, Vec<Write>) {
        let id = CredentialId::mint(cx.now, cx.rng);
        let kept = Kept::new(found, tokens.and_then(|tokens| tokens.seal(id, cx)), cx.now);
        let data = serde_json::to_vec(&kept).unwrap_or_default();
        let created_at = cx.now;
        let credential = Credential { id, user, kind: KIND.into(), data, created_at };
        let identity = Identity {
            tenant: TenantId::MAIN,
            issuer: found.issuer.clone(),
            subject: found.provider_id.clone(),
            user,
            credential: id,
            created_at,
        };
        (id, vec![Write::AddCredential(credential), Write::AddIdentity(identity)])
    }

    /// Notes that it was used, and what the service says of it now. Tokens that
    /// came along take the place of the old ones.
    pub(super) fn used(
        &self,
        found: &ProviderUser,
        tokens: Option<&Tokens>,
        cx: &mut Decide<'_>,
    ) -> Write {
        let sealed = tokens.and_then(|tokens| tokens.seal(self.id, cx));
        let mut now = Kept::new(found, sealed.or(self.kept.tokens.clone()), cx.now);
        // Told at the first sign-in only, as at Apple, it is kept.
        now.name = now.name.or(self.kept.name.clone());
        self.swap(&now)
    }

    /// With other tokens.
    pub(super) fn with_tokens(&self, tokens: &Tokens, cx: &mut Decide<'_>) -> Write {
        let tokens = tokens.seal(self.id, cx);
        self.swap(&Kept { tokens, ..self.kept.clone() })
    }

    fn swap(&self, now: &Kept) -> Write {
        let now = serde_json::to_vec(now).unwrap_or_default();
        Write::SwapCredential { id: self.id, was: self.was.clone(), now }
    }

    /// Whose account it is here.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The service, by the name that it had here.
    pub fn provider(&self) -> &str {
        &self.kept.provider
    }

    /// Who vouches.
    pub fn issuer(&self) -> &str {
        &self.kept.issuer
    }

    /// What the service calls them.
    pub fn provider_id(&self) -> &str {
        &self.kept.subject
    }

    /// The address that the service told last.
    pub fn email(&self) -> Option<&str> {
        self.kept.email.as_deref()
    }

    /// The name that the service told last.
    pub fn name(&self) -> Option<&str> {
        self.kept.name.as_deref()
    }

    /// The picture that the service told last.
    pub fn picture(&self) -> Option<&str> {
        self.kept.picture.as_deref()
    }

    /// When it was last used.
    pub fn used_at(&self) -> Timestamp {
        Timestamp::from_micros(self.kept.used_at)
    }

    /// What the service gave, if it is kept and can be opened.
    pub fn tokens(&self, keys: &Keys) -> Option<Tokens> {
        Tokens::open(self.kept.tokens.as_deref()?, self.id, keys)
    }
}

impl Kept {
    fn new(found: &ProviderUser, tokens: Option<String>, now: Timestamp) -> Self {
        Self {
            v: 1,
            provider: found.provider.clone(),
            issuer: found.issuer.clone(),
            subject: found.provider_id.clone(),
            email: found.email.clone(),
            name: found.name.clone(),
            picture: found.picture.clone(),
            used_at: now.as_micros(),
            tokens,
        }
    }
}
