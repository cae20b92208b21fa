//! From a policy file to what it says, for the rows and for flows.

use keyward_authz::acl::Who;
use keyward_authz::condition::Condition;
use keyward_authz::{Access, Dialect, Effect, Snapshot, SnapshotBuilder};
use keyward_core::Error;
use keyward_core::flow::fixed::{Fixed, Reads};
use keyward_core::record::{Definitions, ExclusiveSet, Role, RoleRule};
use keyward_core::time::Timestamp;

use super::base::Base;

impl Base {
    /// Takes the definitions of a file.
    pub(super) fn new(mut builder: SnapshotBuilder) -> Result<Self, Error> {
        let snapshot = builder.clone().build();
        if snapshot.dialect() != Dialect::Keyward {
            let text =
                format!("it is in the dialect `{}`, stored rules are not", snapshot.dialect());
            return Err(Error::because("use the policy file", text));
        }
        if !snapshot.catalogue().is_empty() {
            // What our own doors ask for exists as well, or nobody administers.
            for permission in crate::routes::own_permissions() {
                let added = builder.permission(permission);
                added.map_err(|cause| Error::because("add our own permissions", cause))?;
            }
        }
        let snapshot = builder.clone().build();
        let fixed = Fixed { rows: rows(&snapshot), reads: reads(&snapshot), snapshot };
        Ok(Self { builder, fixed })
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
