//! Who may do what: definitions, and who holds them.

use keyward_authz::Effect;

use super::{AclRow, PolicyDocument};
use crate::id::UserId;
use crate::time::Timestamp;

/// A named set of rules.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Role {
    /// Its name; unique.
    pub name: String,
    /// What it is for, in plain words.
    pub description: String,
    /// Roles whose rules it has as well; sorted, each once.
    pub inherits: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One permission pattern of a role.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleRule {
    /// Which role.
    pub role: String,
    /// Allow or deny.
    pub effect: Effect,
    /// The pattern, in the native dialect.
    pub pattern: String,
}

/// Everything that [`Snapshot`](keyward_authz::Snapshot)s are built from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Definitions {
    /// Bumped by every change of a definition.
    pub version: i64,
    /// Every role, by name.
    pub roles: Vec<Role>,
    /// Every rule, by role, effect and pattern.
    pub rules: Vec<RoleRule>,
    /// Every group, by name.
    pub groups: Vec<Group>,
    /// Every set of exclusive roles, by name.
    pub exclusive: Vec<ExclusiveSet>,
    /// Every access control list, by name.
    pub acls: Vec<AclRow>,
    /// The policy document, once there was one.
    pub document: Option<PolicyDocument>,
}

/// Accounts that hold roles together. Access control lists may name it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// Its name; unique.
    pub name: String,
    /// Who is meant, in plain words.
    pub description: String,
    /// Roles that its members hold; sorted, each once.
    pub roles: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Roles of which nobody should hold two, such as payer and approver.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExclusiveSet {
    /// Its name; unique.
    pub name: String,
    /// The roles; sorted, each once.
    pub roles: Vec<String>,
}

/// A role held by an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Assignment {
    /// Who holds it.
    pub user: UserId,
    /// Which role.
    pub role: String,
    /// Where; empty means everywhere.
    pub scope: String,
    /// Not before.
    pub not_before: Option<Timestamp>,
    /// Not after.
    pub expires_at: Option<Timestamp>,
    /// Who gave it; `None` for the command line and the app itself.
    pub granted_by: Option<UserId>,
    /// When it was given.
    pub created_at: Timestamp,
}

/// A permission held by an account directly.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    /// Who holds it.
    pub user: UserId,
    /// Allow or deny.
    pub effect: Effect,
    /// The pattern, in the native dialect.
    pub pattern: String,
    /// Not before.
    pub not_before: Option<Timestamp>,
    /// Not after.
    pub expires_at: Option<Timestamp>,
    /// Who gave it.
    pub granted_by: Option<UserId>,
    /// When it was given.
    pub created_at: Timestamp,
}

/// That an account is in a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Membership {
    /// Who is in it.
    pub user: UserId,
    /// Which group.
    pub group: String,
    /// Not before.
    pub not_before: Option<Timestamp>,
    /// Not after.
    pub expires_at: Option<Timestamp>,
    /// Who put them in; `None` for the command line and the app itself.
    pub granted_by: Option<UserId>,
    /// When they were put in.
    pub created_at: Timestamp,
}
