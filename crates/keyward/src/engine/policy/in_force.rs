//! The policy that is in force: looked at by every request, replaced rarely.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::PolicyState;

/// One policy, and how many came before it.
#[derive(Debug)]
pub(crate) struct InForce {
    state: RwLock<Arc<PolicyState>>,
    /// That of `state`. Whoever only wants to know whether theirs is still in
    /// force reads this, and touches nothing that others write.
    turn: AtomicU64,
}

impl InForce {
    pub(crate) fn new(first: PolicyState) -> Self {
        Self { turn: AtomicU64::new(first.turn), state: RwLock::new(Arc::new(first)) }
    }

    /// The policy as of now.
    pub(crate) fn get(&self) -> Arc<PolicyState> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether this one is still in force.
    pub(crate) fn is(&self, state: &PolicyState) -> bool {
        self.turn.load(Ordering::Acquire) == state.turn
    }

    /// Puts another one in force, unless it is older or says the same.
    pub(crate) fn put(&self, mut fresh: PolicyState) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if fresh.version < state.version || fresh.is_same(&state) {
            return;
        }
        fresh.turn = state.turn + 1;
        let turn = fresh.turn;
        *state = Arc::new(fresh);
        self.turn.store(turn, Ordering::Release);
    }
}
