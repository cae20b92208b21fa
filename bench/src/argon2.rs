//! Our Argon2id against others', one thread, the same parameters: argon2-cffi
//! as pip installs it, and the C reference built here for AVX2. Both are fetched
//! when the figures are taken; nothing of them is kept.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use keyward::{HashPolicy, Secret};
use keyward_core::crypto::password::{self, Arena};

use crate::{Result, figure};

const ROUNDS: usize = 5;
/// Hashes in a round; the best counts.
const HASHES: usize = 30;

/// Prints the nanoseconds of the best of its hashes.
const C_MAIN: &str = include_str!("argon2/reference.c");
const PYTHON: &str = include_str!("argon2/cffi.py");

pub(crate) fn run(_: &Path) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let python = venv(dir.path());
    let cffi = python.as_ref().map_err(ToString::to_string).and_then(|python| {
        let script = dir.path().join("cffi.py");
        std::fs::write(&script, PYTHON).map_err(|error| error.to_string())?;
        Ok(move || ask(Command::new(python).arg(&script)))
    });
    let reference = python.as_ref().map_err(ToString::to_string).and_then(|python| {
        let program = build_reference(dir.path(), python).map_err(|error| error.to_string())?;
        Ok(move || ask(&mut Command::new(&program)))
    });
    compare("argon2_vs_cffi", cffi)?;
    compare("argon2_vs_c", reference)
}

/// How many times as fast as `theirs` ours is.
fn compare(
    name: &str,
    theirs: std::result::Result<impl Fn() -> Result<f64>, String>,
) -> Result<()> {
    let theirs = match theirs {
        Ok(theirs) => theirs,
        Err(why) => {
            figure::unknown(name, &why);
            return Ok(());
        }
    };
    let mut ratios = vec![];
    for round in 0..ROUNDS {
        let (other, own) = (theirs()?, ours()?);
        eprintln!("{name}, round {round}: {:.2} ms, ours {:.2} ms", other / 1e6, own / 1e6);
        ratios.push(other / own);
    }
    figure::print(name, figure::median(ratios));
    Ok(())
}

/// Nanoseconds of the best of our hashes.
fn ours() -> Result<f64> {
    let (policy, secret) = (HashPolicy::default(), Secret::new("password"));
    let mut arena = Arena::new(&policy);
    let mut best = f64::INFINITY;
    for _ in 0..HASHES {
        let began = Instant::now();
        password::hash_with(&mut arena, &secret, &policy, &mut keyward::OsRandom)?;
        best = best.min(began.elapsed().as_nanos() as f64);
    }
    Ok(best)
}

/// Runs a program that hashes as we do, and reads the number it prints.
fn ask(command: &mut Command) -> Result<f64> {
    let HashPolicy { memory_kib, iterations, lanes } = HashPolicy::default();
    let numbers = [memory_kib, iterations, lanes, HASHES as u32].map(|n| n.to_string());
    let out = quiet(command.args(numbers))?;
    Ok(out.trim().parse()?)
}

/// A virtual environment with argon2-cffi in it.
fn venv(dir: &Path) -> Result<PathBuf> {
    let home = dir.join("venv");
    quiet(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
    let python = home.join("bin/python");
    quiet(Command::new(&python).args(["-m", "pip", "install", "-q", "argon2-cffi"]))?;
    Ok(python)
}

/// The C reference, whose source comes with argon2-cffi's bindings.
fn build_reference(dir: &Path, python: &Path) -> Result<PathBuf> {
    const PACKAGE: &str = "argon2-cffi-bindings";
    let sources = dir.join("c");
    std::fs::create_dir(&sources)?;
    let download = ["-m", "pip", "download", "-q", "--no-deps", "--no-binary", PACKAGE, PACKAGE];
    quiet(Command::new(python).args(download).current_dir(&sources))?;
    quiet(
        Command::new("sh")
            .args(["-c", "tar xf *.tar.gz --strip-components=1"])
            .current_dir(&sources),
    )?;
    let root = ["extras/libargon2", "extras/argon2"].map(|path| sources.join(path));
    let root = root.into_iter().find(|path| path.is_dir()).ok_or("no C source in the package")?;
    std::fs::write(sources.join("main.c"), C_MAIN)?;
    let program = dir.join("reference");
    let files = ["argon2", "core", "encoding", "opt", "thread", "blake2/blake2b"];
    let files = files.map(|name| root.join("src").join(name).with_extension("c"));
    let mut cc = Command::new("cc");
    cc.args(["-O3", "-mavx2", "-DARGON2_NO_THREADS", "-I"]).arg(root.join("include"));
    quiet(cc.arg("-o").arg(&program).arg(sources.join("main.c")).args(files))?;
    Ok(program)
}

/// What a program printed, if it went well.
fn quiet(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_owned();
    let out = command.output().map_err(|error| format!("could not start {name:?}: {error}"))?;
    if out.status.success() {
        return Ok(String::from_utf8(out.stdout)?);
    }
    let why = String::from_utf8_lossy(&out.stderr);
    Err(format!("{name:?} failed: {}", why.lines().last().unwrap_or_default()).into())
}
