//! Define groups and exclusive roles, and put people into groups.

use super::admins::Admins;
use super::apart::{Apart, giving};
use super::fixed::Known;
use super::reach::Reach;
use super::role::{
    MAX_NAMES, clashes, difference, each_once, is_role_name, look_at, look_at_description,
    look_at_names,
};
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Definitions, ExclusiveSet, Group, Held, Membership, Term, User, What};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A change of a group.
#[derive(Clone, Debug)]
pub enum GroupChange {
    /// Makes a group that gives nothing yet.
    Add {
        /// Who is meant.
        description: String,
    },
    /// Removes a group; its members lose what it gave.
    Remove,
    /// Replaces the roles that it gives.
    Roles {
        /// At most [`MAX_NAMES`].
        roles: Vec<String>,
    },
}

/// Changes the definition of a group.
#[derive(Clone, Debug)]
pub struct ChangeGroup {
    /// Its name: 1 to 64 of `a-z 0-9 . _ -`, and not the id of an account.
    pub group: String,
    /// How.
    pub change: GroupChange,
    /// Only if the group is still at this version.
    pub seen: Option<i64>,
    /// Although nobody could administer any more.
    pub force: bool,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

impl ChangeGroup {
    /// A change by the command line or the app, whatever version is stored.
    pub fn new(group: impl Into<String>, change: GroupChange) -> Self {
        Self { group: group.into(), change, seen: None, force: false, actor: None }
    }
}

/// What must be known to change a group.
#[derive(Debug)]
pub struct GroupFacts {
    known: Definitions,
    own: Option<Reach>,
    admins: Admins,
    apart: Apart,
}

impl Flow for ChangeGroup {
    type Facts = GroupFacts;
    type Yes = ();
    const NAME: &'static str = "change_group";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<GroupFacts, Error>> {
        Box::pin(async move {
            let Known { rows, all: known, fixed } = cx.known().await?;
            let own = Reach::gather_for(self.actor, &known, cx).await?;
            let now = self.apply(&rows);
            let admins = Admins::when_defined([(&fixed, &rows), (&fixed, &now)], cx).await?;
            let apart = Apart::when_defined([&known, &self.apply(&known)], cx).await?;
            Ok(GroupFacts { known, own, admins, apart })
        })
    }

    fn decide(&self, facts: GroupFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let GroupFacts { known, own, admins, apart } = facts;
        let change = self.look(&known, own.as_ref(), cx.now);
        let (write, what) = match change.and_then(|change| apart.look_at().map(|()| change)) {
            Ok(change) => change,
            Err(refusal) => return Verdict::no(refusal),
        };
        let noted = match admins.forced(self.force) {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        // What was looked at is what is changed: nothing came between.
        let seen = Write::SwapPolicy { was: known.version };
        let writes = [Some(seen), apart.noted(cx), Some(write), noted];
        let event = cx.event(self.actor, None, what);
        Verdict::yes((), writes.into_iter().flatten().collect(), vec![event])
    }
}

impl ChangeGroup {
    fn look(
        &self,
        known: &Definitions,
        own: Option<&Reach>,
        now: Timestamp,
    ) -> Result<(Write, What), Refusal> {
        let group = self.group.clone();
        let was = known.groups.iter().find(|known| known.name == group);
        if was.is_some() && self.seen.is_some() && self.seen != known.group_version(&group) {
            return Err(Refusal::Conflict);
        }
        match (&self.change, was) {
            (GroupChange::Add { .. }, Some(_)) => Err(Refusal::Conflict),
            (GroupChange::Add { description }, None) => {
                if !is_role_name(&group) || UserId::parse(&group).is_some() {
                    return Err(Refusal::invalid("name", "group_invalid"));
                }
                look_at_description(description)?;
                let description = description.clone();
                let row =
                    Group { name: group.clone(), description, roles: vec![], created_at: now };
                Ok((Write::AddGroup(row), What::GroupCreated { group }))
            }
            (_, None) => Err(Refusal::NotFound),
            (GroupChange::Remove, Some(was)) => {
                within(own, known, was.roles.iter().map(String::as_str))?;
                Ok((Write::RemoveGroup(group.clone()), What::GroupDeleted { group }))
            }
            (GroupChange::Roles { roles }, Some(was)) => {
                look_at_names("roles", roles, known)?;
                within(own, known, difference(&was.roles, roles))?;
                let roles = each_once(roles);
                let write = Write::SetGroupRoles { group: group.clone(), roles: roles.clone() };
                Ok((write, What::GroupUpdated { group, roles }))
            }
        }
    }

