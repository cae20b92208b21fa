//! Passkeys, for the app: the same decisions as over HTTP.

use keyward_core::flow::Client;
use keyward_core::flow::factor;
use keyward_core::flow::open::Opening;
use keyward_core::flow::passkey::{
    AddPasskey, AskForPasskey, BeginPasskey, BeginPasskeySignIn, Begun, NewPasskey, Passkey,
    PasskeyAnswer, RelyingParty, RemovePasskey, RenamePasskey, SignInWithPasskey,
};
use keyward_core::flow::proven::SignedIn;
use keyward_core::id::{CredentialId, FlowId, SessionId, UserId};
use keyward_core::refusal::{PasskeyFault, Refusal};
use keyward_core::time::Timestamp;
use keyward_core::{Error, Secret};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::people::{Answer, nobody};

/// A ceremony that was begun.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct PasskeyBegun {
    /// Which flow the answer belongs to.
    #[schemars(with = "String")]
    pub flow_id: FlowId,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON()`, or
    /// `parseRequestOptionsFromJSON()`.
    pub public_key: Value,
}

/// A passkey of an account.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct PasskeyView {
    /// `crd_…`
    #[schemars(with = "String")]
    pub id: CredentialId,
    /// What its owner calls it, or else what its maker does; may be empty.
    pub name: String,
    /// What its maker calls it; empty where that is not known.
    pub model: &'static str,
    /// The model of its authenticator, as it says itself: 32 hexadecimal digits.
    pub aaguid: String,
    /// Whether its owner has it on other devices, or in the cloud.
    pub synced: bool,
    /// How browsers reach it: `internal`, `hybrid`, `usb`, …
    pub transports: Vec<String>,
    /// What vouched for the model: `none`, `self`, `certificate`; `unknown` for a
    /// statement that is not verified.
    pub attestation: String,
    /// When it was added.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it was last used.
    #[schemars(with = "Option<String>")]
    pub used_at: Option<Timestamp>,
}

impl PasskeyView {
    fn new(found: &Passkey) -> Self {
        Self {
            id: found.id,
            name: found.name().to_owned(),
            model: found.model(),
            aaguid: found.aaguid().to_owned(),
            synced: found.is_synced(),
            transports: found.transports().to_vec(),
            attestation: found.attestation().to_owned(),
            created_at: found.created_at,
            used_at: found.used_at(),
        }
    }
}

impl From<Begun> for PasskeyBegun {
    fn from(begun: Begun) -> Self {
        Self { flow_id: begun.flow, public_key: begun.options }
    }
}

/// What is said of an answer that no browser gives.
const MALFORMED: Refusal = Refusal::Passkey(PasskeyFault::Failed);

impl Keyward {
    /// Whether passkeys can be used under the public URL: over https, or on
    /// `localhost`, and not under the number of a machine.
    pub fn has_passkeys(&self) -> bool {
        self.relying_party().is_some()
    }

    /// Other origins that may ask for passkeys of ours, with our own in front;
    /// nothing where there are none.
    pub(crate) fn related_origins(&self) -> Option<Vec<String>> {
        let origins = self.relying_party()?.origins;
        (origins.len() > 1).then_some(origins)
    }

    fn relying_party(&self) -> Option<RelyingParty> {
        RelyingParty::of(self.public_url(), &self.0.settings)
    }

    /// The passkeys of an account, oldest first.
    pub async fn passkeys(&self, user: UserId) -> Result<Vec<PasskeyView>, Error> {
        let found = self.0.store.subject(user).await?;
        let found = found.as_ref().map(Passkey::of).unwrap_or_default();
        Ok(found.iter().map(PasskeyView::new).collect())
    }

    /// The passkeys of whoever holds a session, and whether they proved lately
    /// enough who they are to add one.
    pub(crate) async fn own_passkeys(
        &self,
        entry: &Entry,
    ) -> Result<(Vec<PasskeyView>, bool), Error> {
        let Some(found) = self.0.store.subject(entry.user.id).await? else {
            return Ok((vec![], false));
        };
        let (settings, now) = (&self.0.settings, self.now());
        let fresh = factor::is_fresh(&entry.session, &found, settings, now);
        Ok((Passkey::of(&found).iter().map(PasskeyView::new).collect(), fresh))
    }

    /// Begins to add a passkey to whoever holds this session.
    pub async fn begin_passkey(
        &self,
        user: UserId,
        session: SessionId,
        client: &Client,
    ) -> Answer<PasskeyBegun> {
        let begun = self.run(&BeginPasskey { user, session }, client).await?;
        Ok(begun.map(PasskeyBegun::from))
    }

    /// Adds the passkey that a browser made: `PublicKeyCredential.toJSON()`.
    pub async fn add_passkey(
        &self,
        (user, session): (UserId, SessionId),
        flow: FlowId,
        credential: Value,
        name: String,
        client: &Client,
    ) -> Answer<PasskeyView> {
        let Ok(made) = NewPasskey::parse(credential) else { return Ok(Err(MALFORMED)) };
        let flow = AddPasskey { user, session, flow, made, name };
        Ok(self.run(&flow, client).await?.map(|passkey| PasskeyView::new(&passkey)))
    }

    /// Gives a passkey another name; an empty one is its maker's.
    pub async fn rename_passkey(
        &self,
        user: UserId,
        passkey: CredentialId,
        name: &str,
        client: &Client,
    ) -> Answer<()> {
        self.run(&RenamePasskey { user, passkey, name: name.to_owned() }, client).await
    }

    /// Removes a passkey of whoever holds this session. The last way to sign in stays, and
    /// so does the last second factor of whoever must have one.
    pub async fn remove_passkey(
        &self,
        user: UserId,
        session: SessionId,
        passkey: CredentialId,
        client: &Client,
    ) -> Answer<()> {
        let Some(entry) = self.load_session(session).await? else { return nobody() };
        let demanded = entry.mfa.is_demanded;
        self.run(&RemovePasskey { user, session, passkey, demanded }, client).await
    }

    /// Begins to sign in whoever has a passkey.
    pub async fn begin_passkey_sign_in(&self, client: &Client) -> Answer<PasskeyBegun> {
        Ok(self.run(&BeginPasskeySignIn, client).await?.map(PasskeyBegun::from))
    }

    /// Asks for a passkey where a sign-in awaits a second factor.
    pub(crate) async fn ask_for_passkey(
        &self,
        flow: FlowId,
        browser: Option<Secret>,
        client: &Client,
    ) -> Answer<PasskeyBegun> {
        Ok(self.run(&AskForPasskey { flow, browser }, client).await?.map(PasskeyBegun::from))
    }

    /// Signs in whoever has the passkey that answered: `PublicKeyCredential.toJSON()`.
    /// Nobody but `only`, if somebody is to prove again who they are.
    pub(crate) async fn sign_in_with_passkey(
        &self,
        flow: FlowId,
        credential: Value,
        (open, only): (Opening, Option<UserId>),
        client: &Client,
    ) -> Answer<SignedIn> {
        let Ok(answer) = PasskeyAnswer::parse(credential) else { return Ok(Err(MALFORMED)) };
        self.run(&SignInWithPasskey { flow, answer, only, open: Some(open) }, client).await
    }
}
