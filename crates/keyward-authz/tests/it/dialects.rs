//! The dialects of other systems, against what those systems answer.

use keyward_authz::{Access, Dialect, Effect, Pattern, Permission, SnapshotBuilder};
use serde_json::Value;

use crate::rows::{rows, strings};

/// `true`, `false`, or `"error"` when the pattern cannot be read.
fn covered(dialect: Dialect, held: &str, wanted: &str) -> Value {
    let Ok(pattern) = Pattern::parse_as(dialect, held) else { return "error".into() };
    pattern.matches(&Permission::parse_as(dialect, wanted).unwrap()).into()
}

#[test]
fn shiro_answers_as_shiro_does() {
    for row in rows(include_str!("rows/shiro.json")) {
        let dialect = match row[0] == true {
            true => Dialect::ShiroCaseSensitive,
            false => Dialect::Shiro,
        };
        let (held, wanted) = (row[1].as_str().unwrap(), row[2].as_str().unwrap());
        assert_eq!(covered(dialect, held, wanted), row[3], "{row:?}");
    }
}

#[test]
fn fnmatch_and_asyncauth_answer_as_both_versions_do() {
    for row in rows(include_str!("rows/asyncauth.json")) {
        let (held, wanted) = (row[0].as_str().unwrap(), row[1].as_str().unwrap());
        assert_eq!(covered(Dialect::Fnmatch, held, wanted), row[2], "fnmatch {row:?}");
        assert_eq!(covered(Dialect::Asyncauth, held, wanted), row[3], "asyncauth {row:?}");
    }
}

#[test]
fn asok_answers_as_asok_does() {
    for row in rows(include_str!("rows/asok.json")) {
        let lists = strings(&row[1]);
        let names: Vec<String> = (0..lists.len()).map(|nth| format!("role-{nth}")).collect();
        let mut policy = SnapshotBuilder::in_dialect(Dialect::Asok);
        policy.superuser("admin");
        for (name, list) in names.iter().zip(&lists) {
            policy.rule(name, Effect::Allow, list).unwrap();
        }
        let admin = (row[0] == true).then_some("admin");
        let access =
            Access::compile(&policy.build(), names.iter().map(String::as_str).chain(admin), []);
        let wanted = Permission::parse_as(Dialect::Asok, row[2].as_str().unwrap()).unwrap();
        assert_eq!(access.check(&wanted).allowed(), row[3] == true, "{row:?}");
    }
}
