//! Roles, groups and who holds them, as clients see them.

use keyward_authz::{Effect, Snapshot};
use keyward_core::flow::role::effect_name;
use keyward_core::record::{
    Assignment, Definitions, ExclusiveSet, Grant, Group, Held, Identifier, Membership, Role, User,
};
use keyward_core::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::UserView;

/// A role with its rules.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RoleView {
    /// Its name.
    #[schemars(example = &"editors")]
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Roles whose rules it has as well.
    pub inherits: Vec<String>,
    /// Patterns that it allows itself.
    pub allow: Vec<String>,
    /// Patterns that it denies itself.
    pub deny: Vec<String>,
    /// Whether it stands where it cannot be changed from here.
    pub read_only: bool,
    /// Changes with everything above; 0 if it is read only.
    pub version: i64,
}

impl RoleView {
    /// Every role, by name.
    pub(crate) fn all(from: &Definitions) -> Vec<Self> {
        from.roles.iter().map(|role| Self::new(role, from)).collect()
    }

    fn new(role: &Role, from: &Definitions) -> Self {
        let rules = |effect: Effect| {
            let rules = from.rules.iter().filter(|r| r.role == role.name && r.effect == effect);
            rules.map(|r| r.pattern.clone()).collect()
        };
        Self {
            name: role.name.clone(),
            description: role.description.clone(),
            inherits: role.inherits.clone(),
            allow: rules(Effect::Allow),
            deny: rules(Effect::Deny),
            read_only: false,
            version: from.role_version(&role.name).unwrap_or_default(),
        }
    }

    /// A role of the policy file.
    pub(crate) fn fixed(role: keyward_authz::RoleView<'_>, of: &Snapshot) -> Self {
        let rules = |wanted: Effect| {
            let rules = role.rules().filter(|(effect, _)| *effect == wanted);
            rules.map(|(_, pattern)| pattern.as_str().to_owned()).collect()
        };
        Self {
            name: role.name().to_owned(),
            description: role.description().to_owned(),
            inherits: role.parents(of).map(str::to_owned).collect(),
            allow: rules(Effect::Allow),
            deny: rules(Effect::Deny),
            read_only: true,
            version: 0,
        }
    }
}

/// A group with the roles that it gives.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct GroupView {
    /// Its name.
    #[schemars(example = &"editors")]
    pub name: String,
    /// Who is meant.
    pub description: String,
    /// Roles that its members hold.
    pub roles: Vec<String>,
    /// When it was made.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// Changes with everything above.
    pub version: i64,
}

impl GroupView {
    pub(crate) fn new(group: &Group, from: &Definitions) -> Self {
        Self {
            name: group.name.clone(),
            description: group.description.clone(),
            roles: group.roles.clone(),
            created_at: group.created_at,
            version: from.group_version(&group.name).unwrap_or_default(),
        }
    }
}

/// Roles of which nobody may be given two.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ExclusiveView {
    /// The name of the set.
    #[schemars(example = &"payments")]
    pub name: String,
    /// The roles.
    pub roles: Vec<String>,
    /// Changes with everything above.
    pub version: i64,
}

impl ExclusiveView {
    pub(crate) fn new(set: &ExclusiveSet, from: &Definitions) -> Self {
        let version = from.exclusive_version(&set.name).unwrap_or_default();
        Self { name: set.name.clone(), roles: set.roles.clone(), version }
    }
}

/// A member of a group.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MemberView {
    /// Who.
    pub user: UserView,
    /// Counts from this moment on.
    #[schemars(with = "Option<String>")]
    pub not_before: Option<Timestamp>,
    /// Counts until this moment.
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
}

impl MemberView {
    pub(crate) fn new((member, user, names): &(Membership, User, Vec<Identifier>)) -> Self {
        Self {
            user: UserView::new(user, names),
            not_before: member.not_before,
            expires_at: member.expires_at,
        }
    }
}

/// A permission that an account holds directly.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct GrantView {
    /// `allow` or `deny`.
    pub effect: &'static str,
    /// The pattern.
    pub permission: String,
    /// Counts from this moment on.
    #[schemars(with = "Option<String>")]
    pub not_before: Option<Timestamp>,
    /// Counts until this moment.
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
}

/// A role that an account was given.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AssignmentView {
    /// Its name.
    pub role: String,
    /// Where it counts; empty for everywhere.
    pub scope: String,
    /// Counts from this moment on.
    #[schemars(with = "Option<String>")]
    pub not_before: Option<Timestamp>,
    /// Counts until this moment.
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
}

/// A group that an account was put into.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MembershipView {
    /// Its name.
    pub group: String,
    /// Counts from this moment on.
    #[schemars(with = "Option<String>")]
    pub not_before: Option<Timestamp>,
    /// Counts until this moment.
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
}

/// What an account holds, those that have ended or not begun included.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Holdings {
    /// Names of the roles that it was given.
    pub roles: Vec<String>,
    /// Names of the groups that it is in.
    pub groups: Vec<String>,
    /// Its direct permissions.
    pub grants: Vec<GrantView>,
    /// Those roles, with when they count.
    pub assignments: Vec<AssignmentView>,
    /// Those groups, with when they count.
    pub memberships: Vec<MembershipView>,
}

impl Holdings {
    pub(crate) fn new(held: &Held) -> Self {
        Self {
            roles: held.roles.iter().map(|given| given.role.clone()).collect(),
            groups: held.groups.iter().map(|member| member.group.clone()).collect(),
            grants: held.grants.iter().map(grant).collect(),
            assignments: held.roles.iter().map(assignment).collect(),
            memberships: held.groups.iter().map(membership).collect(),
        }
    }
}

fn grant(given: &Grant) -> GrantView {
    GrantView {
        effect: effect_name(given.effect),
        permission: given.pattern.clone(),
        not_before: given.not_before,
        expires_at: given.expires_at,
    }
}

fn assignment(given: &Assignment) -> AssignmentView {
    AssignmentView {
        role: given.role.clone(),
        scope: given.scope.clone(),
        not_before: given.not_before,
        expires_at: given.expires_at,
    }
}

fn membership(member: &Membership) -> MembershipView {
    MembershipView {
        group: member.group.clone(),
        not_before: member.not_before,
        expires_at: member.expires_at,
    }
}
