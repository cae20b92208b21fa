//! authnzerver's own settings, of every version: what each means here.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::fault::Origin;
use super::super::key;
use super::super::raw::{RawConfig, Value};

/// A setting of authnzerver's.
struct Old {
    /// `--NAME` on the command line, `AUTHNZERVER_NAME` in the environment.
    name: &'static str,
    means: Means,
}

/// What it means here.
enum Means {
    /// A setting of ours, after a change of its form.
    Setting(&'static str, fn(&str) -> String),
    /// The same, of a text or of a file that holds it.
    Content(&'static str),
    /// Understood with others: see [`Given::joined`].
    Joined,
    /// Nothing, and why.
    Nothing(&'static str),
}

use Means::{Content, Joined, Nothing, Setting};

const ALL: &[Old] = &[
    Old {
        name: "allowedhosts",
        means: Setting("authnzerver.allowed_hosts", |it| it.replace(';', ",")),
    },
    Old { name: "authdb", means: Setting("database.url", database_url) },
    Old { name: "basedir", means: Setting("data_dir", |it| format!("{it}/keyward")) },
    Old { name: "serve", means: Joined },
    Old { name: "listen", means: Joined },
    Old { name: "port", means: Joined },
    Old { name: "permissions", means: Setting("authnzerver.permissions", str::to_owned) },
    Old { name: "secret", means: Content("authnzerver.secret") },
    Old { name: "secretkey", means: Content("authnzerver.secret") },
    Old { name: "piisalt", means: Content("authnzerver.pii_salt") },
    Old { name: "passpolicy", means: Setting("authnzerver.password_rules", str::to_owned) },
    Old { name: "ratelimits", means: Setting("authnzerver.rates", str::to_owned) },
    Old { name: "emailserver", means: Joined },
    Old { name: "emailport", means: Joined },
    Old { name: "emailuser", means: Joined },
    Old { name: "emailpass", means: Setting("mail.password", str::to_owned) },
    Old { name: "emailsender", means: Setting("mail.from", str::to_owned) },
    Old { name: "tlscertfile", means: Setting("server.tls_cert", str::to_owned) },
    Old { name: "tlscertkey", means: Setting("server.tls_key", str::to_owned) },
    Old { name: "admin_email", means: Setting("admin.email", str::to_owned) },
    Old { name: "admin_password", means: Setting("admin.password", str::to_owned) },
    Old { name: "sessionexpiry", means: Nothing("sessions that ended are removed by themselves") },
    Old {
        name: "userlocktries",
        means: Nothing("guesses are limited (limits.guesses), nobody is locked"),
    },
    Old {
        name: "userlocktime",
        means: Nothing("guesses are limited (limits.guesses), nobody is locked"),
    },
    Old { name: "workers", means: Nothing("there are as many threads as cores") },
    Old { name: "backgroundworkers", means: Nothing("there are as many threads as cores") },
    Old { name: "cachedir", means: Nothing("there is no cache on the disk") },
    Old { name: "debugmode", means: Nothing("there is no echo") },
    Old { name: "confvars", means: Nothing("say it in the environment or in keyward.toml") },
];

/// Where authnzerver listens.
const HOST: &str = "127.0.0.1";
const PORT: &str = "13431";

/// What was given, by name, and where.
#[derive(Debug, Default)]
pub(crate) struct Given(BTreeMap<&'static str, (String, Origin)>);

impl Given {
    /// Takes a setting that has a name of authnzerver's; an empty one is none. Whether it
    /// has.
    pub(crate) fn take(&mut self, name: &str, value: &str, origin: Origin) -> bool {
        let Some(old) = ALL.iter().find(|old| old.name == name) else { return false };
        if !value.trim().is_empty() {
            self.0.insert(old.name, (value.trim().to_owned(), origin));
        }
        true
    }

    /// What was said of a setting.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|(value, _)| value.as_str())
    }

    /// Whether something was.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Puts everything into `raw`, where nothing else was said, and gives the notices.
    pub(crate) fn apply(&self, raw: &mut RawConfig) -> Vec<String> {
        let mut notices = vec![];
        for old in ALL {
            let Some((value, origin)) = self.0.get(old.name) else { continue };
            match &old.means {
                Setting(name, change) => put(raw, name, change(value), origin),
                Content(name) => {
                    if let Some(text) = content(raw, value, origin) {
                        put(raw, name, text, origin);
                    }
                }
                Joined => {}
                Nothing(why) => notices.push(format!("{} means nothing here: {why}", old.name)),
            }
        }
        self.joined(raw);
        notices
    }

    /// Address and port are one setting here, and so is the mail server.
    fn joined(&self, raw: &mut RawConfig) {
        let host = self.value("listen").or(self.value("serve")).unwrap_or(HOST);
        let port = self.value("port").unwrap_or(PORT);
        let address = match host.rsplit_once(':') {
            Some((_, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
                host.to_owned()
            }
            _ => format!("{host}:{port}"),
        };
        put(raw, "server.listen", address, &Origin::Variable("AUTHNZERVER_LISTEN".into()));
        if let Some(server) = self.value("emailserver") {
            let user = self.value("emailuser").map(|user| format!("{user}@")).unwrap_or_default();
            let port = self.value("emailport").unwrap_or("25");
            let origin = Origin::Variable("AUTHNZERVER_EMAILSERVER".into());
            put(raw, "mail.smtp", format!("smtp://{user}{server}:{port}"), &origin);
            if self.value("emailsender").is_none() {
                let sender = "Authnzerver <authnzerver@localhost>".to_owned();
                put(raw, "mail.from", sender, &origin);
            }
        }
    }
}

fn put(raw: &mut RawConfig, name: &'static str, value: String, origin: &Origin) {
    if let (Some(key), None) = (key::find(name), raw.get(name)) {
        raw.set(key, Value::Text(value), origin.clone());
    }
}

/// A secret, or the content of the file of that name.
fn content(raw: &mut RawConfig, value: &str, origin: &Origin) -> Option<String> {
    match Path::new(value).is_file() {
        true => raw.content(Path::new(value), origin).map(|text| text.trim().to_owned()),
        false => Some(value.to_owned()),
    }
}

/// A URL of SQLAlchemy's as we write it: `sqlite:///relative`, `sqlite:////absolute`,
/// `postgresql+psycopg2://…`, `mysql+pymysql://…`.
pub(crate) fn database_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return format!("sqlite://{url}") };
    match scheme.split('+').next().unwrap_or(scheme) {
        "sqlite" => format!("sqlite://{}", rest.strip_prefix('/').unwrap_or(rest)),
        "postgresql" | "postgres" => format!("postgres://{rest}"),
        "mysql" | "mariadb" => format!("mysql://{rest}"),
        _ => url.to_owned(),
    }
}

/// Every name, for the command line.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|old| old.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_sqlalchemy_are_read() {
        for (url, ours) in [
            ("sqlite:///.authdb.sqlite", "sqlite://.authdb.sqlite"),
            ("sqlite:////srv/auth/.authdb.sqlite", "sqlite:///srv/auth/.authdb.sqlite"),
            ("sqlite+pysqlite:////a", "sqlite:///a"),
            ("postgresql://u:p@h/d", "postgres://u:p@h/d"),
            ("postgresql+psycopg2://u:p@h:5433/d", "postgres://u:p@h:5433/d"),
            ("mysql+pymysql://u@h/d", "mysql://u@h/d"),
            ("mariadb://u@h/d", "mysql://u@h/d"),
            ("auth.db", "sqlite://auth.db"),
        ] {
            assert_eq!(database_url(url), ours, "{url}");
        }
    }

