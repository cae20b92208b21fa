//! What roles inherit, groups, and exclusive roles, in rows.

use std::collections::BTreeSet;

use keyward_core::id::UserId;
use keyward_core::record::{ExclusiveSet, Group, Membership, Role};

use super::super::driver::Step;
use super::super::statement::Statement as S;
use super::super::value::params;
use super::{any, bump_access, bump_policy, one, take};

pub(super) fn add_role(role: &Role, to: &mut Vec<Step>) {
    to.push(one(S::AddRole, params![&role.name, &role.description, role.created_at]));
    pairs(S::AddParent, &role.name, &role.inherits, to);
    to.push(bump_policy());
}

pub(super) fn remove_role(role: &str, to: &mut Vec<Step>) {
    to.push(one(S::RemoveRole, params![role]));
    let traces = [
        S::RemoveRulesOf,
        S::RemoveParents,
        S::RemoveHeirs,
        S::RemoveRoleOfGroups,
        S::RemoveRoleOfExclusive,
        S::BumpAccessOfRole,
        S::RemoveAssignmentsOf,
    ];
    to.extend(traces.map(|statement| any(statement, params![role])));
    to.push(bump_policy());
}

pub(super) fn set_inherited(role: &str, inherits: &[String], to: &mut Vec<Step>) {
    to.push(one(S::TouchRole, params![role]));
    to.push(any(S::RemoveParents, params![role]));
    pairs(S::AddParent, role, inherits, to);
    to.push(bump_policy());
}

pub(super) fn add_group(group: &Group, to: &mut Vec<Step>) {
    to.push(one(S::AddGroup, params![&group.name, &group.description, group.created_at]));
    pairs(S::AddGroupRole, &group.name, &group.roles, to);
    to.push(bump_policy());
}

pub(super) fn remove_group(group: &str, to: &mut Vec<Step>) {
    to.push(one(S::RemoveGroup, params![group]));
    let traces = [S::RemoveGroupRoles, S::BumpAccessOfGroup, S::RemoveMembershipsOf];
    to.extend(traces.map(|statement| any(statement, params![group])));
    to.push(bump_policy());
}

pub(super) fn set_roles(group: &str, roles: &[String], to: &mut Vec<Step>) {
    to.push(one(S::TouchGroup, params![group]));
    to.push(any(S::RemoveGroupRoles, params![group]));
    pairs(S::AddGroupRole, group, roles, to);
    to.push(bump_policy());
}

pub(super) fn put_exclusive(set: &ExclusiveSet, to: &mut Vec<Step>) {
    to.push(any(S::RemoveExclusive, params![&set.name]));
    pairs(S::AddExclusiveRole, &set.name, &set.roles, to);
    to.push(bump_policy());
}

// The group's row is locked first, so that a group that is removed meanwhile
// leaves no member behind.
pub(super) fn put_membership(m: &Membership, to: &mut Vec<Step>) {
    to.push(one(S::TouchGroup, params![&m.group]));
    to.push(any(S::RemoveMembership, params![m.user, &m.group]));
    let params = params![m.user, &m.group, m.not_before, m.expires_at, m.granted_by, m.created_at];
    to.extend([one(S::AddMembership, params), bump_access(m.user)]);
}

pub(super) fn remove_membership(user: UserId, group: &str, to: &mut Vec<Step>) {
    take(S::RemoveMembership, params![user, group], user, to);
}

/// One row for each name, however often it is named.
fn pairs(statement: S, owner: &str, names: &[String], to: &mut Vec<Step>) {
    let names: BTreeSet<&String> = names.iter().collect();
    to.extend(names.into_iter().map(|name| one(statement, params![owner, name])));
}
