//! Which roles somebody brings along: those that there are here, and none that anybody
//! could administer by unless the operator named it.

use std::collections::BTreeMap;

use super::Loss;
use crate::flow::admins::{UNDO, ways};
use crate::flow::reach::Reach;
use crate::flow::role::clashes;
use crate::id::UserId;
use crate::record::{Assignment, Definitions, Held};
use crate::time::Timestamp;

/// Roles of the other system, read by what is defined here.
pub(super) struct Roles<'a> {
    known: &'a Definitions,
    /// What the operator said.
    said: &'a BTreeMap<String, String>,
    now: Timestamp,
    /// What was found out of those that were asked for.
    found: BTreeMap<String, Result<String, &'static str>>,
}

impl<'a> Roles<'a> {
    pub(super) fn new(
        known: &'a Definitions,
        said: &'a BTreeMap<String, String>,
        now: Timestamp,
    ) -> Self {
        Self { known, said, now, found: BTreeMap::new() }
    }

    /// Those that somebody gets.
    pub(super) fn of(&mut self, given: &[String], lost: &mut Vec<Loss>) -> Vec<String> {
        let mut own: Vec<String> = vec![];
        for name in given.iter().take(MAX_ROLES) {
            match self.find(name) {
                Ok(role) if own.contains(&role) => {}
                Ok(role) if self.excludes(&own, &role) => {
                    lost.push(Loss::one("role that excludes another", name));
                }
                Ok(role) => own.push(role),
                Err(why) => lost.push(Loss::one(why, name)),
            }
        }
        if given.len() > MAX_ROLES {
            lost.push(Loss::of("more roles"));
        }
        own
    }

    fn find(&mut self, name: &str) -> Result<String, &'static str> {
        if let Some(found) = self.found.get(name) {
            return found.clone();
        }
        let found = self.look(name);
        // Every account might have a role of its own.
        if self.found.len() < MAX_FOUND {
            self.found.insert(name.to_owned(), found.clone());
        }
        found
    }

    fn look(&self, name: &str) -> Result<String, &'static str> {
        let said = self.said.get(name);
        let role = said.cloned().unwrap_or_else(|| here(name));
        match () {
            () if !self.known.roles.iter().any(|known| known.name == role) => Err("role"),
            () if said.is_none() && self.is_power(&role) => Err("administrator's role"),
            () => Ok(role),
        }
    }

    /// Whether whoever has it could give themselves everything.
    fn is_power(&self, role: &str) -> bool {
        let own = Reach::of_role(self.known, role);
        ways(self.known).roles.iter().any(|way| way == role)
            // Also by a role that says so only sometimes.
            || UNDO.iter().any(|wanted| own.may_touch(wanted))
    }

    fn excludes(&self, own: &[String], role: &str) -> bool {
        let given = |role: &str| Assignment {
            user: UserId::NOBODY,
            role: role.to_owned(),
            scope: String::new(),
            not_before: None,
            expires_at: None,
            granted_by: None,
            created_at: self.now,
        };
        let roles = own.iter().map(String::as_str).chain([role]).map(given).collect();
        let held = Held { roles, ..Held::default() };
        clashes(self.known, &held, [role], self.now)
    }
}

/// The name that a role of this name has here, if it has one: `Content Editor` is
/// `content-editor`.
pub fn here(name: &str) -> String {
    name.trim().to_lowercase().replace(' ', "-")
}

/// Roles of one account.
const MAX_ROLES: usize = 50;
/// Roles that are remembered.
const MAX_FOUND: usize = 1_000;
