//! `[attributes]` and `[[rules]]`: who may, or may not, do what when.

use std::collections::BTreeSet;

use super::page::{Node, Table, Word, entries};
use super::{Load, permissions, roles};
use crate::condition::{Condition, Kind, Root};
use crate::effect::Effect;
use crate::pattern::Pattern;
use crate::rules::Rule;

pub(super) fn read<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    attributes(load, root);
    let ordered = load.page.flag(root, "ordered_rules");
    let mut rules = load.first_rules(root, ordered);
    let mut ids: BTreeSet<Box<str>> = rules.iter().map(|rule| rule.id.clone()).collect();
    let nodes = root.get("rules").map(|node| load.page.array(node)).unwrap_or_default();
    for node in nodes {
        if let Some(rule) = rule(load, node) {
            if !ids.insert(rule.id.clone()) {
                load.page.wrong(node.span().start, format!("has a second rule `{}`", rule.id));
            }
            rules.push(rule);
        }
    }
    load.builder.rules(rules);
}

fn attributes<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    for (name, node) in load.page.section(root, "attributes") {
        let Some(owner) = Root::ALL.into_iter().find(|root| root.name() == name.text) else {
            load.page.unknown("owner of attributes", name, Root::ALL.map(Root::name));
            continue;
        };
        let Some(table) = load.page.table(node) else { continue };
        for (attribute, node) in entries(table) {
            let Some(word) = load.page.word(node) else { continue };
            match Kind::ALL.into_iter().find(|kind| kind.name() == word.text) {
                Some(kind) => {
                    load.is_same_kind(owner, attribute, kind);
                    load.names.attributes.declare(owner, attribute.text, kind);
                }
                None => load.page.unknown("kind", word, Kind::ALL.map(Kind::name)),
            }
        }
    }
    if load.page.flag(root, "closed_attributes") {
        load.names.attributes.closed();
    }
}

fn rule<'t>(load: &mut Load<'_, 't>, node: &Node<'t>) -> Option<Rule> {
    let table = load.page.record(node, &KEYS)?;
    let at = node.span().start;
    let (effect, patterns) = effect(load, table, at)?;
    let Some(id) = load.page.text(table, "id") else {
        load.page.wrong(at, "rule needs an `id`");
        return None;
    };
    let mut rule = Rule::new(id.text, effect, patterns);
    rule.origin = Some(load.page.origin(id.at));
    let names = load.page.words(table, "roles");
    for name in &names {
        roles::known_role(load, *name);
    }
    rule.roles = names.iter().map(|name| name.text.into()).collect();
    rule.when = condition(load, table, "when");
    rule.unless = condition(load, table, "unless");
    rule.absolute = load.page.flag(table, "absolute");
    rule.hide = load.page.flag(table, "hide");
    rule.reason = load.page.text(table, "reason").map(|word| word.text.into());
    rule.advise = load.page.text(table, "advise").map(|word| word.text.into());
    Some(rule)
}

fn effect<'t>(
    load: &mut Load<'_, 't>,
    table: &Table<'t>,
    at: usize,
) -> Option<(Effect, Vec<Pattern>)> {
    let (effect, key) = match (table.contains_key("allow"), table.contains_key("forbid")) {
        (true, false) => (Effect::Allow, "allow"),
        (false, true) => (Effect::Deny, "forbid"),
        _ => {
            load.page.wrong(at, "rule needs either `allow` or `forbid`");
            return None;
        }
    };
    let words: Vec<Word<'_>> = load.page.words(table, key);
    let patterns = words.into_iter().filter_map(|word| permissions::pattern(load, word));
    Some((effect, patterns.collect()))
}

fn condition<'t>(load: &mut Load<'_, 't>, table: &Table<'t>, key: &str) -> Option<Condition> {
    let word = load.page.text(table, key)?;
    match Condition::compile(word.text, &load.names.attributes) {
        Ok(condition) => Some(condition),
        Err(error) => {
            load.page.wrong(word.at + error.at, format!("condition {}", error.flaw));
            None
        }
    }
}

const KEYS: [&str; 10] =
    ["id", "allow", "forbid", "roles", "when", "unless", "absolute", "hide", "reason", "advise"];
