//! Commands that look at, and change, what a database holds.

use clap::Subcommand;

use crate::args::Globals;
use crate::failure::Outcome;

/// Every such command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {}

impl Command {
    /// Does what it says.
    pub(crate) fn run(self, _: &Globals) -> Outcome {
        match self {}
    }
}
