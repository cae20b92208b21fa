//! What an account holds, and what that means by the definitions.

use std::collections::BTreeSet;

use super::{Assignment, Definitions, ExclusiveSet, Grant, Group, Membership};
use crate::time::Timestamp;

/// What an account holds, ended or not begun yet included.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Held {
    /// Roles, by name and scope.
    pub roles: Vec<Assignment>,
    /// Permissions of its own, by effect and pattern.
    pub grants: Vec<Grant>,
    /// Groups that it is in, by name.
    pub groups: Vec<Membership>,
}

/// When something held counts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Term {
    /// Begins at this moment, inclusive.
    pub not_before: Option<Timestamp>,
    /// Ends at this moment, exclusive.
    pub expires_at: Option<Timestamp>,
}

impl Term {
    /// Without beginning or end.
    pub const ALWAYS: Self = Self { not_before: None, expires_at: None };

    /// Without beginning, until this moment.
    pub fn until(end: Timestamp) -> Self {
        Self { not_before: None, expires_at: Some(end) }
    }

    /// Whether this moment lies in it.
    pub fn covers(self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|start| start <= now) && !self.has_ended(now)
    }

    /// Whether it is over.
    pub fn has_ended(self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether it has begun and has no end.
    pub fn is_lasting(self, now: Timestamp) -> bool {
        self.expires_at.is_none() && self.covers(now)
    }

    /// Whether it ends no earlier than `other`.
    pub fn lasts_as_long_as(self, other: Self) -> bool {
        match (self.expires_at, other.expires_at) {
            (None, _) => true,
            (Some(own), Some(other)) => own >= other,
            (Some(_), None) => false,
        }
    }

    /// As the decision engine counts it.
    pub fn to_authz(self) -> keyward_authz::Term {
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
        keyward_authz::Term { from: micros(self.not_before), until: micros(self.expires_at) }
    }
}

macro_rules! termed {
    ($($name:ident)*) => {$(
        impl $name {
            /// When it counts.
            pub fn term(&self) -> Term {
                Term { not_before: self.not_before, expires_at: self.expires_at }
            }
        }
    )*};
}

termed! { Assignment Grant Membership }

impl Held {
    /// The roles that are held everywhere, given directly or by a group, each as
    /// often as it was given.
    pub fn roles_by<'a>(
        &'a self,
        groups: &'a [Group],
    ) -> impl Iterator<Item = (&'a str, Term)> + 'a {
        let given = self.roles.iter().filter(|given| given.scope.is_empty());
        let given = given.map(|given| (given.role.as_str(), given.term()));
        let by_groups = self.groups.iter().flat_map(|member| {
            let group = groups.iter().filter(|group| group.name == member.group);
            let roles = group.flat_map(|group| &group.roles);
            roles.map(|role| (role.as_str(), member.term()))
        });
        given.chain(by_groups)
    }

    /// The names of those roles whose term `counts`.
    pub fn roles_where<'a>(
        &'a self,
        known: &'a Definitions,
        counts: impl Fn(Term) -> bool + 'a,
    ) -> impl Iterator<Item = &'a str> + 'a {
        self.roles_by(&known.groups).filter(move |(_, term)| counts(*term)).map(|(role, _)| role)
    }
}

impl Definitions {
    /// These roles and all that they inherit. A cycle ends where it began.
    pub fn lineage<'a>(&'a self, roles: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&str> = roles.into_iter().collect();
        while let Some(role) = open.pop() {
            if found.insert(role) {
                let known = self.roles.iter().filter(|known| known.name == role);
                open.extend(known.flat_map(|known| known.inherits.iter().map(String::as_str)));
            }
        }
        found
    }

    /// Whether a role of the first inherits one of the second, or is one.
    pub fn leads_to(&self, roles: &[String], role: &str) -> bool {
        self.lineage(roles.iter().map(String::as_str)).contains(role)
    }

    /// The sets of exclusive roles of which two or more come with these.
    pub fn conflicts<'a>(
        &'a self,
        roles: impl IntoIterator<Item = &'a str>,
    ) -> impl Iterator<Item = &'a ExclusiveSet> {
        let held = self.lineage(roles);
        let come = move |set: &&ExclusiveSet| {
            set.roles.iter().filter(|role| held.contains(role.as_str())).count() > 1
        };
        self.exclusive.iter().filter(come)
    }
}
