//! Define roles, and give them.

use keyward_authz::{Effect, Pattern};

use super::admins::Admins;
use super::matrix::Cell;
use super::reach::Reach;
use super::setup::ADMIN_ROLE;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Assignment, Definitions, Event, Grant, Role, User, What};
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

/// What must be known to change a role.
#[derive(Debug)]
pub struct ChangeFacts {
    exists: bool,
    /// The change is more than whoever asks may do themselves.
    beyond: bool,
}

impl Flow for ChangeRole {
    type Facts = ChangeFacts;
    type Yes = ();
    const NAME: &'static str = "change_role";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<ChangeFacts, Error>> {
        Box::pin(async move {
            let known = cx.store.definitions().await?;
            let exists = known.roles.iter().any(|r| r.name == self.role);
            let beyond = match self.actor {
                None => false,
                Some(actor) => self.is_beyond(&Reach::gather(actor, &known, cx).await?, &known),
            };
            Ok(ChangeFacts { exists, beyond })
        })
    }

    fn decide(&self, facts: ChangeFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let ChangeFacts { exists, beyond } = facts;
        match &self.change {
            RoleChange::Add { description } => self.add(exists, description, cx),
            _ if !exists => Verdict::no(Refusal::NotFound),
            _ if self.role == ADMIN_ROLE => Verdict::no(Refusal::invalid("role", "built_in")),
            _ if beyond => Verdict::no(Refusal::OutsideCeiling),
            RoleChange::Remove => {
                let event = self.event(What::RoleDeleted { role: self.role.clone() }, cx);
                Verdict::yes((), vec![Write::RemoveRole(self.role.clone())], vec![event])
            }
            RoleChange::Rule { effect, pattern } => self.rule(*effect, pattern, cx),
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
            RoleChange::Rule { pattern, .. } => !own.holds(pattern),
        }
    }

    fn event(&self, what: What, cx: &mut Decide<'_>) -> Event {
        cx.event(self.actor, None, what)
    }

    fn add(&self, exists: bool, description: &str, cx: &mut Decide<'_>) -> Verdict<()> {
        if exists {
            return Verdict::no(Refusal::Conflict);
        }
        if !is_role_name(&self.role) {
            return Verdict::no(Refusal::invalid("role", "role_invalid"));
        }
        if description.chars().count() > 300 || description.chars().any(char::is_control) {
            return Verdict::no(Refusal::invalid("description", "description_invalid"));
        }
        let role = Role {
            name: self.role.clone(),
            description: description.to_owned(),
            created_at: cx.now,
        };
        let event = self.event(What::RoleCreated { role: self.role.clone() }, cx);
        Verdict::yes((), vec![Write::AddRole(role)], vec![event])
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

fn is_role_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
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
    /// Not after.
    pub expires_at: Option<Timestamp>,
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
    /// The role is more than whoever asks may do themselves.
    beyond: bool,
}

impl Flow for AssignRole {
    type Facts = AssignFacts;
    type Yes = ();
    const NAME: &'static str = "assign_role";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<AssignFacts, Error>> {
        Box::pin(async move {
            let user = cx.store.user(self.user).await?;
            let known = cx.store.definitions().await?;
            let (held, _) = cx.store.access(self.user).await?;
            let exists = known.roles.iter().any(|r| r.name == self.role);
            let held = held.iter().any(|a| a.role == self.role && a.scope.is_empty());
            let ends = !self.give && self.role == ADMIN_ROLE;
            let admins =
                if ends { Admins::gather(self.user, cx).await? } else { Admins::default() };
            let beyond = match self.actor {
                None => false,
                Some(actor) => {
                    let own = Reach::gather(actor, &known, cx).await?;
                    !own.masters(&Reach::of_role(&known, &self.role))
                }
            };
            Ok(AssignFacts { user, exists, held, admins, beyond })
        })
    }

    fn decide(&self, facts: AssignFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        if facts.user.is_none() || !facts.exists && self.give {
            return Verdict::no(Refusal::NotFound);
        }
        if facts.beyond {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        let noted = match facts.admins.without_one() {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        let role = self.role.clone();
        let (write, what) = match (self.give, facts.held) {
            (true, _) => {
                (Write::PutAssignment(self.assignment(cx.now)), What::RoleGranted { role })
            }
            (false, true) => {
                let scope = String::new();
                let gone = Write::RemoveAssignment { user: self.user, role: role.clone(), scope };
                (gone, What::RoleRevoked { role })
            }
            (false, false) => return Verdict::no(Refusal::NotFound),
        };
        let event = cx.event(self.actor, Some(self.user), what);
        let writes = [Some(write), Some(Write::NoteChange(self.user)), noted];
        Verdict::yes((), writes.into_iter().flatten().collect(), vec![event])
    }
}

impl AssignRole {
    fn assignment(&self, now: Timestamp) -> Assignment {
        Assignment {
            user: self.user,
            role: self.role.clone(),
            scope: String::new(),
            not_before: None,
            expires_at: self.expires_at,
            granted_by: self.actor,
            created_at: now,
        }
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
            let (_, grants) = cx.store.access(self.user).await?;
            let held = grants.iter().any(|g| g.effect == self.effect && g.pattern == self.pattern);
            let exists = cx.store.user(self.user).await?.is_some();
            let beyond = match self.actor {
                None => false,
                Some(actor) => {
                    let known = cx.store.definitions().await?;
                    !Reach::gather(actor, &known, cx).await?.holds(&self.pattern)
                }
            };
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
        if facts.beyond {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        let pattern = self.pattern.clone();
        let (write, what) = if self.give {
            let grant = Grant {
                user: self.user,
                effect: self.effect,
                pattern: pattern.clone(),
                expires_at: None,
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
