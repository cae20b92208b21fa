//! What people do with their own account as a whole: delete it and have it back,
//! take its data along, see which devices it trusts. The API and the pages call
//! what an app may call.

use std::time::Duration;

use keyward_core::flow::Client;
use keyward_core::flow::anonymous::ForgetAbandoned;
use keyward_core::flow::deletion::{DeleteOwn, EraseDeleted, RestoreOwn, SeeRestore};
use keyward_core::flow::device::ForgetDevice;
use keyward_core::flow::export::{Export, ExportOwn};
use keyward_core::flow::factor::trusted;
use keyward_core::id::{CredentialId, SessionId, UserId};
use keyward_core::identifier::Kind;
use keyward_core::port::{PeopleQuery, Status};
use keyward_core::record::{Credential, Identifier};
use keyward_core::settings::Settings;
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};
use schemars::JsonSchema;
use serde::Serialize;

use crate::engine::Keyward;
use crate::engine::builder::Builder;
use crate::engine::cache::Entry;
use crate::people::{Answer, nobody};
use crate::view::{EventView, Holdings, SessionRow, UserView};

/// What is kept about somebody, for them to take along; no secret is in it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ExportView {
    /// When it was put together.
    #[schemars(with = "String")]
    pub exported_at: Timestamp,
    /// The account.
    pub account: UserView,
    /// What it is called and reached by.
    pub identifiers: Vec<NameView>,
    /// What it proves itself with.
    pub factors: Vec<FactorView>,
    /// Where somebody is signed in.
    pub sessions: Vec<SessionRow>,
    /// What it may do.
    pub access: Holdings,
    /// What happened to it, newest first.
    pub activity: Vec<EventView>,
    /// Whether more happened than is told here.
    pub activity_is_cut: bool,
}

/// A name of an account with its dates.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct NameView {
    /// `email`, `username` or `phone`.
    #[schemars(with = "String")]
    pub kind: Kind,
    /// As its owner typed it.
    pub value: String,
    /// When its owner proved to hold it.
    #[schemars(with = "Option<String>")]
    pub verified_at: Option<Timestamp>,
    /// When it was added.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
}

/// Something that an account proves itself with, without its secret.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FactorView {
    /// `password`, `totp`, `recovery_codes`, `passkey`, …
    pub kind: String,
    /// When it was added.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
}

/// A device that is spared the second factor.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct DeviceView {
    /// `crd_…`
    #[schemars(with = "String")]
    pub id: CredentialId,
    /// Its own description of itself.
    pub client: String,
    /// Since when it is trusted.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// Until when, exclusive.
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl NameView {
    fn new(found: &Identifier) -> Self {
        let Identifier { kind, verified_at, created_at, .. } = *found;
        Self { kind, value: found.value.clone(), verified_at, created_at }
    }
}

impl FactorView {
    fn new(found: &Credential) -> Self {
        Self { kind: found.kind.clone(), created_at: found.created_at }
    }
}

impl ExportView {
    fn new(export: &Export, settings: &Settings, now: Timestamp) -> Self {
        let subject = &export.subject;
        let factors = subject.credentials.iter().filter(|c| c.kind != trusted::KIND);
        Self {
            exported_at: now,
            account: UserView::new(&subject.user, &subject.identifiers).for_owner(settings),
            identifiers: subject.identifiers.iter().map(NameView::new).collect(),
            factors: factors.map(FactorView::new).collect(),
            sessions: export.sessions.iter().map(|s| SessionRow::new(s, None)).collect(),
            access: Holdings::new(&export.held),
            activity: export.events.iter().map(EventView::new).collect(),
            activity_is_cut: export.has_more,
        }
    }
}

impl Builder {
    /// How long an account that was deleted can be restored before it is erased;
    /// 14 days at first.
    #[must_use]
    pub fn deletion_grace(self, time: Duration) -> Self {
        self.settings(|settings| settings.deletion_grace = time)
    }

    /// How old an account without a name must be, once its session has ended and nothing
    /// else leads to it, to be deleted by itself; 30 days at first. It is erased when
    /// the [grace](Self::deletion_grace) is over, too.
    #[must_use]
    pub fn anonymous_lifetime(self, time: Duration) -> Self {
        self.settings(|settings| settings.anonymous_lifetime = time)
    }

    /// How long a change of address can be taken back; 7 days at first, zero for
    /// never.
    #[must_use]
    pub fn address_undo(self, time: Duration) -> Self {
        self.settings(|settings| settings.undo_lifetime = time)
    }
}

