//! Patterns of `like`: `*` is any text, `\*` is a star.

/// The pieces between the stars, of which there is one less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Like(Box<[Box<str>]>);

impl Like {
    pub(super) fn parse(text: &str) -> Self {
        let mut pieces = vec![String::new()];
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, pieces.last_mut()) {
                ('*', _) => pieces.push(String::new()),
                ('\\', Some(last)) if chars.peek() == Some(&'*') => last.extend(chars.next()),
                (c, Some(last)) => last.push(c),
                (_, None) => {}
            }
        }
        Self(pieces.into_iter().map(String::into_boxed_str).collect())
    }

    /// What stands between the stars.
    #[cfg(feature = "policy-file")]
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|piece| &**piece)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &*self.0 else {
            return self.0.first().is_some_and(|only| **only == *text);
        };
        let Some(mut rest) = text.strip_prefix(&**first) else { return false };
        for piece in middle {
            let Some((_, after)) = rest.split_once(&**piece) else { return false };
            rest = after;
        }
        rest.ends_with(&**last)
    }
}

#[cfg(test)]
mod tests {
    use super::Like;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text, yes) in [
            ("", "", true),
            ("", "a", false),
            ("abc", "abc", true),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "ac", true),
            ("ab*ba", "aba", false),
            ("*b*d*", "abcde", true),
            ("*d*b*", "abcde", false),
            ("a**c", "abc", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("é*", "éa", true),
        ] {
            assert_eq!(Like::parse(pattern).matches(text), yes, "{text} like {pattern}");
        }
    }
}
