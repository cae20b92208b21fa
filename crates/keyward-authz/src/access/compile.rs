//! Gathers the rules that a subject holds.

use std::sync::Arc;

use super::{Access, Held};
use crate::catalogue::PermissionSet;
use crate::dialect::Dialect;
use crate::effect::Effect;
use crate::error::BadPermission;
use crate::explain::Source;
use crate::pattern::{Pattern, Shape};
use crate::snapshot::Snapshot;
use crate::table::{Sprout, Table};
use crate::term::Term;

pub(super) fn compile<'a>(
    snapshot: &Snapshot,
    now: i64,
    roles: impl IntoIterator<Item = (&'a str, Term)>,
    grants: impl IntoIterator<Item = (Effect, &'a str, Term)>,
) -> Access {
    let mut draft = Draft::default();
    for (role, term) in roles {
        if draft.counts(term, now) {
            draft.assign(snapshot, role);
        }
    }
    draft.inherit(snapshot);
    for (nth, (effect, pattern, term)) in grants.into_iter().enumerate() {
        if draft.counts(term, now) {
            draft.grant(snapshot.dialect(), nth, effect, pattern);
        }
    }
    draft.close(snapshot)
}

#[derive(Default)]
struct Draft {
    /// Slots of the roles assigned.
    assigned: Vec<usize>,
    /// Slots of those and of all they inherit.
    held: Vec<usize>,
    unknown: Vec<Box<str>>,
    flaws: Vec<(Effect, BadPermission)>,
    superuser: Option<Arc<str>>,
    locked: Option<Arc<str>>,
    rules: Vec<Held>,
    changes_at: Option<i64>,
}

impl Draft {
    fn counts(&mut self, term: Term, now: i64) -> bool {
        let changes = term.changes_after(now);
        self.changes_at = self.changes_at.into_iter().chain(changes).min();
        term.covers(now)
    }

    fn assign(&mut self, snapshot: &Snapshot, name: &str) {
        match snapshot.slot(name) {
            Some(slot) if self.assigned.contains(&slot) => {}
            Some(slot) => self.assigned.push(slot),
            None => self.unknown.push(name.into()),
        }
    }

    fn inherit(&mut self, snapshot: &Snapshot) {
        self.held = snapshot.lineage(&self.assigned);
        for role in self.held.iter().filter_map(|slot| snapshot.at(*slot)) {
            if role.superuser {
                self.superuser.get_or_insert_with(|| Arc::clone(&role.name));
            }
            if role.locked {
                self.locked.get_or_insert_with(|| Arc::clone(&role.name));
            }
            self.rules.extend(role.rules.iter().map(|rule| Held {
                effect: rule.effect,
                pattern: Arc::clone(&rule.pattern),
                source: Source::Role { name: Arc::clone(&role.name), nth: rule.nth },
                origin: rule.origin.clone(),
            }));
        }
    }

    fn grant(&mut self, dialect: Dialect, nth: usize, effect: Effect, pattern: &str) {
        match Pattern::parse_as(dialect, pattern) {
            Ok(pattern) => self.rules.push(Held {
                effect,
                pattern: Arc::new(pattern),
                source: Source::Grant { nth },
                origin: None,
            }),
            Err(flaw) => self.flaws.push((effect, flaw)),
        }
    }

    fn known(&self, snapshot: &Snapshot) -> PermissionSet {
        let mut known = PermissionSet::none(snapshot.catalogue());
        self.assigned.iter().for_each(|slot| snapshot.add_row(*slot, &mut known));
        let grants = self.rules.iter().filter(|held| matches!(held.source, Source::Grant { .. }));
        grants.for_each(|held| known.cover(snapshot.catalogue(), held.effect, &held.pattern));
        known
    }

    fn close(self, snapshot: &Snapshot) -> Access {
        let (table, beside) = plant(&self.rules);
        let known = self.known(snapshot);
        let unread_deny = self.flaws.iter().any(|(effect, _)| *effect == Effect::Deny);
        Access {
            known,
            unread_deny,
            dialect: snapshot.dialect(),
            roles: names(snapshot, &self.assigned),
            all_roles: names(snapshot, &self.held),
            conflicts: snapshot.conflicts_among(&self.held).into(),
            changes_at: self.changes_at,
            unknown: self.unknown.into(),
            flaws: self.flaws.into(),
            superuser: self.superuser,
            locked: self.locked,
            rules: self.rules.into(),
            table,
            beside,
        }
    }
}

fn names(snapshot: &Snapshot, slots: &[usize]) -> Box<[Arc<str>]> {
    let roles = slots.iter().filter_map(|slot| snapshot.at(*slot));
    let mut names: Vec<Arc<str>> = roles.map(|role| Arc::clone(&role.name)).collect();
    names.sort_unstable();
    names.into()
}

/// Makes the table of what it can hold, and names the places of the rest.
fn plant(rules: &[Held]) -> (Table, Box<[u32]>) {
    let mut tree = Sprout::default();
    let mut beside = Vec::new();
    for (nth, held) in (0..).zip(rules) {
        let fits = match held.pattern.shape() {
            Shape::Keyward(grant) => tree.plant(held.effect, grant),
            Shape::Sets(..) | Shape::Glob(_) | Shape::List(_) => false,
        };
        if !fits {
            beside.push(nth);
        }
    }
    (tree.flatten(), beside.into())
}
