//! `KEYWARD_*`: the one file that reads the environment.

use std::path::Path;

use super::authnzerver::old::Given;
use super::fault::Origin;
use super::key::{self, Key};
use super::providers;
use super::raw::{RawConfig, Value};
use crate::failure::{Failure, Outcome};

/// What a variable of ours begins with.
const PREFIX: &str = "KEYWARD_";
/// Names the configuration file itself.
const CONFIG: &str = "KEYWARD_CONFIG";

/// The environment of the process, ours alone, in order.
#[derive(Debug, Default)]
pub(super) struct Environment(Vec<(String, String)>);

impl Environment {
    /// What the process was started with.
    pub(super) fn of_process() -> Self {
        let ours = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        });
        let mut ours: Vec<_> = ours.filter(|(name, _)| is_ours(name)).collect();
        ours.sort();
        Self(ours)
    }

    /// Adds what a file of `NAME=value` lines says and the process does not.
    pub(super) fn add_file(&mut self, raw: &mut RawConfig, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let what = format!("cannot read {}: {error}", path.display());
                raw.is_unread = true;
                return raw.fault(Origin::Option("--env-file"), what);
            }
        };
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once('=') {
                Some((name, value)) if is_name(name) => self.add(name, unquoted(value)),
                _ => raw.fault(Origin::File(path.to_owned(), at + 1, 1), "this is not NAME=value"),
            }
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        if is_ours(name) && !self.0.iter().any(|(known, _)| known == name) {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The configuration file that a variable names.
    pub(super) fn config_file(&self) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == CONFIG).map(|(_, value)| value.as_str())
    }

    /// Puts every variable into `raw`.
    pub(super) fn read(&self, raw: &mut RawConfig) {
        for (name, value) in self.0.iter().filter(|(name, _)| name != CONFIG) {
            let at = Origin::Variable(name.clone());
            let file_of = name.strip_suffix("_FILE");
            if let Some(key) = key::all().find(|key| key.variable() == *name) {
                raw.set(key, Value::Text(value.clone()), at);
            } else if let Some(key) = key::all().find(|key| Some(&*key.variable()) == file_of) {
                self.read_file(raw, key, value, at);
            } else if !of_provider(raw, name, value, &at) {
                unknown(raw, name, at);
            }
        }
    }

    fn read_file(&self, raw: &mut RawConfig, key: &'static Key, path: &str, at: Origin) {
        if self.0.iter().any(|(name, _)| *name == key.variable()) {
            return raw.fault(at, format!("{} is given as well: give one", key.variable()));
        }
        raw.set_from_file(key, Path::new(path), at);
    }
}

/// `KEYWARD_PROVIDERS_GOOGLE_CLIENT_ID`, and with `_FILE` behind it the name of a file.
/// Whether it is one of a service.
fn of_provider(raw: &mut RawConfig, name: &str, value: &str, at: &Origin) -> bool {
    let Some(rest) = name.strip_prefix("KEYWARD_PROVIDERS_") else { return false };
    if let Some((service, key)) = providers::in_variable(rest) {
        raw.set_provider(&service, key, Value::Text(value.to_owned()), at.clone());
        return true;
    }
    let of_file = rest.strip_suffix("_FILE").and_then(providers::in_variable);
    let Some((service, key)) = of_file else { return false };
    if let Some(text) = raw.content(Path::new(value), at) {
        raw.set_provider(&service, key, Value::Text(text), at.clone());
    }
    true
}

fn unknown(raw: &mut RawConfig, name: &str, at: Origin) {
    let what = match key::nearest(name, key::all().map(Key::variable)) {
        Some(meant) => format!("unknown variable, did you mean {meant}?"),
        None => "unknown variable (`keyward config explain` lists them all)".to_owned(),
    };
    raw.fault(at, what);
}

/// Whether a variable is meant for us. An orchestrator makes some of its own for
/// a service that happens to be called `keyward`.
fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX)
        && !name.starts_with("KEYWARD_SERVICE_")
        && !name.starts_with("KEYWARD_PORT_")
        && name != "KEYWARD_PORT"
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A value without the quotes around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = |quote| value.strip_prefix(quote).and_then(|v: &str| v.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// What a variable of authnzerver's begins with.
const THEIRS: &str = "AUTHNZERVER_";

/// Reads authnzerver's own variables, those of the process before those of a file.
pub(crate) fn authnzerver_variables(file: Option<&Path>, given: &mut Given) -> Outcome {
    let mut found = vec![];
    if let Some(path) = file {
        let cannot = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(cannot)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let lines = lines.filter_map(|line| line.split_once('='));
        found.extend(lines.map(|(name, value)| (name.to_owned(), unquoted(value).to_owned())));
    }
    found.extend(std::env::vars_os().filter_map(|(name, value)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    }));
    for (name, value) in found {
        let known = match name.as_str() {
            "PORT" => Some("port".to_owned()),
            name => name.strip_prefix(THEIRS).map(str::to_ascii_lowercase),
        };
        if let Some(known) = known {
            given.take(&known, &value, Origin::Variable(name));
        }
    }
    Ok(())
}

/// Whether the person asked for no colours, by the convention of `NO_COLOR`.
pub(crate) fn no_color() -> bool {
    std::env::vars_os().any(|(name, value)| name == "NO_COLOR" && !value.is_empty())
}
