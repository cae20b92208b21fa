//! Explanations as people read them.

use super::*;
use crate::SnapshotBuilder;

#[track_caller]
fn check(roles: &[&str], wanted: &str, text: &str) {
    let mut policy = SnapshotBuilder::new();
    policy.rule("editor", Effect::Allow, "posts:view,edit,publish").unwrap();
    policy.rule("contractor", Effect::Deny, "posts:publish").unwrap();
    policy.superuser("root");
    let snapshot = policy.build();
    let grants = [(Effect::Allow, "users:view")];
    let access = Access::compile(&snapshot, roles.iter().copied(), grants);
    let wanted = Permission::parse(wanted).unwrap();
    assert_eq!(access.explain(&snapshot, &wanted).to_string(), text);
}

#[test]
fn an_allowed_permission_names_its_rule() {
    check(
        &["editor"],
        "posts:edit",
        "posts:edit: allow\n  \
         because: roles.editor.allow[0] (allow posts:view,edit,publish)\n  \
         path: subject > editor",
    );
}

#[test]
fn a_direct_grant_is_named_by_its_place() {
    check(
        &[],
        "users:view",
        "users:view: allow\n  because: grants[0] (allow users:view)\n  path: subject",
    );
}

#[test]
fn a_denied_permission_names_what_it_overrides() {
    check(
        &["editor", "contractor"],
        "posts:publish",
        "posts:publish: deny\n  \
         because: roles.contractor.deny[0] (deny posts:publish)\n  \
         path: subject > contractor\n  \
         would allow: roles.editor.allow[0]\n  \
         to fix: take role contractor away, or its rule roles.contractor.deny[0]",
    );
}

#[test]
fn a_missing_permission_names_who_has_it_and_what_is_near() {
    check(
        &[],
        "posts:edit",
        "posts:edit: deny\n  because: no rule covers it\n  \
         would allow: roles.editor.allow[0]\n  \
         to fix: assign role editor (roles.editor.allow[0])",
    );
    check(
        &["editor"],
        "posts:delete",
        "posts:delete: deny\n  because: no rule covers it\n  \
         near miss: roles.editor.allow[0] (allow posts:view,edit,publish): \
         part 2 is not `delete`\n  \
         to fix: allow posts:delete for the subject, or in a role it holds",
    );
}

#[test]
fn a_superuser_is_named_by_role() {
    check(
        &["root"],
        "posts:edit",
        "posts:edit: allow\n  because: role root may do everything\n  path: subject > root",
    );
}

#[test]
fn a_role_that_may_do_everything_is_advised_last() {
    let mut policy = SnapshotBuilder::new();
    policy.rule("admin", Effect::Allow, "*").unwrap();
    policy.rule("editor", Effect::Allow, "posts:*").unwrap();
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, [], []);
    let wanted = Permission::parse("posts:edit").unwrap();
    assert_eq!(
        access.explain(&snapshot, &wanted).to_fix(),
        ["assign role editor (roles.editor.allow[0])", "assign role admin (roles.admin.allow[0])"]
    );
    let wanted = Permission::parse("users:view").unwrap();
    assert_eq!(
        access.explain(&snapshot, &wanted).to_fix(),
        [
            "allow users:view for the subject, or in a role it holds",
            "assign role admin (roles.admin.allow[0])",
        ]
    );
}
