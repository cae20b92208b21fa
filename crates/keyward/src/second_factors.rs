//! Second factors that Keyward does not have.
//!
//! A factor says what to keep of a person, and whether an answer is right. Asking for it
//! at every way in, what a guess costs, recovery codes, stepping up, sealing what is kept,
//! and the log are Keyward's, as for an authenticator app.
//!
//! ```
//! use keyward::port::Fut;
//! use keyward::second_factors::{Begun, Factor};
//! use keyward::totp::{Algorithm, OtpSecret, hotp};
//! use keyward::id::UserId;
//! use keyward::{Client, Entered, Error, Keyward, NewPerson, OsRandom, Secret};
//!
//! /// A key fob whose button shows the next six digits (RFC 4226).
//! #[derive(Debug)]
//! struct Fob;
//!
//! /// What is kept: the secret, and how often the button was pressed.
//! fn pressed(kept: &Secret) -> Option<(OtpSecret, u64)> {
//!     let (secret, count) = kept.reveal().split_once(' ')?;
//!     Some((OtpSecret::parse(secret).ok()?, count.parse().ok()?))
//! }
//!
//! impl Factor for Fob {
//!     fn name(&self) -> &'static str {
//!         "fob"
//!     }
//!     fn label(&self, language: &str) -> String {
//!         if language == "de" { "Schlüsselanhänger" } else { "Key fob" }.into()
//!     }
//!     fn begin(&self, _: UserId) -> Fut<'_, Result<Begun, Error>> {
//!         let secret = OtpSecret::mint(&mut OsRandom);
//!         let shown = format!("Write this into your fob: {}", secret.text().reveal());
//!         let kept = Secret::new(format!("{} 0", secret.text().reveal()));
//!         Box::pin(async move { Ok(Begun { kept, shown }) })
//!     }
//!     fn prove<'a>(
//!         &'a self,
//!         _: UserId,
//!         kept: &'a Secret,
//!         answer: &'a Secret,
//!     ) -> Fut<'a, Result<Option<Secret>, Error>> {
//!         Box::pin(async move {
//!             let Some((secret, count)) = pressed(kept) else { return Ok(None) };
//!             // The button may have been pressed a few times in a pocket.
//!             let at = |at: &u64| {
//!                 hotp(&secret, *at, Algorithm::Sha1, 6).is_ok_and(|code| code.matches(answer))
//!             };
//!             let used = (count..count + 10).find(at);
//!             let next = |used| Secret::new(format!("{} {}", secret.text().reveal(), used + 1));
//!             Ok(used.map(next))
//!         })
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let auth = Keyward::memory().second_factor(Fob).build().await.unwrap();
//! let password = Secret::new("correct horse battery staple");
//! let (email, username) = (Some("ada@example.com".into()), Some("ada".into()));
//! let ada = NewPerson { email, username, verified: true, ..NewPerson::default() };
//! let ada = NewPerson { password: Some(password.clone()), ..ada };
//! auth.add_person(ada).await.unwrap().unwrap();
//! let enter = async || auth.sign_in("ada", &password, false, &Client::default()).await.unwrap();
//! let Ok(Entered::Session(session)) = enter().await else { panic!("one factor is enough") };
//!
//! let begun = auth.begin_second_factor(session.id, "fob").await.unwrap().unwrap();
//! let secret = begun.shown.rsplit(' ').next().unwrap();
//! let press = |count| {
//!     hotp(&OtpSecret::parse(secret).unwrap(), count, Algorithm::Sha1, 6).unwrap()
//! };
//! let session = session.id;
//! let enrolled = auth.confirm_second_factor(session, "fob", begun.flow, &press(0)).await.unwrap();
//! assert_eq!(enrolled.unwrap().recovery_codes.len(), 10);
//! assert!(matches!(enter().await, Ok(Entered::NeedsMfa { .. })), "the fob is asked for");
//! # });
//! ```
//!
//! People enrol it at `/account/factors/NAME` and are asked for it at `/login/mfa`; programs
//! do so at `/api/v1/me/factors/NAME` and `/api/v1/sign-in/mfa`.

