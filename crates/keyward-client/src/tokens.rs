//! Access tokens, verified on this machine with the keys that the server publishes.
//!
//! A token that is good here may belong to a session that has ended: by default that is
//! seen when it expires, after five minutes at most. [`Tokens::verify_fresh`] asks the
//! server as well.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use keyward_core::crypto::jose::{Fault, Jwks, Wanted, verify_published};
use tokio::sync::Mutex;

pub use keyward_core::crypto::jose::AccessClaims as Claims;
pub use keyward_core::port::Clock;
pub use keyward_core::time::Timestamp;

use crate::call::Raw;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::{Error, Result};

/// A set of keys is used for so long without asking for a newer one.
const FRESH: Duration = Duration::from_secs(300);
/// While the server cannot be asked, for so long.
const STALE: Duration = Duration::from_secs(600);
/// Between two requests for a set that strangers' tokens may cause.
const PAUSE: Duration = Duration::from_secs(10);

/// Verifies access tokens.
pub struct Tokens {
    client: Client,
    issuer: String,
    audience: String,
    clock: Arc<dyn Clock>,
    kept: Mutex<Option<Kept>>,
}

/// Keys, when they were read, and when the server was last asked for them.
struct Kept {
    keys: Arc<Jwks>,
    read: Timestamp,
    asked: Timestamp,
}

impl Tokens {
    /// For tokens of this issuer, which is the server's public URL, made for itself.
    pub fn new(client: &Client, issuer: &str) -> Self {
        Self {
            client: client.using(Credentials::nobody()),
            issuer: issuer.to_owned(),
            audience: issuer.to_owned(),
            clock: Arc::new(SystemClock),
            kept: Mutex::new(None),
        }
    }

    /// For tokens that are made for this, as the server's `tokens.audience` says.
    #[must_use]
    pub fn audience(mut self, audience: &str) -> Self {
        audience.clone_into(&mut self.audience);
        self
    }

    /// Goes by this clock, in tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// What the token says. Nobody is asked, unless the keys are old.
    ///
    /// # Errors
    /// [`Error::BadToken`] where it opens nothing; something else where the keys cannot be
    /// had, which says nothing of the token.
    pub async fn verify(&self, token: &str) -> Result<Claims> {
        let wanted =
            Wanted { issuer: &self.issuer, audience: &self.audience, now: self.clock.now() };
        let keys = self.keys(FRESH).await?;
        let mut found = verify_published(token, &keys, &wanted);
        if found == Err(Fault::UnknownKey) {
            let newer = self.keys(PAUSE).await?;
            found = verify_published(token, &newer, &wanted);
        }
        found.map_err(|fault| Error::BadToken(fault.to_string()))
    }

    /// What the token says, if the server says that it is still so: the session, the
    /// account and its epoch are looked at.
    ///
    /// # Errors
    /// As [`verify`](Self::verify); the problem is the server's where it is no longer so.
    pub async fn verify_fresh(&self, token: &str) -> Result<Claims> {
        let claims = self.verify(token).await?;
        let who = self.client.using(Credentials::bearer(token)?).get_me().await?;
        if who.id != claims.sub {
            return Err(Error::BadToken("the server says that it is another's".to_owned()));
        }
        Ok(claims)
    }

    /// The keys, asked for anew if they are as old as this.
    async fn keys(&self, most: Duration) -> Result<Arc<Jwks>> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        // A clock that stepped back says nothing about how old they are.
        let is_within = |then: Timestamp, age: Duration| then <= now && now < then.plus(age);
        let is_good = |kept: &Kept| {
            is_within(kept.read, most)
                || is_within(kept.asked, PAUSE) && is_within(kept.read, STALE)
        };
        if let Some(kept) = kept.as_ref().filter(|kept| is_good(kept)) {
            return Ok(kept.keys.clone());
        }
        let found = self.read().await;
        match (found, kept.as_mut()) {
            (Ok(keys), _) => {
                let keys = Arc::new(keys);
                *kept = Some(Kept { keys: keys.clone(), read: now, asked: now });
                Ok(keys)
            }
            // Keys that were good a moment ago still are; for how long is bounded.
            (Err(_), Some(kept)) if is_within(kept.read, STALE) => {
                kept.asked = now;
                Ok(kept.keys.clone())
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn read(&self) -> Result<Jwks> {
        let asked = self.client.call::<Raw>(Method::GET, "/.well-known/jwks.json", &[]);
        Jwks::parse(&asked.await?).map_err(|why| Error::Unexpected(why.to_string()))
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Wall-clock time of the machine.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock everyone else asks")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX));
        Timestamp::from_micros(micros)
    }
}
