//! Roles and what they inherit, groups and their members, exclusive roles.

use std::collections::BTreeSet;

use keyward_core::id::UserId;
use keyward_core::port::Write;
use keyward_core::record::{ExclusiveSet, Group, Membership, Role};

use super::{Done, Run, expect};

impl Run<'_> {
    pub(super) fn write_groups(&mut self, write: &Write) -> Done {
        match write {
            Write::AddRole(role) => {
                let row = Role { inherits: each_once(&role.inherits), ..role.clone() };
                self.add(|s| &mut s.roles, role.name.clone(), row)?;
                self.bump_policy()
            }
            Write::RemoveRole(role) => self.remove_role(role),
            Write::SetInherited { role, inherits } => {
                let inherits = each_once(inherits);
                expect(self.set_inherited(role, inherits))?;
                self.bump_policy()
            }
            Write::AddGroup(group) => {
                let row = Group { roles: each_once(&group.roles), ..group.clone() };
                self.add(|s| &mut s.groups, group.name.clone(), row)?;
                self.bump_policy()
            }
            Write::RemoveGroup(group) => self.remove_group(group),
            Write::SetGroupRoles { group, roles } => {
                let roles = each_once(roles);
                expect(self.set_roles(group, roles))?;
                self.bump_policy()
            }
            Write::PutExclusive(set) => {
                self.put_exclusive(&set.name, each_once(&set.roles));
                self.bump_policy()
            }
            Write::RemoveExclusive(set) => {
                self.put_exclusive(set, vec![]);
                self.bump_policy()
            }
            Write::PutMembership(membership) => self.put_membership(membership),
            Write::RemoveMembership { user, group } => {
                let key = (*user, group.clone());
                expect(self.put(|s| &mut s.memberships, key, None))?;
                self.bump_access(*user)
            }
            rest => self.write_lists(rest),
        }
    }

    fn remove_role(&mut self, role: &str) -> Done {
        expect(self.put(|s| &mut s.roles, role.to_owned(), None))?;
        self.remove_if(|s| &mut s.rules, |rule| rule.role == role);
        self.remove_name_of(role);
        let held = self.state.assignments.values().filter(|held| held.role == role);
        let holders: BTreeSet<UserId> = held.map(|held| held.user).collect();
        self.bump_each(holders);
        self.remove_if(|s| &mut s.assignments, |held| held.role == role);
        self.bump_policy()
    }

    /// Takes a role from every role, group and set that names it.
    fn remove_name_of(&mut self, role: &str) {
        let without = |names: &[String]| {
            let named = names.iter().any(|name| name == role);
            named.then(|| names.iter().filter(|name| *name != role).cloned().collect())
        };
        let heirs = self.state.roles.values();
        let heirs: Vec<(String, Vec<String>)> =
            heirs.filter_map(|heir| Some((heir.name.clone(), without(&heir.inherits)?))).collect();
        for (heir, inherits) in heirs {
            self.set_inherited(&heir, inherits);
        }
        let groups = self.state.groups.values();
        let groups: Vec<(String, Vec<String>)> =
            groups.filter_map(|group| Some((group.name.clone(), without(&group.roles)?))).collect();
        for (group, roles) in groups {
            self.set_roles(&group, roles);
        }
        let sets = self.state.exclusive.values();
        let sets: Vec<(String, Vec<String>)> =
            sets.filter_map(|set| Some((set.name.clone(), without(&set.roles)?))).collect();
        for (set, roles) in sets {
            self.put_exclusive(&set, roles);
        }
    }

    fn set_inherited(&mut self, role: &str, inherits: Vec<String>) -> bool {
        self.change(
            |s| &mut s.roles,
            role.to_owned(),
            |row| {
                row.inherits = inherits;
                true
            },
        )
    }

    fn set_roles(&mut self, group: &str, roles: Vec<String>) -> bool {
        self.change(
            |s| &mut s.groups,
            group.to_owned(),
            |row| {
                row.roles = roles;
                true
            },
        )
    }

    fn put_exclusive(&mut self, name: &str, roles: Vec<String>) {
        let name = name.to_owned();
        let row = (!roles.is_empty()).then(|| ExclusiveSet { name: name.clone(), roles });
        self.put(|s| &mut s.exclusive, name, row);
    }

    fn remove_group(&mut self, group: &str) -> Done {
        expect(self.put(|s| &mut s.groups, group.to_owned(), None))?;
        let members = self.state.memberships.values().filter(|member| member.group == group);
        let members: BTreeSet<UserId> = members.map(|member| member.user).collect();
        self.bump_each(members);
        self.remove_if(|s| &mut s.memberships, |member| member.group == group);
        self.bump_policy()
    }

    fn put_membership(&mut self, row: &Membership) -> Done {
        expect(self.state.groups.contains_key(&row.group))?;
        self.put(|s| &mut s.memberships, (row.user, row.group.clone()), Some(row.clone()));
        self.bump_access(row.user)
    }

    fn bump_each(&mut self, users: BTreeSet<UserId>) {
        for user in users {
            // A holder may be gone.
            let _ = self.bump_access(user);
        }
    }
}

/// Sorted, and each once.
fn each_once(names: &[String]) -> Vec<String> {
    names.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect()
}
