//! From what was typed to what it means. Every fault is kept, none is fatal
//! here: a person is told all of them at once.

use std::path::PathBuf;
use std::time::Duration;

use keyward::{Rate, Secret};

use super::fault::Fault;
use super::key::{self, Key};
use super::raw::{RawConfig, Value, parts};
use super::units;

/// Reads settings and collects what is wrong with them.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    raw: &'a RawConfig,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(raw: &'a RawConfig) -> Self {
        Self { raw, faults: vec![] }
    }

    /// Everything that is wrong, in the order of the settings.
    pub(super) fn faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Says that the value of a key is not acceptable.
    pub(super) fn refuse(&mut self, name: &str, why: impl Into<String>) {
        let fault = Fault::new(self.raw.origin(name), format!("{name} {}", why.into()));
        self.faults.push(fault.about(name));
    }

    /// Whether somebody gave it.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.raw.get(name).is_some()
    }

    /// The value as text, or the default.
    fn typed(&mut self, name: &str) -> Option<String> {
        match self.raw.get(name).map(|given| &given.value) {
            Some(Value::Text(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.clone()),
            Some(Value::Flag(flag)) => Some(flag.to_string()),
            Some(Value::Secret(_) | Value::List(_)) => {
                self.wrong(name);
                None
            }
            None => default(name),
        }
    }

    fn wrong(&mut self, name: &str) {
        let words = key::find(name).map(|key| key.takes.words()).unwrap_or_default();
        self.refuse(name, format!("takes {words}"));
    }

    /// What `parse` makes of the value; a fault if it makes nothing.
    fn parsed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.typed(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.wrong(name);
        }
        parsed
    }

    /// A text, if one was given and is more than space.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        if matches!(self.raw.get(name).map(|g| &g.value), Some(Value::Number(_) | Value::Flag(_))) {
            self.wrong(name);
            return None;
        }
        let text = self.typed(name)?;
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            self.refuse(name, "must not be empty or hold control characters");
            return None;
        }
        Some(text)
    }

    pub(super) fn path(&mut self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.parsed(name, |text| text.parse().ok()).unwrap_or_default()
    }

    pub(super) fn number(&mut self, name: &str, least: u32, most: u32) -> u32 {
        if matches!(self.raw.get(name).map(|g| &g.value), Some(Value::Flag(_))) {
            self.wrong(name);
            return least;
        }
        let Some(number) = self.parsed(name, |text| text.parse::<i64>().ok()) else { return least };
        match u32::try_from(number) {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                self.refuse(name, format!("must be from {least} to {most}"));
                least
            }
        }
    }

    /// A time between two others, which are given as one would write them.
    pub(super) fn duration(&mut self, name: &str, least: &str, most: &str) -> Duration {
        let bound = |text| units::duration(text).unwrap_or_default();
        let (low, high) = (bound(least), bound(most));
        let Some(found) = self.parsed(name, units::duration) else { return low };
        if !(low..=high).contains(&found) {
            self.refuse(name, format!("must be from {least} to {most}"));
        }
        found
    }

    /// In bytes.
    pub(super) fn size(&mut self, name: &str) -> Option<u64> {
        self.parsed(name, units::size)
    }

    pub(super) fn rate(&mut self, name: &str) -> Rate {
        let unread = Rate::new(1, Duration::from_secs(1));
        self.parsed(name, units::rate).unwrap_or(unread)
    }

    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        match self.raw.get(name).map(|given| &given.value) {
            Some(Value::List(list)) => list.clone(),
            Some(Value::Number(_) | Value::Flag(_)) => {
                self.wrong(name);
                vec![]
            }
            _ => self.typed(name).map(|text| parts(&text)).unwrap_or_default(),
        }
    }

    /// One of several, by its name.
    pub(super) fn choice<T: Clone>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        self.parsed(name, |text| {
            choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| choice.clone())
        })
    }

    pub(super) fn secret(&mut self, name: &str) -> Option<Secret> {
        match self.raw.get(name).map(|given| &given.value) {
            Some(Value::Secret(secret)) if !secret.reveal().trim().is_empty() => {
                Some(secret.clone())
            }
            Some(_) => {
                self.refuse(name, "is empty");
                None
            }
            None => None,
        }
    }
}

fn default(name: &str) -> Option<String> {
    let key: Option<&Key> = key::find(name);
    key.map(|key| key.default).filter(|text| !text.is_empty()).map(str::to_owned)
}
