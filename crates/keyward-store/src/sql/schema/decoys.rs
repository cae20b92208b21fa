//! Rows that are nobody's. Whoever signs up with an address that is taken costs as many
//! statements as others, and each of them as much: the tables have the columns and the
//! indices of those that they are like.

pub(super) const DECOYS: &[&str] = &[
    "CREATE TABLE kw_decoy_users (id {id} NOT NULL PRIMARY KEY, tenant_id {id} NOT NULL, \
     name {text} NOT NULL, name_folded {text} NOT NULL, properties {text} NOT NULL, \
     created_at {int} NOT NULL, updated_at {int} NOT NULL, locked_at {int}, \
     lock_reason {text} NOT NULL, deleted_at {int}, must_change_password {int} NOT NULL, \
     session_epoch {int} NOT NULL, access_version {int} NOT NULL, \
     version {int} NOT NULL, deleted_by {word}){wide}",
    "CREATE INDEX kw_decoy_users_deleted ON kw_decoy_users \
     (deleted_at){only where deleted_at IS NOT NULL}",
    "CREATE TABLE kw_decoy_identifiers (user_id {id} NOT NULL, tenant_id {id} NOT NULL, \
     kind {word} NOT NULL, normal {key} NOT NULL, value {text} NOT NULL, skeleton {key}, \
     verified_at {int}, created_at {int} NOT NULL, \
     PRIMARY KEY (tenant_id, kind, normal)){narrow}",
    "CREATE UNIQUE INDEX kw_decoy_identifiers_skeleton ON kw_decoy_identifiers \
     (tenant_id, skeleton){only where skeleton IS NOT NULL}",
    "CREATE INDEX kw_decoy_identifiers_user ON kw_decoy_identifiers (user_id)",
    "CREATE TABLE kw_decoy_credentials (id {id} NOT NULL PRIMARY KEY, user_id {id} NOT NULL, \
     kind {word} NOT NULL, data {blob} NOT NULL, created_at {int} NOT NULL){narrow}",
    "CREATE INDEX kw_decoy_credentials_user ON kw_decoy_credentials (user_id)",
];

#[cfg(test)]
mod tests {
    use super::super::MIGRATIONS;
    use crate::sql::statement::Statement as S;

    fn template(statement: S) -> &'static str {
        S::ALL.get(statement as usize).unwrap().1
    }

    #[test]
    fn a_decoy_is_stored_as_what_it_is_like() {
        for (like, decoy) in [
            (S::AddUser, S::AddDecoyUser),
            (S::AddIdentifier, S::AddDecoyIdentifier),
            (S::AddCredential, S::AddDecoyCredential),
        ] {
            assert_eq!(template(like), template(decoy).replace("kw_decoy_", "kw_"));
        }
    }

    #[test]
    fn the_tables_of_decoys_have_the_indices_of_those_that_they_are_like() {
        let indices = |of: &str| {
            let all = MIGRATIONS.iter().flat_map(|migration| migration.statements());
            let on = format!(" ON kw_{of} ");
            let own = all.filter(|text| text.contains(" INDEX ") && text.contains(&on));
            let plain = own.map(|text| text.replace("kw_decoy_", "kw_"));
            plain.collect::<std::collections::BTreeSet<_>>()
        };
        for table in ["users", "identifiers", "credentials"] {
            let decoys = indices(&format!("decoy_{table}"));
            assert_eq!(decoys, indices(table), "{table}");
            assert!(!decoys.is_empty(), "{table}");
        }
    }
}
