//! What conditions mean, row by row.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;

fn with_facts(run: impl FnOnce(&Facts<'_>)) {
    let roles = [Arc::from("author"), Arc::from("staff")];
    let tags = [Value::Text("red".into()), Value::Text("blue".into())];
    let ip = Net::parse("10.1.2.3").unwrap();
    run(&Facts {
        principal: &[
            ("id", Cell::Text("ann")),
            ("roles", Cell::Names(&roles)),
            ("age", Cell::Int(42)),
        ],
        resource: &[
            ("owner", Cell::Text("ann")),
            ("status", Cell::Text("draft")),
            ("tags", Cell::Set(&tags)),
            ("team.name", Cell::Text("core")),
        ],
        context: &[
            ("now", Cell::Time(time::datetime("2026-11-24T12:00:00Z").unwrap())),
            ("mfa_age", Cell::Span(60 * time::SECOND)),
            ("ip", Cell::Net(ip)),
            ("maintenance", Cell::Bool(false)),
        ],
    });
}

#[track_caller]
fn check(text: &str, expected: Result<bool, Failure>) {
    let condition = Condition::compile(text, &Schema::new()).unwrap();
    with_facts(|facts| {
        assert_eq!(condition.holds(facts), expected, "{text}");
        assert_eq!(condition.unmet(facts).is_none(), expected == Ok(true), "{text}");
    });
}

#[test]
fn comparisons_are_as_written() {
    for (text, holds) in [
        ("resource.owner == principal.id && resource.status == 'draft'", true),
        ("resource.status != \"draft\"", false),
        ("principal.age >= 42 && principal.age < 43", true),
        ("principal.age > -1", true),
        ("context.mfa_age < duration('5m')", true),
        ("context.now >= datetime('2026-11-24')", true),
        ("context.maintenance", false),
        ("!context.maintenance", true),
        ("resource.team.name == 'core'", true),
        ("true == !false", true),
    ] {
        check(text, Ok(holds));
    }
}

#[test]
fn sets_and_networks_contain() {
    for (text, holds) in [
        ("'staff' in principal.roles", true),
        ("principal.roles.contains('admin')", false),
        ("resource.status in ['draft', 'review']", true),
        ("resource.tags.contains('blue')", true),
        ("resource.tags == ['blue', 'red', 'red']", true),
        ("resource.tags == ['blue']", false),
        ("context.ip in ip('10.0.0.0/8')", true),
        ("context.ip.isInRange(ip('192.168.0.0/16'))", false),
        ("context.ip == ip('10.1.2.3')", true),
        ("[].contains('x')", false),
    ] {
        check(text, Ok(holds));
    }
}

#[test]
fn text_is_matched_with_stars() {
    check("resource.status like 'dr*'", Ok(true));
    check("principal.id like '*b'", Ok(false));
}

#[test]
fn precedence_is_the_usual_one() {
    check("true || false && false", Ok(true));
    check("(true || false) && false", Ok(false));
    check("!false && false", Ok(false));
    check("false && false || true", Ok(true));
}

#[test]
fn what_is_missing_is_neither_true_nor_false() {
    check("resource.secret == 'x'", Err(Failure::Missing));
    check("!(resource.secret == 'x')", Err(Failure::Missing));
    check("resource.status == 'sent' && resource.secret == 'x'", Ok(false));
    check("resource has secret && resource.secret == 'x'", Ok(false));
    check("resource has team.name", Ok(true));
    check("true || resource.secret", Ok(true));
}

#[test]
fn another_kind_is_neither_true_nor_false() {
    check("resource.status == 1", Err(Failure::Mismatch));
    check("resource.status", Err(Failure::Mismatch));
    check("resource.status < 1", Err(Failure::Mismatch));
    check("false || resource.status", Err(Failure::Mismatch));
}

#[test]
fn the_fuel_ends() {
    let members: Vec<Value> = (0..20_000).map(Value::Int).collect();
    let condition = Condition::compile("resource.n in resource.all", &Schema::new()).unwrap();
    let facts = Facts {
        resource: &[("n", Cell::Int(-1)), ("all", Cell::Set(&members))],
        ..Facts::default()
    };
    assert_eq!(condition.holds(&facts), Err(Failure::OutOfFuel));
}

#[test]
fn mistakes_are_found_before_running() {
    for (text, at, flaw) in [
        ("", 0, "needs a value"),
        ("true true", 5, "has something left over"),
        ("principal.id == 5", 16, "has int where text is needed"),
        ("principal.id < 'b'", 0, "orders text"),
        ("principal.id && true", 0, "has text where bool is needed"),
        ("context.now == duration('5m')", 15, "has duration where datetime is needed"),
        ("'x' in principal.id", 7, "has text where set is needed"),
        ("5 in ['x']", 0, "has int where text is needed"),
        ("['x', 5] == ['x']", 0, "has int where text is needed"),
        ("datetime('soon') == context.now", 8, "has a text that is no such"),
        ("user.id == 'x'", 4, "has an unknown name `user`"),
        ("principal.id.size()", 13, "has an unknown method"),
        ("'open", 0, "has a text that does not end"),
        ("a § b", 2, "has a character that means nothing"),
        ("principal.id like 5", 18, "has `like` without a text behind it"),
        ("99999999999999999999 == 1", 0, "has a number that cannot be read"),
    ] {
        let error = Condition::compile(text, &Schema::new()).unwrap_err();
        assert_eq!((error.at, error.flaw.as_str()), (at, flaw), "{text}");
    }
    let deep = format!("{}true{}", "(".repeat(40), ")".repeat(40));
    assert!(Condition::compile(&deep, &Schema::new()).is_err());
    assert!(Condition::compile(&"!".repeat(4000), &Schema::new()).is_err());
}

#[test]
fn a_closed_schema_knows_every_attribute() {
    let mut schema = Schema::new();
    schema.declare(Root::Resource, "status", Kind::Text).closed();
    assert!(Condition::compile("resource.status == 'x'", &schema).is_ok());
    let error = Condition::compile("resource.state == 'x'", &schema).unwrap_err();
    assert_eq!(error.flaw, "names `resource.state`, which is not declared");
}

#[test]
fn the_part_that_does_not_hold_is_named() {
    let text = "resource.owner == principal.id && resource.status in ['sent', 'read']";
    let condition = Condition::compile(text, &Schema::new()).unwrap();
    with_facts(|facts| {
        let unmet = condition.unmet(facts).unwrap().to_string();
        assert_eq!(unmet, "resource.status in ['sent', 'read'], resource.status is 'draft'");
    });
}

proptest! {
    #[test]
    fn nothing_makes_compiling_or_running_panic(
        text in "(true|false|principal|resource|context|\\.|id|roles|has|like|in|contains|==|<|&&|\\|\\||!|\\(|\\)|\\[|\\]|,|'a\\*?'|5|-|ip|duration|é| ){0,24}",
    ) {
        if let Ok(condition) = Condition::compile(&text, &Schema::new()) {
            with_facts(|facts| {
                let _ = (condition.holds(facts), condition.unmet(facts));
            });
        }
    }
}
