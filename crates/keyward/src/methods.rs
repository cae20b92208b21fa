//! Ways to prove who one is that Keyward does not have.
//!
//! A method judges an answer and says whose it is. What an attempt costs, captchas,
//! accounts that are locked, second factors, sessions and the log are Keyward's, as for a
//! password. It is one factor: an account that has a second one is asked for it.
//!
//! ```
//! use keyward::methods::{Method, Whose};
//! use keyward::port::Fut;
//! use keyward::{Error, Keyward, NewPerson, Secret};
//!
//! /// Believes whoever knows what the old system let them in with.
//! #[derive(Debug)]
//! struct OldSystem;
//!
//! impl Method for OldSystem {
//!     fn name(&self) -> &'static str {
//!         "old_system"
//!     }
//!     fn label(&self, language: &str) -> String {
//!         if language == "de" { "Altes System" } else { "Old system" }.into()
//!     }
//!     fn prove<'a>(
//!         &'a self,
//!         identifier: &'a str,
//!         answer: &'a Secret,
//!     ) -> Fut<'a, Result<Option<Whose>, Error>> {
//!         Box::pin(async move {
//!             let is_right = answer.matches(&Secret::new("open sesame"));
//!             Ok(is_right.then(|| Whose::Named(identifier.to_owned())))
//!         })
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let auth = Keyward::memory().method(OldSystem).build().await.unwrap();
//! let email = Some("ada@example.com".into());
//! let username = Some("ada".into());
//! let ada = NewPerson { email, username, verified: true, ..NewPerson::default() };
//! auth.add_person(ada).await.unwrap().unwrap();
//! let opened = auth.sign_in_by("old_system", "ada", &Secret::new("open sesame")).await.unwrap();
//! assert!(opened.is_ok());
//! let refused = auth.sign_in_by("old_system", "ada", &Secret::new("open barley")).await.unwrap();
//! assert_eq!(refused.unwrap_err(), keyward::Refusal::InvalidCredentials);
//! # });
//! ```
//!
//! People find it at `/login/by/NAME`, with a button on the page to sign in; programs at
//! `POST /api/v1/sign-in/by/NAME`. Services that people are sent to are
//! [`providers`](crate::providers).

use std::fmt;
use std::sync::Arc;

use keyward_core::flow::Client;
use keyward_core::flow::method::{FinishMethod, TryMethod};
use keyward_core::flow::open::Opening;
use keyward_core::flow::proven::SignedIn;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::{Error, Secret};

use crate::engine::Keyward;
use crate::engine::builder::Builder;
use crate::engine::hooks::in_time;
use crate::people::Answer;
use crate::session_token::OpenedSession;

pub use keyward_core::flow::method::Whose;

/// A way to prove who one is, of the app's own.
pub trait Method: fmt::Debug + Send + Sync + 'static {
    /// Its word in addresses, sessions and the log: `ldap`. Lower-case letters, digits and
    /// `_`, at most 32, none of Keyward's own; never changes.
    fn name(&self) -> &'static str;

    /// What people read on its button, in their language (`en`, `de`); its name at first.
    fn label(&self, language: &str) -> String {
        let _ = language;
        self.name().to_owned()
    }

    /// Whose this answer is, if it is right; `identifier` is as it was typed. It must take
    /// as long for whoever is not there. An error lets nobody in: it is a 503. So is an
    /// answer that takes more than five seconds.
    fn prove<'a>(
        &'a self,
        identifier: &'a str,
        answer: &'a Secret,
    ) -> Fut<'a, Result<Option<Whose>, Error>>;
}

/// The methods of an app, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Methods(Vec<Arc<dyn Method>>);

/// Words that sessions and the log already have.
const OURS: &[&str] = &[
    "anonymous",
    "app",
    "email_code",
    "email_link",
    "impersonation",
    "invitation",
    "oauth",
    "passkey",
    "password",
    "recovery",
    "recovery_code",
    "setup",
    "sign_up",
    "sms_code",
    "sms_link",
    "totp",
    "trusted_device",
    "verification",
];

/// Whether an app may call a method or a second factor of its own so.
pub(crate) fn is_free_word(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=32).contains(&name.len()) && name.bytes().all(plain) && !OURS.contains(&name)
}

impl Methods {
    /// Refuses a word that is none, is taken, or is ours.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let mut seen = vec![];
        for method in &self.0 {
            let name = method.name();
            if !is_free_word(name) || seen.contains(&name) {
                let why = format!("`{name}` is no word for one, is taken, or is ours");
                return Err(Error::because("use this method to sign in", why));
            }
            seen.push(name);
        }
        Ok(())
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Arc<dyn Method>> {
        self.0.iter().find(|method| method.name() == name)
    }

    /// The name of each.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|method| method.name())
    }

    /// Name and label of each.
    pub(crate) fn offered(&self, language: &str) -> Vec<(&'static str, String)> {
        self.0.iter().map(|method| (method.name(), method.label(language))).collect()
    }
}

impl Builder {
    /// Lets people sign in by a method of the app's own, beside all others.
    #[must_use]
    pub fn method(mut self, method: impl Method) -> Self {
        self.methods.0.push(Arc::new(method));
        if let Err(error) = self.methods.check() {
            self.bad.get_or_insert(error);
        }
        self
    }
}

impl Keyward {
    /// Signs in by a [`Method`] of the app's own. Whoever has a second factor is refused
    /// here ([`Refusal::MfaRequired`]): the API and the pages ask for it.
    ///
    /// # Errors
    /// The method or the store is unwell, or there is no such method.
    pub async fn sign_in_by(
        &self,
        method: &str,
        identifier: &str,
        answer: &Secret,
    ) -> Answer<OpenedSession> {
        let client = Client::default();
        let led = self.prove_by(method, identifier, answer, Opening::browser(), &client).await?;
        Ok(match led {
            Ok(SignedIn::Complete { opened, .. }) => Ok(OpenedSession::new(self, &opened)),
            Ok(SignedIn::NeedsMfa { .. }) => Err(Refusal::MfaRequired),
            Ok(SignedIn::NeedsVerification { flow, .. }) => {
                Err(Refusal::Unverified { flow: Some(flow) })
            }
            Ok(SignedIn::Checked(_)) => Err(Refusal::Conflict),
            Err(refusal) => Err(refusal),
        })
    }

    /// Pays, asks the method, decides. The one way for the API, the pages and the app.
    pub(crate) async fn prove_by(
        &self,
        method: &str,
        identifier: &str,
        answer: &Secret,
        open: Opening,
        client: &Client,
    ) -> Answer<SignedIn> {
        let Some(judge) = self.0.methods.find(method) else { return Ok(Err(Refusal::NotFound)) };
        let (method, identifier) = (method.to_owned(), identifier.to_owned());
        let attempt = TryMethod { method: method.clone(), identifier: identifier.clone() };
        if let Err(refusal) = self.run(&attempt, client).await? {
            return Ok(Err(refusal));
        }
        let whose = in_time(judge.prove(&identifier, answer)).await?;
        self.run(&FinishMethod { method, identifier, whose, open }, client).await
    }
}
