//! What the policy file says, for flows: read with the rows, changed by nobody.

use keyward_authz::Effect;

use super::Gather;
use crate::Error;
use crate::record::{Definitions, RoleRule};

/// What the policy file says; nothing without one.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// Its roles and its exclusive sets, as rows.
    pub rows: Definitions,
    /// What it reads of whoever asks, beside what their roles say.
    pub reads: Reads,
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
        let Fixed { rows, reads } = self.fixed;
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
        let marked = known.roles.iter().filter(|_| self.roles);
        let of_roles =
            marked.map(|role| mark(&role.name, format!("policy file:role {}", role.name)));
        let mut marks: Vec<RoleRule> = of_roles.collect();
        for group in known.groups.iter_mut().filter(|group| self.reads_group(&group.name)) {
            let name = format!("policy file:group {}", group.name);
            marks.push(mark(&name, name.clone()));
            group.roles.push(name);
        }
        known.rules.append(&mut marks);
    }

    fn reads_group(&self, group: &str) -> bool {
        self.groups || self.listed.iter().any(|listed| listed == group)
    }
}

fn mark(role: &str, pattern: String) -> RoleRule {
    RoleRule { role: role.to_owned(), effect: Effect::Allow, pattern }
}
