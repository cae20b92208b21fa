//! `keyward config`: is it right, what is in force, what is there to set.

use clap::Subcommand;

use super::key::{self, Key};
use super::{Config, raw, reference, schema};
use crate::args::{Globals, Output};
use crate::failure::{Failure, Outcome};
use crate::terminal::answer;

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read everything and say what is wrong
    Check,
    /// Print what is in force, secrets hidden
    Show {
        /// Say where each value comes from
        #[arg(long)]
        origins: bool,
    },
    /// Explain one setting, or all of them
    Explain {
        /// Such as `session.idle`
        key: Option<String>,
    },
    /// Print the JSON schema of the configuration file
    Schema,
    /// Print the page of the documentation that lists every setting
    Reference,
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::Check => check(globals),
            Self::Show { origins } => show(globals, origins),
            Self::Explain { key } => explain(key.as_deref()),
            Self::Reference => Ok(answer(reference::page().trim_end())?),
            Self::Schema => Ok(answer(&format!("{:#}", schema::document()))?),
        }
    }
}

fn check(globals: &Globals) -> Outcome {
    Config::load(globals, |_| ())?;
    Ok(answer("the configuration is right")?)
}

fn show(globals: &Globals, origins: bool) -> Outcome {
    let raw = raw(globals, |_| ());
    Config::understand(&raw)?;
    for key in key::all() {
        let (value, origin) = (raw.shown(key), raw.origin(key.name).to_string());
        answer(&match (globals.output, origins) {
            (Output::Json, _) => {
                serde_json::json!({ "key": key.name, "value": value, "origin": origin }).to_string()
            }
            (_, false) => format!("{} = {value}", key.name),
            (_, true) => format!("{:<26} = {value:<28} # {origin}", key.name),
        })?;
    }
    Ok(())
}

fn explain(name: Option<&str>) -> Outcome {
    let Some(name) = name else {
        for key in key::described() {
            answer(&format!("{:<26} {}", key.name, key.what))?;
        }
        return Ok(());
    };
    match key::find(name) {
        Some(key) => Ok(answer(&explanation(key))?),
        None => Err(Failure::usage(match key::nearest(name, key::all().map(|k| k.name.into())) {
            Some(meant) => format!("unknown key {name}, did you mean {meant}?"),
            None => format!("unknown key {name}"),
        })),
    }
}

fn explanation(key: &Key) -> String {
    let default = if key.default.is_empty() { "none" } else { key.default };
    format!(
        "{}\n  {}\n  takes        {}\n  default      {default}\n  in the file  {}\n  environment  {} or {}_FILE",
        key.name,
        key.what,
        key.takes.words(),
        key.in_file(),
        key.variable(),
        key.variable(),
    )
}
