//! HTTP Basic (RFC 7617) with the passwords of accounts.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::http::HeaderValue;
use keyward_core::Error;
use keyward_core::crypto::keys::{DerivedKey, Purpose, RootKey};
use keyward_core::crypto::mac::mac;
use keyward_core::flow::Client;
#[cfg(feature = "captcha")]
use keyward_core::flow::captcha::PassCaptcha;
use keyward_core::flow::proven::SignedIn;
use keyward_core::id::{SessionId, UserId};
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::time::Timestamp;

use super::chain::{Step, Steps};
use super::claim::id_of;
use super::{Answer, Authenticator, Claim, Incoming, NameAndPassword};
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::engine::os::OsRandom;
use crate::http::{Fault, Head, Limit};

/// How long a password that was right is not hashed again, while nothing about its
/// account changes.
const REMEMBERED: Duration = Duration::from_secs(60);

/// HTTP Basic: the name and password of an account with each request. Not asked unless
/// you say so. Each password is checked as at a sign-in, with its limits, its records
/// and its hooks; an account with a second factor is refused (403 `mfa_required`), since
/// there is nothing to prove it with. What was right is remembered in memory for a
/// minute, as a keyed hash, while nothing about the account changes.
///
/// Whoever is refused is told `WWW-Authenticate: Basic realm="…", charset="UTF-8"`.
/// Where people have browsers, give them a session; where programs ask, API keys.
#[derive(Clone, Debug)]
pub struct Basic {
    realm: Arc<str>,
    permissions: Option<Arc<[String]>>,
    remembered: Arc<OnceLock<DerivedKey>>,
}

impl Basic {
    /// With a realm, which browsers show: up to 100 printable ASCII characters without
    /// quotes and backslashes.
    pub fn new(realm: &str) -> Self {
        Self { realm: realm.into(), permissions: None, remembered: Arc::default() }
    }

    /// Whoever comes so may do no more than these patterns, and no more than their
    /// account.
    #[must_use]
    pub fn within<S: Into<String>>(mut self, permissions: impl IntoIterator<Item = S>) -> Self {
        self.permissions = Some(permissions.into_iter().map(Into::into).collect());
        self
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let is_plain = |b: u8| (b' '..=b'~').contains(&b) && b != b'"' && b != b'\\';
        let is_realm = !self.realm.is_empty() && self.realm.len() <= 100;
        match is_realm && self.realm.bytes().all(is_plain) {
            true => Ok(()),
            false => Err(Error::new("use this realm for HTTP Basic")),
        }
    }

    /// RFC 7617 section 2.1.
    pub(super) fn challenge(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("Basic realm=\"{}\", charset=\"UTF-8\"", self.realm)).ok()
    }

    /// The name under which a right password is kept in memory: nothing to guess by.
    fn id(&self, given: &NameAndPassword) -> Option<SessionId> {
        let key = self.remembered.get_or_init(|| {
            // Another one for each process; of no use to anyone else.
            RootKey::mint(&mut OsRandom).derive(Purpose::Fingerprint)
        });
        let parts = [given.user.as_bytes(), given.password.reveal().as_bytes()];
        id_of(&mac(key, &parts))
    }

    fn claim(&self, user: UserId, now: Timestamp) -> Claim {
        let claim = Claim::new(user, "password").since(now).until(now.plus(REMEMBERED));
        match &self.permissions {
            Some(permissions) => claim.within(permissions.iter().cloned()),
            None => claim,
        }
    }
}

impl Authenticator for Basic {
    fn authenticate<'a>(&'a self, request: &'a Incoming<'a>) -> Fut<'a, Result<Answer, Error>> {
        Box::pin(async move { request.ask(&[Step::Basic(self.clone())]).await })
    }

    fn into_steps(self) -> Steps {
        Steps::one(Step::Basic(self))
    }
}

impl Keyward {
    /// Whose name and password these are.
    pub(crate) async fn basic_of(
        &self,
        basic: &Basic,
        given: &NameAndPassword,
        head: Head<'_>,
        now: Timestamp,
    ) -> Result<Arc<Entry>, Fault> {
        let id = basic.id(given).ok_or(Refusal::Unauthenticated)?;
        if let Some(entry) = self.claimed(id, now) {
            return Ok(entry);
        }
        self.slow_down(Limit::Attempt, head.address, now)?;
        let client = self.client_of(head);
        let user = self.password_of(given, &client).await??;
        let claim = basic.claim(user, now);
        match self.entry_claimed(id, &claim, now).await? {
            Ok(entry) => Ok(entry),
            Err(_) => Err(Refusal::InvalidCredentials.into()),
        }
    }

    /// The account whose name and password these are, decided as a sign-in is.
    async fn password_of(
        &self,
        given: &NameAndPassword,
        client: &Client,
    ) -> Result<Result<UserId, Refusal>, Error> {
        let (identifier, password) = (given.user.clone(), given.password.clone());
        #[cfg(feature = "captcha")]
        if let Err(refusal) = self.without_captcha(&identifier, client).await? {
            return Ok(Err(refusal));
        }
        Ok(match self.by_password(identifier, password, None, client).await? {
            Ok(SignedIn::Checked(user)) => Ok(user.id),
            Ok(SignedIn::NeedsVerification { flow, .. }) => {
                Err(Refusal::Unverified { flow: Some(flow) })
            }
            Ok(SignedIn::Complete { .. } | SignedIn::NeedsMfa { .. }) => {
                return Err(Error::new("check a password without opening a session"));
            }
            Err(refusal) => Err(refusal),
        })
    }

    /// Where a captcha is asked for at a sign-in, there is no way around it here.
    #[cfg(feature = "captcha")]
    async fn without_captcha(
        &self,
        name: &str,
        client: &Client,
    ) -> Result<Result<(), Refusal>, Error> {
        use keyward_core::settings::{CaptchaFor, When};

        let purpose = CaptchaFor::SignIn;
        if purpose.when(&self.0.settings.captcha) == When::Never {
            return Ok(Ok(()));
        }
        self.run(&PassCaptcha { purpose, name: name.to_owned(), solution: None }, client).await
    }
}
