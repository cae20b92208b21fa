//! What cargo itself checks: format, lints, tests.

use crate::services::Running;
use crate::tally::Tally;
use crate::{Result, project, running};

/// Every file as rustfmt writes it.
pub(crate) fn format() -> Result<Tally> {
    Ok(Tally::one(running::succeeds(project::cargo().args(["fmt", "--all", "--check"]))?))
}

/// No warning in any crate, test or example.
pub(crate) fn clippy() -> Result<Tally> {
    let mut clippy = project::cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--all-features"]);
    clippy.args(["--", "-D", "warnings"]);
    Ok(Tally::one(running::succeeds(&mut clippy)?))
}

/// The tests of the whole workspace in one build: packages built one by one
/// would have their dependencies compiled once per set of features.
pub(crate) fn tests(services: &Running) -> Result<Tally> {
    let mut tests = project::cargo();
    services.tell(&mut tests);
    tests.args(["test", "--workspace", "--all-features", "--no-fail-fast", "--"]);
    // A test that needs a service has its name in its path.
    for missing in &services.missing {
        tests.args(["--skip", missing.name]);
    }
    let mut tally = running::counted(&mut tests)?;
    tally += Tally::skipped(services.missing.len());
    Ok(tally)
}
