//! The tables, as migrations that only go forward.
//!
//! A migration that has shipped never changes: its checksum is stored. There are
//! no foreign keys, because MySQL's lock the parent row and would turn parallel
//! sign-ins into deadlocks; what must hold is held by row counts and unique keys.

mod decoys;
mod document;
mod identities;
mod lists;
mod roles;
mod self_service;
mod tokens;

/// One step forward.
#[derive(Debug)]
pub(crate) struct Migration {
    /// Counts from 1, without gaps.
    pub(crate) number: i64,
    /// What it is for.
    pub(crate) name: &'static str,
    /// Templates in lists by what they are about, run in order. A database that
    /// cannot roll a schema change back may run one of them twice.
    lists: &'static [&'static [&'static str]],
}

impl Migration {
    /// Every template, in order.
    pub(crate) fn statements(&self) -> impl Iterator<Item = &'static str> {
        self.lists.iter().flat_map(|list| list.iter().copied())
    }
}

/// Every migration there is.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "people, sessions, flows, access and the audit log",
        lists: &[FOUNDATION, roles::ROLES, lists::LISTS, document::DOCUMENT],
    },
    Migration { number: 2, name: "identities at other services", lists: &[identities::IDENTITIES] },
    Migration {
        number: 3,
        name: "who deleted an account, who acts for somebody, invitations",
        lists: &[self_service::SELF_SERVICE],
    },
    Migration { number: 4, name: "families of tokens", lists: &[tokens::TOKENS] },
    Migration { number: 5, name: "decoys of accounts", lists: &[decoys::DECOYS] },
];

/// Where the runner keeps its books; made before the first migration.
pub(crate) const BOOKS: &str = "CREATE TABLE IF NOT EXISTS kw_migrations (\
     number {int} NOT NULL PRIMARY KEY, name {name} NOT NULL, checksum {hash} NOT NULL, \
     statements_done {int} NOT NULL, finished_at {int}){narrow}";

