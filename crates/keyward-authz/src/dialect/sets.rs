//! Apache Shiro and sanic-security: a permission is a sequence of parts, a part
//! is a set of names, and a held part covers a wanted one when it has all its
//! names or a `*`. A `*` in what is *wanted* is an ordinary name.

use super::{MAX_FOREIGN_BYTES, measure};
use crate::error::{BadPermission, Flaw};

/// A sequence of sets of names.
#[derive(Clone, Debug)]
pub(crate) struct Sets(Box<[Part]>);

#[derive(Clone, Debug)]
struct Part {
    /// Sorted.
    names: Box<[Box<str>]>,
    star: bool,
}

/// What a held sequence that is shorter than the wanted one covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shorter {
    /// Shiro: `printer` covers `printer:query`.
    CoversTheRest,
    /// sanic-security: it does not.
    CoversNothing,
}

impl Sets {
    /// Reads as sanic-security does: anything is well formed.
    pub(crate) fn parse_python(text: &str) -> Result<Self, BadPermission> {
        measure(text, MAX_FOREIGN_BYTES)?;
        Ok(Self(text.split(':').map(|part| Part::of(part.split(',').collect())).collect()))
    }

    /// Reads as Shiro does: trimmed, and trailing empty pieces do not count.
    pub(crate) fn parse_java(text: &str) -> Result<Self, BadPermission> {
        measure(text, MAX_FOREIGN_BYTES)?;
        let trimmed = text.trim_matches(|c| c <= ' ');
        let parts = java_split(trimmed, ':');
        if trimmed.is_empty() || parts.is_empty() {
            return Err(BadPermission::new(text, Flaw::Empty));
        }
        let parts = parts.into_iter().map(|part| match java_split(part, ',') {
            names if names.is_empty() => Err(BadPermission::new(text, Flaw::EmptyPart)),
            names => Ok(Part::of(names)),
        });
        parts.collect::<Result<_, _>>().map(Self)
    }

    /// The same without regard to case.
    pub(crate) fn parse_java_folded(text: &str) -> Result<Self, BadPermission> {
        Self::parse_java(&text.to_lowercase())
    }

    /// Whether this, held, covers that, wanted.
    pub(crate) fn covers(&self, wanted: &Self, shorter: Shorter) -> bool {
        let (held, wanted) = (&self.0, &wanted.0);
        let long_enough = held.len() >= wanted.len() || shorter == Shorter::CoversTheRest;
        long_enough
            && held.iter().zip(wanted).all(|(held, wanted)| held.covers(wanted))
            && held.iter().skip(wanted.len()).all(|extra| extra.star)
    }
}

impl Part {
    fn of(mut names: Vec<&str>) -> Self {
        names.sort_unstable();
        names.dedup();
        let star = names.contains(&"*");
        Self { names: names.into_iter().map(Box::from).collect(), star }
    }

    fn covers(&self, wanted: &Self) -> bool {
        self.star || wanted.names.iter().all(|name| self.names.binary_search(name).is_ok())
    }
}

/// Java's `String.split`: without trailing empty pieces, but text without a
/// divider is one piece even when empty.
fn java_split(text: &str, divider: char) -> Vec<&str> {
    if !text.contains(divider) {
        return vec![text];
    }
    let mut pieces: Vec<&str> = text.split(divider).collect();
    while pieces.pop_if(|last| last.is_empty()).is_some() {}
    pieces
}

#[cfg(test)]
mod tests {
    use super::java_split;
    use crate::{Dialect, Flaw, Pattern, Permission};

    #[track_caller]
    fn check(held: &str, wanted: &str, shiro: bool, asyncauth: bool) {
        for (dialect, yes) in [(Dialect::Shiro, shiro), (Dialect::Asyncauth, asyncauth)] {
            let pattern = Pattern::parse_as(dialect, held).unwrap();
            let permission = Permission::parse_as(dialect, wanted).unwrap();
            assert_eq!(pattern.matches(&permission), yes, "{held} covers {wanted} in {dialect}");
        }
    }

    #[test]
    fn the_traps_differ_as_documented() {
        check("*", "printer:query", true, false);
        check("printer", "printer:query", true, false);
        check("printer:*", "printer", true, true);
        check("printer:*", "printer:a:b", true, false);
        check("Printer:Query", "printer:query", true, false);
        check("printer:print,query", "printer:query,print", true, true);
        check("printer:print", "printer:*", false, false);
    }

    #[test]
    fn java_drops_trailing_empty_pieces() {
        for (text, pieces) in [
            ("", vec![""]),
            (":", vec![]),
            ("::", vec![]),
            ("a:", vec!["a"]),
            (":a", vec!["", "a"]),
            ("a::b::", vec!["a", "", "b"]),
        ] {
            assert_eq!(java_split(text, ':'), pieces, "{text}");
        }
    }

    #[test]
    fn shiro_refuses_nothing_but_dividers() {
        for (text, flaw) in
            [("", Flaw::Empty), (" \t", Flaw::Empty), ("::", Flaw::Empty), ("a:,", Flaw::EmptyPart)]
        {
            let error = Pattern::parse_as(Dialect::Shiro, text).unwrap_err();
            assert_eq!(error.flaw(), flaw, "{text}");
        }
    }
}
