//! Why a check was answered as it was, for people.

mod because;
mod decided;
#[cfg(feature = "json")]
mod json;

use std::fmt;
use std::sync::Arc;

pub use because::Because;
pub use decided::DecidedBy;

use crate::access::{Access, Held};
use crate::condition::Unmet;
use crate::effect::{Decision, Effect};
use crate::nearest::nearest;
use crate::origin::Origin;
use crate::pattern::Pattern;
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
    /// Where it stands, when it came from a policy file.
    pub origin: Option<Origin>,
}

/// A rule that covers something like the wanted permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The rule.
    pub rule: RuleRef,
    /// Why it does not cover it, as half a sentence.
    pub reason: String,
}

/// A rule that would allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WouldAllow {
    /// Such as `roles.editor.allow[0]`.
    pub rule: String,
    /// From the subject to the rule where it is held but overridden; the role
    /// alone where it is not held; empty where no role is needed.
    pub path: Vec<String>,
    /// What else the subject needs for it.
    pub needs: Option<Needs>,
    /// Whether it allows everything, as an administrator's rule does.
    pub is_everything: bool,
}

/// What somebody would need, beside a role, for a rule to allow what they want.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needs {
    /// To be in this group.
    Group(String),
    /// To be the owner of the item.
    Ownership,
    /// That the item is shared with them.
    Share,
    /// To have this relation with the object.
    Relation(String),
}

impl WouldAllow {
    /// What to do so that it allows, as half a sentence.
    fn advice(&self) -> String {
        let (rule, role) = (&self.rule, self.path.last());
        match (&self.needs, role) {
            (Some(Needs::Group(name)), _) => format!("put the subject in group {name} ({rule})"),
            (Some(Needs::Ownership), _) => format!("make the subject its owner ({rule})"),
            (Some(Needs::Share), _) => format!("share it with the subject ({rule})"),
            (Some(Needs::Relation(name)), _) => {
                format!("give the subject the relation {name} with it ({rule})")
            }
            (None, Some(role)) => format!("assign role {role} ({rule})"),
            (None, None) => format!("use {rule}"),
        }
    }
}

impl fmt::Display for Needs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Needs::Group(name) => write!(f, "group {name}"),
            Needs::Ownership => f.write_str("ownership"),
            Needs::Share => f.write_str("a share"),
            Needs::Relation(name) => write!(f, "relation {name}"),
        }
    }
}

/// Whether one ceiling contains the permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CeilingNote {
    /// Its name.
    pub name: String,
    /// What it contains.
    pub patterns: Vec<String>,
    /// Whether it contains what is wanted.
    pub contains: bool,
}

/// A rule whose condition does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetRule {
    /// Its name.
    pub id: String,
    /// What it would have done.
    pub effect: Effect,
    /// The part that does not hold; or its `unless`, which holds or could not be told.
    pub unmet: Unmet,
    /// Whether that is its `unless`.
    pub unless: bool,
}

impl UnmetRule {
    /// What keeps it from applying, as written.
    pub fn part(&self) -> String {
        let unless = if self.unless { "unless " } else { "" };
        format!("{unless}{}", self.unmet.part)
    }
}

/// The answer and its reasons. [`Display`](fmt::Display) gives plain lines.
/// Not for end users: it tells who holds what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The answer, always the one that [`Access::check`] gives.
    pub decision: Decision,
    /// From the one registry of error codes.
    pub code: &'static str,
    /// The status of HTTP.
    pub http: u16,
    /// What was asked for.
    pub wanted: String,
    /// What decided.
    pub because: Because,
    /// From the subject to the deciding rule, such as `subject`, `contractor`.
    pub path: Vec<String>,
    /// The rules that would allow it: those held but overridden, or else those of
    /// roles that the subject does not hold, at most twenty; and, where the whole
    /// question was asked, what lists, items and relations would allow if the subject
    /// had what they need, at most twenty of each.
    pub would_allow: Vec<WouldAllow>,
    /// Rules held that cover something alike, at most five.
    pub near_misses: Vec<NearMiss>,
    /// The ceilings that were looked at. None in [`Access::explain`].
    pub ceilings: Vec<CeilingNote>,
    /// Rules that concern the question, but whose conditions do not hold. None
    /// in [`Access::explain`].
    pub unmet_rules: Vec<UnmetRule>,
    /// A permission of the catalogue that is spelt alike, when the catalogue
    /// lacks the wanted one.
    pub did_you_mean: Option<String>,
    /// The policy version.
    pub epoch: u64,
}

