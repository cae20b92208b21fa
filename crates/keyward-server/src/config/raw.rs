//! What was typed: values by key, and where each came from.

use std::collections::BTreeMap;
use std::path::Path;

use keyward::Secret;

use super::fault::{Fault, Origin};
use super::key::{self, Key, Takes};
use super::providers::Typed;

/// What was typed, not yet understood.
#[derive(Debug, Default)]
pub(crate) struct RawConfig {
    given: BTreeMap<&'static str, Given>,
    /// Services, by their names.
    providers: BTreeMap<String, Typed>,
    /// What is wrong so far; all of it is told at once.
    pub(super) faults: Vec<Fault>,
    /// A file could not be read at all: what it would have said is not missed.
    pub(super) is_unread: bool,
}

/// A value, and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// A value as typed.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Number(String),
    Flag(bool),
    List(Vec<String>),
    Secret(Secret),
}

impl RawConfig {
    /// Takes a value; a later layer replaces an earlier one.
    pub(super) fn set(&mut self, key: &'static Key, value: Value, origin: Origin) {
        self.given.insert(key.name, given(key, value, origin));
    }

    /// Takes a value of a service.
    pub(super) fn set_provider(
        &mut self,
        name: &str,
        key: &'static Key,
        value: Value,
        origin: Origin,
    ) {
        self.provider(name).set(key, given(key, value, origin));
    }

    /// A service, though nothing may be said of it yet.
    pub(super) fn provider(&mut self, name: &str) -> &mut Typed {
        self.providers.entry(name.to_owned()).or_default()
    }

    /// Every service.
    pub(super) fn providers(&self) -> impl Iterator<Item = (&str, &Typed)> {
        self.providers.iter().map(|(name, typed)| (name.as_str(), typed))
    }

    /// Takes what an option of the command line says, if it was given.
    pub(crate) fn option(&mut self, name: &'static str, option: &'static str, value: Option<&str>) {
        if let (Some(key), Some(text)) = (key::find(name), value) {
            self.set(key, Value::Text(text.to_owned()), Origin::Option(option));
        }
    }

    /// Takes the content of the file that a `…_file` names, without its last line break.
    pub(super) fn set_from_file(&mut self, key: &'static Key, path: &Path, origin: Origin) {
        match self.content(path, &origin) {
            Some(text) => self.set(key, Value::Text(text), origin),
            None => self.last_is_about(key.name),
        }
    }

    /// The content of a file, without its last line break.
    pub(super) fn content(&mut self, path: &Path, origin: &Origin) -> Option<String> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let text = text.strip_suffix('\n').unwrap_or(&text);
                Some(text.strip_suffix('\r').unwrap_or(text).to_owned())
            }
            Err(error) => {
                let what = format!("cannot read {}: {error}", path.display());
                self.fault(origin.clone(), what);
                None
            }
        }
    }

    /// Says which setting the last fault is about.
    pub(super) fn last_is_about(&mut self, name: &str) {
        let last = self.faults.pop();
        self.faults.extend(last.map(|fault| fault.about(name)));
    }

    pub(super) fn fault(&mut self, at: Origin, what: impl Into<String>) {
        self.faults.push(Fault::new(at, what));
    }

    pub(super) fn get(&self, name: &str) -> Option<&Given> {
        self.given.get(name)
    }

    /// Where the value of a key came from.
    pub(crate) fn origin(&self, name: &str) -> Origin {
        self.get(name).map_or(Origin::Default, |given| given.origin.clone())
    }

    /// The value of a key as it would be written, secrets hidden.
    pub(crate) fn shown(&self, key: &Key) -> String {
        let quoted = |text: &str| match key.takes {
            Takes::Url => format!("{:?}", without_password(text)),
            _ => format!("{text:?}"),
        };
        match self.get(key.name).map(|given| &given.value) {
            Some(Value::Secret(_)) => "(hidden)".into(),
            Some(Value::Text(text)) => quoted(text),
            Some(Value::Number(text)) => text.clone(),
            Some(Value::Flag(flag)) => flag.to_string(),
            Some(Value::List(list)) => format!("{list:?}"),
            None if key.default.is_empty() => "(none)".into(),
            None => match key.takes {
                Takes::Number | Takes::Flag => key.default.to_owned(),
                Takes::List => format!("{:?}", parts(key.default)),
                _ => quoted(key.default),
            },
        }
    }
}

fn given(key: &'static Key, value: Value, origin: Origin) -> Given {
    let value = match (key.takes, value) {
        (Takes::Secret, Value::Text(text)) => Value::Secret(Secret::new(text)),
        (_, value) => value,
    };
    Given { value, origin }
}

/// The parts of a list that was typed as one text.
pub(super) fn parts(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A URL whose password is hidden.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@').map(|(user, host)| (user.split_once(':'), host)) {
        Some((Some((user, _)), host)) => format!("{scheme}://{user}:(hidden)@{host}{path}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://kw:pa:ss@db/kw?a=b", "postgres://kw:(hidden)@db/kw?a=b"),
            ("postgres://kw:p@ss@db/kw", "postgres://kw:(hidden)@db/kw"),
            ("smtp://mail.example.com:587", "smtp://mail.example.com:587"),
            ("sqlite:///var/lib/app.db", "sqlite:///var/lib/app.db"),
        ] {
            assert_eq!(without_password(url), shown, "{url}");
        }
    }
}
