//! `[roles]`, `[scopes]`, `[limits]` and `[constraints]`.

use super::page::{Node, Table, Word, entries};
use super::{Load, permissions};
use crate::effect::Effect;
use crate::limits::Limit;
use crate::snapshot::Snapshot;

pub(super) fn read<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    let roles = load.page.section(root, "roles");
    for (name, _) in &roles {
        let origin = load.page.origin(name.at);
        load.builder.at(Some(origin)).role(name.text, "").at(None);
    }
    let others = load.names.roles.clone().into_iter();
    let own = roles.iter().map(|(name, _)| name.text.to_owned());
    load.names.roles = others.chain(own).collect();
    for (name, node) in &roles {
        load.is_new_role(*name);
        role(load, *name, node);
    }
    scopes(load, root);
    limits(load, root);
    constraints(load, root);
}

fn role<'t>(load: &mut Load<'_, 't>, name: Word<'_>, node: &Node<'t>) {
    let known = ["inherits", "allow", "deny", "superuser", "locked", "description"];
    let Some(table) = load.page.record(node, &known) else { return };
    if let Some(description) = load.page.text(table, "description") {
        load.builder.role(name.text, description.text);
    }
    for parent in load.page.words(table, "inherits") {
        if known_role(load, parent) {
            load.builder.inherit(name.text, parent.text);
        }
    }
    for (key, effect) in [("allow", Effect::Allow), ("deny", Effect::Deny)] {
        for word in load.page.words(table, key) {
            rule(load, name.text, effect, word);
        }
    }
    if load.page.flag(table, "superuser") {
        load.builder.superuser(name.text);
    }
    if load.page.flag(table, "locked") {
        load.builder.locked(name.text);
    }
}

fn rule(load: &mut Load<'_, '_>, role: &str, effect: Effect, word: Word<'_>) {
    if permissions::pattern(load, word).is_some() {
        let origin = load.page.origin(word.at);
        // It was read just now, so it is well formed.
        let _ = load.builder.at(Some(origin)).rule(role, effect, word.text).is_ok();
        load.builder.at(None);
    }
}

fn scopes<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    for (name, node) in load.page.section(root, "scopes") {
        load.is_new_scope(name);
        let items = load.page.array(node);
        let words: Vec<Word<'_>> = items.into_iter().filter_map(|it| load.page.word(it)).collect();
        let good = words.into_iter().filter(|word| permissions::pattern(load, *word).is_some());
        let good: Vec<&str> = good.map(|word| word.text).collect();
        // They were read just now, so they are well formed.
        let _ = load.builder.scope(name.text, good).is_ok();
    }
}

fn limits<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    for (role, node) in load.page.section(root, "limits") {
        known_role(load, role);
        load.is_new_role(role);
        let Some(table) = load.page.table(node) else { continue };
        for (name, node) in entries(table) {
            if let Some(limit) = limit(load, node) {
                load.builder.limit(role.text, name.text, limit);
            }
        }
    }
}

/// A number, which values must stay below, or `{ above = number }`.
fn limit<'t>(load: &mut Load<'_, 't>, node: &Node<'t>) -> Option<Limit> {
    if !node.get_ref().is_table() {
        return load.page.int(node).map(Limit::Below);
    }
    let table = load.page.record(node, &["above", "below"])?;
    let mut number = |key: &str| table.get(key).and_then(|node| load.page.int(node));
    match (number("below"), number("above")) {
        (Some(below), None) => Some(Limit::Below(below)),
        (None, Some(above)) => Some(Limit::Above(above)),
        _ => {
            load.page.wrong(node.span().start, "needs either `below` or `above`");
            None
        }
    }
}

fn constraints<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    let Some(node) = root.get("constraints") else { return };
    let Some(table) = load.page.record(node, &["exclusive_roles"]) else { return };
    let Some(node) = table.get("exclusive_roles") else { return };
    for set in load.page.array(node) {
        let items = load.page.array(set);
        let words: Vec<Word<'_>> = items.into_iter().filter_map(|it| load.page.word(it)).collect();
        for word in &words {
            known_role(load, *word);
        }
        load.builder.exclusive(words.iter().map(|word| word.text));
    }
}

/// Whether this is the name of a role; one that is not defined is refused.
pub(super) fn known_role(load: &mut Load<'_, '_>, word: Word<'_>) -> bool {
    let known = load.names.roles.iter().any(|known| known == word.text);
    if !known {
        let all = load.names.roles.iter().map(String::as_str);
        load.page.unknown("role", word, all);
    }
    known
}

/// Refuses roles that inherit themselves.
pub(super) fn refuse_cycles<'t>(load: &mut Load<'_, 't>, root: &Table<'t>, snapshot: &Snapshot) {
    let cycles = snapshot.cycles();
    for (name, _) in load.page.section(root, "roles") {
        if cycles.iter().any(|role| **role == *name.text) {
            load.page.wrong(name.at, format!("role `{}` inherits itself", name.text));
        }
    }
}
