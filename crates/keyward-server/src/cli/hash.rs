//! `keyward hash`: what a password hash should cost here, and what they cost.

use std::time::Duration;

use clap::Subcommand;
use keyward::HashCost;
use serde::Serialize;

use super::beside;
use super::print::{self, Column};
use crate::args::{Globals, Output};
use crate::config::units;
use crate::failure::Outcome;
use crate::terminal::{answer, note};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure this machine and print the line for the configuration
    Calibrate {
        /// How long one hash may take, such as 250ms
        #[arg(long, value_name = "TIME", default_value = "250ms", value_parser = target)]
        target: Duration,
        /// Most memory of one hash, such as 64 MiB; every core may hash at once
        #[arg(long, value_name = "SIZE", default_value = "256 MiB", value_parser = memory)]
        memory: u32,
    },
    /// Count the stored hashes by form and cost
    Report,
    /// Put the hashes of other systems under Argon2id, without waiting for sign-ins
    Wrap,
}

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::Calibrate { target, memory } => calibrate(globals, target, memory),
            Self::Report => report(globals),
            Self::Wrap => wrap(globals),
        }
    }
}

#[derive(Serialize)]
struct Calibration {
    memory_kib: u32,
    iterations: u32,
    lanes: u32,
    millis: f64,
}

fn calibrate(globals: &Globals, target: Duration, memory_kib: u32) -> Outcome {
    let mut cost = HashCost::default();
    let policy = cost.calibrate(target, memory_kib)?;
    let (least, took) = (policy == keyward::HashPolicy::default(), cost.of(&policy)?);
    let (memory, iterations, lanes) = (policy.memory_kib, policy.iterations, policy.lanes);
    if globals.output == Output::Json {
        let millis = took.as_secs_f64() * 1000.0;
        return print::json(&Calibration { memory_kib: memory, iterations, lanes, millis });
    }
    note(&format!("# one hash takes {} ms here; under [password]:", took.as_millis()));
    if least && took > target {
        note("# more than asked for, but less is not safe");
    }
    let memory = memory / 1024;
    Ok(answer(&format!(
        "hash = {{ algorithm = \"argon2id\", memory = \"{memory} MiB\", \
         iterations = {iterations}, lanes = {lanes} }}"
    ))?)
}

#[derive(Serialize)]
struct Count {
    form: String,
    accounts: u64,
}

const COLUMNS: &[Column<Count>] =
    &[("ACCOUNTS", |row| row.accounts.to_string()), ("FORM", |row| row.form.clone())];

fn report(globals: &Globals) -> Outcome {
    beside(globals, async |auth| {
        let counts = auth.hash_report().await?;
        let rows = counts.into_iter().map(|(form, accounts)| Count { form, accounts });
        print::list(globals.output, &rows.collect::<Vec<_>>(), COLUMNS, "password hashes")
    })
}

#[derive(Serialize)]
struct Wrapped {
    wrapped: u64,
}

fn wrap(globals: &Globals) -> Outcome {
    beside(globals, async |auth| {
        let wrapped = auth.wrap_hashes().await?;
        match globals.output {
            Output::Json => print::json(&Wrapped { wrapped }),
            _ => Ok(answer(&format!("{wrapped} hashes are under Argon2id now"))?),
        }
    })
}

fn target(text: &str) -> Result<Duration, String> {
    let found = units::duration(text).filter(|time| !time.is_zero());
    found.ok_or_else(|| "a time such as 250ms or 1s".to_owned())
}

fn memory(text: &str) -> Result<u32, String> {
    let kib = units::size(text).and_then(|bytes| u32::try_from(bytes / 1024).ok());
    kib.filter(|kib| *kib > 0).ok_or_else(|| "a size such as 64 MiB".to_owned())
}
