//! Why a check was answered as it was, for people.

use std::fmt;
use std::sync::Arc;

use crate::access::{Access, Held};
use crate::condition::Unmet;
use crate::effect::{Decision, Effect};
use crate::permission::Permission;
use crate::snapshot::Snapshot;

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A role, and the place among its rules of the same effect, from 0.
    Role {
        /// The role's name.
        name: Arc<str>,
        /// The place.
        nth: usize,
    },
    /// A grant to the subject itself, and its place among those, from 0.
    Grant {
        /// The place.
        nth: usize,
    },
}

/// One rule, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRef {
    /// Such as `roles.contractor.deny[0]` or `grants[2]`.
    pub id: String,
    /// Where it comes from.
    pub source: Source,
    /// What it does.
    pub effect: Effect,
    /// What it covers.
    pub pattern: String,
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Because {
    /// This role may do everything.
    Superuser(Arc<str>),
    /// This rule.
    Rule(RuleRef),
    /// No rule covers the permission.
    NoMatch,
    /// Something allows it, but these denials could not be read.
    Unreadable(Vec<String>),
    /// The permission is written in another dialect than the policy.
    OtherDialect,
    /// The subject is banned.
    Banned,
    /// This role locks its holder out.
    Locked(Arc<str>),
    /// The catalogue does not have the permission.
    UnknownPermission,
    /// The ceiling of this name does not contain the permission.
    Ceiling(String),
    /// A rule with conditions.
    Conditional {
        /// Its name.
        id: String,
        /// What it does.
        effect: Effect,
        /// What it tells people.
        reason: Option<String>,
        /// Its condition could not be evaluated.
        failed: bool,
    },
    /// An entry of an access control list.
    Acl {
        /// The list in the chain, from 0 at the resource.
        level: usize,
        /// The place of the entry, from 0.
        place: usize,
        /// The entry, as written.
        entry: String,
    },
    /// The table of items.
    Items {
        /// Whether as the owner.
        owned: bool,
    },
    /// A relation with the object.
    Relations {
        /// It could not be evaluated.
        failed: bool,
    },
    /// A block of one's own.
    Custom {
        /// Its place, from 0.
        place: usize,
        /// It could not be evaluated.
        failed: bool,
    },
}

/// A rule that covers something like the wanted permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The rule.
    pub rule: RuleRef,
    /// Why it does not cover it, as half a sentence.
    pub reason: String,
}

/// Whether one ceiling contains the permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeilingNote {
    /// Its name.
    pub name: String,
    /// Whether it does.
    pub contains: bool,
}

/// A rule whose condition does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetRule {
    /// Its name.
    pub id: String,
    /// What it would have done.
    pub effect: Effect,
    /// The part that does not hold.
    pub unmet: Unmet,
}

/// The answer and its reasons. [`Display`](fmt::Display) gives plain lines.
/// Not for end users: it tells who holds what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The answer, always the one that [`Access::check`] gives.
    pub decision: Decision,
    /// What was asked for.
    pub wanted: String,
    /// What decided.
    pub because: Because,
    /// From the subject to the deciding rule, such as `subject`, `contractor`.
    pub path: Vec<String>,
    /// Ids of the rules that would allow it: those held but overridden, or else
    /// those of roles that the subject does not hold, at most twenty.
    pub would_allow: Vec<String>,
    /// Rules held that cover something alike, at most five.
    pub near_misses: Vec<NearMiss>,
    /// The ceilings that were looked at. None in [`Access::explain`].
    pub ceilings: Vec<CeilingNote>,
    /// Rules that concern the question, but whose conditions do not hold. None
    /// in [`Access::explain`].
    pub unmet_rules: Vec<UnmetRule>,
}

impl Explanation {
    pub(crate) fn of(access: &Access, snapshot: &Snapshot, wanted: &Permission) -> Self {
        let decision = access.check(wanted);
        let because = because(access, wanted);
        let path = path(access, snapshot, &because);
        let mut explanation = Self {
            decision,
            wanted: wanted.to_string(),
            because,
            path,
            would_allow: Vec::new(),
            near_misses: Vec::new(),
            ceilings: Vec::new(),
            unmet_rules: Vec::new(),
        };
        if decision == Decision::Deny {
            explanation.would_allow = would_allow(access, snapshot, wanted);
            explanation.near_misses = near_misses(access, wanted);
        }
        explanation
    }

    /// Something else than the roles decided.
    pub(crate) fn replace(&mut self, because: Because) {
        self.because = because;
        self.path.clear();
    }

