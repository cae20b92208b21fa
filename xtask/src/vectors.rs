//! Compares Keyward with the answers that other systems really gave.
//!
//! The engine is built only for this command, so the command calls itself again
//! with the feature that brings it.

use std::process::ExitCode;

use crate::Result;

/// `cargo xtask vectors DIR`.
#[cfg(not(feature = "vectors"))]
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut again = crate::project::cargo();
    again.current_dir(std::env::current_dir()?);
    again.args(["run", "--quiet", "--package", "xtask", "--features", "vectors", "--", "vectors"]);
    let status = again.args(arguments).status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
