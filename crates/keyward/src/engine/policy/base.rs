//! What the policy file says: definitions that rows are added to and cannot change.

use keyward_authz::SnapshotBuilder;
use keyward_core::flow::fixed::Fixed;

/// The definitions of the policy file; none without one.
#[derive(Debug, Default)]
pub(crate) struct Base {
    pub(super) builder: SnapshotBuilder,
    pub(super) fixed: Fixed,
}

impl Base {
    /// Its definitions, for rows to be added.
    pub(super) fn builder(&self) -> SnapshotBuilder {
        self.builder.clone()
    }

    /// What it says, for whoever compares what people hold.
    pub(crate) fn fixed(&self) -> &Fixed {
        &self.fixed
    }

    /// Where the file defines a role, if it does.
    pub(super) fn place_of(&self, role: &str) -> Option<String> {
        self.builder.defines_role(role).then(|| {
            let found = self.fixed.snapshot.role(role);
            let place = found.and_then(|role| role.origin().map(ToString::to_string));
            place.unwrap_or_else(|| "the policy file".to_owned())
        })
    }

    /// Where the file defines an access control list, if it does.
    pub(super) fn place_of_list(&self, list: &str) -> Option<String> {
        let found = self.fixed.snapshot.acl(list)?;
        let place = found.origin(0).map(ToString::to_string);
        Some(place.unwrap_or_else(|| "the policy file".to_owned()))
    }
}