    pub(crate) fn clear_misses(&mut self) {
        self.would_allow.clear();
        self.near_misses.clear();
    }
}

fn because(access: &Access, wanted: &Permission) -> Because {
    if wanted.dialect() != access.dialect() {
        return Because::OtherDialect;
    }
    if let Some(role) = access.locked() {
        return Because::Locked(Arc::clone(role));
    }
    if let Some(role) = access.superuser() {
        return Because::Superuser(Arc::clone(role));
    }
    if let Some(held) = first(access, Effect::Deny, wanted) {
        return Because::Rule(held.into());
    }
    match first(access, Effect::Allow, wanted) {
        Some(_) if access.has_unread_deny() => Because::Unreadable(unread_denials(access)),
        Some(held) => Because::Rule(held.into()),
        None => Because::NoMatch,
    }
}

fn first<'a>(access: &'a Access, effect: Effect, wanted: &Permission) -> Option<&'a Held> {
    access.rules().iter().find(|held| held.effect == effect && held.pattern.matches(wanted))
}

fn unread_denials(access: &Access) -> Vec<String> {
    let denials = access.flaws().iter().filter(|(effect, _)| *effect == Effect::Deny);
    denials.map(|(_, flaw)| flaw.to_string()).collect()
}

fn path(access: &Access, snapshot: &Snapshot, because: &Because) -> Vec<String> {
    let mut path = vec![SUBJECT.to_owned()];
    match because {
        Because::Superuser(role) | Because::Locked(role) => {
            path.extend(way(access, snapshot, role))
        }
        Because::Rule(RuleRef { source: Source::Role { name, .. }, .. }) => {
            path.extend(way(access, snapshot, name));
        }
        Because::Rule(_) => {}
        _ => path.clear(),
    }
    path
}

/// The shortest way from an assigned role to this one.
fn way(access: &Access, snapshot: &Snapshot, role: &Arc<str>) -> Vec<String> {
    let ways = access.roles().iter().filter_map(|from| snapshot.path(from, role));
    let way = ways.min_by_key(Vec::len).unwrap_or_else(|| vec![Arc::clone(role)]);
    way.iter().map(ToString::to_string).collect()
}

fn would_allow(access: &Access, snapshot: &Snapshot, wanted: &Permission) -> Vec<String> {
    let allows = |held: &&Held| held.effect == Effect::Allow && held.pattern.matches(wanted);
    let overridden: Vec<String> = access.rules().iter().filter(allows).map(Held::id).collect();
    if overridden.is_empty() { elsewhere(snapshot, wanted) } else { overridden }
}

fn elsewhere(snapshot: &Snapshot, wanted: &Permission) -> Vec<String> {
    let rules = snapshot.roles().flat_map(|role| {
        let allows = role.rules().filter(|(effect, _)| *effect == Effect::Allow);
        allows.enumerate().map(move |(nth, (_, pattern))| (role, nth, pattern))
    });
    let allowing = rules.filter(|(_, _, pattern)| pattern.matches(wanted));
    let ids = allowing.map(|(role, nth, _)| role_rule_id(role.name(), Effect::Allow, nth));
    ids.take(MAX_ELSEWHERE).collect()
}

fn near_misses(access: &Access, wanted: &Permission) -> Vec<NearMiss> {
    let allows = access.rules().iter().filter(|held| held.effect == Effect::Allow);
    let misses = allows.filter_map(|held| {
        let reason = held.pattern.near_miss(wanted)?;
        Some(NearMiss { rule: held.into(), reason })
    });
    misses.take(MAX_NEAR_MISSES).collect()
}

impl Held {
    fn id(&self) -> String {
        match &self.source {
            Source::Role { name, nth } => role_rule_id(name, self.effect, *nth),
            Source::Grant { nth } => format!("grants[{nth}]"),
        }
    }
}

fn role_rule_id(role: &str, effect: Effect, nth: usize) -> String {
    format!("roles.{role}.{effect}[{nth}]")
}

impl From<&Held> for RuleRef {
    fn from(held: &Held) -> Self {
        Self {
            id: held.id(),
            source: held.source.clone(),
            effect: held.effect,
            pattern: held.pattern.to_string(),
        }
    }
}

