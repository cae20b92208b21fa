//! `cargo xtask bench [NAME]`: builds the product and the bench beside it, both
//! for release, and runs a group of figures; without a name, all of the
//! foundation. The bench is a workspace of its own, in `bench/`. `authz` needs
//! nothing of the product but its engine, and brings two others to compare with,
//! so it is a program of its own.

use std::process::{Command, ExitCode};

use crate::running::succeeds;
use crate::{Result, project};

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    match arguments {
        [name] if name == "authz" => authz(),
        _ => product(arguments),
    }
}

fn authz() -> Result<ExitCode> {
    build(&["--manifest-path", "bench/Cargo.toml", "-p", "keyward-bench-authz"])?;
    let mut bench = Command::new(project::root().join("target/release/keyward-bench-authz"));
    Ok(if succeeds(&mut bench)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn product(arguments: &[String]) -> Result<ExitCode> {
    let target = project::root().join("target");
    build(&["-p", "keyward-server"])?;
    build(&["--manifest-path", "bench/Cargo.toml", "-p", "keyward-bench"])?;
    let release = target.join("release");
    let mut bench = Command::new(release.join("keyward-bench"));
    bench.arg("--keyward").arg(release.join("keyward")).args(arguments);
    Ok(if succeeds(&mut bench)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn build(what: &[&str]) -> Result<()> {
    let mut cargo = project::cargo();
    cargo.env("CARGO_TARGET_DIR", "target").args(["build", "--release"]).args(what);
    if succeeds(&mut cargo)? { Ok(()) } else { Err("it does not compile".into()) }
}