use std::fmt;
use std::sync::Arc;

use keyward_core::flow::Client;
use keyward_core::flow::app_factor::{BeginAppFactor, ConfirmAppFactor};
use keyward_core::flow::factor::app::{AppFactor, AppSaid, AskApp};
use keyward_core::flow::totp::Enrolled;
use keyward_core::id::{FlowId, SessionId, UserId};
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::{Error, Secret};

use crate::engine::Keyward;
use crate::engine::builder::Builder;
use crate::engine::cache::Entry;
use crate::engine::hooks::in_time;
use crate::factors::EnrolledFactor;
use crate::methods::is_free_word;
use crate::people::Answer;

/// A second factor of the app's own.
pub trait Factor: fmt::Debug + Send + Sync + 'static {
    /// Its word in addresses, sessions and the log: `fob`. Lower-case letters, digits and
    /// `_`, at most 32, none of Keyward's own; never changes: accounts that enrolled it
    /// are asked for it also where the app lost it, and then only recovery codes help.
    fn name(&self) -> &'static str;

    /// What people read of it, in their language (`en`, `de`); its name at first.
    fn label(&self, language: &str) -> String {
        let _ = language;
        self.name().to_owned()
    }

    /// What to keep of this person, who wants it, and what to show them once. Nothing is
    /// enrolled before an answer was right.
    fn begin(&self, user: UserId) -> Fut<'_, Result<Begun, Error>>;

    /// What to keep from now on, if this answer is right; `None` if it is wrong. What is
    /// kept is replaced in the transaction that accepts the answer: of two that come at
    /// once, one is judged again by what the other left. So whoever keeps the last number
    /// accepts none twice. An error lets nobody in: it is a 503. So is an answer that takes
    /// more than five seconds.
    fn prove<'a>(
        &'a self,
        user: UserId,
        kept: &'a Secret,
        answer: &'a Secret,
    ) -> Fut<'a, Result<Option<Secret>, Error>>;
}

/// A factor that a person wants.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What to keep: at most 4,096 bytes; sealed at rest.
    pub kept: Secret,
    /// What the person is shown, once: plain text.
    pub shown: String,
}

/// A factor that is being enrolled.
#[derive(Clone, Debug)]
pub struct EnrollingFactor {
    /// The flow whose answer is awaited.
    pub flow: FlowId,
    /// What the person is shown, once.
    pub shown: String,
}

/// Most bytes that a factor keeps of one person.
const MAX_KEPT: usize = 4096;

/// The factors of an app, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct AppFactors(Vec<Arc<dyn Factor>>);

impl AppFactors {
    /// The one of this word, and how the core knows it.
    pub(crate) fn find(&self, name: &str) -> Option<(&Arc<dyn Factor>, AppFactor)> {
        let found = self.0.iter().find(|factor| factor.name() == name)?;
        Some((found, AppFactor::new(found.name())))
    }

    /// Name and label of each.
    pub(crate) fn offered(&self, language: &str) -> Vec<(&'static str, String)> {
        self.0.iter().map(|factor| (factor.name(), factor.label(language))).collect()
    }

    /// Asks the factor whether an answer is right. What cannot be read, or would be too
    /// much to keep, is an error.
    pub(crate) async fn judge(&self, asked: AskApp, auth: &Keyward) -> Result<AppSaid, Error> {
        let found = self.find(&asked.factor).map(|(factor, _)| Arc::clone(factor));
        let Some(factor) = found else { return Ok(asked.said(None)) };
        let kept = asked.kept(&auth.0.keys).ok_or_else(|| Error::new(UNREADABLE))?;
        let now = in_time(factor.prove(asked.user, &kept, &asked.answer)).await?;
        now.as_ref().map_or(Ok(()), bounded)?;
        Ok(asked.said(now))
    }
}

const UNREADABLE: &str = "read what a second factor keeps";

fn bounded(kept: &Secret) -> Result<(), Error> {
    match kept.reveal().len() <= MAX_KEPT {
        true => Ok(()),
        false => Err(Error::because("keep so much for a second factor", "at most 4,096 bytes")),
    }
}

