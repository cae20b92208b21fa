//! Second factors: enrol, answer, step up, remove. The API and the pages call
//! what an app may call.

use std::sync::Arc;

use keyward_core::flow::Client;
use keyward_core::flow::enrolled::{RemoveFactor, RenewCodes};
use keyward_core::flow::factor;
use keyward_core::flow::open::Opened;
use keyward_core::flow::step_up::{StepUp, ways};
use keyward_core::flow::totp::{BeginTotp, ConfirmTotp, Enrolled};
use keyward_core::id::{FlowId, SessionId, UserId};
use keyward_core::record::Subject;
use keyward_core::settings::Settings;
use keyward_core::{Error, Secret};

use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::people::{Answer, nobody};
use crate::session_token::OpenedSession;

pub use keyward_core::flow::totp::Enrolling as EnrollingTotp;

/// A second factor that was enrolled.
#[derive(Clone, Debug)]
pub struct EnrolledFactor {
    /// The session that takes the place of the one that asked; it stands on both
    /// factors.
    pub session: OpenedSession,
    /// Recovery codes, to be shown once; none if the account had some.
    pub recovery_codes: Vec<Secret>,
}

impl EnrolledFactor {
    pub(crate) fn new(auth: &Keyward, enrolled: Enrolled) -> Self {
        let session = OpenedSession::new(auth, &enrolled.opened);
        Self { session, recovery_codes: enrolled.codes }
    }
}

/// What an account can answer a second factor with.
#[derive(Clone, Debug, Default)]
pub struct SecondFactors {
    /// `totp`, `recovery_code`, …; none if it signs in with one factor.
    pub methods: Vec<&'static str>,
    /// The one that guards it, if there is no other: whoever must have one keeps it.
    pub only: Option<&'static str>,
    /// Recovery codes that are not used yet.
    pub recovery_codes_left: usize,
    /// What it can step up with: the same, or `password`.
    pub step_up: Vec<&'static str>,
    /// Whether it has passkeys: signing in with one again proves it, too.
    pub has_passkeys: bool,
}

impl SecondFactors {
    pub(crate) fn of(subject: &Subject, settings: &Settings) -> Self {
        Self {
            methods: factor::methods(subject, settings),
            only: factor::only(subject, settings),
            recovery_codes_left: factor::codes::left(subject),
            step_up: ways(subject, settings),
            has_passkeys: subject.credential("passkey").is_some(),
        }
    }
}

impl Keyward {
    /// What an account can answer a second factor with.
    pub async fn second_factors(&self, user: UserId) -> Result<SecondFactors, Error> {
        let subject = self.0.store.subject(user).await?;
        let found = subject.map(|subject| SecondFactors::of(&subject, &self.0.settings));
        Ok(found.unwrap_or_default())
    }

    /// Begins to enrol an authenticator app for whoever holds this session. The
    /// secret is shown once; nothing is enrolled before
    /// [`confirm_totp`](Self::confirm_totp).
    pub async fn begin_totp(&self, session: SessionId) -> Answer<EnrollingTotp> {
        let Some(entry) = self.held(session).await? else { return nobody() };
        self.begin_totp_for(&entry, &Client::default()).await
    }

    /// Proves with a code that the app has the secret, and enrols it.
    pub async fn confirm_totp(
        &self,
        session: SessionId,
        flow: FlowId,
        code: &Secret,
    ) -> Answer<EnrolledFactor> {
        let Some(entry) = self.held(session).await? else { return nobody() };
        let client = Client::default();
        let enrolled = self.confirm_totp_for(&entry, flow, code.clone(), &client).await?;
        Ok(enrolled.map(|enrolled| EnrolledFactor::new(self, enrolled)))
    }

    /// Removes the authenticator app of whoever holds this session. Needs a
    /// recent proof of two factors.
    pub async fn remove_totp(&self, session: SessionId) -> Answer<()> {
        let Some(entry) = self.held(session).await? else { return nobody() };
        self.remove_factor_for(&entry, "totp", &Client::default()).await
    }

    /// A new set of recovery codes for whoever holds this session; the old ones
    /// die. Needs a recent proof of two factors.
    pub async fn renew_recovery_codes(&self, session: SessionId) -> Answer<Vec<Secret>> {
        let Some(entry) = self.held(session).await? else { return nobody() };
        self.renew_codes_for(&entry, &Client::default()).await
    }

    /// Proves again who holds this session, by `password` or by a second factor
    /// where there is one. The session is replaced by the one that is returned.
    pub async fn step_up(
        &self,
        session: SessionId,
        method: &str,
        answer: &Secret,
    ) -> Answer<OpenedSession> {
        let Some(entry) = self.held(session).await? else { return nobody() };
        let opened = self.step_up_for(&entry, method, answer.clone(), &Client::default()).await?;
        Ok(opened.map(|opened| OpenedSession::new(self, &opened)))
    }

    async fn held(&self, session: SessionId) -> Result<Option<Arc<Entry>>, Error> {
        self.load_session(session).await
    }

    pub(crate) async fn begin_totp_for(
        &self,
        entry: &Entry,
        client: &Client,
    ) -> Answer<EnrollingTotp> {
        self.run(&BeginTotp { user: entry.user.id, session: entry.session.id }, client).await
    }

    pub(crate) async fn confirm_totp_for(
        &self,
        entry: &Entry,
        flow: FlowId,
        code: Secret,
        client: &Client,
    ) -> Answer<Enrolled> {
        let (user, session) = (entry.user.id, entry.session.id);
        self.run(&ConfirmTotp { user, session, flow, code }, client).await
    }

    pub(crate) async fn remove_factor_for(
        &self,
        entry: &Entry,
        method: &'static str,
        client: &Client,
    ) -> Answer<()> {
        let (user, session) = (entry.user.id, entry.session.id);
        let demanded = entry.mfa.is_demanded;
        self.run(&RemoveFactor { user, session, method, demanded }, client).await
    }

    pub(crate) async fn renew_codes_for(
        &self,
        entry: &Entry,
        client: &Client,
    ) -> Answer<Vec<Secret>> {
        self.run(&RenewCodes { user: entry.user.id, session: entry.session.id }, client).await
    }

    pub(crate) async fn step_up_for(
        &self,
        entry: &Entry,
        method: &str,
        answer: Secret,
        client: &Client,
    ) -> Answer<Box<Opened>> {
        let (user, session) = (entry.user.id, entry.session.id);
        let flow = StepUp { user, session, method: method.to_owned(), answer };
        self.run(&flow, client).await
    }
}
