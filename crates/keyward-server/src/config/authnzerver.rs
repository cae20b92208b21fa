//! `[authnzerver]`: the frontends of authnzerver, unchanged.

pub(crate) mod old;

use std::path::PathBuf;
use std::time::Duration;

use keyward::Secret;
use keyward::authnzerver::{Authnzerver as Door, Frontend};

use super::key::{Key, Takes};
use super::password::Breached;
use super::reader::Reader;
use super::server::is_address;
use crate::failure::{Failure, Outcome};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "authnzerver.secret",
        takes: Takes::Secret,
        default: "",
        what: "The key that frontends seal their messages with: Fernet's, or another cipher's as chacha20poly1305:KEY or xsalsa20poly1305:KEY. While it is changed, the new one and the old one, with a comma between them. Without it, and without authnzerver.frontends, nobody is answered.",
    },
    Key {
        name: "authnzerver.frontends",
        takes: Takes::Secret,
        default: "",
        what: "Frontends with keys of their own, one a line: NAME [CIPHER:]KEY[,OLD KEY] [REQUEST,...]. With requests such as session-*,user-login a frontend may ask those alone.",
    },
    Key {
        name: "authnzerver.listen",
        takes: Takes::Text,
        default: "",
        what: "HOST:PORT at which frontends, and nobody else, are answered, beside POST /compat/authnzerver. authnzerver's own is 127.0.0.1:13431.",
    },
    Key {
        name: "authnzerver.allowed_hosts",
        takes: Takes::List,
        default: "localhost,127.0.0.1",
        what: "Names by which frontends reach authnzerver.listen; with any other they are answered 404.",
    },
    Key {
        name: "authnzerver.permissions",
        takes: Takes::Path,
        default: "",
        what: "The permission model, in authnzerver's JSON. Without one it is the one that authnzerver brings along.",
    },
    Key {
        name: "authnzerver.fresh_for",
        takes: Takes::Duration,
        default: "1m",
        what: "How long a message may have travelled. Clocks may differ by a minute as well.",
    },
    Key {
        name: "authnzerver.accept_repeats",
        takes: Takes::Flag,
        default: "false",
        what: "Answer messages of every age, and the same one again, as authnzerver did. Whoever has copied a message can send it again then.",
    },
    Key {
        name: "authnzerver.password_rules",
        takes: Takes::Text,
        default: "min_pass_length:12; max_unsafe_similarity:50; max_char_frequency:0.3",
        what: "What a password of a frontend's people must be, beside our own rules. With min_pwned_matches:N, and password.breached = range, one that was found fewer times in breaches is taken, here and on our own pages.",
    },
    Key {
        name: "authnzerver.domain",
        takes: Takes::Text,
        default: "",
        what: "The domain of the frontends, which a password must not be like; that of public_url without one.",
    },
    Key {
        name: "authnzerver.rates",
        takes: Takes::Text,
        default: "",
        what: "Requests of a client each minute, such as \"user-new:5; session-*:600\"; none counts nothing. What is not named has authnzerver's own.",
    },
    Key {
        name: "authnzerver.pii_salt",
        takes: Takes::Secret,
        default: "",
        what: "With what people's data is hashed where the log names it, as in authnzerver's logs; none writes it as it is. Without one it is not written.",
    },
];

/// The frontends of authnzerver.
#[derive(Clone, Debug)]
pub(crate) struct Authnzerver {
    keys: Vec<Named>,
    pub(crate) listen: Option<String>,
    pub(crate) allowed_hosts: Vec<String>,
    permissions: Option<PathBuf>,
    fresh_for: Duration,
    accept_repeats: bool,
    rules: Rules,
    domain: Option<String>,
    rates: Rates,
    pii_salt: Option<Secret>,
}

/// A frontend as it was typed.
#[derive(Clone, Debug)]
struct Named {
    name: String,
    keys: Vec<Secret>,
    only: Vec<String>,
}

