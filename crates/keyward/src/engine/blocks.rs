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
    /// neither waits nor looks anything up. An administrator whom it denies what
    /// administrators undo mistakes with, or of whom it cannot say, does not count as
    /// one who stays: so it answers alike as long as nothing changes.
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
