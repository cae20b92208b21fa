//! Running other programs: their words pass through, and are counted on the way.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::Result;
use crate::tally::Tally;

/// Runs a program to its end; whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool> {
    let status = command.stdin(Stdio::null()).status().map_err(|error| not_run(command, error))?;
    Ok(status.success())
}

/// Runs a program that counts its tests, and adds them up.
pub(crate) fn counted(command: &mut Command) -> Result<Tally> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_run(command, error))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            tally += Tally::of_line(&line);
        }
    }
    Ok(tally.ended(child.wait()?.success()))
}

/// Runs a program to its end, and hands over what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let ended = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let ended = ended.map_err(|error| not_run(command, error))?;
    match ended.status.success() {
        true => Ok(String::from_utf8_lossy(&ended.stdout).into_owned()),
        false => Err(format!("`{}` failed", command.get_program().display()).into()),
    }
}

/// Whether a program of this name can be found.
pub(crate) fn is_installed(name: &str) -> bool {
    find(name).is_some()
}

/// Where a program is: on the search path, or where Debian keeps daemons.
pub(crate) fn find(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/bin".into()])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A library that Debian keeps in the folder of the machine's kind.
pub(crate) fn library(path: &str) -> Option<std::path::PathBuf> {
    let kinds = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    kinds.map(|kind| kind.path().join(path)).find(|file| file.is_file())
}

fn not_run(command: &Command, error: std::io::Error) -> String {
    format!("could not run `{}`: {error}", command.get_program().display())
}
