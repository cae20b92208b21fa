//! The house rules that the compiler cannot check.
//!
//! To add one: a function from a [`Source`], or from the [`House`], to faults,
//! its line in [`SOURCE_RULES`] or [`HOUSE_RULES`], and a sample that breaks it.

mod documents;
mod house;
mod sizes;
mod source;
mod walls;
mod words;

use std::fmt;
use std::process::ExitCode;

use house::House;
use source::Source;

use crate::tally::Tally;
use crate::{Result, project};

/// What breaks a rule, and where.
#[derive(Debug, Eq, PartialEq)]
struct Fault {
    /// Relative to the workspace.
    file: String,
    /// From one; none when it is about the whole file.
    line: Option<usize>,
    what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what } = self;
        match line {
            Some(line) => write!(f, "{file}:{line}: {what}"),
            None => write!(f, "{file}: {what}"),
        }
    }
}

/// What every Rust file obeys.
const SOURCE_RULES: &[fn(&Source) -> Vec<Fault>] = &[
    sizes::file,
    sizes::functions,
    words::module_docs,
    words::unfinished,
    walls::server_imports,
    walls::sql,
    walls::cryptography,
];

/// What the workspace obeys as a whole.
const HOUSE_RULES: &[fn(&House) -> Vec<Fault>] = &[
    walls::dependencies,
    walls::leaf,
    walls::known_cryptography,
    walls::bans,
    documents::architecture,
    documents::snippets,
    documents::golden_files,
];

/// `cargo xtask tidy`: the last line names a fault, if there is one.
pub(crate) fn run(_: &[String]) -> Result<ExitCode> {
    Ok(if check()?.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether there is no fault; each is printed.
pub(crate) fn check() -> Result<Tally> {
    let house = House::read(&project::root())?;
    let faults = faults(&house);
    println!("tidy: {} Rust files, {} faults", house.sources.len(), faults.len());
    faults.iter().for_each(|fault| println!("tidy: {fault}"));
    Ok(Tally::one(faults.is_empty()))
}

fn faults(house: &House) -> Vec<Fault> {
    let of_sources =
        house.sources.iter().flat_map(|source| SOURCE_RULES.iter().flat_map(|rule| rule(source)));
    let of_house = HOUSE_RULES.iter().flat_map(|rule| rule(house));
    of_sources.chain(of_house).collect()
}