impl Explanation {
    pub(crate) fn of(access: &Access, snapshot: &Snapshot, wanted: &Permission) -> Self {
        let decision = access.check(wanted);
        let because = because(access, wanted);
        let path = path(access, snapshot, &because);
        let (code, http) = told(decision, &because);
        let mut explanation = Self {
            decision,
            code,
            http,
            wanted: wanted.to_string(),
            because,
            path,
            would_allow: Vec::new(),
            near_misses: Vec::new(),
            ceilings: Vec::new(),
            unmet_rules: Vec::new(),
            did_you_mean: did_you_mean(snapshot, wanted),
            epoch: snapshot.epoch(),
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

    /// What the policy's author wrote for whoever is refused.
    pub fn public_reason(&self) -> Option<&str> {
        match &self.because {
            Because::Conditional { effect: Effect::Deny, reason, .. } => reason.as_deref(),
            _ => None,
        }
    }

    /// Puts the subject's name at the start of every path.
    pub(crate) fn name_subject(&mut self, name: &str) {
        let paths = self.would_allow.iter_mut().map(|it| &mut it.path);
        for start in paths.chain([&mut self.path]).filter_map(|path| path.first_mut()) {
            if start == SUBJECT {
                name.clone_into(start);
            }
        }
    }

    pub(crate) fn clear_misses(&mut self) {
        self.would_allow.clear();
        self.near_misses.clear();
    }
}

fn told(decision: Decision, because: &Because) -> (&'static str, u16) {
    match decision {
        Decision::Allow => ("allowed", 200),
        Decision::Indeterminate => ("decision_unavailable", 503),
        Decision::Deny if *because == Because::NoMatch => ("missing_permission", 403),
        Decision::Deny => ("denied_by_rule", 403),
    }
}

fn did_you_mean(snapshot: &Snapshot, wanted: &Permission) -> Option<String> {
    let catalogue = snapshot.catalogue();
    let known = catalogue.iter().map(|(_, permission)| permission.as_str());
    let unknown = !catalogue.knows(wanted);
    unknown.then(|| nearest(wanted.as_str(), known).map(str::to_owned)).flatten()
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

fn would_allow(access: &Access, snapshot: &Snapshot, wanted: &Permission) -> Vec<WouldAllow> {
    let allows = |held: &&Held| held.effect == Effect::Allow && held.pattern.matches(wanted);
    let overridden = access.rules().iter().filter(allows).map(|held| WouldAllow {
        rule: held.id(),
        path: path(access, snapshot, &Because::Rule(held.into())),
        needs: None,
        is_everything: false,
    });
    let overridden: Vec<WouldAllow> = overridden.collect();
    if overridden.is_empty() { elsewhere(snapshot, wanted) } else { overridden }
}

fn elsewhere(snapshot: &Snapshot, wanted: &Permission) -> Vec<WouldAllow> {
    let rules = snapshot.roles().flat_map(|role| {
        let allows = role.rules().filter(|(effect, _)| *effect == Effect::Allow);
        allows.enumerate().map(move |(nth, (_, pattern))| (role, nth, pattern))
    });
    let allowing = rules.filter(|(_, _, pattern)| pattern.matches(wanted));
    let everything = Pattern::parse_as(snapshot.dialect(), "*").ok();
    let is_everything =
        |pattern: &Pattern| everything.as_ref().is_some_and(|all| pattern.includes(all));
    let allowing = allowing.map(|(role, nth, pattern)| WouldAllow {
        rule: role_rule_id(role.name(), Effect::Allow, nth),
        path: vec![role.name().to_owned()],
        needs: None,
        is_everything: is_everything(pattern),
    });
    let mut allowing: Vec<WouldAllow> = allowing.collect();
    // A role that may do everything is the last thing to give somebody.
    allowing.sort_by_key(|would| would.is_everything);
    allowing.truncate(MAX_ELSEWHERE);
    allowing
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
            origin: held.origin.clone(),
        }
    }
}

impl fmt::Display for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.id, self.effect, self.pattern)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.wanted, self.decision)?;
        write!(f, "\n  because: {}", self.because)?;
        if !self.path.is_empty() {
            write!(f, "\n  path: {}", self.path.join(" > "))?;
        }
        for would in &self.would_allow {
            write!(f, "\n  would allow: {}", would.rule)?;
            would.needs.iter().try_for_each(|needs| write!(f, ", with {needs}"))?;
        }
        for miss in &self.near_misses {
            write!(f, "\n  near miss: {}: {}", miss.rule, miss.reason)?;
        }
        for rule in &self.unmet_rules {
            let unless = if rule.unless { "unless " } else { "" };
            write!(f, "\n  unmet: rule {} ({}): {unless}{}", rule.id, rule.effect, rule.unmet)?;
        }
        for ceiling in &self.ceilings {
            let contains = if ceiling.contains { "contains" } else { "does not contain" };
            write!(f, "\n  ceiling: {} {contains} it", ceiling.name)?;
        }
        for fix in self.to_fix() {
            write!(f, "\n  to fix: {fix}")?;
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
mod tests;
