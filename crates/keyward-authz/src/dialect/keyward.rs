//! The native dialect.
//!
//! `posts:edit` is a permission: type, verb, then perhaps an instance. Type and
//! verb are lower-case ASCII names; what follows may be any text without `:`,
//! `,`, `*` and control characters.
//!
//! A pattern may have a list `edit,publish` or a `*` for a whole part. A `*` at
//! the end covers this *and* all deeper parts: `posts:*` covers `posts`,
//! `posts:edit` and `posts:edit:42`. A pattern that is merely shorter covers
//! nothing below it.

use crate::error::{BadPermission, Flaw};

/// Bytes in a permission or pattern, at most.
pub const MAX_BYTES: usize = 255;
/// Parts in a permission or pattern, at most.
pub const MAX_PARTS: usize = 8;

/// Where the parts of a wanted permission end, so that matching need not split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Parts {
    ends: [u8; MAX_PARTS],
    count: u8,
}

impl Parts {
    /// Reads a concrete permission.
    pub(crate) fn parse(text: &str) -> Result<Self, BadPermission> {
        let bad = |flaw| BadPermission::new(text, flaw);
        measure(text)?;
        let mut parts = Self { ends: [0; MAX_PARTS], count: 0 };
        let mut end = 0;
        for (nth, name) in text.split(DIVIDER).enumerate() {
            if name.contains(['*', ',']) {
                return Err(bad(Flaw::NotConcrete));
            }
            check_name(nth, name).map_err(bad)?;
            end += name.len();
            let slot = parts.ends.get_mut(nth).ok_or_else(|| bad(Flaw::TooManyParts))?;
            *slot = u8::try_from(end).map_err(|_| bad(Flaw::TooLong(MAX_BYTES)))?;
            parts.count += 1;
            end += DIVIDER.len_utf8();
        }
        Ok(parts)
    }

    /// The part at this position of `text`, the very text that was parsed.
    pub(crate) fn part<'t>(&self, text: &'t str, nth: usize) -> Option<&'t str> {
        if nth >= usize::from(self.count) {
            return None;
        }
        let end = usize::from(*self.ends.get(nth)?);
        let start = match nth.checked_sub(1) {
            Some(before) => usize::from(*self.ends.get(before)?) + DIVIDER.len_utf8(),
            None => 0,
        };
        text.get(start..end)
    }

    /// The text up to this many parts, when there are more.
    pub(crate) fn head<'t>(&self, text: &'t str, parts: usize) -> Option<&'t str> {
        let last = parts.checked_sub(1).filter(|_| parts < usize::from(self.count))?;
        text.get(..usize::from(*self.ends.get(last)?))
    }

    fn count(&self) -> usize {
        usize::from(self.count)
    }
}

/// A pattern of the native dialect, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// Without the trailing `*`.
    pub(crate) parts: Box<[Part]>,
    /// It ended in `*`.
    pub(crate) open: bool,
}

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A `*` that is not the last part: exactly one part, whatever it says.
    Any,
    /// One of these names.
    Names(Box<[Box<str>]>),
}

