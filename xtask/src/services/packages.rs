//! Installing Debian's packages, where we may.

use std::io::Write;
use std::process::{Command, Stdio};

use super::daemon::is_root;
use crate::running;

/// Installs packages without starting the daemons in them.
///
/// # Errors
/// Why it was not done: no right, no `apt-get`, or `apt-get` failed.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    if packages.is_empty() {
        return Ok(());
    }
    if !running::is_installed("apt-get") {
        return Err("this is not Debian: install it yourself".to_owned());
    }
    if !is_root() && !may_become_root() {
        return Err("neither root nor passwordless sudo: install it yourself".to_owned());
    }
    eprintln!("xtask: installing {}", packages.join(" "));
    let mut command = Command::new(if is_root() { "sh" } else { "sudo" });
    if !is_root() {
        command.args(["-n", "sh"]);
    }
    command.args(["-s", "--"]).args(packages);
    match fed(&mut command, include_str!("install.sh")) {
        Ok(true) => Ok(()),
        Ok(false) => Err("`apt-get` could not install it".to_owned()),
        Err(error) => Err(format!("could not run `apt-get`: {error}")),
    }
}

fn may_become_root() -> bool {
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "true"]).stdin(Stdio::null()).stderr(Stdio::null());
    sudo.status().is_ok_and(|status| status.success())
}

/// Runs a program with `input`; its output goes to our standard error.
fn fed(command: &mut Command, input: &str) -> std::io::Result<bool> {
    let mut child = command.stdin(Stdio::piped()).stdout(std::io::stderr()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    Ok(child.wait()?.success())
}
