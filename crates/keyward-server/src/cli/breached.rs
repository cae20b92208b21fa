//! `keyward breached`: which passwords others lost.

use std::path::PathBuf;

use clap::Subcommand;
use keyward::breached::BreachList;
use serde::Serialize;

use super::print;
use crate::args::{Globals, Output};
use crate::failure::Outcome;
use crate::terminal::answer;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the file that password.breached_file names
    ///
    /// The list has a line `SHA1:COUNT` for each password, sorted by hash, as the public
    /// list of Pwned Passwords is offered. It is read twice, line by line. The file takes
    /// about a byte and a half for each hash, and less than one in a thousand passwords that were
    /// never breached is taken for one that was.
    Build {
        /// The list
        list: PathBuf,
        /// The file to write; it must not be there yet
        file: PathBuf,
        /// Leave out passwords that were found less often
        #[arg(long, value_name = "COUNT", default_value_t = 1)]
        at_least: u64,
    },
}

#[derive(Serialize)]
struct Built {
    hashes: u64,
    bytes: u64,
    false_positives: f64,
}

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        let Self::Build { list, file, at_least } = self;
        let built = BreachList::new(list).at_least(at_least).build(&file)?;
        let (hashes, bytes, false_positives) = (built.hashes, built.bytes, built.false_positives);
        if globals.output == Output::Json {
            return print::json(&Built { hashes, bytes, false_positives });
        }
        let words = if hashes == 1 { "password" } else { "passwords" };
        Ok(answer(&format!(
            "{} knows {hashes} {words} in {bytes} bytes; of others it takes less than one in a \
             thousand for one of them",
            file.display()
        ))?)
    }
}