impl Grant {
    /// Reads a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, BadPermission> {
        measure(text)?;
        let mut parts = Vec::new();
        for (nth, part) in text.split(DIVIDER).enumerate() {
            parts.push(Part::parse(nth, part).map_err(|flaw| BadPermission::new(text, flaw))?);
        }
        if parts.len() > MAX_PARTS {
            return Err(BadPermission::new(text, Flaw::TooManyParts));
        }
        let open = parts.pop_if(|last| *last == Part::Any).is_some();
        Ok(Self { parts: parts.into(), open })
    }

    /// Why this pattern just fails: it agrees in the first part, and then one
    /// other part differs or the depth does.
    pub(crate) fn near_miss(&self, text: &str, wanted: &Parts) -> Option<String> {
        let agrees =
            |nth: usize, part: &Part| wanted.part(text, nth).is_some_and(|name| part.matches(name));
        let differing: Vec<usize> = (0..self.parts.len().min(wanted.count()))
            .filter(|nth| self.parts.get(*nth).is_some_and(|part| !agrees(*nth, part)))
            .collect();
        match differing.as_slice() {
            [0] => None,
            [nth] => {
                wanted.part(text, *nth).map(|name| format!("part {} is not `{name}`", nth + 1))
            }
            [] if self.parts.len() > wanted.count() => {
                Some("it covers only deeper ones".to_owned())
            }
            [] if !self.open && self.parts.len() < wanted.count() => {
                Some("it covers nothing below itself without `:*`".to_owned())
            }
            _ => None,
        }
    }

    /// Whether this covers whatever the other covers.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        let deep_enough = match (self.open, other.open) {
            (true, _) => other.parts.len() >= self.parts.len(),
            (false, true) => false,
            (false, false) => other.parts.len() == self.parts.len(),
        };
        deep_enough && self.parts.iter().zip(&other.parts).all(|(own, other)| own.includes(other))
    }

    /// Whether this pattern covers the wanted permission.
    pub(crate) fn matches(&self, text: &str, wanted: &Parts) -> bool {
        let deep_enough = match self.open {
            true => wanted.count() >= self.parts.len(),
            false => wanted.count() == self.parts.len(),
        };
        deep_enough
            && self
                .parts
                .iter()
                .enumerate()
                .all(|(nth, part)| wanted.part(text, nth).is_some_and(|name| part.matches(name)))
    }
}

impl Part {
    fn parse(nth: usize, text: &str) -> Result<Self, Flaw> {
        if text == "*" {
            return Ok(Part::Any);
        }
        let mut names = Vec::new();
        for name in text.split(',') {
            if name.contains('*') {
                return Err(Flaw::StarInsidePart);
            }
            check_name(nth, name)?;
            names.push(Box::from(name));
        }
        names.sort_unstable();
        names.dedup();
        Ok(Part::Names(names.into()))
    }

    fn includes(&self, other: &Self) -> bool {
        match (self, other) {
            (Part::Any, _) => true,
            (Part::Names(_), Part::Any) => false,
            (Part::Names(_), Part::Names(names)) => names.iter().all(|name| self.matches(name)),
        }
    }

    /// Its name, when it is one name.
    pub(crate) fn single(&self) -> Option<&str> {
        match self {
            Part::Names(names) if names.len() == 1 => names.first().map(|name| &**name),
            Part::Names(_) | Part::Any => None,
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Part::Any => true,
            Part::Names(names) => names.iter().any(|known| **known == *name),
        }
    }
}

fn measure(text: &str) -> Result<(), BadPermission> {
    match text {
        "" => Err(BadPermission::new(text, Flaw::Empty)),
        _ => super::measure(text, MAX_BYTES),
    }
}

/// Type and verb come from a catalogue; what follows names an instance.
fn check_name(nth: usize, name: &str) -> Result<(), Flaw> {
    let fits = if nth < CATALOGUE_PARTS { in_catalogue_name } else { in_instance_name };
    if name.is_empty() {
        return Err(Flaw::EmptyPart);
    }
    name.chars().find(|c| !fits(*c)).map_or(Ok(()), |c| Err(Flaw::BadCharacter(c)))
}

fn in_catalogue_name(c: char) -> bool {
    matches!(c, 'a'..='z' | '0'..='9' | '_' | '-')
}

// Control characters would let a permission forge lines of a log.
fn in_instance_name(c: char) -> bool {
    !c.is_control()
}

