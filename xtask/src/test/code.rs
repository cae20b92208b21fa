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
    let missing: Vec<_> = services.missing_servers().collect();
    let mut tests = workspace_tests();
    services.tell(&mut tests);
    tests.args(["--no-fail-fast", "--"]);
    if !missing.is_empty() {
        let list =
            running::output(workspace_tests().args(["--quiet", "--test", "*", "--", "--list"]))?;
        tests.args(left_out(&list, &missing));
    }
    let mut tally = running::counted(&mut tests)?;
    tally += Tally::skipped(missing.len());
    Ok(tally)
}

/// What leaves out the tests that need a server which is not here, and no others: each
/// by its whole name. A test that needs a server has its name in its path, as a word.
fn left_out(list: &str, missing: &[&str]) -> Vec<String> {
    let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
    let needs = |name: &&str| name.split([':', '_']).any(|word| missing.contains(&word));
    let skipped = names.filter(needs).flat_map(|name| ["--skip".to_owned(), name.to_owned()]);
    // Without it, libtest leaves out whatever has the name within its own.
    std::iter::once("--exact".to_owned()).chain(skipped).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "nodes::who_signs_out_is_out_on_every_node: test\n\
        nodes::postgres::an_app_brings_its_own_pool: test\n\
        nodes::postgres::an_app_brings_its_own_pool_and_tables: test\n\
        redis_counts_as_every_other_place: test\n\
        redistributed_keys_are_read: test\n\
        \n5 tests, 0 benchmarks\n";

    #[test]
    fn only_tests_that_name_a_missing_server_are_left_out() {
        for (missing, names) in [
            (&[][..], &[][..]),
            (&["mariadb"], &[]),
            (&["redis"], &["redis_counts_as_every_other_place"]),
            (
                &["postgres"],
                &[
                    "nodes::postgres::an_app_brings_its_own_pool",
                    "nodes::postgres::an_app_brings_its_own_pool_and_tables",
                ],
            ),
        ] {
            let arguments = left_out(LIST, missing);
            let (flag, skips) = arguments.split_first().unwrap();
            assert_eq!(flag, "--exact");
            let pairs: Vec<_> = skips.chunks(2).map(|pair| (&*pair[0], &*pair[1])).collect();
            let wanted: Vec<_> = names.iter().map(|name| ("--skip", *name)).collect();
            assert_eq!(pairs, wanted, "without {missing:?}");
        }
    }
}
