//! Asking before something is destroyed.

use std::io::{BufRead as _, IsTerminal as _};

use crate::args::Globals;
use crate::failure::{Failure, Outcome};
use crate::terminal::note;

/// Goes on only if the person says yes, here or with `--yes`.
pub(super) fn first(globals: &Globals, question: &str) -> Outcome {
    if globals.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(format!("{question} (nobody is here to ask: use --yes)")));
    }
    note(&format!("{question} [y/N]"));
    let mut said = String::new();
    std::io::stdin().lock().read_line(&mut said)?;
    match said.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::usage("nothing was changed")),
    }
}
