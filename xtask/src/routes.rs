//! `cargo xtask routes`: every route with who may come in and how often, as
//! `keyward routes` prints them. What was last reviewed is a golden file.

use std::process::ExitCode;

use crate::running::succeeds;
use crate::{Result, project};

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut keyward = project::cargo();
    keyward.args(["run", "--quiet", "-p", "keyward-server", "--", "routes"]).args(arguments);
    Ok(if succeeds(&mut keyward)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
