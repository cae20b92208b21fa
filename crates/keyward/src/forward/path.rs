//! The path of a request to a site, in the one reading that every server shares; and
//! patterns of paths.

/// Longest path and query that are looked at.
pub(crate) const LONGEST: usize = 8192;

/// A path that every server reads alike: its parts, decoded.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Path(Vec<String>);

impl Path {
    /// Reads the target of a request (`/path?query`) as it stood on its first line.
    /// None where servers differ: dot segments, empty parts, encoded slashes, back
    /// slashes, path parameters, bytes that are no UTF-8, anything encoded twice.
    pub(crate) fn read(target: &str) -> Option<Self> {
        let path = target.split('?').next().unwrap_or_default();
        let inner = path.strip_prefix('/')?;
        if target.len() > LONGEST || !target.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        // One slash at the end changes nothing that a rule should tell apart.
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.is_empty() {
            return (path.len() <= 1).then(|| Self(vec![]));
        }
        inner.split('/').map(part).collect::<Option<_>>().map(Self)
    }

    /// `/parts/of/it`, decoded: what a policy sees.
    pub(crate) fn text(&self) -> String {
        format!("/{}", self.0.join("/"))
    }
}

/// One part, decoded once.
fn part(raw: &str) -> Option<String> {
    let decoded = decode(raw)?;
    let doubtful = |c: char| c.is_control() || matches!(c, '/' | '\\' | '%' | ';' | '#' | '?');
    let fine = !matches!(decoded.as_str(), "" | "." | "..") && !decoded.contains(doubtful);
    fine.then_some(decoded)
}

/// Percent-decoding (RFC 3986 section 2.1) that takes nothing malformed.
fn decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                bytes.push(digit(*high)? << 4 | digit(*low)?);
                after
            }
            (b'%', _) => return None,
            (byte, after) => {
                bytes.push(*byte);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// `/about`, `/users/*/photo`, `/assets/*`.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    /// Whether everything below it is meant as well.
    below: bool,
}

#[derive(Clone, Debug)]
enum Part {
    Exactly(String),
    Any,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (text, below) = match text.strip_suffix("/*") {
            Some(text) => (text, true),
            None => (text, false),
        };
        if below && text.ends_with('/') {
            return None;
        }
        if text.is_empty() && below {
            return Some(Self { parts: vec![], below });
        }
        let Path(parts) = Path::read(text).filter(|_| !text.contains('?'))?;
        let read = |part: String| match part.as_str() {
            "*" => Some(Part::Any),
            // A star inside a part means something in other systems, and nothing here.
            text if text.contains('*') => None,
            _ => Some(Part::Exactly(part)),
        };
        Some(Self { parts: parts.into_iter().map(read).collect::<Option<_>>()?, below })
    }

    pub(crate) fn fits(&self, path: &Path) -> bool {
        let long_enough = match self.below {
            true => path.0.len() >= self.parts.len(),
            false => path.0.len() == self.parts.len(),
        };
        let fits = |(wanted, found): (&Part, &String)| match wanted {
            Part::Any => true,
            Part::Exactly(wanted) => wanted == found,
        };
        long_enough && self.parts.iter().zip(&path.0).all(fits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fits(pattern: &str, target: &str) -> bool {
        let path = Path::read(target).unwrap();
        Pattern::parse(pattern).unwrap().fits(&path)
    }

    #[test]
    fn patterns_fit_whole_parts() {
        for (pattern, target, expected) in [
            ("/", "/", true),
            ("/", "/a", false),
            ("/*", "/", true),
            ("/*", "/a/b?c=/d", true),
            ("/admin/*", "/admin", true),
            ("/admin/*", "/admin/", true),
            ("/admin/*", "/admin/users", true),
            ("/admin/*", "/administrator", false),
            ("/admin", "/admin/", true),
            ("/admin", "/admin/users", false),
            ("/users/*/photo", "/users/ada/photo", true),
            ("/users/*/photo", "/users/photo", false),
            ("/a%62c", "/abc", true),
            ("/abc", "/%61bc?x", true),
            ("/%C3%A4", "/%c3%a4", true),
            ("/Admin", "/admin", false),
        ] {
            assert_eq!(fits(pattern, target), expected, "{pattern} {target}");
        }
        for bad in ["", "admin", "/a/../b", "/a*", "/a//b", "/a?b", "//*", "/a b", "/a;b"] {
            assert!(Pattern::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_servers_read_differently_is_not_read() {
        for target in [
            "",
            "admin",
            "//",
            "//admin",
            "/a//b",
            "/./a",
            "/a/..",
            "/a/%2e%2e/b",
            "/a/.%2E/b",
            "/%2fadmin",
            "/a%5cb",
            "/a\\b",
            "/admin;x",
            "/admin%3bx",
            "/%2561dmin",
            "/a%00",
            "/a%0a",
            "/a%3fb",
            "/a%23b",
            "/a#b",
            "/%ff",
            "/%c0%ae",
            "/a%",
            "/a%4",
            "/a%zz",
            "/ä",
            "/a b",
            "http://app.example.com/admin",
            "*",
        ] {
            assert_eq!(Path::read(target), None, "{target}");
        }
        assert_eq!(Path::read(&format!("/{}", "a".repeat(LONGEST))), None, "long");
    }

    proptest! {
        /// Whatever is read has one spelling, and that spelling reads as itself.
        #[test]
        fn a_read_path_has_one_spelling(target in "/[a-c%25./;\\\\?#0-9é]{0,12}") {
            if let Some(path) = Path::read(&target) {
                let text = path.text();
                prop_assert!(!text.contains("//") && !text.contains("/./") && !text.contains("/../"));
                if text.is_ascii() {
                    prop_assert_eq!(Path::read(&text), Some(path));
                }
            }
        }
    }
}