impl fmt::Display for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.id, self.effect, self.pattern)
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Superuser(role) => write!(f, "role {role} may do everything"),
            Because::Rule(rule) => rule.fmt(f),
            Because::NoMatch => f.write_str("no rule covers it"),
            Because::Unreadable(flaws) => write!(f, "denials not read: {}", flaws.join("; ")),
            Because::OtherDialect => f.write_str("the policy is written in another dialect"),
            Because::UnknownPermission => f.write_str("the catalogue does not have it"),
            Because::Locked(role) => write!(f, "role {role} locks its holder out"),
            Because::Banned => f.write_str("the subject is banned"),
            Because::Ceiling(name) => write!(f, "ceiling `{name}` does not contain it"),
            Because::Conditional { id, effect, reason, failed } => {
                write!(f, "rule {id} ({effect}){}", failure(*failed))?;
                reason.iter().try_for_each(|reason| write!(f, ": {reason}"))
            }
            Because::Acl { level, place, entry } => {
                write!(f, "acl entry {place} at level {level} ({entry})")
            }
            Because::Items { owned: true } => f.write_str("the table of items, as the owner"),
            Because::Items { owned: false } => f.write_str("the table of items"),
            Because::Relations { failed } => {
                write!(f, "a relation with the object{}", failure(*failed))
            }
            Because::Custom { place, failed } => write!(f, "block {place}{}", failure(*failed)),
        }
    }
}

fn failure(failed: bool) -> &'static str {
    if failed { " could not be evaluated" } else { "" }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.wanted, self.decision)?;
        write!(f, "\n  because: {}", self.because)?;
        if !self.path.is_empty() {
            write!(f, "\n  path: {}", self.path.join(" > "))?;
        }
        for rule in &self.would_allow {
            write!(f, "\n  would allow: {rule}")?;
        }
        for miss in &self.near_misses {
            write!(f, "\n  near miss: {}: {}", miss.rule, miss.reason)?;
        }
        for rule in &self.unmet_rules {
            write!(f, "\n  unmet: rule {} ({}): {}", rule.id, rule.effect, rule.unmet)?;
        }
        for ceiling in &self.ceilings {
            let contains = if ceiling.contains { "contains" } else { "does not contain" };
            write!(f, "\n  ceiling: {} {contains} it", ceiling.name)?;
        }
        Ok(())
    }
}

/// Near misses that an explanation names.
const MAX_NEAR_MISSES: usize = 5;
/// Rules of other roles that an explanation names.
const MAX_ELSEWHERE: usize = 20;
const SUBJECT: &str = "subject";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SnapshotBuilder;

    #[track_caller]
    fn check(roles: &[&str], wanted: &str, text: &str) {
        let mut policy = SnapshotBuilder::new();
        policy.rule("editor", Effect::Allow, "posts:view,edit,publish").unwrap();
        policy.rule("contractor", Effect::Deny, "posts:publish").unwrap();
        policy.superuser("root");
        let snapshot = policy.build();
        let grants = [(Effect::Allow, "users:view")];
        let access = Access::compile(&snapshot, roles.iter().copied(), grants);
        let wanted = Permission::parse(wanted).unwrap();
        assert_eq!(access.explain(&snapshot, &wanted).to_string(), text);
    }

    #[test]
    fn an_allowed_permission_names_its_rule() {
        check(
            &["editor"],
            "posts:edit",
            "posts:edit: allow\n  \
             because: roles.editor.allow[0] (allow posts:view,edit,publish)\n  \
             path: subject > editor",
        );
    }

    #[test]
    fn a_direct_grant_is_named_by_its_place() {
        check(
            &[],
            "users:view",
            "users:view: allow\n  because: grants[0] (allow users:view)\n  path: subject",
        );
    }

    #[test]
    fn a_denied_permission_names_what_it_overrides() {
        check(
            &["editor", "contractor"],
            "posts:publish",
            "posts:publish: deny\n  \
             because: roles.contractor.deny[0] (deny posts:publish)\n  \
             path: subject > contractor\n  \
             would allow: roles.editor.allow[0]",
        );
    }

    #[test]
    fn a_missing_permission_names_who_has_it_and_what_is_near() {
        check(
            &[],
            "posts:edit",
            "posts:edit: deny\n  because: no rule covers it\n  \
             would allow: roles.editor.allow[0]",
        );
        check(
            &["editor"],
            "posts:delete",
            "posts:delete: deny\n  because: no rule covers it\n  \
             near miss: roles.editor.allow[0] (allow posts:view,edit,publish): \
             part 2 is not `delete`",
        );
    }

    #[test]
    fn a_superuser_is_named_by_role() {
        check(
            &["root"],
            "posts:edit",
            "posts:edit: allow\n  because: role root may do everything\n  path: subject > root",
        );
    }
}
