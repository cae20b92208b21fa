//! The clients for other languages, each with its own tests, against a real server.

use std::process::Command;

use super::code;
use crate::services::Running;
use crate::tally::Tally;
use crate::{Result, project, running};

/// What must be there to test each client, and how it is tested.
const CLIENTS: [(&[&str], &str, &str); 2] = [
    (&["python3"], "python3", "clients/python/test.py"),
    (&["node", "npm"], "node", "clients/typescript/test.mjs"),
];

/// Builds the server, and lets every client's tests start it as they like.
pub(crate) fn run(services: &Running) -> Result<Tally> {
    let (here, missing): (Vec<_>, Vec<_>) =
        CLIENTS.iter().partition(|(needed, ..)| !needed.iter().any(|name| services.lacks(name)));
    if here.is_empty() {
        return Ok(Tally::skipped(missing.len()));
    }
    // The server as the tests build it: with other features, all would be built anew.
    if !code::build_tests()? {
        return Ok(Tally::one(false));
    }
    let target = project::target()?;
    let mut tally = Tally::skipped(missing.len());
    for (_, program, script) in here {
        let mut tests = Command::new(program);
        tests.arg(script).current_dir(project::root());
        tests.env("KEYWARD_BIN", target.join("debug").join("keyward"));
        tests.env("KEYWARD_VENV", target.join("clients-venv"));
        tally += running::counted(&mut tests)?;
    }
    Ok(tally)
}
