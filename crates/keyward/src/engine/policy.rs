//! The permission definitions of this node, shared by every check.

use std::sync::Arc;

use keyward_authz::{Permission, Snapshot, SnapshotBuilder};
use keyward_core::Error;
use keyward_core::record::{Definitions, Group};

use super::Keyward;

/// A snapshot and its version.
#[derive(Debug)]
pub(crate) struct PolicyState {
    pub(crate) version: i64,
    pub(crate) snapshot: Snapshot,
    /// Every group, by name, with the roles that it gives.
    pub(crate) groups: Vec<Group>,
}

impl PolicyState {
    /// Builds the snapshot. A stored rule that cannot be read is an error: it
    /// might be the one that denies.
    pub(crate) fn build(from: &Definitions) -> Result<Self, Error> {
        let mut builder = SnapshotBuilder::new();
        for role in &from.roles {
            builder.role(&role.name, &role.description);
            for parent in &role.inherits {
                builder.inherit(&role.name, parent);
            }
        }
        for rule in &from.rules {
            let added = builder.rule(&rule.role, rule.effect, &rule.pattern);
            added.map_err(|cause| Error::because("read a stored rule", cause))?;
        }
        for set in &from.exclusive {
            builder.exclusive(set.roles.iter().map(String::as_str));
        }
        let groups = from.groups.clone();
        Ok(Self { version: from.version, snapshot: builder.build(), groups })
    }
}

impl Keyward {
    /// The definitions as of now.
    pub(crate) fn policy(&self) -> Arc<PolicyState> {
        match self.0.policy.read() {
            Ok(policy) => Arc::clone(&policy),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// The policy of these stored definitions; built only if this node has not
    /// built it already.
    pub(crate) fn policy_at(&self, stored: &Definitions) -> Result<Arc<PolicyState>, Error> {
        let current = self.policy();
        if current.version == stored.version {
            return Ok(current);
        }
        PolicyState::build(stored).map(Arc::new)
    }

    /// What the policy would be with these definitions in place of the stored ones.
    pub(crate) fn policy_with(&self, candidate: &Definitions) -> Result<PolicyState, Error> {
        PolicyState::build(candidate)
    }

    /// Reads the definitions again.
    pub(crate) async fn reload_policy(&self) -> Result<(), Error> {
        let fresh = Arc::new(PolicyState::build(&self.0.store.definitions().await?)?);
        let mut policy = match self.0.policy.write() {
            Ok(policy) => policy,
            Err(poisoned) => poisoned.into_inner(),
        };
        if fresh.version >= policy.version {
            *policy = fresh;
        }
        Ok(())
    }
}

/// A permission, or an error that names it.
pub(crate) fn parse(permission: &str) -> Result<Permission, Error> {
    Permission::parse(permission).map_err(|cause| Error::because("read the permission", cause))
}