/// What a password of a frontend's people must be.
#[derive(Clone, Debug, PartialEq)]
struct Rules {
    length: usize,
    similarity: f64,
    frequency: f64,
    /// How often it must have been found in breaches to be refused, if that was said.
    breaches: Option<u32>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { length: 12, similarity: 50.0, frequency: 0.3, breaches: None }
    }
}

#[derive(Clone, Debug)]
enum Rates {
    Off,
    Some {
        rates: Vec<(String, u32)>,
        /// What was said and means nothing here.
        passed_over: Vec<&'static str>,
    },
}

impl Authnzerver {
    pub(super) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let listen = r.text("authnzerver.listen");
        if listen.as_deref().is_some_and(|address| !is_address(address)) {
            r.refuse("authnzerver.listen", "must be HOST:PORT, such as \"127.0.0.1:13431\"");
        }
        let rules = r.text("authnzerver.password_rules").unwrap_or_default();
        let rates = r.text("authnzerver.rates").unwrap_or_default();
        let read = Self {
            keys: keys(r),
            listen,
            allowed_hosts: r.list("authnzerver.allowed_hosts"),
            permissions: r.path("authnzerver.permissions"),
            fresh_for: r.duration("authnzerver.fresh_for", "1s", "1h"),
            accept_repeats: r.flag("authnzerver.accept_repeats"),
            rules: password_rules(&rules).unwrap_or_else(|| {
                let why = "takes min_pass_length:N; max_unsafe_similarity:N; max_char_frequency:N; min_pwned_matches:N";
                r.refuse("authnzerver.password_rules", why);
                Rules::default()
            }),
            domain: r.text("authnzerver.domain"),
            rates: self::rates(&rates).unwrap_or_else(|| {
                r.refuse("authnzerver.rates", "takes none, or NAME:N; NAME:N");
                Rates::Off
            }),
            pii_salt: r.secret("authnzerver.pii_salt"),
        };
        if read.keys.is_empty() {
            for name in ["authnzerver.listen", "authnzerver.permissions"] {
                if r.is_given(name) {
                    r.refuse(name, "needs authnzerver.secret or authnzerver.frontends as well");
                }
            }
            return None;
        }
        Some(read)
    }

    /// How often a password must have been found in breaches to be refused.
    pub(crate) fn breaches(&self) -> Option<u32> {
        self.rules.breaches
    }

    /// What was said and has no effect, with the reason.
    pub(crate) fn notices(&self, breached: &Breached) -> Vec<String> {
        let why = match breached {
            Breached::Range { .. } => None,
            Breached::Local(_) => Some("the file has what `breached build --at-least` put there"),
            Breached::Off => Some("password.breached is off"),
        };
        let why = why.filter(|_| self.rules.breaches.is_some());
        let breaches = why.map(|why| format!("min_pwned_matches means nothing here: {why}"));
        let passed_over = match &self.rates {
            Rates::Off => &[][..],
            Rates::Some { passed_over, .. } => passed_over,
        };
        let rates = passed_over.iter().map(|name| {
            format!("{name} of the rates means nothing here: each kind of request has its own")
        });
        breaches.into_iter().chain(rates).collect()
    }

    /// The door, as the library has it.
    pub(crate) fn door(&self) -> Outcome<Door> {
        let Rules { length, similarity, frequency, .. } = self.rules;
        let mut door = Door::new()
            .fresh_for(self.fresh_for)
            .password_rules(length, similarity, frequency)
            .domain(self.domain.as_deref().unwrap_or_default())
            .pii_salt(self.pii_salt.as_ref().map_or("", Secret::reveal));
        if self.accept_repeats {
            door = door.accept_repeats();
        }
        if let Some(path) = &self.permissions {
            let cannot = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
            door = door.permissions(&std::fs::read_to_string(path).map_err(cannot)?)?;
        }
        match &self.rates {
            Rates::Off => door = door.unlimited(),
            Rates::Some { rates, .. } => {
                for (name, count) in rates {
                    door = door.rate(name, *count);
                }
            }
        }
        for named in &self.keys {
            let frontend = Frontend::new(&named.name, named.keys.iter().map(Secret::reveal))?;
            let frontend = match named.only.is_empty() {
                true => frontend,
                false => frontend.only(named.only.iter().map(String::as_str))?,
            };
            door = door.frontend(frontend);
        }
        Ok(door)
    }
}

