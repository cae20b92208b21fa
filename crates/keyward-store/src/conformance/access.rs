//! Roles, rules, assignments and grants.

use keyward_authz::Effect;
use keyward_core::port::Write;
use keyward_core::record::{Assignment, Grant, Role, RoleRule, User};

use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    definitions_come_back_in_order_and_count_their_changes,
    a_role_is_added_and_removed_once,
    definitions_change_only_as_they_were_reviewed,
    a_removed_role_is_held_by_nobody,
    an_assignment_replaces_the_one_for_the_same_place,
    a_grant_replaces_the_same_one,
];

pub(super) fn role(name: &str) -> Role {
    let name = name.into();
    Role { name, description: "für alle".into(), inherits: vec![], created_at: at(1) }
}

fn rule(role: &str, effect: Effect, pattern: &str) -> RoleRule {
    RoleRule { role: role.into(), effect, pattern: pattern.into() }
}

pub(super) fn assignment(user: &User, role: &str, scope: &str) -> Assignment {
    Assignment {
        user: user.id,
        role: role.into(),
        scope: scope.into(),
        not_before: None,
        expires_at: None,
        granted_by: None,
        created_at: at(2),
    }
}

pub(super) async fn access_version(store: &Shared, user: &User) -> i64 {
    store.user(user.id).await.unwrap().unwrap().access_version
}

async fn definitions_come_back_in_order_and_count_their_changes(store: Shared) {
    let version = store.definitions().await.unwrap().version;
    let rules = [
        rule("a", Effect::Allow, "docs:*"),
        rule("a", Effect::Deny, "docs:delete"),
        rule("b", Effect::Allow, ""),
    ];
    let mut writes = vec![Write::AddRole(role("b")), Write::AddRole(role("a"))];
    writes.extend(rules.iter().rev().cloned().map(Write::AddRule));
    done(&store, writes).await;
    let found = store.definitions().await.unwrap();
    assert_eq!(found.roles, [role("a"), role("b")]);
    assert_eq!(found.rules, rules);
    assert!(found.version > version);
    assert_eq!(store.changes(-1).await.unwrap().policy_version, found.version);
    done(&store, vec![Write::AddRule(rules[0].clone())]).await;
    let again = store.definitions().await.unwrap();
    assert_eq!(again.rules, found.rules);
    assert!(again.version > found.version);
    let absent = rule("a", Effect::Deny, "nothing");
    done(&store, vec![Write::RemoveRule(rules[0].clone()), Write::RemoveRule(absent)]).await;
    let fewer = store.definitions().await.unwrap();
    assert_eq!(fewer.rules, rules[1..]);
    assert!(fewer.version > again.version);
}

async fn a_role_is_added_and_removed_once(store: Shared) {
    done(&store, vec![Write::AddRole(role("a"))]).await;
    let version = store.definitions().await.unwrap().version;
    conflicts(&store, vec![Write::AddRole(role("a"))]).await;
    assert_eq!(store.definitions().await.unwrap().version, version);
    done(&store, vec![Write::RemoveRole("a".into())]).await;
    assert!(store.definitions().await.unwrap().version > version);
    conflicts(&store, vec![Write::RemoveRole("a".into())]).await;
}

async fn definitions_change_only_as_they_were_reviewed(store: Shared) {
    done(&store, vec![Write::AddRole(role("a"))]).await;
    let was = store.definitions().await.unwrap().version;
    let reviewed = rule("a", Effect::Allow, "docs:view");
    done(&store, vec![Write::SwapPolicy { was }, Write::AddRule(reviewed.clone())]).await;
    let now = store.definitions().await.unwrap();
    assert!(now.version > was);
    let late = rule("a", Effect::Deny, "docs:view");
    conflicts(&store, vec![Write::SwapPolicy { was }, Write::AddRule(late)]).await;
    let same = store.definitions().await.unwrap();
    assert_eq!((same.rules, same.version), (vec![reviewed], now.version));
}