    #[test]
    fn settings_of_both_generations_become_ours() {
        let check = |given: &[(&str, &str)], wanted: &[(&str, &str)], notices: usize| {
            let (mut old, mut raw) = (Given::default(), RawConfig::default());
            for (name, value) in given {
                assert!(old.take(name, value, Origin::Default), "{name}");
            }
            assert_eq!(old.apply(&mut raw).len(), notices, "{given:?}");
            for (name, value) in wanted {
                let key = key::find(name).unwrap();
                assert_eq!(raw.shown(key), format!("{value:?}"), "{name}");
            }
        };
        check(&[], &[("server.listen", "127.0.0.1:13431")], 0);
        check(&[("serve", "0.0.0.0"), ("port", "1")], &[("server.listen", "0.0.0.0:1")], 0);
        check(
            &[("listen", "10.0.0.1:99"), ("workers", "4"), ("cachedir", "/tmp")],
            &[("server.listen", "10.0.0.1:99")],
            2,
        );
        check(
            &[("emailserver", "mx"), ("emailuser", "u"), ("emailport", "587")],
            &[
                ("mail.smtp", "smtp://u@mx:587"),
                ("mail.from", "Authnzerver <authnzerver@localhost>"),
            ],
            0,
        );
        assert!(!Given::default().take("nothing", "x", Origin::Default));
    }
}
