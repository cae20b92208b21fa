//! Compares Keyward with the answers that other systems really gave.
//!
//! The engine is built only for this command, so the command calls itself again
//! with the feature that brings it. To add a file: its sections as types and a
//! `compare` beside these, and a line in `FILES`. To differ on purpose: a rule in
//! `mended`, with its reason.

#[cfg(feature = "vectors")]
mod acl;
#[cfg(feature = "vectors")]
mod asok;
#[cfg(feature = "vectors")]
mod authzen;
#[cfg(feature = "vectors")]
mod casbin;
#[cfg(feature = "vectors")]
mod comparison;
#[cfg(feature = "vectors")]
mod example;
#[cfg(feature = "vectors")]
mod fernet;
#[cfg(feature = "vectors")]
mod flows;
#[cfg(feature = "vectors")]
mod header;
#[cfg(feature = "vectors")]
mod items;
#[cfg(feature = "vectors")]
mod likeness;
#[cfg(feature = "vectors")]
mod mended;
#[cfg(feature = "vectors")]
mod otp;
#[cfg(feature = "vectors")]
mod password;
#[cfg(feature = "vectors")]
mod relations;
#[cfg(feature = "vectors")]
mod roster;
#[cfg(feature = "vectors")]
mod ticket;
#[cfg(feature = "vectors")]
mod wildcard;

#[cfg(feature = "vectors")]
pub(crate) use roster::run;

/// `cargo xtask vectors DIR`.
#[cfg(not(feature = "vectors"))]
pub(crate) fn run(arguments: &[String]) -> crate::Result<std::process::ExitCode> {
    use std::process::ExitCode;

    let mut again = crate::project::cargo();
    again.current_dir(std::env::current_dir()?);
    again.arg("run").arg("--quiet").arg("--manifest-path");
    again.arg(crate::project::root().join("xtask").join("Cargo.toml"));
    again.args(["--features", "vectors", "--", "vectors"]).args(arguments);
    Ok(if again.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
