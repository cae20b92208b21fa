//! The engine decides as its description does, word for word: a plain
//! interpreter without tables, bits and indexes, for policies at random in which
//! every block has a say.

mod explained;
mod plain;
mod world;

use keyward_authz::acl::{Acl, Groups};
use keyward_authz::condition::{Cell, Facts};
use keyward_authz::items::{Item, SharedWith, Visibility};
use keyward_authz::relations::{Tuple, Tuples};
use keyward_authz::{Access, Ceiling, Decision, Effect, Permission, Question, Related, Snapshot};
use proptest::prelude::*;

use world::{Line, NAMES, World, worlds};

/// The answer of the engine, with these ceilings.
fn decide(world: &World, ceilings: &[&str]) -> Decision {
    ask(world, ceilings, |snapshot, question| snapshot.decide(question).decision)
}

/// Asks the engine, with these ceilings, called by their places.
fn ask<T>(world: &World, ceilings: &[&str], then: impl FnOnce(&Snapshot, &Question<'_>) -> T) -> T {
    let snapshot = world.snapshot();
    let grants = world.grants.iter().map(|(effect, pattern)| (*effect, pattern.as_str()));
    let held = world.held().map(|role| -> &str { role });
    let access = Access::compile(&snapshot, held, grants);
    let wanted = Permission::parse(world.wanted).unwrap();
    let tops = ceilings.iter().enumerate();
    let ceilings: Vec<Ceiling> =
        tops.map(|(nth, top)| Ceiling::parse(&format!("top{nth}"), [*top]).unwrap()).collect();
    let ceilings: Vec<&Ceiling> = ceilings.iter().collect();
    let acl = Acl::parse(world.entries.iter().map(String::as_str)).unwrap();
    let groups = world.groups.map(|known| match known {
        true => Groups::of(["staff"]).authenticated(),
        false => Groups::none(),
    });
    let tuples: Tuples =
        world.reader.then(|| Tuple::new("x:1", "reader", "user:ann")).into_iter().collect();
    let (sets, context) = ([&tuples], [("on", Cell::Bool(true))]);
    let question = Question {
        subject: Some("ann"),
        banned: world.banned,
        ceilings: &ceilings,
        groups: groups.as_ref(),
        acl: &[Some(&acl)],
        item: world.item.map(|own| Item {
            owner: Some(if own { "ann" } else { "bob" }),
            visibility: Some(Visibility::Public),
            shared: SharedWith::These(&[]),
        }),
        related: Some(Related { object: "x:1", subject: "user:ann", tuples: &sets, whole: true }),
        facts: Facts { context: &context, ..Facts::default() },
        ..Question::new(&access, &wanted)
    };
    then(&snapshot, &question)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_engine_decides_as_the_description_does_in_any_order_of_blocks(
        world in worlds(), turn in 0_usize..5, backwards in any::<bool>(),
    ) {
        let mut blocks = plain::blocks(&world);
        blocks.rotate_left(turn);
        if backwards {
            blocks.reverse();
        }
        let tops: Vec<&str> = world.ceilings.iter().map(String::as_str).collect();
        prop_assert_eq!(decide(&world, &tops), plain::decide(&world, &blocks));
    }

    #[test]
    fn a_further_ceiling_takes_away_what_it_does_not_contain_and_nothing_else(
        world in worlds(), top in world::pattern(),
    ) {
        let tops: Vec<&str> = world.ceilings.iter().map(String::as_str).collect();
        let before = decide(&world, &tops);
        let after = decide(&world, &[&tops[..], &[top.as_str()]].concat());
        match plain::covers(&top, world.wanted) {
            true => prop_assert_eq!(after, before),
            false => prop_assert_eq!(after, Decision::Deny),
        }
    }

    #[test]
    fn whatever_allows_more_never_takes_away(
        world in worlds(), role in 0..world::ROLES.len(), pattern in world::pattern(),
    ) {
        let before = decide(&world, &[]);
        let line = Line { role, effect: Effect::Allow, pattern: pattern.clone() };
        let mut with_line = world.clone();
        with_line.lines.push(line);
        let mut with_entry = world.clone();
        with_entry.entries.push(format!("allow @everyone {}", world.wanted));
        let mut with_tuple = world.clone();
        with_tuple.reader = true;
        let mut more = vec![with_line, with_entry, with_tuple];
        // In order, a rule may stand before a denial on purpose.
        if !world.ordered {
            more.push(world.with_rule_that_allows(&pattern));
        }
        for more in more {
            prop_assert!(!before.allowed() || decide(&more, &[]).allowed());
        }
    }
}

#[test]
fn every_answer_and_every_block_occurs() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut answers, mut opinions) = ([0; 3], [0; 5]);
    for _ in 0..2_000 {
        let world = worlds().new_tree(&mut runner).unwrap().current();
        let blocks = plain::blocks(&world);
        let answer = plain::decide(&world, &blocks);
        answers[match answer {
            Decision::Allow => 0,
            Decision::Deny => 1,
            Decision::Indeterminate => 2,
        }] += 1;
        for (count, block) in opinions.iter_mut().zip(&blocks) {
            *count += usize::from(*block != plain::Says::Nothing);
        }
    }
    let often = |counts: &[usize]| counts.iter().all(|count| *count > 20);
    assert!(often(&answers) && often(&opinions), "{answers:?} {opinions:?} of {NAMES:?}");
}
