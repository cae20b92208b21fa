//! From the text of a policy to what it says, for the rows and for flows.

use std::sync::Arc;

use keyward_authz::acl::Who;
use keyward_authz::condition::Condition;
use keyward_authz::policy::{Beside, Mistakes, Policy};
use keyward_authz::{Access, Dialect, Effect, Snapshot};

use super::{Fixed, Reads};
use crate::Error;
use crate::record::{Definitions, ExclusiveSet, PolicyDocument, Role, RoleRule};
use crate::time::Timestamp;

/// What mistakes in the policy document are placed in.
pub(in crate::flow) const DOCUMENT: &str = "policy document";

impl Fixed {
    /// What a policy file says. Stored rules are in the native dialect, so that
    /// no other will do.
    pub fn of_file(self, policy: Policy) -> Result<Self, Error> {
        let dialect = policy.snapshot().dialect();
        if dialect != Dialect::Keyward {
            let text = format!("it is in the dialect `{dialect}`, stored rules are not");
            return Err(Error::because("use the policy file", text));
        }
        let file = Some(Arc::new(policy.clone()));
        Ok(Self { file, ..self.of(policy) })
    }

    /// What `policy` says, and the rest as it is.
    fn of(&self, policy: Policy) -> Self {
        let mut builder = policy.into_builder();
        if builder.has_catalogue() {
            for permission in &self.own {
                // Each is one of ours, so it is well formed.
                let _ = builder.permission(permission).is_ok();
            }
        }
        let snapshot = builder.clone().build();
        let (rows, reads) = (rows(&snapshot), reads(&snapshot));
        let (own, file) = (self.own.clone(), self.file.clone());
        Self { rows, reads, snapshot, builder, own, document: self.document, file }
    }

    /// Reads a document beside the file and these rows, whose names it must not use.
    pub(in crate::flow) fn parse(
        &self,
        text: &str,
        stored: &Definitions,
    ) -> Result<Policy, Mistakes> {
        let roles: Vec<&str> = stored.roles.iter().map(|role| role.name.as_str()).collect();
        let lists: Vec<&str> = stored.acls.iter().map(|row| row.name.as_str()).collect();
        let beside = Beside { policy: self.file.as_deref(), roles: &roles, lists: &lists };
        Policy::parse_beside(beside, DOCUMENT, text)
    }

    /// The same with what `whole` says: the file, and a document beside it.
    pub(in crate::flow) fn of_whole(&self, whole: Policy, document: i64) -> Self {
        Self { document, ..self.of(whole) }
    }

    /// The same without a document.
    pub(in crate::flow) fn alone(&self, document: i64) -> Self {
        let file = self.file.as_deref().cloned();
        let nothing = || Self::nothing(self.own.clone());
        Self { document, ..file.map_or_else(nothing, |file| self.of(file)) }
    }

    pub(super) fn with(&self, document: Option<&PolicyDocument>) -> Result<Self, Error> {
        let version = document.map_or(0, |document| document.version);
        let text = document.map_or("", |document| &document.text);
        if text.is_empty() {
            return Ok(self.alone(version));
        }
        // Names of rows are looked at when rows are added.
        let whole = self.parse(text, &Definitions::default());
        let whole = whole.map_err(|flaws| Error::because("use the policy document", flaws))?;
        Ok(self.of_whole(whole, version))
    }
}

/// The roles of the file, each with all that it inherits, and its exclusive sets.
fn rows(snapshot: &Snapshot) -> Definitions {
    let mut rows = Definitions::default();
    for role in snapshot.roles() {
        rows.roles.push(Role {
            name: role.name().to_owned(),
            description: role.description().to_owned(),
            inherits: role.parents(snapshot).map(str::to_owned).collect(),
            created_at: Timestamp::from_micros(0),
        });
        let rules = rules_of(snapshot, role.name()).into_iter();
        rows.rules.extend(rules.map(|(effect, pattern)| RoleRule {
            role: role.name().to_owned(),
            effect,
            pattern,
        }));
    }
    let sets = snapshot.exclusive_sets().enumerate().map(|(nth, set)| ExclusiveSet {
        // No stored one has a name with spaces.
        name: format!("policy file {nth}"),
        roles: set.map(str::to_owned).collect(),
    });
    rows.exclusive.extend(sets);
    rows
}

/// What a role says, for comparing what people hold. What it says only under
/// conditions, or of items, counts as given and as denied: whoever gives the role,
/// or takes its holder over, must hold all of that, and holding it by this role
/// is not holding it.
fn rules_of(snapshot: &Snapshot, role: &str) -> Vec<(Effect, String)> {
    let access = Access::compile(snapshot, [role], []);
    let said = |effect, patterns: Vec<&str>| {
        patterns.into_iter().map(move |pattern| (effect, pattern.to_owned())).collect::<Vec<_>>()
    };
    let mut rules = said(Effect::Allow, access.list());
    rules.extend(said(Effect::Deny, access.denied()));
    if access.is_locked() {
        rules.push((Effect::Deny, "*".to_owned()));
    }
    if !snapshot.limits().all(access.all_roles().iter().map(|role| &**role)).is_empty() {
        // Who has wider limits has more; nobody but `*` covers this name.
        rules.push((Effect::Allow, format!("policy file:limits {role}")));
    }
    for pattern in sometimes(snapshot, &access) {
        rules.extend([(Effect::Allow, pattern.clone()), (Effect::Deny, pattern)]);
    }
    rules
}

/// What conditions and tables of items say of the roles of this access.
fn sometimes(snapshot: &Snapshot, access: &Access) -> Vec<String> {
    let concerns = |name: &str| access.has_role(name);
    let rules = snapshot.rules().iter();
    let rules = rules.filter(|rule| rule.roles.iter().any(|name| concerns(name)));
    let patterns = rules.flat_map(|rule| rule.patterns.iter());
    let kinds = snapshot.items().kinds().filter(|(_, kind)| kind.roles().any(concerns));
    let kinds = kinds.map(|(name, _)| format!("{name}:*"));
    patterns.map(|pattern| pattern.as_str().to_owned()).chain(kinds).collect()
}

/// What the conditions and the lists read of whoever asks.
fn reads(snapshot: &Snapshot) -> Reads {
    let rules = snapshot.rules().iter();
    let conditions: Vec<&Condition> =
        rules.flat_map(|rule| rule.when.iter().chain(&rule.unless)).collect();
    // Too many rather than too few: the word may also be one of a resource.
    let speak = |word| conditions.iter().any(|condition| condition.as_str().contains(word));
    let lists = snapshot.acl_names().filter_map(|name| snapshot.acl(name));
    let listed = lists.flat_map(|acl| acl.entries()).filter_map(|entry| match &entry.who {
        Who::Group(name) => Some(name.to_string()),
        Who::Everyone | Who::Authenticated => None,
    });
    Reads { roles: speak("roles"), groups: speak("groups"), listed: listed.collect() }
}
