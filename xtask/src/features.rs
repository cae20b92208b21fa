//! Every optional part stands alone: each crate compiles without features and
//! with each one by itself, without a warning.

use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::project::{self, Member};
use crate::tally::Tally;
use crate::{Result, running};

/// How many are checked at a time. One check uses little more than a core, and a
/// target folder is for one cargo alone, so each has its own.
const LANES: usize = 2;

/// A feature that brings most of what others need as well: it is checked first, and
/// every lane begins with a copy of what it left.
const FIRST: &str = "oauth";

/// The one program that others build without what they do not need.
const SERVER: &str = "keyward-server";

/// Nothing that is built here runs for long: build scripts and macros.
const QUICKLY: &str = r#"profile.dev.package."*".opt-level=0"#;

/// `cargo xtask features [CRATE…]`.
pub(crate) fn run(crates: &[String]) -> Result<ExitCode> {
    let tally = check(|member| crates.is_empty() || crates.contains(&member.name))?;
    println!("{tally}");
    Ok(if tally.ended(true).failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Checks every crate of the workspace that others build on, or build as they like.
pub(crate) fn check_all() -> Result<Tally> {
    check(is_built_otherwise)
}

/// A library, and the server: a program with databases to choose from. The workshop
/// chooses for itself.
fn is_built_otherwise(member: &Member) -> bool {
    member.is_library || member.name == SERVER
}

/// A crate, and the one feature that it has: none if empty.
struct Case {
    member: String,
    feature: String,
}

fn check(is_meant: impl Fn(&Member) -> bool) -> Result<Tally> {
    let members = project::members()?;
    let mut cases: Vec<_> =
        members.iter().filter(|member| is_meant(member)).flat_map(cases).collect();
    if let Some(at) = cases.iter().position(|case| case.feature == FIRST) {
        cases.swap(0, at);
    }
    let Some((first, rest)) = cases.split_first() else { return Ok(Tally::default()) };
    let lanes = (0..LANES).map(Lane::new).collect::<Result<Vec<_>>>()?;
    let mut total = Tally::default();
    if let Some((lane, others)) = lanes.split_first() {
        total += lane.check(first)?;
        others.iter().try_for_each(|other| lane.copy_to(other))?;
    }
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let running: Vec<_> =
            lanes.iter().map(|lane| scope.spawn(|| lane.run(rest, &next))).collect();
        for lane in running {
            total += lane.join().map_err(|_| "a check of features panicked")??;
        }
        Ok(total)
    })
}

fn cases(member: &Member) -> impl Iterator<Item = Case> {
    let features = std::iter::once("").chain(member.features.iter().map(String::as_str));
    features.map(|feature| Case { member: member.name.clone(), feature: feature.to_owned() })
}

/// A place to check one case after the other.
struct Lane {
    target: std::path::PathBuf,
}

impl Lane {
    fn new(number: usize) -> Result<Self> {
        Ok(Self { target: project::target()?.join(format!("features-{number}")) })
    }

    /// Takes cases until none is left.
    fn run(&self, cases: &[Case], next: &AtomicUsize) -> std::result::Result<Tally, String> {
        let mut tally = Tally::default();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            tally += self.check(case).map_err(|it| it.to_string())?;
        }
        Ok(tally)
    }

    fn check(&self, case: &Case) -> Result<Tally> {
        let passed = running::succeeds(&mut self.command(case))?;
        let verdict = if passed { "ok" } else { "FAILED" };
        let with = if case.feature.is_empty() { "no feature" } else { &case.feature };
        println!("{} with {with} ... {verdict}", case.member);
        Ok(Tally::one(passed))
    }

    /// Lets another lane begin where this one is, unless it has begun long ago. Times of
    /// files come along: by these cargo knows what is done.
    fn copy_to(&self, other: &Self) -> Result<()> {
        if other.target.exists() {
            return Ok(());
        }
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(&self.target).arg(&other.target);
        if running::succeeds(&mut copy)? { Ok(()) } else { Err("no room for a copy".into()) }
    }

    fn command(&self, case: &Case) -> Command {
        let mut command = project::cargo();
        command.args(["check", "--quiet", "--config", QUICKLY, "--package", &case.member]);
        command.args(["--no-default-features", "--features", &case.feature]);
        // Each is checked once: notes for a second time would be read by nobody.
        command.env("CARGO_INCREMENTAL", "0");
        // Lints of Clippy are for everything together; a warning is an error here too.
        command.arg("--target-dir").arg(&self.target).env("RUSTFLAGS", "-D warnings");
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_checked_without_databases_and_with_each() {
        let members = project::members().unwrap();
        let meant: Vec<_> = members.iter().filter(|it| is_built_otherwise(it)).collect();
        let cases = meant.iter().flat_map(|member| cases(member));
        let server = cases.filter(|case| case.member == SERVER).map(|case| case.feature);
        assert_eq!(server.collect::<Vec<_>>(), ["", "mysql", "postgres"]);
        assert!(meant.iter().any(|member| member.name == "keyward-authz"), "and libraries");
        assert!(meant.iter().all(|member| member.name != "xtask"), "the workshop is not");
    }
}
