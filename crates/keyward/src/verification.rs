//! Codes for purposes of the app's own.

use keyward_core::Secret;
use keyward_core::flow::app_code::{ConfirmAppCode, SendAppCode};
use keyward_core::flow::challenge::Answer as Given;
use keyward_core::flow::{Client, Flow};
use keyward_core::id::{FlowId, UserId};

use crate::engine::Keyward;
use crate::people::Answer;

impl Keyward {
    /// Sends a code to an address that this account has proven, good for `purpose`
    /// alone: a word of the app's own such as `delete_project`, of letters, digits, `_`,
    /// `-`, `.` and `:`. The flow that is answered names it when it comes back, to
    /// [`confirm_verification`](Self::confirm_verification) or to a route behind
    /// `require_verification`.
    ///
    /// # Errors
    /// The store is unwell.
    pub async fn send_verification(&self, user: &UserId, purpose: &str) -> Answer<FlowId> {
        self.verification(&SendAppCode { user: *user, purpose: purpose.to_owned() }).await
    }

    /// Spends such a code. One of another account or for another purpose is none, and
    /// guesses are as few as at every door.
    ///
    /// # Errors
    /// The store is unwell.
    pub async fn confirm_verification(
        &self,
        user: &UserId,
        purpose: &str,
        flow: FlowId,
        code: &Secret,
    ) -> Answer<()> {
        let answer = Given::Code { flow, code: code.clone() };
        self.verification(&ConfirmAppCode { user: *user, purpose: purpose.to_owned(), answer })
            .await
    }

    async fn verification<F: Flow>(&self, flow: &F) -> Answer<F::Yes> {
        self.run(flow, &Client::default()).await
    }
}
