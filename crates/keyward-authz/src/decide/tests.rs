//! The order of the decision, sentence by sentence.

use proptest::prelude::*;

use super::*;
use crate::Effect;
use crate::acl::Groups;
use crate::condition::{Cell, Condition, Facts, Schema};
use crate::items::{Item, ItemKind, SharedWith, Visibility};
use crate::relations::{Tuple, Tuples};
use crate::rules::Rule;
use crate::{Access, Ceiling, Pattern, SnapshotBuilder};

fn rule(id: &str, effect: Effect, pattern: &str, when: &str) -> Rule {
    let when = Some(Condition::compile(when, &Schema::new()).unwrap());
    Rule { when, ..Rule::new(id, effect, [Pattern::parse(pattern).unwrap()]) }
}

fn policy() -> Snapshot {
    let mut policy = SnapshotBuilder::new();
    policy.rule("editor", Effect::Allow, "posts:view,edit").unwrap();
    policy.superuser("root");
    policy.conditional(rule("freeze", Effect::Deny, "posts:edit", "context.frozen"));
    let lock = rule("lock", Effect::Deny, "vault:*", "true");
    policy.conditional(Rule { absolute: true, ..lock });
    let mut kind = ItemKind::builder();
    kind.actions(["view"]).unwrap().visibilities(Visibility::ALL);
    kind.owned("editor", ["view"]).unwrap();
    policy.item_kind("notes", kind.build());
    policy.relation("user", "self", "[user]").unwrap();
    policy.relation("docs", "reader", "[user]").unwrap();
    policy.relation_grant("docs", "docs:view", "reader").unwrap();
    policy.build()
}

/// Asks with every kind of fact at hand.
fn ask(roles: &[&str], wanted: &str, change: impl FnOnce(&mut Question<'_>)) -> Verdict {
    let snapshot = policy();
    let access = Access::compile(&snapshot, roles.iter().copied(), []);
    let wanted = Permission::parse(wanted).unwrap();
    let context = [("frozen", Cell::Bool(false))];
    let mut question = Question::new(&access, &wanted);
    question.facts = Facts { context: &context, ..Facts::default() };
    change(&mut question);
    let verdict = snapshot.decide(&question);
    assert_eq!(snapshot.explain(&question).decision, verdict.decision);
    verdict
}

#[track_caller]
fn check(verdict: Verdict, decision: Decision, by: By, code: &str) {
    assert_eq!((verdict.decision, verdict.by, verdict.code()), (decision, by, code));
}

#[test]
fn a_ban_comes_first() {
    let verdict = ask(&["root"], "posts:edit", |question| question.banned = true);
    check(verdict, Decision::Deny, By::Banned, "denied_by_rule");
}

#[test]
fn a_ceiling_holds_even_superusers() {
    let wide = Ceiling::parse("key", ["*"]).unwrap();
    let none = Ceiling::parse("scopes", []).unwrap();
    let (snapshot, wanted) = (policy(), Permission::parse("posts:edit").unwrap());
    let access = Access::compile(&snapshot, ["root"], []);
    let question = Question { ceilings: &[&wide], ..Question::new(&access, &wanted) };
    check(snapshot.decide(&question), Decision::Allow, By::Superuser, "allowed");
    let question = Question { ceilings: &[&wide, &none], ..question };
    check(snapshot.decide(&question), Decision::Deny, By::Ceiling(1), "outside_ceiling");
    let text = snapshot.explain(&question).to_string();
    assert!(text.contains("because: ceiling `scopes` does not contain it"), "{text}");
}

#[test]
fn an_absolute_rule_holds_even_superusers() {
    check(ask(&["root"], "vault:open", |_| ()), Decision::Deny, By::Rule(1), "denied_by_rule");
    check(ask(&["root"], "posts:edit", |_| ()), Decision::Allow, By::Superuser, "allowed");
}

#[test]
fn a_denial_in_any_block_overrides_a_yes_in_another() {
    check(ask(&["editor"], "posts:edit", |_| ()), Decision::Allow, By::Roles, "allowed");
    let frozen = ask(&["editor"], "posts:edit", |question| {
        question.facts.context = &[("frozen", Cell::Bool(true))];
    });
    check(frozen, Decision::Deny, By::Rule(0), "denied_by_rule");
}

#[test]
fn a_denial_that_fails_is_a_503_and_not_a_yes() {
    let unknown = ask(&["editor"], "posts:edit", |question| question.facts = Facts::default());
    check(unknown, Decision::Indeterminate, By::Rule(0), "decision_unavailable");
    let other = ask(&["editor"], "posts:view", |question| question.facts = Facts::default());
    check(other, Decision::Allow, By::Roles, "allowed");
}

#[test]
fn what_no_block_knows_is_denied() {
    check(ask(&[], "posts:view", |_| ()), Decision::Deny, By::NoMatch, "missing_permission");
}

#[test]
fn lists_items_and_relations_allow() {
    let snapshot = policy();
    let access = Access::compile(&snapshot, ["editor"], []);
    let (groups, acl) = (Groups::of(["staff"]), Acl::parse(["allow staff wiki:view"]).unwrap());
    let tuples: Tuples = [Tuple::new("docs:1", "reader", "user:ann")].into_iter().collect();
    let (chain, sets) = ([Some(&acl)], [&tuples]);
    let hit = AclHit { effect: Effect::Allow, level: 0, entry: 0 };
    for (wanted, by) in
        [("wiki:view", By::Acl(hit)), ("notes:view", By::Items), ("docs:view", By::Relations)]
    {
        let wanted = Permission::parse(wanted).unwrap();
        let question = Question {
            subject: Some("ann"),
            groups: Some(&groups),
            acl: &chain,
            item: Some(Item {
                owner: Some("ann"),
                visibility: Some(Visibility::Private),
                shared: SharedWith::Nobody,
            }),
            related: Some(Related {
                object: "docs:1",
                subject: "user:ann",
                tuples: &sets,
                whole: true,
            }),
            ..Question::new(&access, &wanted)
        };
        check(snapshot.decide(&question), Decision::Allow, by, "allowed");
        let banned = Question { banned: true, ..question };
        assert!(!snapshot.decide(&banned).decision.allowed(), "{wanted}");
    }
}

#[test]
fn a_block_of_ones_own_has_its_say() {
    let deny = |_: &Question<'_>| Opinion::Deny;
    let custom: [&dyn Block; 1] = [&deny];
    let snapshot = policy();
    let access = Access::compile(&snapshot, ["editor"], []);
    let wanted = Permission::parse("posts:view").unwrap();
    let question = Question { custom: &custom, ..Question::new(&access, &wanted) };
    check(snapshot.decide(&question), Decision::Deny, By::Custom(0), "denied_by_rule");
}

#[test]
fn a_rule_gives_its_advice_only_when_it_denies() {
    let mut policy = SnapshotBuilder::new();
    let fresh = rule("fresh", Effect::Deny, "users:delete", "context.mfa_age > duration('5m')");
    policy.conditional(Rule { advise: Some("step_up".into()), ..fresh });
    policy.rule("admin", Effect::Allow, "*").unwrap();
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, ["admin"], []);
    let wanted = Permission::parse("users:delete").unwrap();
    for (age, advice) in [(600_000_000, Some("step_up")), (0, None)] {
        let context = [("mfa_age", Cell::Span(age))];
        let facts = Facts { context: &context, ..Facts::default() };
        let question = Question { facts, ..Question::new(&access, &wanted) };
        assert_eq!(snapshot.decide(&question).advice(&snapshot), advice, "{age}");
    }
}

