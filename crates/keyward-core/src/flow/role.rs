//! Define roles, and give them.

use std::collections::BTreeSet;

use keyward_authz::{Effect, Pattern};

use super::admins::Admins;
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
    /// Who asks; `None` for the command line.
    pub actor: Option<UserId>,
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
}

impl Flow for ChangeRole {
    type Facts = ChangeFacts;
    type Yes = ();
    const NAME: &'static str = "change_role";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<ChangeFacts, Error>> {
        Box::pin(async move {
            let (known, fixed) = cx.known().await?;
            let own = Reach::gather_for(self.actor, &known, cx).await?;
            let admins = Admins::when_defined([&known, &self.apply(&known)], cx).await?;
            Ok(ChangeFacts { known, fixed: fixed.defines(&self.role), own, admins })
        })
    }

    fn decide(&self, facts: ChangeFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let ChangeFacts { known, fixed, own, admins } = facts;
        let exists = known.roles.iter().any(|r| r.name == self.role);
        let beyond = own.is_some_and(|own| self.is_beyond(&own, &known));
        let noted = match admins.without_one() {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut verdict = match &self.change {
            RoleChange::Add { description } => self.add(&known, description, cx),
            _ if !exists => Verdict::no(Refusal::NotFound),
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
        verdict.batch.writes.extend(noted.filter(|_| verdict.reply.is_ok()));
        verdict
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

    /// The roles as they are afterwards: who inherits what.
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
        let now = self.apply(known);
        if breaks_a_set(&now) && !breaks_a_set(known) {
            return Verdict::no(Refusal::ExclusiveRoles);
        }
        let (role, inherits) = (self.role.clone(), each_once(from));
        let what = What::RoleInherits { role: role.clone(), inherits: inherits.clone() };
        let event = self.event(what, cx);
        // Two changes that are harmless alone may make a cycle together.
        let seen = Write::SwapPolicy { was: known.version };
        Verdict::yes((), vec![seen, Write::SetInherited { role, inherits }], vec![event])
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
        // A policy document that defines it as well may come in the same moment.
        let seen = Write::SwapPolicy { was: known.version };
        Verdict::yes((), vec![seen, Write::AddRole(role)], vec![event])
    }

    fn rule(&self, effect: Option<Effect>, pattern: &str, cx: &mut Decide<'_>) -> Verdict<()> {
        if Pattern::parse(pattern).is_err() {
            return Verdict::no(Refusal::invalid("permission", "permission_invalid"));
        }
        let cell = Cell { role: self.role.clone(), pattern: pattern.to_owned(), effect };
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
    /// The role is more than whoever asks may do themselves.
    beyond: bool,
}

impl Flow for AssignRole {
    type Facts = AssignFacts;
    type Yes = ();
    const NAME: &'static str = "assign_role";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<AssignFacts, Error>> {
        Box::pin(async move {
            // Read before what it holds: see `Write::SwapAccess`.
            let user = cx.store.user(self.user).await?;
            let known = cx.definitions().await?;
            let was = cx.store.access(self.user).await?;
            let now = self.apply(&was, cx.now);
            let admins = match &user {
                Some(user) => Admins::when_held(user, [&was, &now], &known, cx).await?,
                None => Admins::default(),
            };
            let ceiling = if self.give { self.term } else { Term::until(cx.now) };
            let own = Reach::gather_to_give(self.actor, ceiling, &known, cx).await?;
            let beyond = own.is_some_and(|own| !own.masters(&Reach::of_role(&known, &self.role)));
            Ok(AssignFacts {
                exists: known.roles.iter().any(|r| r.name == self.role),
                held: was.roles.iter().any(|given| self.is_of(given)),
                clashes: self.give && clashes(&known, &now, [&*self.role], cx.now),
                user,
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
        let writes = [Some(seen), Some(write), Some(Write::NoteChange(self.user)), noted];
        Verdict::yes((), writes.into_iter().flatten().collect(), vec![event])
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

/// Whether a role or a group brings roles together that exclude each other.
pub(super) fn breaks_a_set(known: &Definitions) -> bool {
    let clash = |roles: &mut dyn Iterator<Item = &str>| {
        known.conflicts(roles.collect::<Vec<_>>()).next().is_some()
    };
    known.roles.iter().any(|role| clash(&mut [role.name.as_str()].into_iter()))
        || known.groups.iter().any(|group| clash(&mut group.roles.iter().map(String::as_str)))
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
    exists: bool,
    held: bool,
    /// It is more than whoever asks may do themselves.
    beyond: bool,
}

impl Flow for ChangeGrant {
    type Facts = GrantFacts;
    type Yes = ();
    const NAME: &'static str = "change_grant";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            let held = cx.store.access(self.user).await?.grants;
            let held = held.iter().any(|g| g.effect == self.effect && g.pattern == self.pattern);
            let exists = cx.store.user(self.user).await?.is_some();
            let known = cx.definitions().await?;
            let ceiling = if self.give { self.term } else { Term::until(cx.now) };
            let own = Reach::gather_to_give(self.actor, ceiling, &known, cx).await?;
            let beyond = own.is_some_and(|own| !own.holds(&self.pattern));
            Ok(GrantFacts { exists, held, beyond })
        })
    }

    fn decide(&self, facts: GrantFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        if !facts.exists || !self.give && !facts.held {
            return Verdict::no(Refusal::NotFound);
        }
        if Pattern::parse(&self.pattern).is_err() {
            return Verdict::no(Refusal::invalid("permission", "permission_invalid"));
        }
        if let Err(refusal) = look_at(self.term, cx.now) {
            return Verdict::no(refusal);
        }
        if facts.beyond {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        let pattern = self.pattern.clone();
        let (write, what) = if self.give {
            let grant = Grant {
                user: self.user,
                effect: self.effect,
                pattern: pattern.clone(),
                not_before: self.term.not_before,
                expires_at: self.term.expires_at,
                granted_by: self.actor,
                created_at: cx.now,
            };
            let effect = effect_name(self.effect).to_owned();
            (Write::PutGrant(grant), What::PermissionGranted { effect, pattern })
        } else {
            let gone = Write::RemoveGrant {
                user: self.user,
                effect: self.effect,
                pattern: pattern.clone(),
            };
            (gone, What::PermissionRemoved { pattern })
        };
        let event = cx.event(self.actor, Some(self.user), what);
        Verdict::yes((), vec![write, Write::NoteChange(self.user)], vec![event])
    }
}
