//! Accounts that their owners delete, sessions in which somebody else acts, and
//! invitations.

pub(super) const SELF_SERVICE: &[&str] = &[
    "ALTER TABLE kw_users ADD COLUMN deleted_by {word}",
    "CREATE INDEX kw_users_deleted ON kw_users (deleted_at){only where deleted_at IS NOT NULL}",
    "CREATE INDEX kw_events_actor ON kw_events (actor_id){only where subject_id IS NULL \
     OR subject_id <> actor_id}",
    "ALTER TABLE kw_sessions ADD COLUMN impersonator_id {id}",
    "ALTER TABLE kw_sessions ADD COLUMN impersonator_session {id}",
    "CREATE TABLE kw_invitations (id {id} NOT NULL PRIMARY KEY, secret_hash {hash} NOT NULL, \
     email {text} NOT NULL, normal {key} NOT NULL, \
     roles {text} NOT NULL, is_mailed {int} NOT NULL, made_by {id}, \
     created_at {int} NOT NULL, expires_at {int} NOT NULL, used_by {id}, used_at {int}, \
     revoked_at {int}){narrow}",
];