async fn a_removed_role_is_held_by_nobody(store: Shared) {
    let mut sample = Sample::new(61);
    let (ann, bob) = (sample.user(), sample.user());
    let kept = assignment(&ann, "other", "");
    let writes = vec![
        Write::AddUser(ann.clone()),
        Write::AddUser(bob.clone()),
        Write::AddRole(role("a")),
        Write::AddRole(role("other")),
        Write::AddRule(rule("a", Effect::Allow, "x")),
        Write::AddRule(rule("other", Effect::Allow, "y")),
        Write::PutAssignment(assignment(&ann, "a", "")),
        Write::PutAssignment(assignment(&ann, "a", "docs")),
        Write::PutAssignment(kept.clone()),
    ];
    done(&store, writes).await;
    let versions = (access_version(&store, &ann).await, access_version(&store, &bob).await);
    done(&store, vec![Write::RemoveRole("a".into())]).await;
    assert_eq!(store.access(ann.id).await.unwrap().roles, [kept]);
    assert_eq!(store.definitions().await.unwrap().rules, [rule("other", Effect::Allow, "y")]);
    assert_eq!(access_version(&store, &ann).await, versions.0 + 1);
    assert_eq!(access_version(&store, &bob).await, versions.1);
}

async fn an_assignment_replaces_the_one_for_the_same_place(store: Shared) {
    let mut sample = Sample::new(62);
    let ann = sample.user();
    let odd = Assignment {
        not_before: Some(at(-1)),
        expires_at: Some(at(9)),
        granted_by: Some(sample.user().id),
        ..assignment(&ann, "a", "")
    };
    let there = assignment(&ann, "a", "orgs/ü/docs");
    done(&store, vec![Write::AddUser(ann.clone())]).await;
    done(&store, vec![Write::PutAssignment(assignment(&ann, "a", ""))]).await;
    done(&store, vec![Write::PutAssignment(there.clone())]).await;
    done(&store, vec![Write::PutAssignment(odd.clone())]).await;
    assert_eq!(store.access(ann.id).await.unwrap().roles, [odd, there]);
    assert_eq!(access_version(&store, &ann).await, 4);
    let remove = |scope: &str| {
        let (user, role, scope) = (ann.id, "a".to_owned(), scope.to_owned());
        vec![Write::RemoveAssignment { user, role, scope }]
    };
    done(&store, remove("")).await;
    conflicts(&store, remove("")).await;
    assert_eq!(store.access(ann.id).await.unwrap().roles.len(), 1);
    assert_eq!(access_version(&store, &ann).await, 5);
    conflicts(&store, vec![Write::PutAssignment(assignment(&sample.user(), "a", ""))]).await;
}

async fn a_grant_replaces_the_same_one(store: Shared) {
    let mut sample = Sample::new(63);
    let ann = sample.user();
    let grant = |effect, pattern: &str| Grant {
        user: ann.id,
        effect,
        pattern: pattern.into(),
        not_before: None,
        expires_at: None,
        granted_by: None,
        created_at: at(3),
    };
    let limited = Grant {
        not_before: Some(at(-9)),
        expires_at: Some(at(99)),
        granted_by: Some(sample.user().id),
        ..grant(Effect::Allow, "docs:*")
    };
    done(&store, vec![Write::AddUser(ann.clone())]).await;
    let writes = [grant(Effect::Deny, "docs:*"), grant(Effect::Allow, "docs:*"), limited.clone()];
    done(&store, writes.map(Write::PutGrant).into()).await;
    let held = store.access(ann.id).await.unwrap();
    assert_eq!(held.grants, [limited, grant(Effect::Deny, "docs:*")]);
    assert_eq!(access_version(&store, &ann).await, 4);
    let remove = |effect| {
        let (user, pattern) = (ann.id, "docs:*".to_owned());
        vec![Write::RemoveGrant { user, effect, pattern }]
    };
    done(&store, remove(Effect::Deny)).await;
    conflicts(&store, remove(Effect::Deny)).await;
    assert_eq!(store.access(ann.id).await.unwrap().grants.len(), 1);
}
