//! Define roles, and give them.

use std::collections::BTreeSet;

use keyward_authz::{Effect, Pattern};

use super::admins::Admins;
use super::apart::{Apart, giving};
use super::fixed::Known;
use super::matrix::Cell;
use super::reach::Reach;
use super::setup::ADMIN_ROLE;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Assignment, Definitions, Event, Grant, Held, Role, Term, User, What};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A change of the definitions.
#[derive(Clone, Debug)]
pub enum RoleChange {
    /// Makes a role without rules.
    Add {
        /// What it is for.
        description: String,
    },
    /// Removes a role with its rules and assignments.
    Remove,
    /// Replaces what it inherits.
    Inherit {
        /// Roles whose rules it has as well; at most [`MAX_NAMES`].
        inherits: Vec<String>,
    },
    /// Adds or replaces a rule.
    Rule {
        /// Allow or deny; `None` removes the rule.
        effect: Option<Effect>,
        /// The pattern.
        pattern: String,
    },
}

/// Changes a role's definition.
#[derive(Clone, Debug)]
pub struct ChangeRole {
    /// Its name: 1 to 64 of `a-z 0-9 . _ -`.
    pub role: String,
    /// How.
    pub change: RoleChange,
    /// Only if the role is still at this version.
    pub seen: Option<i64>,
    /// Although nobody could administer any more.
    pub force: bool,
    /// Who asks; `None` for the command line.
    pub actor: Option<UserId>,
}

impl ChangeRole {
    /// A change by the command line or the app, whatever version is stored.
    pub fn new(role: impl Into<String>, change: RoleChange) -> Self {
        Self { role: role.into(), change, seen: None, force: false, actor: None }
    }
}

/// Roles that one role, group or set may name.
pub const MAX_NAMES: usize = 50;

/// What must be known to change a role.
#[derive(Debug)]
pub struct ChangeFacts {
    known: Definitions,
    /// The policy file defines it.
    fixed: bool,
    /// What whoever asks may do themselves; `None` for the command line.
    own: Option<Reach>,
    admins: Admins,
    apart: Apart,
}

impl Flow for ChangeRole {
    type Facts = ChangeFacts;
    type Yes = ();
    const NAME: &'static str = "change_role";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<ChangeFacts, Error>> {
        Box::pin(async move {
            let Known { rows, all: known, fixed } = cx.known().await?;
            let own = Reach::gather_for(self.actor, &known, cx).await?;
            let now = self.apply(&rows);
            let admins = Admins::when_defined([(&fixed, &rows), (&fixed, &now)], cx).await?;
            let apart = Apart::when_defined([&known, &self.apply(&known)], cx).await?;
            Ok(ChangeFacts { known, fixed: fixed.defines(&self.role), own, admins, apart })
        })
    }

    fn decide(&self, facts: ChangeFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let ChangeFacts { known, fixed, own, admins, apart } = facts;
        let exists = known.roles.iter().any(|r| r.name == self.role);
        let beyond = own.is_some_and(|own| self.is_beyond(&own, &known));
        let stale = self.seen.is_some() && self.seen != known.role_version(&self.role);
        let mut verdict = match &self.change {
            RoleChange::Add { description } => self.add(&known, description, cx),
            _ if !exists => Verdict::no(Refusal::NotFound),
            _ if stale => Verdict::no(Refusal::Conflict),
            _ if self.role == ADMIN_ROLE => Verdict::no(Refusal::invalid("role", "built_in")),
            _ if fixed => Verdict::no(Refusal::invalid("role", "in_policy_file")),
            _ if beyond => Verdict::no(Refusal::OutsideCeiling),
            RoleChange::Remove => {
                let event = self.event(What::RoleDeleted { role: self.role.clone() }, cx);
                Verdict::yes((), vec![Write::RemoveRole(self.role.clone())], vec![event])
            }
            RoleChange::Inherit { inherits } => self.inherit(inherits, &known, cx),
            RoleChange::Rule { effect, pattern } => self.rule(*effect, pattern, cx),
        };
        if verdict.reply.is_err() {
            return verdict;
        }
        if let Err(refusal) = apart.look_at() {
            return Verdict::no(refusal);
        }
        match admins.forced(self.force) {
            // Two changes that are harmless alone may do harm together: what was
            // looked at is what is changed.
            Ok(noted) => {
                let seen = Write::SwapPolicy { was: known.version };
                let first = [seen].into_iter().chain(apart.noted(cx)).chain(noted);
                verdict.batch.writes.splice(0..0, first);
                verdict
            }
            Err(refusal) => Verdict::no(refusal),
        }
    }
}

