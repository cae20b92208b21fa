//! Asok's role permissions: one comma list per role; `*` covers everything,
//! `posts.*` whatever starts with `posts.`, and the rest covers itself.

use super::{MAX_FOREIGN_BYTES, measure};
use crate::error::BadPermission;

/// A comma list, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct List(Box<[Entry]>);

#[derive(Clone, Debug)]
enum Entry {
    All,
    /// With the trailing dot.
    Prefix(Box<str>),
    Exact(Box<str>),
}

impl List {
    /// Reads a list; entries are trimmed, empty ones ignored.
    pub(crate) fn parse(text: &str) -> Result<Self, BadPermission> {
        measure(text, MAX_FOREIGN_BYTES)?;
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        Ok(Self(entries.map(Entry::parse).collect()))
    }

    /// Whether an entry covers the wanted permission.
    pub(crate) fn matches(&self, wanted: &str) -> bool {
        self.0.iter().any(|entry| match entry {
            Entry::All => true,
            Entry::Prefix(prefix) => wanted.starts_with(&**prefix),
            Entry::Exact(exact) => **exact == *wanted,
        })
    }
}

impl Entry {
    fn parse(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some("") => Entry::All,
            Some(prefix) if prefix.ends_with('.') => Entry::Prefix(prefix.into()),
            _ => Entry::Exact(text.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::List;

    #[track_caller]
    fn check(list: &str, wanted: &str, yes: bool) {
        assert_eq!(List::parse(list).unwrap().matches(wanted), yes, "{list} covers {wanted}");
    }

    #[test]
    fn a_star_after_a_dot_is_a_prefix() {
        check("posts.*", "posts.view", true);
        check("posts.*", "posts.comments.edit", true);
        check("posts.*", "posts.", true);
        check("posts.*", "posts", false);
        check("*.view", "posts.view", false);
        check("posts*", "posts.view", false);
        check("*", "", true);
    }

    #[test]
    fn entries_are_trimmed_and_empty_ones_ignored() {
        check(" posts.view , ,posts.edit", "posts.edit", true);
        check(",,", "", false);
        check("", "", false);
    }
}
