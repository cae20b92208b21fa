//! One entry of an access control list.

use std::fmt;
use std::str::FromStr;

use crate::effect::Effect;

/// One entry. As text: `allow staff view,edit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclEntry {
    /// What it says.
    pub effect: Effect,
    /// Whom it is for.
    pub who: Who,
    /// What it is about.
    pub what: What,
}

/// Whom an entry is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// `@everyone`
    Everyone,
    /// `@authenticated`: whoever is known.
    Authenticated,
    /// The members of this group.
    Group(Box<str>),
}

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// `*`: every permission.
    Everything,
    /// These permissions.
    Permissions(Box<[Box<str>]>),
}

impl AclEntry {
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        match &self.what {
            What::Everything => [].iter(),
            What::Permissions(names) => names.iter(),
        }
        .map(|name| &**name)
    }

    pub(crate) fn is_about(&self, wanted: &str) -> bool {
        self.what == What::Everything || self.named().any(|name| name == wanted)
    }
}

/// Text that is not an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadEntry {
    text: String,
}

impl FromStr for AclEntry {
    type Err = BadEntry;

    fn from_str(text: &str) -> Result<Self, BadEntry> {
        let mut words = text.split_whitespace();
        let entry = (words.next(), words.next(), words.next(), words.next());
        let (Some(effect), Some(who), Some(what), None) = entry else {
            return Err(BadEntry { text: text.into() });
        };
        let (effect, what) = (read_effect(effect), read_what(what));
        let (Some(effect), Some(what)) = (effect, what) else {
            return Err(BadEntry { text: text.into() });
        };
        Ok(Self { effect, who: read_who(who), what })
    }
}

fn read_effect(word: &str) -> Option<Effect> {
    match word {
        "allow" => Some(Effect::Allow),
        "deny" => Some(Effect::Deny),
        _ => None,
    }
}

fn read_who(word: &str) -> Who {
    match word {
        EVERYONE => Who::Everyone,
        AUTHENTICATED => Who::Authenticated,
        group => Who::Group(group.into()),
    }
}

fn read_what(word: &str) -> Option<What> {
    if word == "*" {
        return Some(What::Everything);
    }
    let whole = |name: &str| !name.is_empty() && !name.contains('*');
    let names = word.split(',').map(|name| whole(name).then(|| name.into()));
    names.collect::<Option<_>>().map(What::Permissions)
}

impl fmt::Display for AclEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.effect, self.who)?;
        match &self.what {
            What::Everything => f.write_str("*"),
            What::Permissions(names) => f.write_str(&names.join(",")),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Who::Everyone => EVERYONE,
            Who::Authenticated => AUTHENTICATED,
            Who::Group(name) => name,
        })
    }
}

impl fmt::Display for BadEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.text.chars().take(SHOWN_CHARS).collect();
        write!(
            f,
            "ACL entry `{}` is not of the form `allow GROUP PERMISSION,PERMISSION`",
            text.escape_debug()
        )
    }
}

impl std::error::Error for BadEntry {}

pub(super) const EVERYONE: &str = "@everyone";
pub(super) const AUTHENTICATED: &str = "@authenticated";
/// Characters of the text that an error repeats.
const SHOWN_CHARS: usize = 80;

#[cfg(test)]
mod tests {
    use super::AclEntry;

    #[test]
    fn an_entry_is_written_as_it_is_read() {
        for text in ["allow staff view,edit", "deny @everyone *", "allow @authenticated x"] {
            assert_eq!(text.parse::<AclEntry>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_not_an_entry_is_refused() {
        for text in [
            "",
            "allow",
            "allow g",
            "permit g x",
            "Allow g x",
            "allow g x y",
            "allow g x,",
            "allow g x*",
        ] {
            assert!(text.parse::<AclEntry>().is_err(), "{text}");
        }
    }
}
