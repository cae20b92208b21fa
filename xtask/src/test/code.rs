//! What cargo itself checks: format, lints, tests.

use crate::services::Running;
use crate::tally::Tally;
use crate::{Result, project, running};

/// Every file as rustfmt writes it.
pub(crate) fn format() -> Result<Tally> {
    let mut tally = Tally::default();
    for manifest in MANIFESTS {
        let mut format = project::cargo();
        format.args(["fmt", "--all", "--check", "--manifest-path", manifest]);
        tally += Tally::one(running::succeeds(&mut format)?);
    }
    Ok(tally)
}

/// No warning in any crate, test or example.
pub(crate) fn clippy() -> Result<Tally> {
    let mut tally = Tally::default();
    for manifest in MANIFESTS {
        let mut clippy = project::cargo();
        clippy.args(["clippy", "--workspace", "--all-targets", "--all-features"]);
        // One folder, so that what both workspaces need is built once.
        clippy.args(["--manifest-path", manifest, "--target-dir"]).arg(project::target()?);
        clippy.args(["--", "-D", "warnings"]);
        tally += Tally::one(running::succeeds(&mut clippy)?);
    }
    Ok(tally)
}

/// The workspaces: the product, and what measures it.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "bench/Cargo.toml"];

/// The tests of the whole workspace in one build: packages built one by one
/// would have their dependencies compiled once per set of features.
pub(crate) fn tests(services: &Running) -> Result<Tally> {
    let mut tests = workspace_tests();
    services.tell(&mut tests);
    tests.args(["--no-fail-fast", "--"]);
    // A test that needs a service has its name in its path.
    for missing in &services.missing {
        tests.args(["--skip", missing.name]);
    }
    let mut tally = running::counted(&mut tests)?;
    tally += Tally::skipped(services.missing.len());
    Ok(tally)
}

/// Builds what [`tests`] runs, the server among it; whether that succeeded.
pub(crate) fn build_tests() -> Result<bool> {
    running::succeeds(workspace_tests().args(["--quiet", "--no-run"]))
}

fn workspace_tests() -> std::process::Command {
    let mut tests = project::cargo();
    tests.args(["test", "--workspace", "--all-features"]);
    tests
}