impl ChangeRole {
    /// Rules may be about what one holds oneself; a rule that denies as well,
    /// because lifting it gives something.
    fn is_beyond(&self, own: &Reach, known: &Definitions) -> bool {
        match &self.change {
            RoleChange::Add { .. } => false,
            RoleChange::Remove => !own.masters(&Reach::of_role(known, &self.role)),
            RoleChange::Inherit { inherits } => {
                let was = known.roles.iter().filter(|role| role.name == self.role);
                let was: Vec<String> = was.flat_map(|role| role.inherits.clone()).collect();
                !own.masters(&Reach::of_roles(known, difference(&was, inherits)))
            }
            RoleChange::Rule { pattern, .. } => !own.holds(pattern),
        }
    }

    /// The definitions as they are afterwards, as far as they can be read.
    fn apply(&self, known: &Definitions) -> Definitions {
        let mut now = known.clone();
        match &self.change {
            RoleChange::Remove => {
                let stays = |name: &String| *name != self.role;
                now.roles.retain(|role| stays(&role.name));
                now.roles.iter_mut().for_each(|heir| heir.inherits.retain(stays));
                now.groups.iter_mut().for_each(|group| group.roles.retain(stays));
            }
            RoleChange::Inherit { inherits } => {
                let role = now.roles.iter_mut().filter(|role| role.name == self.role);
                role.for_each(|role| role.inherits.clone_from(inherits));
            }
            RoleChange::Rule { effect, pattern } if Pattern::parse(pattern).is_ok() => {
                self.cell(*effect, pattern).apply(&mut now);
            }
            RoleChange::Add { .. } | RoleChange::Rule { .. } => {}
        }
        now
    }

    fn inherit(&self, from: &[String], known: &Definitions, cx: &mut Decide<'_>) -> Verdict<()> {
        if let Err(refusal) = look_at_names("inherits", from, known) {
            return Verdict::no(refusal);
        }
        if known.leads_to(from, &self.role) {
            return Verdict::no(Refusal::invalid("inherits", "role_cycle"));
        }
        let (role, inherits) = (self.role.clone(), each_once(from));
        let what = What::RoleInherits { role: role.clone(), inherits: inherits.clone() };
        let event = self.event(what, cx);
        Verdict::yes((), vec![Write::SetInherited { role, inherits }], vec![event])
    }

    fn event(&self, what: What, cx: &mut Decide<'_>) -> Event {
        cx.event(self.actor, None, what)
    }

    fn add(&self, known: &Definitions, description: &str, cx: &mut Decide<'_>) -> Verdict<()> {
        if known.roles.iter().any(|role| role.name == self.role) {
            return Verdict::no(Refusal::Conflict);
        }
        if !is_role_name(&self.role) {
            return Verdict::no(Refusal::invalid("role", "role_invalid"));
        }
        if let Err(refusal) = look_at_description(description) {
            return Verdict::no(refusal);
        }
        let role = Role {
            name: self.role.clone(),
            description: description.to_owned(),
            inherits: vec![],
            created_at: cx.now,
        };
        let event = self.event(What::RoleCreated { role: self.role.clone() }, cx);
        Verdict::yes((), vec![Write::AddRole(role)], vec![event])
    }

    fn cell(&self, effect: Option<Effect>, pattern: &str) -> Cell {
        Cell { role: self.role.clone(), pattern: pattern.to_owned(), effect }
    }

    fn rule(&self, effect: Option<Effect>, pattern: &str, cx: &mut Decide<'_>) -> Verdict<()> {
        if Pattern::parse(pattern).is_err() {
            return Verdict::no(Refusal::invalid("permission", "permission_invalid"));
        }
        let cell = self.cell(effect, pattern);
        let event = self.event(cell.event(), cx);
        Verdict::yes((), cell.writes().collect(), vec![event])
    }
}

/// `allow` or `deny`.
pub fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    }
}

pub(super) fn is_role_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
}

/// Whether this can be said about a role or a group.
pub(super) fn look_at_description(text: &str) -> Result<(), Refusal> {
    if text.chars().count() > 300 || text.chars().any(char::is_control) {
        return Err(Refusal::invalid("description", "description_invalid"));
    }
    Ok(())
}

/// Gives a role to an account, or takes it.
#[derive(Clone, Debug)]
pub struct AssignRole {
    /// To whom.
    pub user: UserId,
    /// Which.
    pub role: String,
    /// Give or take.
    pub give: bool,
    /// When it counts, if it is given.
    pub term: Term,
    /// Who asks; `None` for the command line.
    pub actor: Option<UserId>,
}

