//! `[policy]`: who may do what, as a file.

use std::path::PathBuf;

use keyward::authz::policy::Policy as Parsed;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[Key {
    name: "policy.file",
    takes: Takes::Path,
    default: "",
    what: "A policy file (see `keyward policy schema`): permissions, roles and rules that are in force beside those that are stored, and cannot be changed at run time. It is read again when it changes and on SIGHUP; with a mistake in it, the former policy stays.",
}];

/// Who may do what.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) file: Option<PathBuf>,
}

impl Policy {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let file = r.path("policy.file");
        if let Some(file) = &file {
            let shown = file.display().to_string();
            match std::fs::read_to_string(file) {
                Err(error) => r.refuse("policy.file", format!("cannot be read: {shown}: {error}")),
                Ok(text) => {
                    if let Err(mistakes) = Parsed::parse(&shown, &text) {
                        mistakes.iter().for_each(|it| r.refuse("policy.file", format!("has {it}")));
                    }
                }
            }
        }
        Self { file }
    }
}
