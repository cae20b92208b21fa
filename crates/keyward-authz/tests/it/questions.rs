//! The other questions agree with deciding one by one, and no text of any
//! language makes a dialect panic.

use keyward_authz::condition::{Cell, Condition, Facts, Schema};
use keyward_authz::rules::Rule;
use keyward_authz::{
    About, Access, Ceiling, Dialect, Effect, Pattern, Permission, Question, Snapshot,
    SnapshotBuilder,
};
use proptest::prelude::*;

const NAMES: [&str; 6] = ["x:p", "x:q", "y:p", "y:q", "z", "x:p:i"];
const ROLES: [&str; 3] = ["a", "b", "c"];

/// A policy with roles, and rules with conditions when there are `whens`.
fn policy(rules: &[(usize, bool, String)], whens: &[(bool, String, bool)], root: bool) -> Snapshot {
    builder(rules, whens, root, &NAMES).build()
}

fn builder(
    rules: &[(usize, bool, String)],
    whens: &[(bool, String, bool)],
    root: bool,
    names: &[&str],
) -> SnapshotBuilder {
    let effect = |deny: bool| if deny { Effect::Deny } else { Effect::Allow };
    let mut policy = SnapshotBuilder::new();
    ROLES.iter().for_each(|role| {
        policy.role(role, "");
    });
    for name in names {
        policy.permission(name).unwrap();
    }
    for (role, deny, pattern) in rules {
        policy.rule(ROLES[*role], effect(*deny), pattern).unwrap();
    }
    for (nth, (deny, pattern, on)) in whens.iter().enumerate() {
        let text = if *on { "context.on" } else { "context.missing" };
        let when = Some(Condition::compile(text, &Schema::new()).unwrap());
        let pattern = Pattern::parse(pattern).unwrap();
        let rule = Rule::new(&format!("r{nth}"), effect(*deny), [pattern]);
        policy.conditional(Rule { when, ..rule });
    }
    if root {
        policy.superuser("c");
    }
    policy
}

fn pattern() -> &'static str {
    "(\\*|x|y|x,z)(:(\\*|p|q|p,q)){0,2}"
}

proptest! {
    #[test]
    fn what_is_listed_is_what_would_be_allowed(
        rules in prop::collection::vec((0_usize..3, any::<bool>(), pattern()), 0..8),
        whens in prop::collection::vec((any::<bool>(), pattern(), any::<bool>()), 0..3),
        grants in prop::collection::vec((any::<bool>(), pattern()), 0..3),
        held in prop::collection::vec(0_usize..3, 0..3),
        top in prop::option::of(pattern()),
        root in any::<bool>(), banned in prop::bool::weighted(0.1), unread in prop::bool::weighted(0.1),
    ) {
        let snapshot = policy(&rules, &whens, root);
        // Without a catalogue, every rule is looked at.
        let open = builder(&rules, &whens, root, &[]).build();
        let mut grants: Vec<(Effect, &str)> = grants
            .iter()
            .map(|(deny, text)| (if *deny { Effect::Deny } else { Effect::Allow }, text.as_str()))
            .collect();
        grants.extend(unread.then_some((Effect::Deny, "X")));
        let access = Access::compile(&snapshot, held.iter().map(|nth| ROLES[*nth]), grants);
        let ceiling = top.map(|top| Ceiling::parse("top", [top.as_str()]).unwrap());
        let ceilings: Vec<&Ceiling> = ceiling.iter().collect();
        let any = Permission::parse("z").unwrap();
        let context = [("on", Cell::Bool(true))];
        let question = Question {
            banned,
            ceilings: &ceilings,
            facts: Facts { context: &context, ..Facts::default() },
            ..Question::new(&access, &any)
        };
        let listed = snapshot.list_permissions(&question);
        let all: Vec<&Permission> = snapshot.catalogue().iter().map(|(_, it)| it).collect();
        let about = all.iter().map(|wanted| About::new(wanted));
        let verdicts = snapshot.decide_many(&question, about);
        for ((id, wanted), verdict) in snapshot.catalogue().iter().zip(verdicts) {
            let alone = snapshot.decide(&Question { wanted, ..question });
            prop_assert_eq!(verdict, alone, "{}", wanted);
            prop_assert_eq!(open.decide(&Question { wanted, ..question }), alone, "{}", wanted);
            prop_assert_eq!(listed.contains(id), alone.decision.allowed(), "{}", wanted);
        }
        prop_assert_eq!(listed.iter().count(), listed.len());
    }

    #[test]
    fn roles_and_subjects_that_may_are_found(
        rules in prop::collection::vec((0_usize..3, any::<bool>(), pattern()), 0..8),
        root in any::<bool>(),
    ) {
        let snapshot = policy(&rules, &[], root);
        let accesses = ROLES.map(|role| (role, Access::compile(&snapshot, [role], [])));
        for (id, wanted) in snapshot.catalogue().iter() {
            let may = accesses.iter().filter(|(_, access)| access.check(wanted).allowed());
            let may: Vec<&str> = may.map(|(role, _)| *role).collect();
            let roles: Vec<&str> = snapshot.roles_allowing(id).map(|role| role.name()).collect();
            prop_assert_eq!(&roles, &may, "{}", wanted);
            let everyone = accesses.iter().map(|(role, access)| (*role, access));
            let question = Question::new(&accesses[0].1, wanted);
            prop_assert_eq!(snapshot.list_subjects(&question, everyone), may, "{}", wanted);
        }
    }

    #[test]
    fn adding_a_rule_that_allows_never_takes_away(
        rules in prop::collection::vec((0_usize..3, any::<bool>(), pattern()), 0..8),
        more in pattern(),
    ) {
        let before = policy(&rules, &[], false);
        let more = [&rules[..], &[(0, false, more)]].concat();
        prop_assert!(before.diff(&policy(&more, &[], false)).lost.is_empty());
    }

    #[test]
    fn no_text_makes_a_dialect_panic(held in "\\PC{0,40}", wanted in "[a:.,*é\u{1F600}\u{0301} ]{0,40}") {
        for dialect in Dialect::ALL {
            for (held, wanted) in [(&held, &wanted), (&wanted, &held), (&held, &held)] {
                let pattern = Pattern::parse_as(dialect, held);
                let wanted = Permission::parse_as(dialect, wanted);
                if let (Ok(pattern), Ok(wanted)) = (pattern, wanted) {
                    let _ = pattern.matches(&wanted);
                }
            }
        }
    }
}