const DIVIDER: char = ':';
/// The type and the verb.
const CATALOGUE_PARTS: usize = 2;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Flaw, MAX_BYTES, Pattern, Permission};

    #[track_caller]
    fn check(pattern: &str, wanted: &str, yes: bool) {
        let held = Pattern::parse(pattern).unwrap();
        let wanted = Permission::parse(wanted).unwrap();
        assert_eq!(held.matches(&wanted), yes, "{held} covers {wanted}");
    }

    #[test]
    fn a_name_covers_itself_and_nothing_else() {
        check("printer", "printer", true);
        check("printer", "printer:query", false);
        check("printer:query", "printer", false);
        check("printer:query", "printer:query", true);
        check("printer:query", "printer:print", false);
        check("printer:query", "printer:query:lp7200", false);
    }

    #[test]
    fn a_trailing_star_covers_this_and_everything_below() {
        check("*", "printer", true);
        check("*", "printer:query:lp7200", true);
        check("printer:*", "printer", true);
        check("printer:*", "printer:query", true);
        check("printer:*", "printer:query:lp7200", true);
        check("printer:*", "printers:query", false);
        check("printer:query:*", "printer", false);
    }

    #[test]
    fn a_star_in_the_middle_covers_exactly_one_part() {
        check("*:query", "printer:query", true);
        check("*:query", "printer:print", false);
        check("*:query", "query", false);
        check("printer:*:lp7200", "printer:query:lp7200", true);
        check("printer:*:lp7200", "printer:lp7200", false);
        check("*:*:lp7200", "printer:query:lp7200", true);
        check("*:*", "printer", true);
        check("*:*:*", "printer", false);
    }

    #[test]
    fn a_list_covers_each_of_its_names() {
        check("printer:print,query", "printer:query", true);
        check("printer:print,query", "printer:print", true);
        check("printer:print,query", "printer:manage", false);
        check("printer,scanner:query", "scanner:query", true);
        check("printer:query:lp7200,épson", "printer:query:épson", true);
    }

    #[test]
    fn case_matters() {
        check("printer:query:LP", "printer:query:lp", false);
    }

    #[test]
    fn malformed_text_is_named() {
        let long = "a".repeat(256);
        for (text, flaw) in [
            ("", Flaw::Empty),
            (":", Flaw::EmptyPart),
            ("a:", Flaw::EmptyPart),
            ("a::b", Flaw::EmptyPart),
            ("a:b,", Flaw::EmptyPart),
            ("a:b*", Flaw::StarInsidePart),
            ("a:b,*", Flaw::StarInsidePart),
            ("A:b", Flaw::BadCharacter('A')),
            ("a b", Flaw::BadCharacter(' ')),
            ("a:é", Flaw::BadCharacter('é')),
            ("a:b:c\nd", Flaw::BadCharacter('\n')),
            ("a:b:c:d:e:f:g:h:i", Flaw::TooManyParts),
            (long.as_str(), Flaw::TooLong(MAX_BYTES)),
        ] {
            assert_eq!(Pattern::parse(text).unwrap_err().flaw(), flaw, "{text}");
        }
    }

    #[test]
    fn a_wanted_permission_is_concrete() {
        for text in ["*", "a:*", "a:b,c", "a:b*"] {
            assert_eq!(Permission::parse(text).unwrap_err().flaw(), Flaw::NotConcrete, "{text}");
        }
        let eight = "a:b:c:d:e:f:g:h";
        assert!(Permission::parse(eight).is_ok());
        assert!(Permission::parse(&format!("{eight}:i")).is_err());
        let widest = format!("a:b:{}", "é".repeat(125));
        assert!(Permission::parse(&widest).is_ok());
        assert!(Permission::parse(&format!("{widest}éé")).is_err());
    }

    #[test]
    fn an_error_cannot_forge_a_log_line() {
        let error = Pattern::parse("a:b:c\nd").unwrap_err();
        assert_eq!(error.to_string(), "permission `a:b:c\\nd` may not hold `\\n` there");
    }

    proptest! {
        #[test]
        fn nothing_makes_parsing_panic(text in any::<String>()) {
            let _ = (Pattern::parse(&text), Permission::parse(&text));
        }

        #[test]
        fn nothing_that_looks_alike_makes_parsing_panic(text in "[a-c:,*é\\n]{0,300}") {
            let _ = (Pattern::parse(&text), Permission::parse(&text));
        }

        #[test]
        fn what_can_be_wanted_covers_itself(text in "[a-z0-9_-]{1,5}(:[a-z]{1,5}(:[^:,*\\pC]{1,9}){0,3})?") {
            prop_assert!(Pattern::parse(&text)?.matches(&Permission::parse(&text)?));
        }

        #[test]
        fn a_star_covers_whatever_can_be_wanted(text in "[a-c:é]{1,12}") {
            if let Ok(wanted) = Permission::parse(&text) {
                prop_assert!(Pattern::parse("*")?.matches(&wanted));
            }
        }
    }
}