    /// The groups as they are afterwards.
    fn apply(&self, known: &Definitions) -> Definitions {
        let mut now = known.clone();
        match &self.change {
            GroupChange::Add { .. } => {}
            GroupChange::Remove => now.groups.retain(|group| group.name != self.group),
            GroupChange::Roles { roles } => {
                let group = now.groups.iter_mut().filter(|group| group.name == self.group);
                group.for_each(|group| group.roles.clone_from(roles));
            }
        }
        now
    }
}

/// Whether whoever asks holds all that these roles speak of.
fn within<'a>(
    own: Option<&Reach>,
    known: &'a Definitions,
    roles: impl IntoIterator<Item = &'a str>,
) -> Result<(), Refusal> {
    match own {
        Some(own) if !own.masters(&Reach::of_roles(known, roles)) => Err(Refusal::OutsideCeiling),
        _ => Ok(()),
    }
}

/// Puts an account into a group, or takes it out.
#[derive(Clone, Debug)]
pub struct ChangeMembership {
    /// Whom.
    pub user: UserId,
    /// Which group.
    pub group: String,
    /// In or out.
    pub give: bool,
    /// When it counts, if it is given.
    pub term: Term,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// What must be known to change a membership.
#[derive(Debug)]
pub struct MembershipFacts {
    user: Option<User>,
    known: Definitions,
    held: Held,
    own: Option<Reach>,
    admins: Admins,
}

impl Flow for ChangeMembership {
    type Facts = MembershipFacts;
    type Yes = ();
    const NAME: &'static str = "change_membership";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<MembershipFacts, Error>> {
        Box::pin(async move {
            // Read before what it holds: see `Write::SwapAccess`.
            let who = cx.store.subject(self.user).await?;
            let defined = cx.known().await?;
            let held = cx.store.access(self.user).await?;
            let now = self.apply(&held, cx.now);
            let admins = match &who {
                Some(who) => Admins::when_held(who, [&held, &now], &defined, cx).await?,
                None => Admins::default(),
            };
            let (user, Known { all: known, .. }) = (who.map(|who| who.user), defined);
            let ceiling = if self.give { self.term } else { Term::until(cx.now) };
            let own = Reach::gather_to_give(self.actor, ceiling, &known, cx).await?;
            Ok(MembershipFacts { user, known, held, own, admins })
        })
    }

    fn decide(&self, facts: MembershipFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        if let Err(refusal) = self.look(&facts, cx.now) {
            return Verdict::no(refusal);
        }
        let Some(user) = facts.user else { return Verdict::no(Refusal::NotFound) };
        let noted = match facts.admins.without_one() {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        let (user, was, group) = (user.id, user.access_version, self.group.clone());
        let (write, what) = match self.give {
            true => (Write::PutMembership(self.membership(cx.now)), What::GroupJoined { group }),
            false => {
                let gone = Write::RemoveMembership { user, group: group.clone() };
                (gone, What::GroupLeft { group })
            }
        };
        let seen = Write::SwapAccess { user, was };
        let giving = self.give.then(|| giving(facts.known.version, cx));
        let writes = [Some(seen), Some(write), Some(Write::NoteChange(user)), noted];
        let writes = giving.into_iter().flatten().chain(writes.into_iter().flatten()).collect();
        let event = cx.event(self.actor, Some(user), what);
        Verdict::yes((), writes, vec![event])
    }
}

impl ChangeMembership {
    fn look(&self, facts: &MembershipFacts, now: Timestamp) -> Result<(), Refusal> {
        let MembershipFacts { known, held, own, .. } = facts;
        let group = known.groups.iter().find(|group| group.name == self.group);
        let group = group.ok_or(Refusal::NotFound)?;
        if !self.give && !held.groups.iter().any(|member| member.group == self.group) {
            return Err(Refusal::NotFound);
        }
        let roles = || group.roles.iter().map(String::as_str);
        within(own.as_ref(), known, roles())?;
        if !self.give {
            return Ok(());
        }
        look_at(self.term, now)?;
        match clashes(known, &self.apply(held, now), roles(), now) {
            true => Err(Refusal::ExclusiveRoles),
            false => Ok(()),
        }
    }

