//! Access tokens: sign them, and know them again. A token that was verified is kept by
//! its digest, so that the next look costs one hash; whether its family still lives is
//! asked of the sessions in memory each time.

mod asok;
mod keys;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use keyward_core::Error;
use keyward_core::crypto::jose::{self, AccessClaims, Fault, SigningKey, Wanted};
use keyward_core::crypto::token;
use keyward_core::flow::tokens::{self, Issued, Parties, RING, Ring};
use keyward_core::id::{SessionId, UserId};
use keyward_core::record::SessionKind;
use keyward_core::time::Timestamp;
use quick_cache::sync::Cache;

use super::Keyward;
use super::cache::Entry;
use super::session::Ended;
use crate::tokens::TokenPair;

/// Verified tokens kept in memory.
const VERIFIED: usize = 50_000;
/// How long a node goes on with the keys that it has read. A key is published for much
/// longer before it signs; one that was retired at once is worthless here by then.
const READ_EVERY: Duration = Duration::from_secs(5);
/// How often keys are read again because of a token whose key is unknown.
const UNKNOWN_EVERY: Duration = Duration::from_secs(1);

/// The keys of one node, and the tokens that it has verified with them.
pub(crate) struct TokenState {
    ring: RwLock<Arc<OpenRing>>,
    /// When the store was last asked for them, in microseconds.
    read_at: AtomicI64,
    verified: Cache<[u8; 32], Arc<VerifiedToken>>,
}

/// The stored keys, opened.
#[derive(Default)]
pub(crate) struct OpenRing {
    stored: Option<Vec<u8>>,
    pub(crate) ring: Ring,
    keys: Vec<SigningKey>,
    /// How many came before it.
    turn: u64,
}

/// A token whose signature and claims were right.
#[derive(Debug)]
pub(crate) struct VerifiedToken {
    pub(crate) claims: AccessClaims,
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
    /// That of the keys it was verified with.
    turn: u64,
}

impl TokenState {
    pub(crate) fn new() -> Self {
        Self {
            ring: RwLock::default(),
            read_at: AtomicI64::new(i64::MIN),
            verified: Cache::new(VERIFIED),
        }
    }

    fn ring(&self) -> Arc<OpenRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, stored: Option<Vec<u8>>, ring: Ring, keys: Vec<SigningKey>) -> Arc<OpenRing> {
        let mut place = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let turn = place.turn.saturating_add(1);
        *place = Arc::new(OpenRing { stored, ring, keys, turn });
        Arc::clone(&place)
    }

    /// How long ago the keys were read; however the clock was set since.
    fn age(&self, now: Timestamp) -> Duration {
        let read_at = self.read_at.load(Ordering::Acquire);
        Duration::from_micros(now.as_micros().abs_diff(read_at))
    }
}

impl OpenRing {
    /// The keys whose tokens may still be about.
    fn verifying<'a>(
        &'a self,
        auth: &'a Keyward,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a SigningKey> {
        let settings = &auth.0.settings.tokens;
        self.keys.iter().filter(move |key| self.ring.verifies(key.id(), settings, now))
    }

    fn signer(&self, now: Timestamp) -> Option<&SigningKey> {
        let row = self.ring.signer(now)?;
        self.keys.iter().find(|key| key.id() == row.id)
    }
}