/// What must be known to give or take a role.
#[derive(Debug)]
pub struct AssignFacts {
    user: Option<User>,
    exists: bool,
    held: bool,
    admins: Admins,
    /// It may not be held beside what is held already.
    clashes: bool,
    /// Version of the definitions that were looked at.
    policy: i64,
    /// The role is more than whoever asks may do themselves.
    beyond: bool,
}

impl Flow for AssignRole {
    type Facts = AssignFacts;
    type Yes = ();
    const NAME: &'static str = "assign_role";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<AssignFacts, Error>> {
        Box::pin(async move {
            // Read before what it holds: see `Write::SwapAccess`.
            let who = cx.store.subject(self.user).await?;
            let defined = cx.known().await?;
            let was = cx.store.access(self.user).await?;
            let now = self.apply(&was, cx.now);
            let admins = match &who {
                Some(who) => Admins::when_held(who, [&was, &now], &defined, cx).await?,
                None => Admins::default(),
            };
            let Known { all: known, .. } = defined;
            let ceiling = if self.give { self.term } else { Term::until(cx.now) };
            let own = Reach::gather_to_give(self.actor, ceiling, &known, cx).await?;
            let beyond = own.is_some_and(|own| !own.masters(&Reach::of_role(&known, &self.role)));
            Ok(AssignFacts {
                exists: known.roles.iter().any(|r| r.name == self.role),
                held: was.roles.iter().any(|given| self.is_of(given)),
                clashes: self.give && clashes(&known, &now, [&*self.role], cx.now),
                policy: known.version,
                user: who.map(|who| who.user),
                admins,
                beyond,
            })
        })
    }

    fn decide(&self, facts: AssignFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let Some(user) = facts.user.filter(|_| facts.exists || !self.give) else {
            return Verdict::no(Refusal::NotFound);
        };
        if !self.give && !facts.held {
            return Verdict::no(Refusal::NotFound);
        }
        if let Err(refusal) = look_at(self.term, cx.now) {
            return Verdict::no(refusal);
        }
        if facts.beyond {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        if facts.clashes {
            return Verdict::no(Refusal::ExclusiveRoles);
        }
        let noted = match facts.admins.without_one() {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        let role = self.role.clone();
        let (write, what) = if self.give {
            (Write::PutAssignment(self.assignment(cx.now)), What::RoleGranted { role })
        } else {
            let scope = String::new();
            let gone = Write::RemoveAssignment { user: self.user, role: role.clone(), scope };
            (gone, What::RoleRevoked { role })
        };
        let event = cx.event(self.actor, Some(self.user), what);
        let seen = Write::SwapAccess { user: self.user, was: user.access_version };
        let giving = self.give.then(|| giving(facts.policy, cx));
        let writes = [Some(seen), Some(write), Some(Write::NoteChange(self.user)), noted];
        let writes = giving.into_iter().flatten().chain(writes.into_iter().flatten()).collect();
        Verdict::yes((), writes, vec![event])
    }
}

impl AssignRole {
    fn is_of(&self, given: &Assignment) -> bool {
        given.role == self.role && given.scope.is_empty()
    }

    /// What is held afterwards.
    fn apply(&self, was: &Held, now: Timestamp) -> Held {
        let mut held = was.clone();
        held.roles.retain(|given| !self.is_of(given));
        held.roles.extend(self.give.then(|| self.assignment(now)));
        held
    }

    fn assignment(&self, now: Timestamp) -> Assignment {
        Assignment {
            user: self.user,
            role: self.role.clone(),
            scope: String::new(),
            not_before: self.term.not_before,
            expires_at: self.term.expires_at,
            granted_by: self.actor,
            created_at: now,
        }
    }
}

/// Whether these are roles, and not too many.
pub(super) fn look_at_names(
    field: &'static str,
    names: &[String],
    known: &Definitions,
) -> Result<(), Refusal> {
    if names.len() > MAX_NAMES {
        return Err(Refusal::invalid(field, "too_many"));
    }
    let exists = |name: &String| known.roles.iter().any(|role| role.name == *name);
    match names.iter().all(exists) {
        true => Ok(()),
        false => Err(Refusal::invalid(field, "role_unknown")),
    }
}

/// Sorted, and each once.
pub(super) fn each_once(names: &[String]) -> Vec<String> {
    names.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

/// What is only in one of them.
pub(super) fn difference<'a>(one: &'a [String], other: &'a [String]) -> Vec<&'a str> {
    let gone = one.iter().filter(|name| !other.contains(name));
    let new = other.iter().filter(|name| !one.contains(name));
    gone.chain(new).map(String::as_str).collect()
}

/// Whether what was `given` may not be held beside the rest of what is held, now
/// or later.
pub(super) fn clashes<'a>(
    known: &'a Definitions,
    held: &'a Held,
    given: impl IntoIterator<Item = &'a str>,
    now: Timestamp,
) -> bool {
    let given = known.lineage(given);
    let held = held.roles_where(known, move |term| !term.has_ended(now));
    let mut broken = known.conflicts(held);
    broken.any(|set| set.roles.iter().any(|role| given.contains(role.as_str())))
}

/// Whether something can be held for this long.
pub(super) fn look_at(term: Term, now: Timestamp) -> Result<(), Refusal> {
    if term.has_ended(now) {
        return Err(Refusal::invalid("expires_at", "in_the_past"));
    }
    match (term.not_before, term.expires_at) {
        (Some(start), Some(end)) if end <= start => {
            Err(Refusal::invalid("expires_at", "ends_before_it_begins"))
        }
        _ => Ok(()),
    }
}

/// Gives a permission to an account directly, or takes it.
#[derive(Clone, Debug)]
pub struct ChangeGrant {
    /// To whom.
    pub user: UserId,
    /// Allow or deny.
    pub effect: Effect,
    /// The pattern.
    pub pattern: String,
    /// Give or take.
    pub give: bool,
    /// When it counts, if it is given.
    pub term: Term,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// What must be known to give or take a permission.
#[derive(Debug)]
pub struct GrantFacts {
    user: Option<User>,
    held: bool,
    admins: Admins,
    /// It is more than whoever asks may do themselves.
    beyond: bool,
}

impl Flow for ChangeGrant {
    type Facts = GrantFacts;
    type Yes = ();
    const NAME: &'static str = "change_grant";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            // Read before what it holds: see `Write::SwapAccess`.
            let who = cx.store.subject(self.user).await?;
            let known = cx.known().await?;
            let was = cx.store.access(self.user).await?;
            let now = self.apply(&was, cx.now);
            let admins = match &who {
                Some(who) => Admins::when_held(who, [&was, &now], &known, cx).await?,
                None => Admins::default(),
            };
            let ceiling = if self.give { self.term } else { Term::until(cx.now) };
            let own = Reach::gather_to_give(self.actor, ceiling, &known.all, cx).await?;
            let beyond = own.is_some_and(|own| !own.holds(&self.pattern));
            let held = was.grants.iter().any(|given| self.is_of(given));
            Ok(GrantFacts { user: who.map(|who| who.user), held, admins, beyond })
        })
    }

    fn decide(&self, facts: GrantFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let Some(user) = facts.user.filter(|_| self.give || facts.held) else {
            return Verdict::no(Refusal::NotFound);
        };
        if Pattern::parse(&self.pattern).is_err() {
            return Verdict::no(Refusal::invalid("permission", "permission_invalid"));
        }
        if let Err(refusal) = look_at(self.term, cx.now) {
            return Verdict::no(refusal);
        }
        if facts.beyond {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        let noted = match facts.admins.without_one() {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        let (effect, pattern) = (self.effect, self.pattern.clone());
        let (write, what) = if self.give {
            let write = Write::PutGrant(self.grant(cx.now));
            (write, What::PermissionGranted { effect: effect_name(effect).to_owned(), pattern })
        } else {
            let gone = Write::RemoveGrant { user: user.id, effect, pattern: pattern.clone() };
            (gone, What::PermissionRemoved { pattern })
        };
        let seen = Write::SwapAccess { user: user.id, was: user.access_version };
        let writes = [Some(seen), Some(write), Some(Write::NoteChange(user.id)), noted];
        let event = cx.event(self.actor, Some(user.id), what);
        Verdict::yes((), writes.into_iter().flatten().collect(), vec![event])
    }
}

impl ChangeGrant {
    fn is_of(&self, given: &Grant) -> bool {
        given.effect == self.effect && given.pattern == self.pattern
    }

    /// What is held afterwards, as far as it can be read.
    fn apply(&self, was: &Held, now: Timestamp) -> Held {
        let mut held = was.clone();
        held.grants.retain(|given| !self.is_of(given));
        let is_read = Pattern::parse(&self.pattern).is_ok();
        held.grants.extend((self.give && is_read).then(|| self.grant(now)));
        held
    }

    fn grant(&self, now: Timestamp) -> Grant {
        Grant {
            user: self.user,
            effect: self.effect,
            pattern: self.pattern.clone(),
            not_before: self.term.not_before,
            expires_at: self.term.expires_at,
            granted_by: self.actor,
            created_at: now,
        }
    }
}
