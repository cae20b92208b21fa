//! `cargo xtask oracle`: Cedar decides what is exported to it, beside us, for
//! policies and conditions at random. It stands in the workspace of the bench,
//! because the product is not to be built with Cedar.

use std::process::ExitCode;

use crate::running::succeeds;
use crate::{Result, project};

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut tests = project::cargo();
    // For release, as the bench is built: then what it needs is built once.
    tests.env("CARGO_TARGET_DIR", "target").args(["test", "--release"]);
    tests.args(["--manifest-path", "bench/Cargo.toml", "-p", "keyward-bench-authz"]);
    tests.args(["--test", "oracle", "--"]).args(arguments);
    Ok(if succeeds(&mut tests)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
