//! `cargo xtask test`: everything that must hold, suite by suite.
//!
//! To add a suite: a line in `SUITES`, and a file beside these if it is more
//! than one command.

mod browser;
mod clients;
mod code;
mod documents;

use std::process::ExitCode;
use std::time::Instant;

use crate::Result;
use crate::services::{Needs, Running};
use crate::tally::Tally;
use crate::{features, tidy};

/// One group of checks.
struct Suite {
    name: &'static str,
    about: &'static str,
    needs: Needs,
    run: fn(&Running) -> Result<Tally>,
}

/// In the order they run: the quick ones first.
const SUITES: &[Suite] = &[
    Suite {
        name: "format",
        about: "every file as rustfmt writes it",
        needs: Needs::NONE,
        run: |_| code::format(),
    },
    Suite {
        name: "tidy",
        about: "import directions, sizes, module docs, golden files",
        needs: Needs::NONE,
        run: |_| tidy::check(),
    },
    Suite {
        name: "tests",
        about: "unit, integration and documentation tests of every crate, on real databases",
        needs: Needs::SERVERS,
        run: code::tests,
    },
    Suite {
        name: "clippy",
        about: "no warning anywhere",
        needs: Needs::NONE,
        run: |_| code::clippy(),
    },
    Suite {
        name: "features",
        about: "every crate with no feature, and with each alone",
        needs: Needs::NONE,
        run: |_| features::check_all(),
    },
    Suite {
        name: "docs",
        about: "the documentation builds without a warning",
        needs: Needs::NONE,
        run: |_| documents::build(),
    },
    Suite {
        name: "browser",
        about: "the pages, driven in Chromium",
        needs: Needs::BROWSER,
        run: browser::run,
    },
    Suite {
        name: "clients",
        about: "the Python and the TypeScript client, against a running server",
        needs: Needs::CLIENTS,
        run: clients::run,
    },
];

/// `cargo xtask test [--all] [SUITE…]`.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let (flags, names): (Vec<_>, Vec<_>) =
        arguments.iter().partition(|argument| argument.starts_with('-'));
    if let Some(flag) = flags.iter().find(|flag| **flag != "--all") {
        return Err(format!("no flag `{flag}`; there is --all").into());
    }
    let suites = chosen(&names)?;
    let needs = suites.iter().fold(Needs::NONE, |needs, suite| needs.and(suite.needs));
    let running = Running::start(needs)?;
    let total = run_each(&suites, &running);
    for missing in &running.missing {
        println!("skipped for want of {}: {}", missing.name, missing.why);
    }
    drop(running);
    println!("{total}");
    let may_skip = flags.is_empty();
    let good = total.failed == 0 && (may_skip || total.skipped == 0);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(names: &[&String]) -> Result<Vec<&'static Suite>> {
    if names.is_empty() {
        return Ok(SUITES.iter().collect());
    }
    names.iter().map(|name| named(name)).collect()
}

fn named(name: &str) -> Result<&'static Suite> {
    SUITES.iter().find(|suite| suite.name == name).ok_or_else(|| {
        let lines = SUITES.iter().map(|suite| format!("\n  {:<10} {}", suite.name, suite.about));
        format!("no suite `{name}`; there are:{}", lines.collect::<String>()).into()
    })
}

/// Runs the suites one after the other, and sums up at the end.
fn run_each(suites: &[&Suite], running: &Running) -> Tally {
    let mut total = Tally::default();
    let mut summary = String::new();
    for suite in suites {
        println!("== {}: {}", suite.name, suite.about);
        let began = Instant::now();
        let tally = (suite.run)(running).unwrap_or_else(|fault| {
            println!("{}: {fault}", suite.name);
            Tally::one(false)
        });
        total += tally;
        let line = format!("{:<10} {tally} in {} s\n", suite.name, began.elapsed().as_secs());
        summary.push_str(&line);
    }
    print!("== summary\n{summary}");
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_suite_is_refused_with_the_roster() {
        let fault = named("nonsense").err().unwrap().to_string();
        for suite in SUITES {
            assert!(fault.contains(suite.about), "{fault}");
            assert_eq!(named(suite.name).unwrap().name, suite.name);
        }
    }
}
