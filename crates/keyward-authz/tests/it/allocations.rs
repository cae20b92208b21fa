//! A check allocates nothing, whatever decides it.

use allocation_counter::measure;
use keyward_authz::acl::{Acl, Groups};
use keyward_authz::condition::{Cell, Condition, Facts, Schema};
use keyward_authz::items::{Item, ItemKind, SharedWith, Visibility};
use keyward_authz::rules::Rule;
use keyward_authz::{Access, Ceiling, Effect, Pattern, Permission, Question, SnapshotBuilder};

#[test]
fn a_check_allocates_nothing() {
    let mut policy = SnapshotBuilder::new();
    policy.permission("posts:view").unwrap().permission("posts:edit").unwrap();
    policy.rule("editor", Effect::Allow, "posts:*").unwrap();
    policy.rule("editor", Effect::Deny, "*:*:secret").unwrap();
    let when = Condition::compile("resource.owner == principal.id", &Schema::new()).unwrap();
    let rule = Rule::new("own", Effect::Deny, [Pattern::parse("posts:edit").unwrap()]);
    policy.conditional(Rule { unless: Some(when), ..rule });
    let mut kind = ItemKind::builder();
    kind.actions(["view"]).unwrap().visibilities(Visibility::ALL);
    policy.item_kind("posts", kind.build());
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, ["editor"], []);
    let id = snapshot.permission_id("posts:edit").unwrap();
    let role = snapshot.role_id("editor").unwrap();
    let groups = Groups::of(["staff"]);
    let acl = Acl::parse(["allow staff posts:view"]).unwrap();
    let (member, by_id) = (acl.member(&groups), acl.permission("posts:view"));
    let (chain, ceiling) = ([Some(&acl)], Ceiling::parse("scopes", ["posts:*"]).unwrap());
    let (principal, resource) = ([("id", Cell::Text("a"))], [("owner", Cell::Text("a"))]);
    for wanted in ["posts:view", "posts:edit", "posts:edit:secret"] {
        let wanted = Permission::parse(wanted).unwrap();
        let question = Question {
            subject: Some("a"),
            groups: Some(&groups),
            acl: &chain,
            ceilings: &[&ceiling],
            item: Some(Item {
                owner: Some("a"),
                visibility: Some(Visibility::Public),
                shared: SharedWith::Csv { list: "1, 2", everybody: 2 },
            }),
            facts: Facts { principal: &principal, resource: &resource, ..Facts::default() },
            ..Question::new(&access, &wanted)
        };
        let counted = measure(|| {
            let _ = (snapshot.decide(&question), access.check(&wanted), access.check_id(id));
            let _ = (snapshot.check_roles(&[role], id), acl.decide_by_id(&member, by_id));
            let _ = snapshot.permission_id(wanted.as_str());
        });
        assert_eq!(counted.count_total, 0, "{wanted}");
    }
    // The counter itself counts.
    assert_eq!(measure(|| drop(Box::new(wanted_text()))).count_total, 1);
}

fn wanted_text() -> [u8; 32] {
    std::hint::black_box([7; 32])
}
