//! Every optional part stands alone: each crate compiles without features and
//! with each one by itself.

use std::process::ExitCode;

use crate::project::{self, Member};
use crate::tally::Tally;
use crate::{Result, running};

/// `cargo xtask features [CRATE…]`.
pub(crate) fn run(crates: &[String]) -> Result<ExitCode> {
    let mut tally = Tally::default();
    for member in project::members()? {
        if crates.is_empty() || crates.contains(&member.name) {
            tally += check(&member)?;
        }
    }
    println!("{tally}");
    Ok(if tally.ended(true).failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks every library of the workspace.
pub(crate) fn check_all() -> Result<Tally> {
    let mut tally = Tally::default();
    for member in project::members()?.iter().filter(|member| member.is_library) {
        tally += check(member)?;
    }
    Ok(tally)
}

fn check(member: &Member) -> Result<Tally> {
    let mut tally = Tally::default();
    for features in std::iter::once("").chain(member.features.iter().map(String::as_str)) {
        let passed = running::succeeds(
            project::cargo()
                .args(["clippy", "--quiet", "--package", &member.name])
                .args(["--no-default-features", "--features", features])
                .args(["--", "-D", "warnings"]),
        )?;
        let verdict = if passed { "ok" } else { "FAILED" };
        let with = if features.is_empty() { "no feature" } else { features };
        println!("{} with {with} ... {verdict}", member.name);
        tally += Tally::one(passed);
    }
    Ok(tally)
}
