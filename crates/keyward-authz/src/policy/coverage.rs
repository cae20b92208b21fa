//! Which rules the tests of a policy saw at work.

use std::collections::BTreeMap;

use crate::effect::Effect;
use crate::origin::Origin;
use crate::snapshot::Snapshot;

/// Every rule of roles, lists and conditions, and how often it decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<String, (Option<Origin>, usize)>);

impl Coverage {
    /// Nothing has decided yet.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut all = BTreeMap::new();
        for (id, _, _, origin) in snapshot.role_rules() {
            all.insert(id, (origin.cloned(), 0));
        }
        for rule in snapshot.rules().iter() {
            all.insert(rule.id.to_string(), (rule.origin.clone(), 0));
        }
        for name in snapshot.acl_names() {
            let acl = snapshot.acl(name);
            for entry in 0..acl.map_or(0, |acl| acl.entries().len()) {
                let origin = acl.and_then(|acl| acl.origin(entry)).cloned();
                all.insert(format!("acl.{name}[{entry}]"), (origin, 0));
            }
        }
        Self(all)
    }

    pub(super) fn note(&mut self, rule: Option<&str>) {
        if let Some((_, count)) = rule.and_then(|rule| self.0.get_mut(rule)) {
            *count += 1;
        }
    }

    /// The rules that never decided anything, with their places.
    pub fn never(&self) -> impl Iterator<Item = (&str, Option<&Origin>)> {
        let never = self.0.iter().filter(|(_, (_, count))| *count == 0);
        never.map(|(rule, (origin, _))| (rule.as_str(), origin.as_ref()))
    }

    /// How many rules there are, and how many of them decided something.
    pub fn counts(&self) -> (usize, usize) {
        (self.0.len(), self.0.values().filter(|(_, count)| *count > 0).count())
    }
}

impl Snapshot {
    /// Every rule of a role: its id, effect, pattern and place.
    pub(crate) fn role_rules(
        &self,
    ) -> impl Iterator<Item = (String, Effect, &crate::Pattern, Option<&Origin>)> {
        self.roles().flat_map(|role| {
            role.own_rules().map(move |rule| {
                let id = format!("roles.{}.{}[{}]", role.name(), rule.effect, rule.nth);
                (id, rule.effect, &*rule.pattern, rule.origin.as_ref())
            })
        })
    }
}
