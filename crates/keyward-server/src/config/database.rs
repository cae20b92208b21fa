//! `[database]`: where things are remembered.

use std::path::PathBuf;

use keyward::Migrate;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "database.url",
        takes: Takes::Url,
        default: "",
        what: "sqlite://FILE, postgres://USER@HOST/NAME or mysql://USER@HOST/NAME. Without one it is an SQLite file in the data folder.",
    },
    Key {
        name: "database.password",
        takes: Takes::Secret,
        default: "",
        what: "Password of the user that database.url names.",
    },
    Key {
        name: "database.ssl_root",
        takes: Takes::Path,
        default: "",
        what: "Certificate authorities (PEM) to trust for the database server, in place of the public ones.",
    },
    Key {
        name: "database.plaintext",
        takes: Takes::Flag,
        default: "false",
        what: "Talk to a database beyond this machine without TLS. Not by default: whoever can read the wire could read every session.",
    },
    Key {
        name: "database.migrate",
        takes: Takes::Choice(&["auto", "check", "off"]),
        default: "auto",
        what: "Bring the tables up to date at start (auto), refuse to start when they are not (check), or do not look (off).",
    },
];

/// Where things are remembered.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// With its password; `None` means an SQLite file in the data folder.
    pub(crate) url: Option<String>,
    pub(crate) ssl_root: Option<PathBuf>,
    pub(crate) plaintext: bool,
    pub(crate) migrate: Migrate,
}

const MIGRATE: &[(&str, Migrate)] =
    &[("auto", Migrate::Auto), ("check", Migrate::Check), ("off", Migrate::Off)];

impl Database {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let mut url = r.text("database.url");
        if url.as_deref().is_some_and(|url| !url.contains("://")) {
            r.refuse("database.url", "must begin with sqlite://, postgres:// or mysql://");
        }
        if let Some(password) = r.secret("database.password") {
            match url.as_deref().and_then(|url| with_password(url, password.reveal())) {
                Some(complete) => url = Some(complete),
                None => r.refuse(
                    "database.password",
                    "needs a database.url that names a user and has no password of its own",
                ),
            }
        }
        Self {
            url,
            ssl_root: r.path("database.ssl_root"),
            plaintext: r.flag("database.plaintext"),
            migrate: r.choice("database.migrate", MIGRATE).unwrap_or_default(),
        }
    }
}

/// `postgres://user@host/name` with the password in its place.
fn with_password(url: &str, password: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (user, host) = rest.split_once('@')?;
    let fits = !user.is_empty() && !user.contains([':', '/']);
    let password = utf8_percent_encode(password, NON_ALPHANUMERIC);
    fits.then(|| format!("{scheme}://{user}:{password}@{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_put_behind_the_user() {
        for (url, expected) in [
            ("postgres://kw@db/kw", Some("postgres://kw:p%40s%3As@db/kw")),
            ("mysql://kw@db:3306/kw?a=b", Some("mysql://kw:p%40s%3As@db:3306/kw?a=b")),
            ("postgres://kw:old@db/kw", None),
            ("postgres://db/kw", None),
            ("sqlite:///tmp/a.db", None),
        ] {
            assert_eq!(with_password(url, "p@s:s").as_deref(), expected, "{url}");
        }
    }
}
