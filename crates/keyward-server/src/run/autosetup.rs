//! What authnzerver's `autosetup` made: a key, a salt, the first administrator, and a
//! file of variables to start with from then on.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use keyward::Secret;
use keyward::authnzerver::Frontend;

use crate::config::Origin;
use crate::config::authnzerver::old::Given;
use crate::failure::{Exit, Failure, Outcome};
use crate::hidden;
use crate::terminal::note;

const KEY: &str = ".authnzerver-secret-key";
const SALT: &str = ".authnzerver-salt";
const ADMIN: &str = ".authnzerver-admin-credentials";
const VARIABLES: &str = ".env";

/// Makes what is missing, in the folder of authnzerver's files, and takes it as given.
pub(super) fn run(given: &mut Given) -> Outcome {
    let folder = given.value("basedir").unwrap_or(".").to_owned();
    let folder = Path::new(&folder);
    if !given.has("secret") && !given.has("secretkey") {
        let path = folder.join(KEY);
        if !path.exists() {
            write(&path, &Frontend::new_key(), 0o400)?;
        }
        take(given, "secret", &path);
    }
    if !given.has("piisalt") {
        let path = folder.join(SALT);
        if !path.exists() {
            write(&path, &Frontend::new_key(), 0o400)?;
        }
        take(given, "piisalt", &path);
    }
    if !folder.join(ADMIN).exists() {
        administrator(given, &folder.join(ADMIN))?;
    }
    let variables = folder.join(VARIABLES);
    if !variables.exists() {
        write(&variables, &lines(given, folder), 0o400)?;
    }
    note(&format!("  made     {} and beside it what it names", variables.display()));
    Ok(())
}

fn take(given: &mut Given, name: &'static str, path: &Path) {
    given.take(name, &path.display().to_string(), Origin::Option("--autosetup"));
}

/// Who administers: as the environment says, or as a person answers; without either, a
/// password is made.
fn administrator(given: &mut Given, path: &Path) -> Outcome {
    if !given.has("admin_email") {
        let email =
            ask("E-mail address of the first administrator", "admin@localhost.localdomain")?;
        given.take("admin_email", &email, Origin::Option("--autosetup"));
    }
    if !given.has("admin_password") {
        let password = ask_hidden("Password, which is not shown (empty: one is made)")?;
        let password = match password.reveal().is_empty() {
            true => Secret::new(Frontend::new_key()),
            false => password,
        };
        given.take("admin_password", password.reveal(), Origin::Option("--autosetup"));
    }
    let said = |name: &str| given.value(name).unwrap_or_default().to_owned();
    write(path, &format!("{} {}\n", said("admin_email"), said("admin_password")), 0o400)
}

/// Asks on a terminal; where nobody is, the answer is the usual one.
fn ask(question: &str, usual: &str) -> Outcome<String> {
    if !std::io::stdin().is_terminal() {
        return Ok(usual.to_owned());
    }
    note(&format!("{question} [{usual}]"));
    let mut said = String::new();
    std::io::stdin().lock().read_line(&mut said)?;
    Ok(Some(said.trim().to_owned()).filter(|it| !it.is_empty()).unwrap_or(usual.to_owned()))
}

/// The same, of what nobody may read over a shoulder.
fn ask_hidden(question: &str) -> Outcome<Secret> {
    if !std::io::stdin().is_terminal() {
        return Ok(Secret::new(""));
    }
    Ok(hidden::answer(question)?)
}

/// What to start with from then on: `keyward serve --authnzerver --envfile .env`.
fn lines(given: &Given, folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut lines = format!(
        "AUTHNZERVER_BASEDIR={0}\nAUTHNZERVER_SECRET={0}/{KEY}\nAUTHNZERVER_PIISALT={0}/{SALT}\n",
        folder.display()
    );
    for name in [
        "authdb",
        "listen",
        "port",
        "permissions",
        "emailserver",
        "emailport",
        "emailuser",
        "emailsender",
    ] {
        if let Some(value) = given.value(name) {
            lines.push_str(&format!("AUTHNZERVER_{}={value}\n", name.to_ascii_uppercase()));
        }
    }
    lines
}

/// A new file that only its owner reads.
fn write(path: &Path, text: &str, mode: u32) -> Outcome {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        Failure::new(Exit::Unreachable, format!("could not write {}: {error}", path.display()))
    })
}