#[test]
fn an_unmet_condition_is_explained() {
    let mut policy = SnapshotBuilder::new();
    policy.conditional(rule(
        "own-draft",
        Effect::Allow,
        "posts:edit",
        "resource.status == 'draft'",
    ));
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, [], []);
    let wanted = Permission::parse("posts:edit").unwrap();
    let resource = [("status", Cell::Text("sent"))];
    let facts = Facts { resource: &resource, ..Facts::default() };
    let question = Question { facts, ..Question::new(&access, &wanted) };
    assert_eq!(
        snapshot.explain(&question).to_string(),
        "posts:edit: deny\n  because: no rule covers it\n  \
         unmet: rule own-draft (allow): resource.status == 'draft', resource.status is 'sent'\n  \
         to fix: make `resource.status == 'draft'` true (own-draft)",
    );
}

#[test]
fn a_locked_role_locks_its_holder_out() {
    let mut policy = SnapshotBuilder::new();
    policy.superuser("root").locked("suspended").inherit("ex", "suspended");
    policy.permission("posts:view").unwrap();
    let snapshot = policy.build();
    let wanted = Permission::parse("posts:view").unwrap();
    for roles in [["root", "suspended"], ["ex", "root"]] {
        let access = Access::compile(&snapshot, roles, []);
        let verdict = snapshot.decide(&Question::new(&access, &wanted));
        check(verdict, Decision::Deny, By::Locked, "outside_ceiling");
        assert_eq!(access.check(&wanted), Decision::Deny);
        let id = snapshot.permission_id("posts:view").unwrap();
        assert_eq!(access.check_id(id), Decision::Deny);
        let ids: Vec<_> = roles.iter().filter_map(|role| snapshot.role_id(role)).collect();
        assert_eq!(snapshot.check_roles(&ids, id), Decision::Deny);
        assert!(access.list().is_empty());
    }
}

