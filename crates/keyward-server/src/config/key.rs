//! The roster of settings. Reading, `--help`, `config explain`, the schema and
//! the documentation walk the same table.

use super::{
    account, admin, authnzerver, branding, captcha, database, forward, limits, log, mail, metrics,
    mfa, outbound, passkeys, password, policy, profile, providers, root, server, session, sign_in,
    sms, tokens,
};

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// `session.idle`; in the environment `KEYWARD_SESSION_IDLE`.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) takes: Takes,
    /// As one would write it; empty when there is none.
    pub(crate) default: &'static str,
    /// What it is, and why the default is what it is.
    pub(crate) what: &'static str,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Takes {
    /// Any text.
    Text,
    /// A URL; a password in it is hidden when shown.
    Url,
    /// A file or folder.
    Path,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// `30s`, `15m`, `12h`, `14d`.
    Duration,
    /// `19 MiB`.
    Size,
    /// `10 / 1m`.
    Rate,
    /// Several texts; separated by commas in the environment.
    List,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Kept out of the configuration file: `NAME_file` there names a file of it.
    Secret,
}

impl Takes {
    /// In words, with an example.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Url => "a URL".into(),
            Self::Path => "a path".into(),
            Self::Flag => "true or false".into(),
            Self::Number => "a whole number".into(),
            Self::Duration => {
                "a time with a unit, such as \"30s\", \"15m\", \"12h\" or \"14d\"".into()
            }
            Self::Size => "a size with a unit, such as \"19 MiB\"".into(),
            Self::Rate => "a rate, such as \"10 / 1m\"".into(),
            Self::List => "a list of texts".into(),
            Self::Choice(choices) => format!("one of {}", choices.join(", ")),
            Self::Secret => "a secret, in a file of its own or in the environment".into(),
        }
    }
}

impl Key {
    /// Its name in the environment.
    pub(crate) fn variable(&self) -> String {
        format!("KEYWARD_{}", self.name.replace('.', "_").to_ascii_uppercase())
    }

    /// Its name in the configuration file, where secrets go by the name of a file.
    pub(crate) fn in_file(&self) -> String {
        match self.takes {
            Takes::Secret => format!("{}_file", self.name),
            _ => self.name.to_owned(),
        }
    }
}

/// Every section, in the order of the documentation.
const SECTIONS: [&[Key]; 23] = [
    root::KEYS,
    server::KEYS,
    database::KEYS,
    sign_in::KEYS,
    password::KEYS,
    session::KEYS,
    tokens::KEYS,
    mfa::KEYS,
    account::KEYS,
    passkeys::KEYS,
    forward::KEYS,
    profile::KEYS,
    mail::KEYS,
    sms::KEYS,
    limits::KEYS,
    captcha::KEYS,
    policy::KEYS,
    branding::KEYS,
    log::KEYS,
    metrics::KEYS,
    admin::KEYS,
    outbound::KEYS,
    authnzerver::KEYS,
];

/// Every setting.
pub(crate) fn all() -> impl Iterator<Item = &'static Key> {
    SECTIONS.into_iter().flatten()
}

/// Every setting, and those of a service, whose names have `NAME` for its own.
pub(crate) fn described() -> impl Iterator<Item = &'static Key> {
    all().chain(providers::KEYS)
}

/// The setting of this name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    all().find(|key| key.name == name)
}

/// The candidate that was probably meant.
pub(crate) fn nearest(typed: &str, candidates: impl Iterator<Item = String>) -> Option<String> {
    let scored = candidates.map(|name| (strsim::damerau_levenshtein(typed, &name), name));
    let (distance, name) = scored.min_by_key(|(distance, _)| *distance)?;
    // Further away, the suggestion would puzzle more than it helps.
    (distance <= 2 + typed.len() / 6).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_variables_are_unique() {
        let names: BTreeSet<_> = all().map(|key| key.name).collect();
        let variables: BTreeSet<_> = all().map(Key::variable).collect();
        assert_eq!((names.len(), variables.len()), (all().count(), all().count()));
    }

    #[test]
    fn every_key_says_what_it_is() {
        for key in all() {
            assert!(key.what.ends_with('.') && key.what.len() > 20, "{}", key.name);
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let near = |typed: &str| nearest(typed, all().map(Key::in_file));
        for (typed, meant) in [
            ("session.idel", Some("session.idle")),
            ("server.lisen", Some("server.listen")),
            ("databse.url", Some("database.url")),
            ("colour.of_the_bike_shed", None),
        ] {
            assert_eq!(near(typed).as_deref(), meant, "{typed}");
        }
    }
}