impl Keyward {
    /// Deletes the account of whoever holds this session, who can have it back for
    /// some days. Needs a recent proof.
    pub async fn delete_own(&self, session: SessionId) -> Answer<()> {
        let Some(entry) = self.load_session(session).await? else { return nobody() };
        self.delete_own_for(&entry, &Client::default()).await
    }

    /// Brings an account back that its owner deleted, by the secret of a letter's
    /// link.
    pub async fn restore_own(&self, link: &Secret) -> Answer<()> {
        self.restore_own_for(link.clone(), &Client::default()).await
    }

    /// All that is kept about whoever holds this session. Needs a recent proof.
    pub async fn export_own(&self, session: SessionId) -> Answer<ExportView> {
        let Some(entry) = self.load_session(session).await? else { return nobody() };
        self.export_own_for(&entry, &Client::default()).await
    }

    /// The devices that an account spares the second factor, oldest first.
    pub async fn trusted_devices(&self, user: UserId) -> Result<Vec<DeviceView>, Error> {
        self.trusted_devices_for(user, &Client::default()).await
    }

    /// Asks for the second factor again on this device, or on every one.
    pub async fn forget_device(&self, user: UserId, device: Option<CredentialId>) -> Answer<()> {
        self.run(&ForgetDevice { user, device }, &Client::default()).await
    }

    /// Erases the accounts that were deleted long enough ago; how many. Runs by
    /// itself every minute or so.
    pub async fn erase_deleted(&self) -> Result<usize, Error> {
        let before = self.now().minus(self.0.settings.deletion_grace);
        let mut query = PeopleQuery {
            status: Some(Status::Deleted),
            deleted_before: Some(before),
            limit: 50,
            ..PeopleQuery::default()
        };
        let mut erased = 0;
        loop {
            let page = self.0.store.people(&query).await?;
            for (user, _) in &page.data {
                let flow = EraseDeleted { user: user.id };
                erased += usize::from(self.run(&flow, &Client::default()).await?.is_ok());
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(erased),
            }
        }
    }

    /// Deletes the accounts that were begun without a name and that nobody can come back
    /// to, once they are [old enough](Builder::anonymous_lifetime); how many. Runs by
    /// itself every hour where there are such accounts.
    pub async fn forget_abandoned(&self) -> Result<usize, Error> {
        let before = self.now().minus(self.0.settings.anonymous_lifetime);
        let mut query =
            PeopleQuery { abandoned_before: Some(before), limit: 50, ..PeopleQuery::default() };
        let mut forgotten = 0;
        loop {
            let page = self.0.store.people(&query).await?;
            for (user, _) in &page.data {
                let flow = ForgetAbandoned { user: user.id };
                forgotten += usize::from(self.run(&flow, &Client::default()).await?.is_ok());
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(forgotten),
            }
        }
    }

    pub(crate) async fn delete_own_for(&self, entry: &Entry, client: &Client) -> Answer<()> {
        let (user, session) = (entry.user.id, entry.session.id);
        self.run(&DeleteOwn { user, session }, client).await
    }

    pub(crate) async fn restore_own_for(&self, link: Secret, client: &Client) -> Answer<()> {
        self.run(&RestoreOwn { link }, client).await
    }

    pub(crate) async fn see_restore_for(&self, link: Secret, client: &Client) -> Answer<()> {
        self.run(&SeeRestore { link }, client).await
    }

    pub(crate) async fn export_own_for(
        &self,
        entry: &Entry,
        client: &Client,
    ) -> Answer<ExportView> {
        let (user, session) = (entry.user.id, entry.session.id);
        let export = self.run(&ExportOwn { user, session }, client).await?;
        Ok(export.map(|export| ExportView::new(&export, &self.0.settings, self.now())))
    }

    pub(crate) async fn trusted_devices_for(
        &self,
        user: UserId,
        client: &Client,
    ) -> Result<Vec<DeviceView>, Error> {
        let Some(subject) = self.0.store.subject(user).await? else { return Ok(vec![]) };
        let devices = trusted::list(&subject, client, self.now()).into_iter();
        let view = |found: trusted::Device| DeviceView {
            id: found.id,
            client: found.client,
            created_at: found.created_at,
            expires_at: found.until,
            current: found.current,
        };
        Ok(devices.map(view).collect())
    }

    pub(crate) async fn forget_device_for(
        &self,
        user: UserId,
        device: Option<CredentialId>,
        client: &Client,
    ) -> Answer<()> {
        self.run(&ForgetDevice { user, device }, client).await
    }
}
