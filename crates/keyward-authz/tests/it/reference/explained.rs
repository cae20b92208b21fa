//! What an explanation names really decides: without it the answer is another, or
//! something else is named. And what it says would allow, does.

use std::collections::BTreeMap;

use keyward_authz::{Explanation, Needs};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::world::{ROLES, World, worlds};

/// Covers nothing that anybody asks for.
const NOTHING: &str = "nothing:at:all";

fn explain(world: &World) -> Explanation {
    let tops: Vec<&str> = world.ceilings.iter().map(String::as_str).collect();
    super::ask(world, &tops, |snapshot, question| snapshot.explain(question))
}

/// The world in which the rule of this id says nothing any more. All others keep their
/// places, so that none takes its name.
fn without(world: &World, id: &str) -> World {
    let mut less = world.clone();
    let parts: Vec<&str> = id.split(['.', '[', ']']).filter(|part| !part.is_empty()).collect();
    let nth = |text: &str| text.parse::<usize>().unwrap();
    match parts[..] {
        ["banned"] => {
            less.banned = false;
            less.groups = world.groups.map(|_| true);
        }
        ["roles", "b", "locked"] => less.locked = false,
        ["roles", "c", "superuser"] => less.superuser = false,
        ["roles", role, effect, place] => {
            let own = |line: &&mut super::Line| {
                ROLES[line.role] == role && line.effect.to_string() == effect
            };
            less.lines.iter_mut().filter(own).nth(nth(place)).unwrap().pattern = NOTHING.into();
        }
        ["grants", place] => less.grants[nth(place)].1 = NOTHING.into(),
        ["ceilings", name] => {
            less.ceilings[nth(name.strip_prefix("top").unwrap())] = "*".into();
        }
        ["acl", "0", place] => less.entries[nth(place)] = "allow nobody nothing".into(),
        ["items", "x", "closed"] => less.closed = false,
        ["items", "x", "roles", "a", "owned"] => less.rows.0 = false,
        ["items", "x", "roles", "d", "other", "public"] => less.rows.1 = false,
        ["relations", "x", "reader"] => less.gives = false,
        [rule] => {
            less.rules[nth(rule.strip_prefix("rule-").unwrap())].pattern = NOTHING.into();
        }
        _ => panic!("{id} names nothing that there is"),
    }
    less
}

/// The world in which the subject has what a rule is said to need.
fn with(world: &World, needs: &Needs) -> World {
    let mut more = world.clone();
    match needs {
        Needs::Group(name) => {
            // Everybody who is asked about is in one group: the other becomes theirs.
            for entry in &mut more.entries {
                *entry = entry.replace(&format!(" {name} "), " @everyone ");
            }
        }
        Needs::Ownership => more.item = Some(true),
        Needs::Relation(_) => more.reader = true,
        other => panic!("{other} is of no use here"),
    }
    more
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_named_really_decides(world in worlds()) {
        let before = explain(&world);
        let tops: Vec<&str> = world.ceilings.iter().map(String::as_str).collect();
        prop_assert_eq!(before.decision, super::decide(&world, &tops));
        let Some(by) = before.decided_by() else { return Ok(()) };
        let after = explain(&without(&world, &by.rule));
        let changed = before.decision != after.decision
            || after.decided_by().is_none_or(|after| after.rule != by.rule);
        prop_assert!(changed, "{} decides, and without it nothing changes", by.rule);
    }

    #[test]
    fn what_would_allow_does(world in worlds()) {
        let before = explain(&world);
        for would in before.would_allow.iter().filter(|would| would.needs.is_some()) {
            let after = explain(&with(&world, would.needs.as_ref().unwrap()));
            prop_assert!(after.decision.allowed(), "{}: {after}", would.rule);
        }
    }
}

#[test]
fn every_block_decides_and_every_need_occurs() {
    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..6_000 {
        let world = worlds().new_tree(&mut runner).unwrap().current();
        let why = explain(&world);
        let by = why.decided_by().map(|by| match by.rule.starts_with("grants") {
            true => "grants".to_owned(),
            false => format!("{} {}", by.block, why.decision),
        });
        let needs = why.would_allow.iter().filter_map(|would| would.needs.as_ref());
        let needs = needs.map(|needs| needs.to_string());
        by.into_iter().chain(needs).for_each(|it| *counts.entry(it).or_default() += 1);
    }
    for name in [
        "roles allow",
        "roles deny",
        "grants",
        "rules allow",
        "rules deny",
        "rules indeterminate",
        "acl allow",
        "acl deny",
        "items allow",
        "items deny",
        "relations allow",
        "ceilings deny",
        "superuser allow",
        "ban deny",
        "group guests",
        "ownership",
        "relation reader",
    ] {
        assert!(counts.get(name).is_some_and(|count| *count > 10), "{name}: {counts:?}");
    }
}