fn keys(r: &mut Reader<'_>) -> Vec<Named> {
    let mut all = vec![];
    if let Some(secret) = r.secret("authnzerver.secret") {
        all.push(Named { name: "frontends".into(), keys: listed(secret.reveal()), only: vec![] });
    }
    let Some(lines) = r.secret("authnzerver.frontends") else { return all };
    for line in lines.reveal().lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some(name), Some(keys), only, None) if only.is_none_or(names_some) => {
                all.push(Named {
                    name: name.to_owned(),
                    keys: listed(keys),
                    only: only.map(super::raw::parts).unwrap_or_default(),
                });
            }
            _ => r.refuse("authnzerver.frontends", "has lines NAME KEY[,KEY] [REQUEST,...]"),
        }
    }
    all
}

/// Whether a list of requests has any: an empty one would be read as all.
fn names_some(only: &str) -> bool {
    !super::raw::parts(only).is_empty()
}

fn listed(keys: &str) -> Vec<Secret> {
    super::raw::parts(keys).into_iter().map(Secret::new).collect()
}

/// `min_pass_length:12; max_unsafe_similarity:50; max_char_frequency:0.3`, by name, and
/// `min_pwned_matches:25`.
fn password_rules(text: &str) -> Option<Rules> {
    let mut rules = Rules::default();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once(':')?;
        match name.trim() {
            "min_pass_length" => rules.length = value.trim().parse().ok()?,
            "max_unsafe_similarity" => rules.similarity = value.trim().parse().ok()?,
            "max_char_frequency" | "max_character_frequency" => {
                rules.frequency = value.trim().parse().ok()?;
            }
            "min_pwned_matches" => rules.breaches = Some(value.trim().parse().ok()?),
            _ => return None,
        }
    }
    Some(rules)
}

/// `ipaddr:720; user:480; session:600; apikey:720; burst:150; user-new:5`. A group is
/// all requests that begin so; a bucket needs no burst.
fn rates(text: &str) -> Option<Rates> {
    if text.trim() == "none" {
        return Some(Rates::Off);
    }
    let (mut groups, mut own, mut passed_over) = (vec![], vec![], vec![]);
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, count) = part.split_once(':')?;
        let count: u32 = count.trim().parse().ok().filter(|count| *count > 0)?;
        match name.trim() {
            "ipaddr" => passed_over.push("ipaddr"),
            "burst" => passed_over.push("burst"),
            group @ ("user" | "session" | "apikey") => {
                groups.extend(usual(group).map(|name| (name.to_owned(), count)));
            }
            name => own.push((name.to_owned(), count)),
        }
    }
    groups.extend(own);
    Some(Rates::Some { rates: groups, passed_over })
}

/// Requests of a group for which nothing stricter is usual.
fn usual(group: &str) -> impl Iterator<Item = &'static str> {
    let names: &[&str] = match group {
        "session" => &["session-*"],
        "apikey" => &["apikey-verify*", "apikey-revoke*"],
        _ => {
            &["user-passcheck*", "user-list", "user-lookup-*", "user-check-*", "user-validatepass"]
        }
    };
    names.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_rates_are_read_by_name() {
        let rules = "max_char_frequency:0.2; min_pass_length: 10; min_pwned_matches:25";
        let read = Rules { length: 10, frequency: 0.2, breaches: Some(25), ..Rules::default() };
        assert_eq!(password_rules(rules), Some(read));
        assert_eq!(password_rules("min_length:3"), None);
        assert!(matches!(rates("none"), Some(Rates::Off)));
        let Some(Rates::Some { rates: found, passed_over }) =
            rates("session:120; burst:150; user-new:7")
        else {
            panic!("not read")
        };
        assert_eq!(passed_over, ["burst"]);
        assert_eq!(found, [("session-*".to_owned(), 120), ("user-new".to_owned(), 7)]);
        assert!(rates("session").is_none() && rates("session:0").is_none());
    }
}