    /// What is held afterwards.
    fn apply(&self, was: &Held, now: Timestamp) -> Held {
        let mut held = was.clone();
        held.groups.retain(|member| member.group != self.group);
        held.groups.extend(self.give.then(|| self.membership(now)));
        held
    }

    fn membership(&self, now: Timestamp) -> Membership {
        Membership {
            user: self.user,
            group: self.group.clone(),
            not_before: self.term.not_before,
            expires_at: self.term.expires_at,
            granted_by: self.actor,
            created_at: now,
        }
    }
}

/// Makes, replaces or removes a set of roles that exclude each other. Refused with
/// who holds two of them; from then on nobody is given a second one, nor in the same
/// moment.
#[derive(Clone, Debug)]
pub struct ChangeExclusive {
    /// Its name: 1 to 64 of `a-z 0-9 . _ -`.
    pub set: String,
    /// Two to [`MAX_NAMES`] roles; `None` removes the set.
    pub roles: Option<Vec<String>>,
    /// Only if it is still at this version; 0 for a set that is not there yet.
    pub seen: Option<i64>,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// What must be known to change a set of exclusive roles.
#[derive(Debug)]
pub struct ExclusiveFacts {
    known: Definitions,
    own: Option<Reach>,
    apart: Apart,
}

impl Flow for ChangeExclusive {
    type Facts = ExclusiveFacts;
    type Yes = ();
    const NAME: &'static str = "change_exclusive";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            let known = cx.definitions().await?;
            let own = Reach::gather_for(self.actor, &known, cx).await?;
            let apart = Apart::when_defined([&known, &self.apply(&known)], cx).await?;
            Ok(ExclusiveFacts { known, own, apart })
        })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let ExclusiveFacts { known, own, apart } = facts;
        let roles = self.wanted();
        let looked = self.look(&roles, &known, own.as_ref());
        if let Err(refusal) = looked.and_then(|()| apart.look_at()) {
            return Verdict::no(refusal);
        }
        let name = self.set.clone();
        let write = match self.roles {
            None => Write::RemoveExclusive(name.clone()),
            Some(_) => {
                Write::PutExclusive(ExclusiveSet { name: name.clone(), roles: roles.clone() })
            }
        };
        let event = cx.event(self.actor, None, What::ExclusiveChanged { set: name, roles });
        let seen = Write::SwapPolicy { was: known.version };
        let writes = [Some(seen), apart.noted(cx), Some(write)];
        Verdict::yes((), writes.into_iter().flatten().collect(), vec![event])
    }
}

impl ChangeExclusive {
    fn look(
        &self,
        roles: &[String],
        known: &Definitions,
        own: Option<&Reach>,
    ) -> Result<(), Refusal> {
        let was = known.exclusive.iter().find(|set| set.name == self.set);
        let before = was.map_or(&[][..], |set| &set.roles);
        if self.roles.is_none() && was.is_none() {
            return Err(Refusal::NotFound);
        }
        let version = known.exclusive_version(&self.set).unwrap_or_default();
        if self.seen.is_some_and(|seen| seen != version) {
            return Err(Refusal::Conflict);
        }
        if !is_role_name(&self.set) {
            return Err(Refusal::invalid("set", "set_invalid"));
        }
        look_at_names("roles", roles, known)?;
        if self.roles.is_some() && roles.len() < 2 {
            return Err(Refusal::invalid("roles", "too_few"));
        }
        // Lifting it lets somebody be given what it kept apart.
        within(own, known, difference(before, roles))
    }

    fn wanted(&self) -> Vec<String> {
        self.roles.as_deref().map(each_once).unwrap_or_default()
    }

    /// The sets as they are afterwards.
    fn apply(&self, known: &Definitions) -> Definitions {
        let mut now = known.clone();
        now.exclusive.retain(|set| set.name != self.set);
        // What is too much is refused, and not looked at.
        if (2..=MAX_NAMES).contains(&self.wanted().len()) {
            let set = ExclusiveSet { name: self.set.clone(), roles: self.wanted() };
            now.exclusive.push(set);
        }
        now
    }
}
