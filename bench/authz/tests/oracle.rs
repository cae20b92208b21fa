//! Cedar judges: a policy that is exported to it decides there as it does here,
//! for policies and conditions at random. `cargo xtask oracle` runs this.
//!
//! In one thing the two differ on purpose. Cedar passes over a policy that
//! fails, so that a broken denial is none; here it leaves the answer open. So an
//! answer that is left open must be one of which Cedar reports a failure, and a
//! yes or no must be Cedar's as well.

#[path = "oracle/condition.rs"]
mod condition;
#[path = "oracle/facts.rs"]
mod facts;
#[path = "oracle/policy.rs"]
mod policy;

use std::str::FromStr as _;

use cedar_policy::{Authorizer, Entities, EntityUid, PolicySet, Request};
use keyward_authz::{Access, Decision, Permission, Question, export};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use facts::World;
use policy::{NAMES, Policy, ROLES};

/// Everything that an answer depends on.
#[derive(Clone, Debug)]
struct Asked {
    policy: Policy,
    world: World,
    held: Vec<usize>,
    wanted: &'static str,
}

fn asked() -> impl Strategy<Value = Asked> {
    let held = prop::collection::vec(0..ROLES.len(), 0..3);
    (policy::policies(), facts::worlds(), held, prop::sample::select(&NAMES[..]))
        .prop_map(|(policy, world, held, wanted)| Asked { policy, world, held, wanted })
}

/// What both say: ours, whether Cedar allows, and what failed there.
fn both(asked: &Asked) -> (Decision, bool, Vec<String>) {
    let snapshot = asked.policy.snapshot();
    let roles: Vec<&str> = asked.held.iter().map(|nth| ROLES[*nth]).collect();
    let access = Access::compile(&snapshot, roles.iter().copied(), []);
    let wanted = Permission::parse(asked.wanted).unwrap();
    let ours = asked.world.with_facts(|facts| {
        snapshot.decide(&Question { facts: *facts, ..Question::new(&access, &wanted) }).decision
    });

    let policies = export::cedar(&snapshot);
    let policies = PolicySet::from_str(&policies)
        .unwrap_or_else(|error| panic!("Cedar cannot read it: {error:?}\n{policies}"));
    let entities = asked.world.entities(export::cedar_entities(&snapshot), &roles);
    let entities = Entities::from_json_value(entities, None).unwrap();
    let uid = |kind: &str, id: &str| EntityUid::from_str(&format!("{kind}::{id:?}")).unwrap();
    let request = Request::new(
        uid("User", "ann"),
        uid("Action", asked.wanted),
        uid("Thing", "1"),
        asked.world.context(),
        None,
    );
    let answer = Authorizer::new().is_authorized(&request.unwrap(), &policies, &entities);
    let failures = answer.diagnostics().errors().map(ToString::to_string).collect();
    (ours, answer.decision() == cedar_policy::Decision::Allow, failures)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_exported_policy_decides_in_cedar_as_it_does_here(asked in asked()) {
        let (ours, theirs, failures) = both(&asked);
        match ours {
            Decision::Allow => prop_assert!(theirs, "ours is a yes, Cedar's a no: {failures:?}"),
            Decision::Deny => prop_assert!(!theirs, "ours is a no, Cedar's a yes: {failures:?}"),
            Decision::Indeterminate => prop_assert!(!failures.is_empty(), "nothing failed in Cedar"),
        }
    }

    #[test]
    fn a_condition_holds_in_cedar_as_it_does_here(when in condition::conditions(), world in facts::worlds()) {
        let policy = Policy::of_one(&when);
        let (ours, theirs, failures) =
            both(&Asked { policy, world, held: vec![], wanted: NAMES[0] });
        // With one rule, a failure here is a failure there and the reverse.
        prop_assert_eq!(ours == Decision::Indeterminate, !failures.is_empty(), "{:?}", failures);
        prop_assert_eq!(ours == Decision::Allow, theirs, "{}", when);
    }
}

#[test]
fn every_answer_is_common_enough_to_be_judged() {
    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 3];
    for _ in 0..3_000 {
        let (ours, ..) = both(&asked().new_tree(&mut runner).unwrap().current());
        counts[match ours {
            Decision::Allow => 0,
            Decision::Deny => 1,
            Decision::Indeterminate => 2,
        }] += 1;
    }
    assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
}
