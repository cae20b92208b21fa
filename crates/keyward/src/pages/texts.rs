//! Every text of the pages, by key and language.

use std::collections::HashMap;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Language {
    /// As in `lang`: RFC 5646.
    pub(crate) code: &'static str,
    /// In its own words.
    pub(crate) name: &'static str,
    /// Lines of `key = text`.
    source: &'static str,
}

/// The roster. The first one is spoken to whoever asks for none of these.
pub(crate) const LANGUAGES: &[Language] = &[
    Language { code: "en", name: "English", source: include_str!("../../pages/texts/en.txt") },
    Language { code: "de", name: "Deutsch", source: include_str!("../../pages/texts/de.txt") },
];

/// The language of this code, by its first part: `de-AT` is `de`.
pub(crate) fn known(code: &str) -> Option<&'static str> {
    let code = code.trim().split(['-', '_']).next().unwrap_or_default();
    LANGUAGES.iter().map(|l| l.code).find(|known| known.eq_ignore_ascii_case(code))
}

/// All texts of all languages.
pub(crate) struct Texts(HashMap<&'static str, HashMap<&'static str, &'static str>>);

impl Texts {
    /// Reads the embedded files.
    pub(crate) fn load() -> Self {
        Self(LANGUAGES.iter().map(|l| (l.code, lines(l.source).collect())).collect())
    }

    /// The text of a key; `None` if there is no such key.
    pub(crate) fn find(&self, language: &str, key: &str) -> Option<&'static str> {
        self.0.get(language)?.get(key).copied()
    }
}

fn lines(source: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    source.lines().filter_map(|line| line.split_once(" = "))
}

/// Puts values in: `{name}`.
pub(crate) fn fill<'v>(text: &str, values: impl Iterator<Item = (&'v str, String)>) -> String {
    values.fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &value))
}

/// Every key of a language.
#[cfg(test)]
pub(super) fn keys(language: &Language) -> std::collections::BTreeSet<&'static str> {
    lines(language.source).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// `{n}` and the like in a text.
    fn holes(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    #[test]
    fn every_language_has_the_same_keys_with_the_same_holes() {
        let texts = Texts::load();
        let first = keys(&LANGUAGES[0]);
        for language in LANGUAGES {
            assert_eq!(keys(language), first, "{}", language.code);
            assert_eq!(
                lines(language.source).count(),
                language.source.lines().filter(|l| !l.is_empty()).count(),
                "{}: every line is a key and a text",
                language.code
            );
            for key in &first {
                let (ours, theirs) = (texts.find(language.code, key), texts.find("en", key));
                assert_eq!(holes(ours.unwrap()), holes(theirs.unwrap()), "{key}");
            }
        }
    }

    #[test]
    fn a_region_speaks_its_language() {
        for (asked, spoken) in [("de-AT", Some("de")), ("EN_us", Some("en")), ("fr", None)] {
            assert_eq!(known(asked), spoken, "{asked}");
        }
    }
}
