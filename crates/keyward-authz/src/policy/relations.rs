//! `[relations.TYPE]`: who has which relation, and what it grants.

use super::page::{Table, Word, entries};
use super::{Load, permissions};

pub(super) fn read<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    let types = load.page.section(root, "relations");
    for (kind, node) in &types {
        load.is_new_type(*kind);
        load.builder.object_type(kind.text);
        let Some(table) = load.page.table(node) else { continue };
        for (name, node) in entries(table).into_iter().filter(|(name, _)| name.text != GRANTS) {
            let Some(word) = load.page.word(node) else { continue };
            if let Err(error) = load.builder.relation(kind.text, name.text, word.text) {
                load.page.wrong(word.at + error.at, format!("needs {}", error.needed));
            }
        }
        grants(load, *kind, table);
    }
    let Some((first, _)) = types.first() else { return };
    for name in load.builder.missing_relations() {
        // A type without relations, such as `user`, needs no table of its own.
        match name.contains('#') {
            true => {
                let flaw = format!("relations speak of `{name}`, which is not defined");
                load.page.wrong(first.at, flaw);
            }
            false => {
                load.builder.object_type(&name);
            }
        }
    }
}

fn grants<'t>(load: &mut Load<'_, 't>, kind: Word<'_>, table: &Table<'t>) {
    let Some(grants) = table.get(GRANTS).and_then(|node| load.page.table(node)) else { return };
    let relations: Vec<&str> =
        table.keys().map(|key| &**key.get_ref()).filter(|name| *name != GRANTS).collect();
    for (pattern, node) in entries(grants) {
        let Some(relation) = load.page.word(node) else { continue };
        if !relations.contains(&relation.text) {
            load.page.unknown("relation", relation, relations.iter().copied());
        }
        if permissions::pattern(load, pattern).is_some() {
            // It was read just now, so it is well formed.
            let origin = load.page.origin(pattern.at);
            let builder = load.builder.at(Some(origin));
            let _ = builder.relation_grant(kind.text, pattern.text, relation.text).is_ok();
            load.builder.at(None);
        }
    }
}

/// The key that is not a relation.
const GRANTS: &str = "grants";
