//! Measures what Keyward promises, and prints it as `name=value` lines on
//! standard output. What is compared, why, and what went wrong goes to standard
//! error. `cargo xtask bench [NAME]` builds and runs it.
//!
//! The program also plays the other parts that a measurement needs, each in a
//! process of its own: the bare server, and the probe of the storm.

mod argon2;
mod bare;
mod compat;
mod factors;
mod figure;
mod footprint;
mod forward;
mod http;
mod insert;
mod install;
mod load;
mod login;
mod machine;
mod outside;
mod probe;
mod server;
mod session;
mod sign_up;
mod stage;
mod storm;
mod trace;
mod wrk;

use std::path::Path;
use std::process::ExitCode;

/// The allocator of the product's binary, so that the bare server has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Whatever went wrong, for the console.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A group of figures, by name.
type Group = (&'static str, fn(&Path) -> Result<()>);

/// Every group that runs without being named, in the order in which they run.
const GROUPS: [Group; 8] = [
    ("session", session::run),
    ("login", login::run),
    ("argon2", argon2::run),
    ("factors", factors::run),
    ("storm", storm::run),
    ("sign-up", sign_up::run),
    ("outside", outside::run),
    ("footprint", footprint::run),
];

/// Groups that run only when they are named.
const NAMED: [Group; 5] = [
    ("compat", compat::run),
    ("compat-authnzerver", compat::authnzerver::run),
    ("compat-tokens", compat::tokens::run),
    ("compat-import", compat::import::run),
    ("machine", machine::run),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["--bare", port, bytes] => bare::serve(port, bytes),
        ["--probe", address, cookie, secs] => probe::run(address, cookie, secs),
        ["--keyward", binary, "foundation"] | ["--keyward", binary] => all(Path::new(binary)),
        ["--keyward", binary, name] => one(Path::new(binary), name),
        _ => Err("usage: keyward-bench --keyward BINARY [GROUP]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Every group; one that fails does not keep the others from running.
fn all(binary: &Path) -> Result<()> {
    let mut failed = Vec::new();
    for (name, run) in GROUPS {
        eprintln!("-- {name}");
        if let Err(error) = run(binary) {
            eprintln!("bench: {name}: {error}");
            failed.push(name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("no figures for {failed:?}").into()) }
}

fn one(binary: &Path, name: &str) -> Result<()> {
    let groups = || GROUPS.iter().chain(&NAMED);
    let known = groups().find(|(known, _)| *known == name);
    let names: Vec<&str> = groups().map(|(name, _)| *name).collect();
    let (_, run) = known.ok_or_else(|| format!("no group `{name}`; there are {names:?}"))?;
    run(binary)
}
