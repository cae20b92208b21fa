//! What the policy file says, for flows: read with the rows, changed by nobody.

use std::collections::BTreeSet;

use keyward_authz::acl::{AclEntry, Who};
use keyward_authz::{Effect, Snapshot};

use super::Gather;
use crate::Error;
use crate::id::UserId;
use crate::record::{Definitions, Group, RoleRule};

/// What the policy file says; nothing without one.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// Its roles and its exclusive sets, as rows.
    pub rows: Definitions,
    /// What it reads of whoever asks, beside what their roles say.
    pub reads: Reads,
    /// All of it, without rows: which permissions there are to name, which lists
    /// and which relations.
    pub snapshot: Snapshot,
}

/// What conditions and lists read of whoever asks. Giving somebody such a name
/// may give them anything, so whoever gives it must have it, or hold everything.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// Conditions read which roles somebody has.
    pub roles: bool,
    /// Conditions read which groups somebody is in.
    pub groups: bool,
    /// The groups that lists name.
    pub listed: Vec<String>,
}

impl Gather<'_> {
    /// The definitions that are in force, stored or from the policy file.
    pub(super) async fn definitions(&self) -> Result<Definitions, Error> {
        let mut known = self.store.definitions().await?;
        let Fixed { rows, reads, .. } = self.fixed;
        known.roles.extend_from_slice(&rows.roles);
        known.rules.extend_from_slice(&rows.rules);
        known.exclusive.extend_from_slice(&rows.exclusive);
        reads.mark(&mut known);
        Ok(known)
    }

    /// Whether the policy file defines this role.
    pub(super) fn is_fixed(&self, role: &str) -> bool {
        self.fixed.rows.roles.iter().any(|fixed| fixed.name == role)
    }
}

impl Reads {
    /// Lets what is read count as a permission of its own. Its name has a space,
    /// so that no rule and no grant can be about it but `*`.
    fn mark(&self, known: &mut Definitions) {
        let listed: BTreeSet<String> = self.listed.iter().cloned().chain(listed(known)).collect();
        let marked = known.roles.iter().filter(|_| self.roles);
        let of_roles =
            marked.map(|role| mark(&role.name, format!("policy file:role {}", role.name)));
        let accounts = listed.iter().filter_map(|name| UserId::parse(name)).map(mark_of);
        let of_accounts = accounts.map(|name| mark(&name, name.clone()));
        let mut marks: Vec<RoleRule> = of_roles.chain(of_accounts).collect();
        let is_read = |group: &Group| self.groups || listed.contains(&group.name);
        for group in known.groups.iter_mut().filter(|group| is_read(group)) {
            let name = format!("policy file:group {}", group.name);
            marks.push(mark(&name, name.clone()));
            group.roles.push(name);
        }
        known.rules.append(&mut marks);
    }
}

/// What an account has that a list names: lists know each by a group of its own.
pub(super) fn mark_of(user: UserId) -> String {
    format!("policy file:account {user}")
}

/// The groups that stored lists name: whoever is put into one may do what the
/// list says.
fn listed(known: &Definitions) -> impl Iterator<Item = String> {
    let entries = known.acls.iter().flat_map(|row| &row.entries);
    entries.filter_map(|entry| match entry.parse::<AclEntry>().ok()?.who {
        Who::Group(name) => Some(name.into()),
        Who::Everyone | Who::Authenticated => None,
    })
}

fn mark(role: &str, pattern: String) -> RoleRule {
    RoleRule { role: role.to_owned(), effect: Effect::Allow, pattern }
}
