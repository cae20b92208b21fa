//! What people are reached by, for the app: change an address, remove one, take
//! a change back. The API and the pages call what an app may call.

use keyward_core::Secret;
use keyward_core::flow::Client;
use keyward_core::flow::address::{
    CancelAddress, ChangeAddress, ChangeUsername, ConfirmAddress, RemoveAddress, ResendAddress,
    SeeUndo, UndoAddress,
};
use keyward_core::flow::challenge::Answer as Proof;
use keyward_core::flow::recover::{StopRecovery, Stopped};
use keyward_core::id::{FlowId, SessionId};
use keyward_core::identifier::Kind;

use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::people::{Answer, nobody};

impl Keyward {
    /// Sends a code, and to an e-mail address a link, to an address that whoever
    /// holds this session wants to be reached by. Nothing changes before
    /// [`confirm_address`](Self::confirm_address). Needs a recent proof.
    pub async fn change_address(&self, session: SessionId, kind: Kind, to: &str) -> Answer<FlowId> {
        let Some(entry) = self.load_session(session).await? else { return nobody() };
        self.change_address_for(&entry, kind, to.to_owned(), &Client::default()).await
    }

    /// Proves with the code that was sent that the new address is held; now it
    /// takes the place of the old one. Every address that the account had proven
    /// is told, and can take it back for some days.
    pub async fn confirm_address(
        &self,
        session: SessionId,
        flow: FlowId,
        code: &Secret,
    ) -> Answer<()> {
        let Some(entry) = self.load_session(session).await? else { return nobody() };
        let answer = Proof::Code { flow, code: code.clone() };
        self.confirm_address_for(&entry, answer, &Client::default()).await
    }

    /// Removes the e-mail address, the phone or the username of whoever holds this
    /// session, unless nothing would be left. Needs a recent proof.
    pub async fn remove_address(&self, session: SessionId, kind: Kind) -> Answer<()> {
        let Some(entry) = self.load_session(session).await? else { return nobody() };
        self.remove_address_for(&entry, kind, &Client::default()).await
    }

    /// Gives whoever holds this session another username. Needs a recent proof.
    pub async fn change_username(&self, session: SessionId, to: &str) -> Answer<()> {
        let Some(entry) = self.load_session(session).await? else { return nobody() };
        self.change_username_for(&entry, to.to_owned(), &Client::default()).await
    }

    /// Takes a change of address back by the secret of a link. Every session of
    /// the account dies, and its password has to be set anew.
    pub async fn undo_address_change(&self, link: &Secret) -> Answer<()> {
        self.undo_address_for(link.clone(), &Client::default()).await
    }

    /// Stops a recovery that somebody else began, by the secret of the link that another
    /// address of the account was sent; with `look`, only says whether it is going on.
    pub async fn stop_recovery(&self, link: &Secret, look: bool) -> Answer<Stopped> {
        self.run(&StopRecovery { link: link.clone(), look }, &Client::default()).await
    }

    pub(crate) async fn change_address_for(
        &self,
        entry: &Entry,
        kind: Kind,
        to: String,
        client: &Client,
    ) -> Answer<FlowId> {
        let (user, session) = (entry.user.id, entry.session.id);
        let asked = self.run(&ChangeAddress { user, session, kind, to }, client).await?;
        Ok(asked.map(|asked| asked.flow))
    }

    pub(crate) async fn confirm_address_for(
        &self,
        entry: &Entry,
        answer: Proof,
        client: &Client,
    ) -> Answer<()> {
        let (user, session) = (entry.user.id, entry.session.id);
        self.run(&ConfirmAddress { user, session, answer }, client).await
    }

    pub(crate) async fn resend_address_for(
        &self,
        entry: &Entry,
        flow: FlowId,
        client: &Client,
    ) -> Answer<()> {
        self.run(&ResendAddress { user: entry.user.id, flow }, client).await
    }

    pub(crate) async fn cancel_address_for(
        &self,
        entry: &Entry,
        flow: FlowId,
        client: &Client,
    ) -> Answer<()> {
        self.run(&CancelAddress { user: entry.user.id, flow }, client).await
    }

    pub(crate) async fn remove_address_for(
        &self,
        entry: &Entry,
        kind: Kind,
        client: &Client,
    ) -> Answer<()> {
        let (user, session) = (entry.user.id, entry.session.id);
        self.run(&RemoveAddress { user, session, kind }, client).await
    }

    pub(crate) async fn change_username_for(
        &self,
        entry: &Entry,
        to: String,
        client: &Client,
    ) -> Answer<()> {
        let (user, session) = (entry.user.id, entry.session.id);
        self.run(&ChangeUsername { user, session, to }, client).await
    }

    pub(crate) async fn see_undo_for(&self, link: Secret, client: &Client) -> Answer<Kind> {
        self.run(&SeeUndo { link }, client).await
    }

    pub(crate) async fn undo_address_for(&self, link: Secret, client: &Client) -> Answer<()> {
        self.run(&UndoAddress { link }, client).await
    }
}
