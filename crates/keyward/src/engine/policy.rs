//! The permission definitions of this node, shared by every check.

pub(crate) mod base;
#[cfg(feature = "policy-file")]
pub(crate) mod file;
pub(crate) mod in_force;

use std::sync::Arc;

use keyward_authz::{Permission, Snapshot};
use keyward_core::Error;
use keyward_core::record::{Definitions, Group};

use super::Keyward;
use base::Base;

/// A snapshot and what it was built from.
#[derive(Debug)]
pub(crate) struct PolicyState {
    pub(crate) version: i64,
    pub(crate) base: Arc<Base>,
    pub(crate) snapshot: Snapshot,
    /// Every group, by name, with the roles that it gives.
    pub(crate) groups: Vec<Group>,
    /// Its place among those that were in force here.
    turn: u64,
}

impl PolicyState {
    /// Builds the snapshot: what the policy file and the policy document say, and
    /// the rows.
    pub(crate) fn build(from: &Definitions, base: Arc<Base>) -> Result<Self, Error> {
        let base = base.at(from.document.as_ref())?;
        let snapshot = base.fixed().with_rows(from)?.build();
        let groups = from.groups.clone();
        Ok(Self { version: from.version, base, snapshot, groups, turn: 0 })
    }

    /// One that no stored definitions replace.
    #[cfg(feature = "testing")]
    pub(crate) fn last(snapshot: Snapshot) -> Self {
        Self { version: i64::MAX, base: Arc::default(), snapshot, groups: vec![], turn: 0 }
    }

    /// Whether both are of the same definitions.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.version == other.version && Arc::ptr_eq(&self.base, &other.base)
    }
}

impl Keyward {
    /// The definitions as of now.
    pub(crate) fn policy(&self) -> Arc<PolicyState> {
        self.0.policy.get()
    }

    /// The policy of these stored definitions; built only if this node has not
    /// built it already.
    pub(crate) fn policy_at(&self, stored: &Definitions) -> Result<Arc<PolicyState>, Error> {
        let current = self.policy();
        if current.version == stored.version {
            return Ok(current);
        }
        PolicyState::build(stored, Arc::clone(&current.base)).map(Arc::new)
    }

    /// What the policy would be with these definitions in place of the stored ones.
    pub(crate) fn policy_with(&self, candidate: &Definitions) -> Result<PolicyState, Error> {
        PolicyState::build(candidate, Arc::clone(&self.policy().base))
    }

    /// The roles that may be given, stored or of the policy file.
    pub(crate) async fn role_names(&self) -> Result<Vec<String>, Error> {
        let stored = self.0.store.definitions().await?.roles;
        let fixed = self.policy().base.fixed().rows.roles.clone();
        Ok(stored.into_iter().chain(fixed).map(|role| role.name).collect())
    }

    /// Reads the definitions again.
    pub(crate) async fn reload_policy(&self) -> Result<(), Error> {
        self.put_in_force(|| Ok(Arc::clone(&self.policy().base))).await
    }

    /// Puts the stored definitions in force, with those of the policy file. One
    /// after the other, so that the last to begin knows the most.
    async fn put_in_force<B: Into<Arc<Base>>>(
        &self,
        base: impl FnOnce() -> Result<B, Error>,
    ) -> Result<(), Error> {
        let _turn = self.0.policy_turn.lock().await;
        let base = base()?.into();
        let fresh = PolicyState::build(&self.0.store.definitions().await?, base)?;
        self.0.policy.put(fresh);
        Ok(())
    }
}

/// A permission, or an error that names it.
pub(crate) fn parse(permission: &str) -> Result<Permission, Error> {
    Permission::parse(permission).map_err(|cause| Error::because("read the permission", cause))
}
