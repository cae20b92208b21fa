//! What is said beside the rows: by the policy file, which no flow changes, and by
//! the stored policy document, which is replaced as a whole. Flows read both with
//! the rows, so that what they define is given by the same rules.

mod rows;
#[cfg(feature = "policy-file")]
mod said;

use std::borrow::Cow;
use std::collections::BTreeSet;
#[cfg(feature = "policy-file")]
use std::sync::Arc;

use keyward_authz::acl::{AclEntry, Who};
#[cfg(feature = "policy-file")]
use keyward_authz::policy::Policy;
use keyward_authz::{Effect, Snapshot, SnapshotBuilder};

use super::Gather;
use crate::Error;
use crate::id::UserId;
use crate::record::{Definitions, Group, PolicyDocument, RoleRule};

/// What the policy file and the policy document say together.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// Their roles and exclusive sets, as rows.
    pub rows: Definitions,
    /// What they read of whoever asks, beside what their roles say.
    pub reads: Reads,
    /// All of it, without rows: which permissions there are to name, which lists
    /// and which relations.
    pub snapshot: Snapshot,
    builder: SnapshotBuilder,
    /// Permissions that exist in any catalogue.
    #[cfg_attr(not(feature = "policy-file"), expect(dead_code, reason = "a document adds them"))]
    own: Vec<&'static str>,
    /// The version of the document; 0 without one.
    document: i64,
    /// What the file says alone.
    #[cfg(feature = "policy-file")]
    file: Option<Arc<Policy>>,
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

impl Fixed {
    /// Neither a file nor a document. What our own doors ask for is `own`: it
    /// exists in every catalogue, or nobody would administer.
    pub fn nothing(own: Vec<&'static str>) -> Self {
        Self { own, ..Self::default() }
    }

    /// Whether one of them defines this role.
    pub fn defines(&self, role: &str) -> bool {
        self.rows.roles.iter().any(|fixed| fixed.name == role)
    }

    /// The same with this document in place of the one in it; itself if that is
    /// the same.
    ///
    /// # Errors
    /// When the document cannot be read: what it denies would be lost.
    pub fn at(&self, document: Option<&PolicyDocument>) -> Result<Cow<'_, Self>, Error> {
        match document {
            None if self.document == 0 => Ok(Cow::Borrowed(self)),
            Some(document) if self.document == document.version => Ok(Cow::Borrowed(self)),
            _ => self.with(document).map(Cow::Owned),
        }
    }

    #[cfg(not(feature = "policy-file"))]
    fn with(&self, document: Option<&PolicyDocument>) -> Result<Self, Error> {
        let version = document.map_or(0, |document| document.version);
        match document.is_none_or(|document| document.text.is_empty()) {
            true => Ok(Self { document: version, ..self.clone() }),
            false => Err(Error::because("use the policy document", "this build reads no policies")),
        }
    }
}

/// The definitions that are in force.
pub(super) struct Known<'a> {
    /// Those that are stored, as rows.
    pub(super) rows: Definitions,
    /// The same, and what is said beside them.
    pub(super) all: Definitions,
    /// What is said beside them.
    pub(super) fixed: Cow<'a, Fixed>,
}

impl<'a> Gather<'a> {
    /// The definitions that are in force, stored or from a policy.
    pub(super) async fn definitions(&self) -> Result<Definitions, Error> {
        Ok(self.known().await?.all)
    }

    /// The same, apart: as it is stored now, whatever this node has put in force.
    pub(super) async fn known(&self) -> Result<Known<'a>, Error> {
        let rows = self.store.definitions().await?;
        let fixed = self.fixed.at(rows.document.as_ref())?;
        let mut all = rows.clone();
        fixed.add_to(&mut all);
        Ok(Known { rows, all, fixed })
    }
}

impl Fixed {
    /// Adds what is said here to the stored definitions.
    pub(super) fn add_to(&self, known: &mut Definitions) {
        let Self { rows, reads, .. } = self;
        known.roles.extend_from_slice(&rows.roles);
        known.rules.extend_from_slice(&rows.rules);
        known.exclusive.extend_from_slice(&rows.exclusive);
        reads.mark(known);
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
