//! Blocks of the app's own: what else decides, beside the policy.

use std::sync::Arc;

use keyward_authz::Block;

use super::Keyward;
use super::builder::Builder;
use super::hooks::OwnBlock;

impl Builder {
    /// Asked in every decision, beside what is stored and the policy: a function of
    /// the question, or a policy engine of the app's. Its
    /// [`Opinion`](keyward_authz::Opinion) counts as that of any block: its denial
    /// beats whatever allows, its yes allows where nothing denies, and where it
    /// cannot say, the decision is left open. It runs on the request's thread, so it
    /// neither waits nor looks anything up. Lists of what somebody may do, and of
    /// who may do something by roles, do not know of it.
    #[must_use]
    pub fn block(mut self, block: impl Block + Send + Sync + 'static) -> Self {
        self.hooks.blocks.push(Arc::new(block));
        self
    }
}

impl Keyward {
    pub(super) fn blocks(&self) -> &[OwnBlock] {
        &self.0.hooks.blocks
    }
}
