//! Passwords: from a file or standard input, never from the command line, which
//! every process of the machine can read.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use keyward::Secret;

use crate::failure::{Failure, Outcome};

/// Most bytes that are read; longer ones are refused by the core anyway.
const MAX: u64 = 8192;

/// Where a password comes from.
#[derive(Debug, clap::Args)]
pub(crate) struct PasswordFrom {
    /// Read the password from standard input, up to the end of the line
    #[arg(long, conflicts_with = "password_file")]
    password_stdin: bool,
    /// Read the password from a file, up to the end of the line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordFrom {
    /// The password, if one is given.
    pub(super) fn read(&self) -> Outcome<Option<Secret>> {
        match &self.password_file {
            Some(file) => password_in(file).map(Some),
            None if self.password_stdin => {
                line(std::io::stdin().lock(), "standard input").map(Some)
            }
            None => Ok(None),
        }
    }

    /// The password, which must be given.
    pub(super) fn required(&self) -> Outcome<Secret> {
        let missing = || Failure::usage("give a password with --password-stdin or --password-file");
        self.read()?.ok_or_else(missing)
    }
}

/// The first line of a file.
pub(crate) fn password_in(path: &Path) -> Outcome<Secret> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path)
        .map_err(|error| Failure::usage(format!("cannot read `{name}`: {error}")))?;
    line(file, &name)
}

fn line(from: impl std::io::Read, name: &str) -> Outcome<Secret> {
    let bad = |what: &str| Failure::usage(format!("cannot read a password from {name}: {what}"));
    let mut text = String::new();
    from.take(MAX).read_to_string(&mut text).map_err(|error| bad(&error.to_string()))?;
    let text = Secret::new(text);
    match text.reveal().lines().next() {
        None | Some("") => Err(bad("it is empty")),
        Some(first) => Ok(Secret::new(first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line() {
        let check = |text: &str, expected: Option<&str>| {
            let found = line(text.as_bytes(), "a test").ok();
            assert_eq!(found.as_ref().map(Secret::reveal), expected, "{text:?}");
        };
        check("correct horse\n", Some("correct horse"));
        check("correct horse\r\nsecond", Some("correct horse"));
        check(" spaces stay ", Some(" spaces stay "));
        check("", None);
        check("\nsecond", None);
    }
}
