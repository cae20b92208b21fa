//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a value came from.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Origin {
    /// A line and column of a file, both from 1.
    File(PathBuf, usize, usize),
    /// A variable of the environment, or of an environment file.
    Variable(String),
    /// An option of the command line.
    Option(&'static str),
    /// Nobody gave it.
    Default,
}

impl Origin {
    /// The place of a byte of `text`, which was read from `path`.
    pub(crate) fn at(path: &Path, text: &str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self::File(path.to_owned(), line, column)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line, column) => write!(f, "{}:{line}:{column}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Option(name) => f.write_str(name),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    pub(crate) at: Origin,
    pub(crate) what: String,
    /// The setting that is read as if it had not been given.
    about: Option<String>,
}

impl Fault {
    pub(crate) fn new(at: Origin, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), about: None }
    }

    /// The same, about a setting.
    pub(crate) fn about(mut self, name: &str) -> Self {
        self.about = Some(name.to_owned());
        self
    }

    /// Whether it names this setting.
    fn names(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let follows = |rest: &str| {
            let mut rest = rest.chars();
            match rest.next() {
                Some('.') => !rest.next().is_some_and(is_part),
                next => !next.is_some_and(is_part),
            }
        };
        let mut parts = self.what.split(name);
        parts.next();
        parts.any(follows)
    }
}

/// What is worth telling of everything that was found, by its place: a fault that is there
/// only because another setting could not be read is none. Each is found by the name of that
/// setting in its words.
pub(crate) fn told(found: Vec<Fault>) -> Vec<Fault> {
    let mut told: Vec<Fault> = vec![];
    for fault in found {
        let follows = told
            .iter()
            .filter_map(|before| before.about.as_deref())
            .any(|unread| fault.about.as_deref() != Some(unread) && fault.names(unread));
        if !follows {
            told.push(fault);
        }
    }
    told.sort_by(|one, other| one.at.cmp(&other.at));
    told
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            // Nobody gave it: there is no place to look at.
            Origin::Default => f.write_str(&self.what),
            _ => write!(f, "{}  {}", self.at, self.what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_another_fault_is_not_told() {
        let at = |line| Origin::File("keyward.toml".into(), line, 1);
        let found = vec![
            Fault::new(at(9), "tokens.absolute takes a time").about("tokens.absolute"),
            Fault::new(at(7), "tokens.idle must not be longer than tokens.absolute")
                .about("tokens.idle"),
            Fault::new(at(3), "mail.from takes a text").about("mail.from"),
            Fault::new(Origin::Default, "mail.smtp needs mail.from as well").about("mail.smtp"),
            Fault::new(at(5), "tokens.absolute_x is unknown"),
            Fault::new(at(4), "see tokens.absolute.more"),
        ];
        let told: Vec<String> = told(found).iter().map(Fault::to_string).collect();
        assert_eq!(
            told,
            [
                "keyward.toml:3:1  mail.from takes a text",
                "keyward.toml:4:1  see tokens.absolute.more",
                "keyward.toml:5:1  tokens.absolute_x is unknown",
                "keyward.toml:9:1  tokens.absolute takes a time",
            ]
        );
    }
}
