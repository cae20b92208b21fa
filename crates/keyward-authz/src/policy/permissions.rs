//! `[permissions]`: the catalogue, and whether patterns speak of what is in it.

use std::collections::BTreeMap;

use super::Load;
use super::page::{Table, Word};
use crate::dialect::Dialect;
use crate::dialect::keyward::{Grant, Part};
use crate::pattern::{Pattern, Shape};

/// The names of the catalogue, as patterns are compared with them. Empty is open.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    verbs: BTreeMap<String, Vec<String>>,
    names: Vec<String>,
}

pub(super) fn read<'t>(load: &mut Load<'_, 't>, root: &Table<'t>) {
    for (kind, node) in load.page.section(root, "permissions") {
        let verbs = load.page.array(node);
        let verbs: Vec<Word<'_>> = verbs.iter().filter_map(|it| load.page.word(it)).collect();
        for verb in &verbs {
            let name = format!("{}{}{}", kind.text, divider(load.names.dialect), verb.text);
            load.names.permissions.add(kind.text, verb.text, &name);
            permission(load, *verb, &name);
        }
        if verbs.is_empty() {
            load.names.permissions.add(kind.text, "", kind.text);
            permission(load, kind, kind.text);
        }
    }
}

fn permission(load: &mut Load<'_, '_>, word: Word<'_>, name: &str) {
    if let Err(error) = load.builder.permission(name) {
        load.page.wrong(word.at, error.to_string());
    }
}

/// Adds a permission that another section brings with it, when there is a
/// catalogue to add it to.
pub(super) fn also(load: &mut Load<'_, '_>, word: Word<'_>, kind: &str, verb: &str) {
    if !load.names.permissions.names.is_empty() {
        let divider = if verb.is_empty() { "" } else { divider(load.names.dialect) };
        let name = format!("{kind}{divider}{verb}");
        load.names.permissions.add(kind, verb, &name);
        permission(load, word, &name);
    }
}

/// Reads a pattern, and refuses one that speaks of what does not exist.
pub(super) fn pattern(load: &mut Load<'_, '_>, word: Word<'_>) -> Option<Pattern> {
    match Pattern::parse_as(load.names.dialect, word.text) {
        Ok(pattern) => {
            for unknown in load.names.permissions.unknown_in(&pattern) {
                let known = load.names.permissions.names.iter().map(String::as_str);
                let unknown = Word { text: &unknown, ..word };
                load.page.unknown("permission", unknown, known);
            }
            Some(pattern)
        }
        Err(error) => {
            load.page.wrong(word.at, error.to_string());
            None
        }
    }
}

impl Known {
    fn add(&mut self, kind: &str, verb: &str, name: &str) {
        let verbs = self.verbs.entry(kind.to_owned()).or_default();
        verbs.push(verb.to_owned());
        self.names.push(name.to_owned());
    }

    /// What a pattern speaks of and the catalogue lacks.
    fn unknown_in(&self, pattern: &Pattern) -> Vec<String> {
        let Shape::Keyward(grant) = pattern.shape() else { return Vec::new() };
        if self.names.is_empty() {
            return Vec::new();
        }
        self.unknown_kinds(grant).unwrap_or_else(|| self.unknown_verbs(grant))
    }

    fn unknown_kinds(&self, grant: &Grant) -> Option<Vec<String>> {
        let Some(Part::Names(kinds)) = grant.parts.first() else { return None };
        let unknown = kinds.iter().filter(|kind| !self.verbs.contains_key(&***kind));
        let verb = grant.parts.get(1).and_then(Part::single).map(|verb| format!(":{verb}"));
        let unknown = unknown.map(|kind| format!("{kind}{}", verb.as_deref().unwrap_or_default()));
        let unknown: Vec<String> = unknown.collect();
        (!unknown.is_empty()).then_some(unknown)
    }

    fn unknown_verbs(&self, grant: &Grant) -> Vec<String> {
        let Some(Part::Names(verbs)) = grant.parts.get(1) else { return Vec::new() };
        let in_kind = |kind: &str, verb: &str| {
            self.verbs.get(kind).is_some_and(|known| known.iter().any(|known| known == verb))
        };
        let kinds: Vec<&str> = match grant.parts.first() {
            Some(Part::Names(kinds)) => kinds.iter().map(|kind| &**kind).collect(),
            _ => self.verbs.keys().map(String::as_str).collect(),
        };
        let unknown = verbs.iter().filter(|verb| !kinds.iter().any(|kind| in_kind(kind, verb)));
        let kind = grant.parts.first().and_then(Part::single).unwrap_or("*");
        unknown.map(|verb| format!("{kind}:{verb}")).collect()
    }
}

fn divider(dialect: Dialect) -> &'static str {
    if dialect == Dialect::Asok { "." } else { ":" }
}
