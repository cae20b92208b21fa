//! The configuration file: TOML, every key known, every fault with its place.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Origin;
use super::key::{self, Key, Takes};
use super::providers;
use super::raw::{RawConfig, Value};

/// Reads `path` into `raw`.
pub(super) fn read(raw: &mut RawConfig, path: &Path) {
    match std::fs::read_to_string(path) {
        Ok(text) => read_text(raw, path, &text),
        Err(error) => {
            raw.is_unread = true;
            let what = format!("cannot read {}: {error}", path.display());
            raw.fault(Origin::Option("--config"), what);
        }
    }
}

fn read_text(raw: &mut RawConfig, path: &Path, text: &str) {
    match DeTable::parse(text) {
        Ok(table) => File { raw, path, text }.table("", table.get_ref()),
        Err(error) => {
            raw.is_unread = true;
            let byte = error.span().map_or(0, |span| span.start);
            raw.fault(Origin::at(path, text, byte), error.message().replace('\n', ", "));
        }
    }
}

struct File<'a> {
    raw: &'a mut RawConfig,
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let full = match prefix {
                "" => name.get_ref().to_string(),
                prefix => format!("{prefix}.{}", name.get_ref()),
            };
            let at = Origin::at(self.path, self.text, name.span().start);
            match value.get_ref() {
                DeValue::Table(inner) if full == providers::SECTION => self.providers(inner),
                DeValue::Table(inner) if is_section(&full) => self.table(&full, inner),
                _ => self.entry(&full, at, value),
            }
        }
    }

    fn providers(&mut self, services: &DeTable<'_>) {
        for (name, value) in services {
            let at = Origin::at(self.path, self.text, name.span().start);
            match value.get_ref() {
                DeValue::Table(inner) => self.provider(name.get_ref(), inner),
                _ => self
                    .raw
                    .fault(at, format!("a service is a section: [providers.{}]", name.get_ref())),
            }
        }
    }

    fn provider(&mut self, service: &str, table: &DeTable<'_>) {
        self.raw.provider(service);
        for (name, value) in table {
            let at = Origin::at(self.path, self.text, name.span().start);
            let value_at = Origin::at(self.path, self.text, value.span().start);
            let own = name.get_ref();
            let in_file = |key: &Key| key.in_file().rsplit('.').next() == Some(own);
            let Some(key) = providers::KEYS.iter().find(|key| in_file(key)) else {
                self.unknown_of_provider(service, own, at);
                continue;
            };
            match (key.takes, typed(value.get_ref())) {
                (Takes::Secret, Some(Value::Text(file))) => {
                    match self.raw.content(Path::new(&file), &value_at) {
                        Some(text) => {
                            self.raw.set_provider(service, key, Value::Text(text), value_at);
                        }
                        None => self.raw.last_is_about(&format!("providers.{service}")),
                    }
                }
                (_, Some(value)) => self.raw.set_provider(service, key, value, value_at),
                (takes, None) => {
                    let what = format!("providers.{service}.{own} takes {}", takes.words());
                    self.raw.fault(value_at, what);
                    self.raw.last_is_about(&format!("providers.{service}"));
                }
            }
        }
    }

    fn unknown_of_provider(&mut self, service: &str, own: &str, at: Origin) {
        let name = format!("providers.{service}.{own}");
        let known = || {
            providers::KEYS
                .iter()
                .filter_map(|key| key.in_file().rsplit('.').next().map(str::to_owned))
        };
        let what = match key::nearest(own, known()) {
            _ if own == "client_secret" => format!(
                "{name} is a secret: keep it in a file of its own, and name that with {name}_file"
            ),
            Some(meant) => {
                format!("unknown key {name}, did you mean providers.{service}.{meant}?")
            }
            None => format!("unknown key {name}"),
        };
        self.raw.fault(at, what);
        self.raw.last_is_about(&format!("providers.{service}"));
    }

    fn entry(&mut self, name: &str, at: Origin, value: &Spanned<DeValue<'_>>) {
        let value_at = Origin::at(self.path, self.text, value.span().start);
        let Some(key) = key::all().find(|key| key.in_file() == name) else {
            return self.unknown(name, at);
        };
        match (key.takes, typed(value.get_ref())) {
            (Takes::Secret, Some(Value::Text(file))) => {
                self.raw.set_from_file(key, Path::new(&file), value_at);
            }
            (_, Some(value)) => self.raw.set(key, value, value_at),
            (takes, None) => {
                self.raw.fault(value_at, format!("{name} takes {}", takes.words()));
                self.raw.last_is_about(key.name);
            }
        }
    }

    fn unknown(&mut self, name: &str, at: Origin) {
        let names = || key::all().map(Key::in_file).chain(sections());
        let what = match key::find(name) {
            _ if is_section(name) => format!("{name} is a section: write [{name}]"),
            Some(_) => format!(
                "{name} is a secret: keep it in a file of its own, and name that with {name}_file"
            ),
            None => match key::nearest(name, names()) {
                Some(meant) => {
                    self.raw.fault(at, format!("unknown key {name}, did you mean {meant}?"));
                    // What was meant is not missed as well.
                    return self.raw.last_is_about(&meant);
                }
                None => format!("unknown key {name} (`keyward config explain` lists them all)"),
            },
        };
        self.raw.fault(at, what);
    }
}

/// The names that keys begin with.
fn sections() -> impl Iterator<Item = String> {
    key::all().filter_map(|key| key.name.split_once('.')).map(|(section, _)| section.to_owned())
}

/// Whether keys begin with this name.
fn is_section(name: &str) -> bool {
    key::all().any(|key| key.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

fn typed(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => {
            Value::Number(number.as_str().replace('_', ""))
        }
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Array(items) => {
            let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
            Value::List(texts.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