const FOUNDATION: &[&str] = &[
    "CREATE TABLE kw_users (id {id} NOT NULL PRIMARY KEY, tenant_id {id} NOT NULL, \
     name {text} NOT NULL, name_folded {text} NOT NULL, properties {text} NOT NULL, \
     created_at {int} NOT NULL, updated_at {int} NOT NULL, locked_at {int}, \
     lock_reason {text} NOT NULL, deleted_at {int}, must_change_password {int} NOT NULL, \
     session_epoch {int} NOT NULL, access_version {int} NOT NULL, \
     version {int} NOT NULL){wide}",
    "CREATE TABLE kw_identifiers (user_id {id} NOT NULL, tenant_id {id} NOT NULL, \
     kind {word} NOT NULL, normal {key} NOT NULL, value {text} NOT NULL, skeleton {key}, \
     verified_at {int}, created_at {int} NOT NULL, \
     PRIMARY KEY (tenant_id, kind, normal)){narrow}",
    "CREATE UNIQUE INDEX kw_identifiers_skeleton ON kw_identifiers \
     (tenant_id, skeleton){only where skeleton IS NOT NULL}",
    "CREATE INDEX kw_identifiers_user ON kw_identifiers (user_id)",
    "CREATE TABLE kw_credentials (id {id} NOT NULL PRIMARY KEY, user_id {id} NOT NULL, \
     kind {word} NOT NULL, data {blob} NOT NULL, created_at {int} NOT NULL){narrow}",
    "CREATE INDEX kw_credentials_user ON kw_credentials (user_id)",
    "CREATE TABLE kw_sessions (id {id} NOT NULL PRIMARY KEY, user_id {id} NOT NULL, \
     secret_hash {hash} NOT NULL, kind {word} NOT NULL, epoch {int} NOT NULL, \
     aal {int} NOT NULL, methods {text} NOT NULL, auth_time {int} NOT NULL, \
     created_at {int} NOT NULL, seen_at {int} NOT NULL, idle {int} NOT NULL, \
     expires_at {int} NOT NULL, remember {int} NOT NULL, client {text} NOT NULL, \
     address {text} NOT NULL, data {text} NOT NULL, ends_at {int} NOT NULL){narrow}",
    "CREATE INDEX kw_sessions_user ON kw_sessions (user_id)",
    "CREATE INDEX kw_sessions_ends ON kw_sessions (ends_at)",
    "CREATE TABLE kw_challenges (id {id} NOT NULL PRIMARY KEY, purpose {word} NOT NULL, \
     user_id {id}, kind {word} NOT NULL, normal {key} NOT NULL, code_hash {hash} NOT NULL, \
     link_hash {hash} NOT NULL, browser_hash {hash}, attempts_left {int} NOT NULL, \
     created_at {int} NOT NULL, expires_at {int} NOT NULL, sent_at {int} NOT NULL, \
     epoch {int} NOT NULL, data {text} NOT NULL){narrow}",
    "CREATE INDEX kw_challenges_user ON kw_challenges (user_id)",
    "CREATE INDEX kw_challenges_expires ON kw_challenges (expires_at)",
    "CREATE TABLE kw_messages (id {id} NOT NULL PRIMARY KEY, flow_id {id}, user_id {id}, \
     channel {word} NOT NULL, template {name} NOT NULL, payload {blob} NOT NULL, \
     state {word} NOT NULL, created_at {int} NOT NULL, due_at {int} NOT NULL, \
     expires_at {int} NOT NULL, attempts {int} NOT NULL, last_error {text} NOT NULL){wide}",
    "CREATE INDEX kw_messages_due ON kw_messages (state, due_at){only where state = 'pending'}",
    "CREATE INDEX kw_messages_flow ON kw_messages (flow_id)",
    "CREATE TABLE kw_limits (limit_key {hash} NOT NULL PRIMARY KEY, tat {int} NOT NULL){narrow}",
    "CREATE TABLE kw_roles (name {name} NOT NULL PRIMARY KEY, description {text} NOT NULL, \
     created_at {int} NOT NULL){narrow}",
    "CREATE TABLE kw_role_rules (role {name} NOT NULL, effect {word} NOT NULL, \
     pattern {key} NOT NULL, PRIMARY KEY (role, effect, pattern)){narrow}",
    "CREATE TABLE kw_assignments (user_id {id} NOT NULL, role {name} NOT NULL, \
     scope {key} NOT NULL, not_before {int}, expires_at {int}, granted_by {id}, \
     created_at {int} NOT NULL, PRIMARY KEY (user_id, role, scope)){narrow}",
    "CREATE INDEX kw_assignments_role ON kw_assignments (role)",
    "CREATE TABLE kw_grants (user_id {id} NOT NULL, effect {word} NOT NULL, \
     pattern {key} NOT NULL, not_before {int}, expires_at {int}, granted_by {id}, \
     created_at {int} NOT NULL, PRIMARY KEY (user_id, effect, pattern)){narrow}",
    "CREATE TABLE kw_events (id {id} NOT NULL PRIMARY KEY, made_at {int} NOT NULL, \
     kind {word} NOT NULL, version {int} NOT NULL, actor_id {id}, subject_id {id}, \
     body {blob} NOT NULL, salt {blob}, personal {blob}, place {int}, hash {hash}){narrow}",
    "CREATE UNIQUE INDEX kw_events_place ON kw_events (place)",
    "CREATE INDEX kw_events_subject ON kw_events (subject_id, id)",
    "CREATE INDEX kw_events_kind ON kw_events (kind, id)",
    "CREATE TABLE kw_meta (name {word} NOT NULL PRIMARY KEY, value {blob} NOT NULL){narrow}",
    "CREATE TABLE kw_policy (id {int} NOT NULL PRIMARY KEY, version {int} NOT NULL){narrow}",
    "INSERT INTO kw_policy (id, version) VALUES (1, 0){or keep id}",
    "CREATE TABLE kw_changes (seq {serial}, user_id {id} NOT NULL, made_at {int} NOT NULL){wide}",
    "CREATE INDEX kw_changes_made ON kw_changes (made_at)",
];
