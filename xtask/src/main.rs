//! The workshop: one command for everything that is done to the code.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a command-line tool talks, looks at the clock and reads its environment"
)]

mod bench;
mod features;
mod oracle;
mod project;
mod routes;
mod running;
mod services;
mod tally;
mod test;
mod tidy;
mod vectors;

use std::error::Error;
use std::process::ExitCode;

/// What went wrong, in words for the person at the terminal.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One thing that `cargo xtask` can do.
struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result<ExitCode>,
}

/// What can be asked for; adding a command is one line and one file.
const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        arguments: "[--all] [SUITE…]",
        about: "everything, or only these suites; with --all a skip is a failure",
        run: test::run,
    },
    Command {
        name: "services",
        arguments: "-- COMMAND…",
        about: "run one command beside real databases",
        run: services::run,
    },
    Command {
        name: "tidy",
        arguments: "",
        about: "import directions, sizes, module docs, golden files",
        run: tidy::run,
    },
    Command {
        name: "features",
        arguments: "[CRATE…]",
        about: "check every crate with no feature and with each alone",
        run: features::run,
    },
    Command {
        name: "bench",
        arguments: "[NAME]",
        about: "figures: speeds, sizes and waits, as name=value",
        run: bench::run,
    },
    Command {
        name: "oracle",
        arguments: "[TEST…]",
        about: "let Cedar judge policies and conditions at random",
        run: oracle::run,
    },
    Command {
        name: "routes",
        arguments: "[--dev]",
        about: "every route, with who may come in and how often",
        run: routes::run,
    },
    Command {
        name: "vectors",
        arguments: "DIR",
        about: "compare with the answers other systems really gave",
        run: vectors::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else { return usage() };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        return usage();
    };
    (command.run)(rest).unwrap_or_else(|fault| {
        eprintln!("xtask {name}: {fault}");
        ExitCode::FAILURE
    })
}

fn usage() -> ExitCode {
    eprintln!("cargo xtask COMMAND\n");
    for Command { name, arguments, about, .. } in COMMANDS {
        eprintln!("  {:<24} {about}", format!("{name} {arguments}"));
    }
    ExitCode::from(2)
}
