//! A policy file while it is read: its tables with their places, and what is
//! wrong with it so far.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::mistake::{Mistake, Mistakes};
use crate::dialect::Dialect;
use crate::nearest::nearest;
use crate::origin::Origin;

/// A table of the file.
pub(super) type Table<'t> = DeTable<'t>;
/// A value and where it stands.
pub(super) type Node<'t> = Spanned<DeValue<'t>>;

/// A text and the byte at which it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) at: usize,
    pub(super) text: &'a str,
}

pub(super) struct Page<'t> {
    file: Arc<str>,
    text: &'t str,
    /// The byte at which each line begins.
    lines: Vec<usize>,
    mistakes: Vec<(usize, Mistake)>,
}

impl<'t> Page<'t> {
    pub(super) fn new(file: &str, text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { file: file.into(), text, lines, mistakes: Vec::new() }
    }

    pub(super) fn read(&mut self) -> Result<Table<'t>, Mistakes> {
        if self.text.len() > MAX_BYTES {
            self.wrong(0, format!("is longer than {MAX_BYTES} bytes"));
            return Err(self.take());
        }
        match DeTable::parse(self.text) {
            Ok(root) => Ok(root.into_inner()),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.wrong(at, error.message().lines().next().unwrap_or_default().to_owned());
                Err(self.take())
            }
        }
    }

    /// Gives what was read, unless something was wrong with it.
    pub(super) fn finish<T>(mut self, read: T) -> Result<T, Mistakes> {
        if self.mistakes.is_empty() { Ok(read) } else { Err(self.take()) }
    }

    fn take(&mut self) -> Mistakes {
        let mut mistakes = std::mem::take(&mut self.mistakes);
        mistakes.sort_by_key(|(at, _)| *at);
        Mistakes(mistakes.into_iter().map(|(_, mistake)| mistake).collect())
    }

    pub(super) fn wrong(&mut self, at: usize, message: impl Into<String>) {
        self.note(at, message.into(), None);
    }

    /// Something is named that does not exist; `kind` is what it should be.
    pub(super) fn unknown<'k>(
        &mut self,
        kind: &str,
        word: Word<'_>,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        let suggestion = nearest(word.text, known).map(str::to_owned);
        let shown: String = word.text.chars().take(SHOWN_CHARS).collect();
        self.note(word.at, format!("unknown {kind} `{}`", shown.escape_debug()), suggestion);
    }

    fn note(&mut self, at: usize, message: String, suggestion: Option<String>) {
        let Origin { file, line } = self.origin(at);
        let begin =
            self.lines.iter().rev().find(|start| **start <= at).copied().unwrap_or_default();
        let column = self.text.get(begin..at).unwrap_or_default().chars().count();
        let column = u32::try_from(column + 1).unwrap_or(u32::MAX);
        self.mistakes.push((at, Mistake { file, line, column, message, suggestion }));
    }

    /// The line of this byte.
    pub(super) fn origin(&self, at: usize) -> Origin {
        let line = self.lines.partition_point(|start| *start <= at);
        Origin { file: Arc::clone(&self.file), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }

    /// Refuses keys that mean nothing.
    pub(super) fn only(&mut self, table: &Table<'_>, known: &[&str]) {
        for key in table.keys() {
            let word = Word { at: key.span().start, text: key.get_ref() };
            if !known.contains(&word.text) {
                self.unknown("key", word, known.iter().copied());
            }
        }
    }

    pub(super) fn version(&mut self, root: &Table<'_>) {
        match root.get("version").map(|node| (node.span().start, self.int(node))) {
            Some((_, Some(1) | None)) => {}
            Some((at, _)) => self.wrong(at, "has a version that is not 1"),
            None => self.wrong(0, "needs `version = 1`"),
        }
    }

    pub(super) fn dialect(&mut self, root: &Table<'t>) -> Dialect {
        let Some(word) = root.get("dialect").and_then(|node| self.word(node)) else {
            return Dialect::default();
        };
        word.text.parse().unwrap_or_else(|_| {
            self.unknown("dialect", word, Dialect::ALL.map(Dialect::name));
            Dialect::default()
        })
    }

    /// The tables of a section by name, in the order of the file.
    pub(super) fn section<'a>(
        &mut self,
        root: &'a Table<'t>,
        name: &str,
    ) -> Vec<(Word<'a>, &'a Node<'t>)> {
        let table = root.get(name).and_then(|node| self.table(node));
        table.map(entries).unwrap_or_default()
    }

    pub(super) fn table<'a>(&mut self, node: &'a Node<'t>) -> Option<&'a Table<'t>> {
        self.expect(node, "a table", node.get_ref().as_table())
    }

    /// A table, with only these keys.
    pub(super) fn record<'a>(
        &mut self,
        node: &'a Node<'t>,
        known: &[&str],
    ) -> Option<&'a Table<'t>> {
        let table = self.table(node)?;
        self.only(table, known);
        Some(table)
    }

    pub(super) fn array<'a>(&mut self, node: &'a Node<'t>) -> Vec<&'a Node<'t>> {
        let array = self.expect(node, "an array", node.get_ref().as_array());
        array.map(|array| array.iter().collect()).unwrap_or_default()
    }

    pub(super) fn word<'a>(&mut self, node: &'a Node<'t>) -> Option<Word<'a>> {
        let text = self.expect(node, "a text", node.get_ref().as_str())?;
        // Behind the quotes, so that a place in the text is one in the file.
        let raw = self.text.get(node.span()).unwrap_or_default();
        let quotes = raw.find(|c| !matches!(c, '"' | '\'' | '\n')).unwrap_or(raw.len().min(1));
        Some(Word { at: node.span().start + quotes, text })
    }

    pub(super) fn words<'a>(&mut self, table: &'a Table<'t>, key: &str) -> Vec<Word<'a>> {
        let Some(node) = table.get(key) else { return Vec::new() };
        self.array(node).into_iter().filter_map(|item| self.word(item)).collect()
    }

    pub(super) fn text<'a>(&mut self, table: &'a Table<'t>, key: &str) -> Option<Word<'a>> {
        table.get(key).and_then(|node| self.word(node))
    }

    pub(super) fn flag(&mut self, table: &Table<'t>, key: &str) -> bool {
        let Some(node) = table.get(key) else { return false };
        self.expect(node, "true or false", node.get_ref().as_bool()).unwrap_or_default()
    }

    pub(super) fn int(&mut self, node: &Node<'_>) -> Option<i64> {
        let int = node.get_ref().as_integer();
        let int = int.and_then(|it| i64::from_str_radix(it.as_str(), it.radix()).ok());
        self.expect(node, "a whole number", int)
    }

    fn expect<T>(&mut self, node: &Node<'_>, needed: &str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            self.wrong(node.span().start, format!("needs {needed} here"));
        }
        found
    }
}

/// The entries of a table in the order of the file.
pub(super) fn entries<'a, 't>(table: &'a Table<'t>) -> Vec<(Word<'a>, &'a Node<'t>)> {
    let entry = |(key, node): (&'a Spanned<DeString<'t>>, &'a Node<'t>)| {
        (Word { at: key.span().start, text: key.get_ref() }, node)
    };
    let mut entries: Vec<(Word<'a>, &Node<'t>)> = table.iter().map(entry).collect();
    entries.sort_by_key(|(word, _)| word.at);
    entries
}

/// A policy file has at most this many bytes.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Characters of an unknown name that a mistake repeats.
const SHOWN_CHARS: usize = 80;