#[test]
fn who_is_not_even_everyone_is_banned() {
    let (snapshot, groups) = (policy(), Groups::none());
    let access = Access::compile(&snapshot, ["root"], []);
    let wanted = Permission::parse("posts:edit").unwrap();
    let question = Question { groups: Some(&groups), ..Question::new(&access, &wanted) };
    check(snapshot.decide(&question), Decision::Deny, By::Banned, "denied_by_rule");
}

#[test]
fn a_superuser_is_always_audited() {
    assert!(ask(&["root"], "posts:edit", |_| ()).must_audit());
    assert!(!ask(&["root"], "vault:open", |_| ()).must_audit());
    assert!(!ask(&["editor"], "posts:edit", |_| ()).must_audit());
}

#[test]
fn a_permission_that_the_catalogue_lacks_is_a_mistake() {
    let mut policy = SnapshotBuilder::new();
    policy.superuser("root").permission("posts:view").unwrap();
    let snapshot = policy.build();
    let access = Access::compile(&snapshot, ["root"], []);
    for (wanted, decision, by, code) in [
        ("posts:view", Decision::Allow, By::Superuser, "allowed"),
        ("posts:view:42", Decision::Allow, By::Superuser, "allowed"),
        ("posts:veiw", Decision::Deny, By::UnknownPermission, "unknown_permission"),
    ] {
        let wanted = Permission::parse(wanted).unwrap();
        check(snapshot.decide(&Question::new(&access, &wanted)), decision, by, code);
    }
}

fn opinions() -> impl Strategy<Value = Vec<Opinion>> {
    use Opinion::{Allow, Deny, Failed, MayDeny, NoOpinion};
    let any = prop::sample::select(vec![NoOpinion, Failed, Allow, MayDeny, Deny]);
    prop::collection::vec(any, 0..5)
}

struct Says(Opinion);

impl Block for Says {
    fn opinion(&self, _: &Question<'_>) -> Opinion {
        self.0
    }
}

/// What a holder of the role may do when these blocks have their say as well.
fn with_blocks(opinions: &[Opinion], role: &str) -> Decision {
    let blocks: Vec<Says> = opinions.iter().copied().map(Says).collect();
    let custom: Vec<&dyn Block> = blocks.iter().map(|block| block as &dyn Block).collect();
    let (snapshot, wanted) = (policy(), Permission::parse("posts:view").unwrap());
    let access = Access::compile(&snapshot, [role], []);
    let question = Question { custom: &custom, ..Question::new(&access, &wanted) };
    snapshot.decide(&question).decision
}

/// Section 4.2, step 4, word for word.
fn plainly(opinions: &[Opinion]) -> Decision {
    let has = |opinion| opinions.contains(&opinion);
    match () {
        () if has(Opinion::Deny) => Decision::Deny,
        () if has(Opinion::MayDeny) => Decision::Indeterminate,
        () if has(Opinion::Allow) => Decision::Allow,
        () if has(Opinion::Failed) => Decision::Indeterminate,
        () => Decision::Deny,
    }
}

proptest! {
    #[test]
    fn the_order_of_blocks_does_not_matter(opinions in opinions(), turn in 0_usize..5) {
        let mut turned = opinions.clone();
        turned.reverse();
        turned.rotate_left(turn.min(opinions.len()));
        prop_assert_eq!(with_blocks(&opinions, "nobody"), plainly(&opinions));
        prop_assert_eq!(with_blocks(&turned, "nobody"), plainly(&opinions));
    }

    #[test]
    fn a_block_that_allows_never_takes_away(opinions in opinions(), role in "editor|nobody") {
        let before = with_blocks(&opinions, &role);
        let more = [&opinions[..], &[Opinion::Allow]].concat();
        prop_assert!(!before.allowed() || with_blocks(&more, &role).allowed());
    }

    #[test]
    fn a_ceiling_only_narrows(wanted in "(posts|users):(view|edit)", top in "(posts|users):(view|edit|\\*)") {
        let ceiling = Ceiling::parse("top", [top.as_str()]).unwrap();
        let free = ask(&["editor"], &wanted, |_| ()).decision;
        let snapshot = policy();
        let access = Access::compile(&snapshot, ["editor"], []);
        let permission = Permission::parse(&wanted).unwrap();
        let context = [("frozen", Cell::Bool(false))];
        let question = Question {
            ceilings: &[&ceiling],
            facts: Facts { context: &context, ..Facts::default() },
            ..Question::new(&access, &permission)
        };
        let held = snapshot.decide(&question).decision;
        prop_assert_eq!(held.allowed(), free.allowed() && ceiling.contains(&permission));
    }
}
