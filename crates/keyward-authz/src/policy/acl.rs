//! `[acl.NAME]`: ordered entries, the first that applies decides.

use super::page::{Node, Table, Word};
use super::{Load, permissions};
use crate::acl::{Acl, AclEntry, What};

pub(super) fn read<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    for (name, node) in load.page.section(root, "acl") {
        list(load, name, node);
    }
}

fn list<'t>(load: &mut Load<'_, 't>, name: Word<'_>, node: &Node<'t>) {
    load.is_new_list(name);
    let Some(table) = load.page.record(node, &["entries"]) else { return };
    let mut entries: Vec<AclEntry> = Vec::new();
    let mut origins = Vec::new();
    for word in load.page.words(table, "entries") {
        match word.text.parse() {
            Ok(entry) => {
                declare(load, word, &entry);
                entries.push(entry);
                origins.push(load.page.origin(word.at));
            }
            Err(error) => load.page.wrong(word.at, error.to_string()),
        }
    }
    load.builder.acl(name.text, Acl::new(entries).from_lines(origins));
}

/// What an entry names may be asked for.
fn declare(load: &mut Load<'_, '_>, word: Word<'_>, entry: &AclEntry) {
    let What::Permissions(names) = &entry.what else { return };
    for name in names {
        let (kind, verb) = name.split_once(':').unwrap_or((name, ""));
        permissions::also(load, word, kind, verb);
    }
}