impl Keyward {
    /// Who makes access tokens, and for whom.
    fn parties(&self) -> Parties<'_> {
        let (issuer, own) = (self.public_url(), self.0.settings.tokens.audience.as_str());
        Parties { issuer, audience: if own.is_empty() { issuer } else { own } }
    }

    /// Whether a text says to be an access token of ours, as far as this node knows the
    /// keys.
    pub(crate) fn is_access_token(&self, text: &str) -> bool {
        looks_signed(text) && jose::is_ours(text, self.0.tokens.ring().keys.iter())
    }

    /// The live session that a token in `Authorization: Bearer` opens: a session token's
    /// own, or the family of an access token.
    pub(crate) async fn bearer_of(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Result<Arc<Entry>, Ended>, Error> {
        if self.is_asok_token(text) {
            return self.asok_of(text, now).await;
        }
        if !looks_signed(text) {
            return self.session_of(text, now).await;
        }
        match self.verified(text, now).await? {
            Ok(token) => self.family_of(&token, now).await,
            Err(Fault::Expired) => Ok(Err(Ended::Expired)),
            Err(_) => Ok(Err(Ended::Unknown)),
        }
    }

    /// A token with the right signature and claims, or what is wrong with it. Whether
    /// its family still lives is another question.
    pub(crate) async fn verified(
        &self,
        text: &str,
        now: Timestamp,
    ) -> Result<Result<Arc<VerifiedToken>, Fault>, Error> {
        if text.len() > jose::MAX_ACCESS {
            return Ok(Err(Fault::Malformed));
        }
        let digest = token::digest(text);
        let ring = self.ring(now).await?;
        if let Some(known) = self.0.tokens.verified.get(&digest).filter(|it| it.turn == ring.turn) {
            let is_over = now.as_secs() >= known.claims.exp;
            return Ok(if is_over { Err(Fault::Expired) } else { Ok(known) });
        }
        let mut found = self.verify_with(&ring, text, now);
        if matches!(found, Err(Fault::UnknownKey)) && self.0.tokens.age(now) >= UNKNOWN_EVERY {
            let ring = self.read_ring(now).await?;
            found = self.verify_with(&ring, text, now);
        }
        let token = match found {
            Ok(token) => Arc::new(token),
            Err(fault) => return Ok(Err(fault)),
        };
        self.0.tokens.verified.insert(digest, Arc::clone(&token));
        Ok(Ok(token))
    }

    fn verify_with(
        &self,
        ring: &OpenRing,
        text: &str,
        now: Timestamp,
    ) -> Result<VerifiedToken, Fault> {
        let Parties { issuer, audience } = self.parties();
        let wanted = Wanted { issuer, audience, now };
        let claims = jose::verify_access(text, ring.verifying(self, now), &wanted)?;
        let both = claims.session().zip(claims.user());
        let (session, user) = both.ok_or(Fault::NoSubject)?;
        Ok(VerifiedToken { claims, session, user, turn: ring.turn })
    }

    /// The family of a verified token, if it and its account still are what they were.
    pub(crate) async fn family_of(
        &self,
        token: &VerifiedToken,
        now: Timestamp,
    ) -> Result<Result<Arc<Entry>, Ended>, Error> {
        let known = self.0.cache.get(token.session).filter(|found| self.is_current(found, now));
        let entry = match known {
            Some(entry) => entry,
            None => match self.load_session(token.session).await? {
                Some(entry) => entry,
                None => return Ok(Err(Ended::Revoked)),
            },
        };
        let (session, user) = (&entry.session, &entry.user);
        let lives = session.kind == SessionKind::Family
            && user.id == token.user
            && session.epoch == token.claims.epoch
            && user.session_epoch == token.claims.epoch
            && user.is_active()
            && now < session.expires_at;
        Ok(if lives { Ok(entry) } else { Err(Ended::Revoked) })
    }

    /// Signs an access token for a family, beside its refresh token.
    pub(crate) async fn pair(&self, issued: Issued, now: Timestamp) -> Result<TokenPair, Error> {
        let ring = self.signing_ring(now).await?;
        let key = ring.signer(now).ok_or(Error::new("find a key to sign with"))?;
        let Issued { session, user, refresh } = issued;
        let (settings, mut rng) = (&self.0.settings.tokens, self.0.rng.clone());
        let claims = tokens::claims((&session, &user), self.parties(), settings, now, &mut rng);
        let access = key.sign(&claims)?;
        let lives = u64::try_from(claims.exp - claims.iat).unwrap_or_default();
        Ok(TokenPair {
            access,
            refresh,
            session: session.id,
            user: user.id,
            expires_in: Duration::from_secs(lives),
            refresh_ends_at: session.ends_at(),
            scopes: session.family.and_then(|family| family.scopes),
        })
    }

    /// The keys, not older than a few seconds.
    pub(crate) async fn ring(&self, now: Timestamp) -> Result<Arc<OpenRing>, Error> {
        match self.0.tokens.age(now) < READ_EVERY {
            true => Ok(self.0.tokens.ring()),
            false => self.read_ring(now).await,
        }
    }

    /// The keys as they are stored now.
    pub(crate) async fn read_ring(&self, now: Timestamp) -> Result<Arc<OpenRing>, Error> {
        let stored = self.0.store.meta(RING).await?;
        let known = self.0.tokens.ring();
        let fresh = if stored == known.stored {
            known
        } else {
            let ring = Ring::read(stored.as_deref())?;
            let keys: Result<Vec<SigningKey>, Error> =
                ring.rows().iter().map(|row| row.open(&self.0.keys)).collect();
            self.0.tokens.put(stored, ring, keys?)
        };
        self.0.tokens.read_at.store(now.as_micros(), Ordering::Release);
        Ok(fresh)
    }
}

/// Whether a text begins like a JSON web token: `{"`, encoded.
fn looks_signed(text: &str) -> bool {
    text.starts_with("eyJ")
}