impl Builder {
    /// Lets people have a second factor of the app's own, beside all others.
    #[must_use]
    pub fn second_factor(mut self, factor: impl Factor) -> Self {
        let name = factor.name();
        let is_taken = self.app_factors.find(name).is_some();
        if is_taken || !is_free_word(name) {
            let why = format!("`{name}` is no word for one, is taken, or is ours");
            self.bad.get_or_insert(Error::because("use this second factor", why));
        }
        self.app_factors.0.push(Arc::new(factor));
        self.settings.app_factors.push(AppFactor::new(name));
        self
    }
}

impl Keyward {
    /// Begins to enrol a [`Factor`] of the app's own for whoever holds this session;
    /// nothing is enrolled before
    /// [`confirm_second_factor`](Self::confirm_second_factor). Needs a recent proof.
    ///
    /// # Errors
    /// The factor or the store is unwell.
    pub async fn begin_second_factor(
        &self,
        session: SessionId,
        factor: &str,
    ) -> Answer<EnrollingFactor> {
        match self.load_session(session).await? {
            Some(entry) => self.begin_app_factor(&entry, factor, &Client::default()).await,
            None => Ok(Err(Refusal::Unauthenticated)),
        }
    }

    /// Proves with an answer that the factor works, and enrols it.
    ///
    /// # Errors
    /// The factor or the store is unwell.
    pub async fn confirm_second_factor(
        &self,
        session: SessionId,
        factor: &str,
        flow: FlowId,
        answer: &Secret,
    ) -> Answer<EnrolledFactor> {
        let Some(entry) = self.load_session(session).await? else {
            return Ok(Err(Refusal::Unauthenticated));
        };
        let client = Client::default();
        let enrolled =
            self.confirm_app_factor(&entry, factor, (flow, answer.clone()), &client).await?;
        Ok(enrolled.map(|enrolled| EnrolledFactor::new(self, enrolled)))
    }

    /// Removes a [`Factor`] of the app's own from whoever holds this session. Needs a
    /// recent proof of two factors.
    ///
    /// # Errors
    /// The store is unwell.
    pub async fn remove_second_factor(&self, session: SessionId, factor: &str) -> Answer<()> {
        match self.load_session(session).await? {
            Some(entry) => self.remove_app_factor(&entry, factor, &Client::default()).await,
            None => Ok(Err(Refusal::Unauthenticated)),
        }
    }

    pub(crate) async fn begin_app_factor(
        &self,
        entry: &Entry,
        name: &str,
        client: &Client,
    ) -> Answer<EnrollingFactor> {
        let Some((judge, factor)) = self.0.app_factors.find(name) else {
            return Ok(Err(Refusal::NotFound));
        };
        let (user, session) = (entry.user.id, entry.session.id);
        let may = BeginAppFactor { user, session, factor, kept: None };
        if let Err(refusal) = self.run(&may, client).await? {
            return Ok(Err(refusal));
        }
        let Begun { kept, shown } = in_time(judge.begin(user)).await?;
        bounded(&kept)?;
        let begun = self.run(&BeginAppFactor { kept: Some(kept), ..may }, client).await?;
        Ok(begun
            .and_then(|flow| Ok(EnrollingFactor { flow: flow.ok_or(Refusal::Conflict)?, shown })))
    }

    pub(crate) async fn confirm_app_factor(
        &self,
        entry: &Entry,
        name: &str,
        (flow, answer): (FlowId, Secret),
        client: &Client,
    ) -> Answer<Enrolled> {
        let Some((_, factor)) = self.0.app_factors.find(name) else {
            return Ok(Err(Refusal::NotFound));
        };
        let (user, session) = (entry.user.id, entry.session.id);
        self.run(&ConfirmAppFactor { user, session, factor, flow, answer }, client).await
    }

    pub(crate) async fn remove_app_factor(
        &self,
        entry: &Entry,
        name: &str,
        client: &Client,
    ) -> Answer<()> {
        match self.0.app_factors.find(name) {
            Some((_, factor)) => self.remove_factor_for(entry, factor.name(), client).await,
            None => Ok(Err(Refusal::NotFound)),
        }
    }
}
