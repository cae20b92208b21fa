//! What roles inherit, groups with their members, and roles that exclude each other.

/// A `group` is a word of SQL, so its name is a `group_name`.
pub(super) const ROLES: &[&str] = &[
    "CREATE TABLE kw_role_parents (role {name} NOT NULL, parent {name} NOT NULL, \
     PRIMARY KEY (role, parent)){narrow}",
    "CREATE TABLE kw_groups (name {name} NOT NULL PRIMARY KEY, description {text} NOT NULL, \
     created_at {int} NOT NULL){narrow}",
    "CREATE TABLE kw_group_roles (group_name {name} NOT NULL, role {name} NOT NULL, \
     PRIMARY KEY (group_name, role)){narrow}",
    "CREATE TABLE kw_memberships (user_id {id} NOT NULL, group_name {name} NOT NULL, \
     not_before {int}, expires_at {int}, granted_by {id}, created_at {int} NOT NULL, \
     PRIMARY KEY (user_id, group_name)){narrow}",
    "CREATE UNIQUE INDEX kw_memberships_group ON kw_memberships (group_name, user_id)",
    "CREATE TABLE kw_exclusive_roles (set_name {name} NOT NULL, role {name} NOT NULL, \
     PRIMARY KEY (set_name, role)){narrow}",
];
