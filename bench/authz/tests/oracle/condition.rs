//! Conditions at random. The kinds of their parts fit each other: comparing a
//! text with a number is a failure here and a plain no in Cedar, so that a
//! mistake is not taken for an answer.

use proptest::prelude::*;

pub(crate) fn conditions() -> impl Strategy<Value = String> {
    leaf().prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("!({one})")),
            inner.clone().prop_map(|one| format!("!!!!!!({one})")),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} && {two})")),
            (inner.clone(), inner).prop_map(|(one, two)| format!("({one} || {two})")),
        ]
    })
}

fn leaf() -> impl Strategy<Value = String> {
    let within = || one_of(&["['draft', 'ann']", "[]", "principal.roles", "resource.tags"]);
    prop_oneof![
        compared(EQUAL, text()),
        compared(ORDERED, number()),
        compared(ORDERED, moment()),
        compared(ORDERED, span()),
        compared(EQUAL, set()),
        (text(), within()).prop_map(|(item, whole)| format!("{item} in {whole}")),
        (text(), set()).prop_map(|(item, whole)| format!("{whole}.contains({item})")),
        number().prop_map(|item| format!("{item} in [1, -2, 3]")),
        (text(), one_of(LIKE)).prop_map(|(item, pattern)| format!("{item} like '{pattern}'")),
        (compared_to(), network()).prop_map(|(sign, net)| format!("context.ip {sign} {net}")),
        (network(), network()).prop_map(|(item, whole)| format!("{item}.isInRange({whole})")),
        one_of(HAS),
        one_of(&["resource.hot", "context.on", "true", "false", "context.on == resource.hot"]),
    ]
}

const EQUAL: &[&str] = &["==", "!="];
const ORDERED: &[&str] = &["==", "!=", "<", "<=", ">", ">="];
const LIKE: &[&str] =
    &["d*", "*", "*a*t", "an*n", "*n", "dra*aft", r"\\*", r"*\\**", "*\u{e9}", r"it\\\\*"];
const HAS: &[&str] = &[
    "resource has owner",
    "resource has size",
    "resource has team.name",
    "resource has is",
    "principal has id",
    "principal has level",
    "context has on",
    "context has ip",
];

/// One of these texts.
fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(texts).prop_map(str::to_owned)
}

fn compared<T>(signs: &'static [&'static str], side: T) -> impl Strategy<Value = String>
where
    T: Strategy<Value = String> + Clone,
{
    (side.clone(), one_of(signs), side)
        .prop_map(|(left, sign, right)| format!("{left} {sign} {right}"))
}

fn compared_to() -> impl Strategy<Value = String> {
    one_of(&["in", "==", "!="])
}

fn text() -> impl Strategy<Value = String> + Clone {
    one_of(&[
        "principal.id",
        "resource.owner",
        "resource.status",
        "resource.team.name",
        "resource.is",
        "'ann'",
        "'draft'",
        "'*'",
        "'a \"b\" \u{e9}'",
        r"'it\\s'",
    ])
}

fn number() -> impl Strategy<Value = String> + Clone {
    one_of(&["principal.level", "resource.size", "1", "-2", "3"])
}

fn moment() -> impl Strategy<Value = String> + Clone {
    one_of(&[
        "context.now",
        "datetime('2026-11-24')",
        "datetime('2026-11-24T12:00:00Z')",
        "datetime('2026-11-24T12:00:00.5Z')",
        "datetime('2026-11-24T12:00:00.250Z')",
        "datetime('1969-12-31T23:59:59.999Z')",
    ])
}

fn span() -> impl Strategy<Value = String> + Clone {
    one_of(&[
        "context.mfa_age",
        "duration('5m')",
        "duration('1h30m')",
        "duration('250ms')",
        "duration('-2d')",
        "duration('0s')",
    ])
}

fn set() -> impl Strategy<Value = String> + Clone {
    one_of(&["principal.roles", "resource.tags", "['red', 'blue', 'red']", "['draft']", "[]"])
}

fn network() -> impl Strategy<Value = String> + Clone {
    one_of(&[
        "ip('10.0.0.0/8')",
        "ip('10.1.0.0/16')",
        "ip('10.1.2.3')",
        "ip('10.1.2.3/32')",
        "ip('0.0.0.0/0')",
        "ip('::1')",
        "ip('2001:db8::/32')",
        "ip('::/0')",
    ])
}
