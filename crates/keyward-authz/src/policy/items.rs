//! `[items.KIND]`: ownership and visibility against roles.

use super::page::{Node, Table, Word, entries};
use super::{Load, permissions};
use crate::items::{ItemKind, ItemKindBuilder, Visibility};

pub(super) fn read<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    for (name, node) in load.page.section(root, "items") {
        kind(load, name, node);
    }
}

fn kind<'t>(load: &mut Load<'_, 't>, name: Word<'_>, node: &Node<'t>) {
    load.is_new_item(name);
    let known = ["actions", "visibility", "not_roles", "closed", "roles"];
    let Some(table) = load.page.record(node, &known) else { return };
    let mut kind = ItemKind::builder();
    let actions = load.page.words(table, "actions");
    if let Err(error) = kind.actions(actions.iter().map(|word| word.text)) {
        load.page.wrong(name.at, error.to_string());
    }
    for action in &actions {
        permissions::also(load, *action, name.text, action.text);
    }
    let words = load.page.words(table, "visibility");
    let visibilities: Vec<Visibility> =
        words.into_iter().filter_map(|word| visibility(load, word)).collect();
    kind.visibilities(visibilities);
    for role in load.page.words(table, "not_roles") {
        kind.not_role(role.text);
    }
    if load.page.flag(table, "closed") {
        stands(load, &mut kind, table, "closed").closed();
    }
    for (role, node) in load.page.section(table, "roles") {
        row(load, &mut kind, role, node);
    }
    load.builder.item_kind(name.text, kind.build());
}

fn row<'t>(load: &mut Load<'_, 't>, kind: &mut ItemKindBuilder, role: Word<'_>, node: &Node<'t>) {
    let known = ["may_own", "owned", "other", "sees_all"];
    let Some(table) = load.page.record(node, &known) else { return };
    let may_own = load.page.flag(table, "may_own");
    if let Some(node) = table.get("owned").filter(|_| !may_own) {
        load.page.wrong(node.span().start, "means nothing without `may_own = true`");
    }
    if may_own {
        stands(load, kind, table, "owned");
        for action in load.page.words(table, "owned") {
            let done = kind.owned(role.text, [action.text]).map(drop);
            known_action(load, kind, action, done.is_ok());
        }
    }
    if load.page.flag(table, "sees_all") {
        kind.sees_all(role.text);
    }
    let Some(other) = table.get("other").and_then(|node| load.page.table(node)) else { return };
    for (word, node) in entries(other) {
        let Some(visibility) = visibility(load, word) else { continue };
        kind.at(Some(load.page.origin(word.at)));
        let items = load.page.array(node);
        let words: Vec<Word<'_>> = items.into_iter().filter_map(|it| load.page.word(it)).collect();
        for action in words {
            let done = kind.other(role.text, visibility, [action.text]).map(drop);
            known_action(load, kind, action, done.is_ok());
        }
    }
}

/// Says that what comes next stands where this key does.
fn stands<'k>(
    load: &Load<'_, '_>,
    kind: &'k mut ItemKindBuilder,
    table: &Table<'_>,
    key: &str,
) -> &'k mut ItemKindBuilder {
    let place = table.keys().find(|known| **known.get_ref() == *key);
    kind.at(place.map(|known| load.page.origin(known.span().start)))
}

fn known_action(load: &mut Load<'_, '_>, kind: &ItemKindBuilder, action: Word<'_>, known: bool) {
    if !known {
        let kind = kind.clone().build();
        load.page.unknown("action", action, kind.actions());
    }
}

fn visibility(load: &mut Load<'_, '_>, word: Word<'_>) -> Option<Visibility> {
    let found = word.text.parse().ok();
    if found.is_none() {
        load.page.unknown("visibility", word, Visibility::ALL.map(Visibility::name));
    }
    found
}
