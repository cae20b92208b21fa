//! `keyward policy`: policy files, before they are in force, which needs no
//! database; and the stored document.

mod carry;
mod changes;
mod explain;
mod replay;
mod stored;

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use keyward::authz::policy::{self, Lint, Policy};
use serde_json::json;

use super::print;
use crate::args::{Globals, Output};
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, note};

/// What to do. `-` stands for standard input.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find mistakes, and what deserves a second look
    Check {
        /// The policy file
        file: PathBuf,
    },
    /// Run the tests in a policy file
    Test {
        /// The policy file
        file: PathBuf,
        /// Files of further tests
        #[arg(long, value_name = "FILE")]
        tests: Vec<PathBuf>,
        /// How the report is written
        #[arg(long, value_enum, default_value_t)]
        format: Report,
    },
    /// Say what a policy file answers, and why
    Explain(Box<explain::Args>),
    /// Say what a policy gives that another does not, role by role, and what else changed
    Diff {
        /// The policy as it is
        old: PathBuf,
        /// The policy as it would be
        new: PathBuf,
    },
    /// Say which logged decisions a policy would change
    Replay(replay::Args),
    /// Lay policy files out
    Fmt {
        /// The policy files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only say which are not laid out
        #[arg(long)]
        check: bool,
    },
    /// Print the policy file of what another system has
    Import(carry::Import),
    /// Print a policy for another system
    Export(carry::Export),
    /// Print the JSON schema of policy files, for editors
    Schema,
    /// Print the stored policy document
    Show,
    /// Say what a text would change in place of the stored document, and store it
    Set(stored::Set),
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Report {
    /// Test Anything Protocol
    #[default]
    Tap,
    /// JUnit's XML
    Junit,
}

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::Check { file } => check(globals, &file),
            Self::Test { file, tests, format } => test(&file, &tests, format),
            Self::Explain(args) => args.run(globals),
            Self::Diff { old, new } => changes::diff(globals, &old, &new),
            Self::Replay(args) => args.run(globals),
            Self::Fmt { files, check } => fmt(&files, check),
            Self::Import(args) => args.run(),
            Self::Export(args) => args.run(),
            Self::Schema => Ok(answer(policy::SCHEMA.trim_end())?),
            Self::Show => stored::show(globals),
            Self::Set(args) => args.run(globals),
        }
    }
}

/// What stands in a file, or comes by standard input.
fn text_of(path: &Path) -> Outcome<String> {
    let text = match path.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin().lock()),
        false => std::fs::read_to_string(path),
    };
    text.map_err(|error| Failure::usage(format!("could not read {}: {error}", path.display())))
}

/// A policy; its mistakes are the answer when it has any.
fn parsed(path: &Path) -> Outcome<Policy> {
    read(path).map(|(policy, _)| policy)
}

/// A policy, and its text.
fn read(path: &Path) -> Outcome<(Policy, String)> {
    let text = text_of(path)?;
    match Policy::parse(&path.display().to_string(), &text) {
        Ok(policy) => Ok((policy, text)),
        Err(mistakes) => {
            answer(&mistakes.to_string())?;
            Err(Failure::no())
        }
    }
}

fn check(globals: &Globals, path: &Path) -> Outcome {
    let lints = parsed(path)?.lint();
    let line = |lint: &Lint| match globals.output {
        Output::Json => {
            let (file, line) = lint.origin.as_ref().map(|it| (&*it.file, it.line)).unzip();
            let lint = json!({
                "lint": lint.name, "message": lint.message, "file": file, "line": line,
            });
            print::json(&lint)
        }
        Output::Text | Output::Table => Ok(answer(&lint.to_string())?),
    };
    lints.iter().try_for_each(line)?;
    note(&format!("{} has no mistakes", path.display()));
    Ok(())
}

fn test(path: &Path, further: &[PathBuf], format: Report) -> Outcome {
    let mut policy = parsed(path)?;
    for file in further {
        if let Err(mistakes) = policy.add_tests(&file.display().to_string(), &text_of(file)?) {
            answer(&mistakes.to_string())?;
            return Err(Failure::no());
        }
    }
    let report = policy.test();
    let text = match format {
        Report::Tap => report.tap(),
        Report::Junit => report.junit(),
    };
    answer(text.trim_end())?;
    let (rules, decided) = report.coverage.counts();
    note(&format!("{decided} of {rules} rules decided something"));
    for (rule, place) in report.coverage.never() {
        let place = place.map(|place| format!("{place}  ")).unwrap_or_default();
        note(&format!("{place}{rule} never decided anything"));
    }
    if report.passed() { Ok(()) } else { Err(Failure::no()) }
}

fn fmt(files: &[PathBuf], check: bool) -> Outcome {
    let mut tidy = true;
    for file in files {
        let text = text_of(file)?;
        let laid_out = policy::format(&text);
        match () {
            () if file.as_os_str() == "-" && !check => answer(laid_out.trim_end())?,
            () if laid_out == text => {}
            () if check => {
                answer(&file.display().to_string())?;
                tidy = false;
            }
            () => std::fs::write(file, laid_out).map_err(|error| {
                Failure::usage(format!("could not write {}: {error}", file.display()))
            })?,
        }
    }
    if tidy { Ok(()) } else { Err(Failure::no()) }
}
