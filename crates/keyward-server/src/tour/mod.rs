//! Drives a running server through the whole journey.

use crate::args::Globals;
use crate::failure::{Failure, Outcome};

/// Which server, and how to administer it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The server
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080")]
    url: String,
}

/// Walks it.
pub(crate) fn run(_: &Globals, args: Args) -> Outcome {
    Err(Failure::usage(format!("cannot tour {} yet", args.url)))
}
