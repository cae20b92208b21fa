//! Programs that a measurement needs, from Debian where that is permitted.

use std::process::{Command, Stdio};

/// Whether `name` can be run; `package` is installed if not.
pub(crate) fn program(name: &str, package: &str) -> bool {
    is_there(name) || (install(package) && is_there(name))
}

fn is_there(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(name).is_file())
}

fn install(package: &str) -> bool {
    eprintln!("installing {package}");
    let quiet = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let words = ["apt-get", "install", "-y", "--no-install-recommends", package];
    let get = |words: &[&str]| match rustix::process::geteuid().is_root() {
        true => quiet(words[0], &words[1..]),
        false => quiet("sudo", &[&["-n"], words].concat()),
    };
    get(&words) || (get(&["apt-get", "update"]) && get(&words))
}
