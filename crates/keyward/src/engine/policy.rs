//! The permission definitions of this node, shared by every check.

use std::sync::Arc;

use keyward_authz::{Decision, Permission, Snapshot, SnapshotBuilder};
use keyward_core::Error;
use keyward_core::id::UserId;
use keyward_core::record::Definitions;

use super::Keyward;
use super::session::compile;

/// A snapshot and its version.
#[derive(Debug)]
pub(crate) struct PolicyState {
    pub(crate) version: i64,
    pub(crate) snapshot: Snapshot,
}

impl PolicyState {
    /// Builds the snapshot. A stored rule that cannot be read is an error: it
    /// might be the one that denies.
    pub(crate) fn build(from: &Definitions) -> Result<Self, Error> {
        let mut builder = SnapshotBuilder::new();
        for role in &from.roles {
            builder.role(&role.name, &role.description);
        }
        for rule in &from.rules {
            let added = builder.rule(&rule.role, rule.effect, &rule.pattern);
            added.map_err(|cause| Error::because("read a stored rule", cause))?;
        }
        Ok(Self { version: from.version, snapshot: builder.build() })
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

    /// Whether an account may do something, asked of the store.
    pub async fn can(&self, user: UserId, permission: &str) -> Result<bool, Error> {
        let wanted = parse(permission)?;
        Ok(self.access_of(user).await?.check(&wanted) == Decision::Allow)
    }

    /// Why an account may or may not do something, in plain text.
    pub async fn why(&self, user: UserId, permission: &str) -> Result<String, Error> {
        let wanted = parse(permission)?;
        let policy = self.policy();
        Ok(self.access_of(user).await?.explain(&policy.snapshot, &wanted).to_string())
    }

    pub(crate) async fn access_of(&self, user: UserId) -> Result<keyward_authz::Access, Error> {
        let (roles, grants) = self.0.store.access(user).await?;
        let policy = self.policy();
        Ok(compile(&policy.snapshot, &roles, &grants, self.now()).0)
    }
}

/// A permission, or an error that names it.
pub(crate) fn parse(permission: &str) -> Result<Permission, Error> {
    Permission::parse(permission).map_err(|cause| Error::because("read the permission", cause))
}
