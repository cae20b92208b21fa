//! Python programs of the bench, which live in `bench/python`, in a virtual environment
//! with what they compare with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::server::{self, Child};
use crate::{Result, install};

/// What is installed, with exact versions.
const WANTED: &str = include_str!("../../python/requirements.txt");

/// The interpreter of the virtual environment.
pub(crate) struct Python(PathBuf);

impl Python {
    /// Beside the build; made anew when something else is wanted.
    pub(crate) fn ready() -> Result<Self> {
        let folder = std::env::current_exe()?.with_file_name("bench-venv");
        let (python, mark) = (folder.join("bin/python"), folder.join("requirements.txt"));
        if std::fs::read_to_string(&mark).is_ok_and(|made| made == WANTED) {
            return Ok(Self(python));
        }
        if !install::program("python3", "python3-venv") {
            return Err("Python cannot be had, and with it nothing to compare with".into());
        }
        eprintln!("installing from PyPI what is compared with");
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
        run(Command::new(&python).args(pip).arg(programs().join("requirements.txt")))?;
        std::fs::write(mark, WANTED)?;
        Ok(Self(python))
    }

    /// Starts a program of ours that takes a folder, where what it says is kept as well,
    /// and the port at which it will listen.
    pub(crate) fn start(&self, name: &str, folder: &Path) -> Result<Child> {
        let port = server::free_port()?;
        let mut command = self.command();
        command.arg(programs().join(name)).arg(folder).arg(port.to_string());
        Child::spawn(command, port, folder.join("console"))?.answering()
    }

    /// Starts `app` of a module of ours under uvicorn, in one process.
    pub(crate) fn serve(&self, module: &str, folder: &Path, env: &[(&str, &str)]) -> Result<Child> {
        let port = server::free_port()?;
        let mut command = self.command();
        command.args(["-m", "uvicorn", &format!("{module}:app"), "--port", &port.to_string()]);
        command.args(["--workers", "1", "--no-access-log", "--log-level", "error"]);
        command.envs(env.iter().copied());
        Child::spawn(command, port, folder.join(module))?.answering()
    }

    /// The interpreter, which finds the bench's own modules and Keyward's client.
    fn command(&self) -> Command {
        let client = programs().join("../../clients/python");
        let mut command = Command::new(&self.0);
        command.env("PYTHONPATH", format!("{}:{}", programs().display(), client.display()));
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python")
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let says = String::from_utf8_lossy(&output.stderr);
            Err(format!("{command:?} failed, so there is nothing to compare with:\n{says}").into())
        }
    }
}
