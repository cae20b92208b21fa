//! The temporary folder of the services, and the list of what runs in it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::daemon::{Daemons, NOBODY, is_root};
use crate::Result;

/// Where the services live while they run. Dropping it stops exactly what was
/// started and removes the folder.
pub(crate) struct Site {
    folder: PathBuf,
    exports: Vec<(&'static str, String)>,
    daemons: Arc<Daemons>,
}

impl Site {
    /// An empty folder of our own.
    pub(crate) fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("keyward-services-{}", std::process::id()));
        // Others may pass through, but not look around.
        fs::DirBuilder::new().mode(0o711).create(&folder)?;
        let daemons = Daemons::watched(folder.clone())?;
        Ok(Self { folder, exports: Vec::new(), daemons })
    }

    /// A file or folder of this name.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes a folder that the daemons may write to, and only they.
    pub(crate) fn room(&self, name: &str) -> Result<PathBuf> {
        let room = self.path(name);
        fs::DirBuilder::new().mode(0o700).create(&room)?;
        give(&room)?;
        Ok(room)
    }

    /// Writes a file that only the daemons may read.
    pub(crate) fn secret(&self, name: &str, text: &str) -> Result<PathBuf> {
        let file = self.path(name);
        fs::write(&file, text)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
        give(&file)?;
        Ok(file)
    }

    /// Sets a variable for the tests.
    pub(crate) fn export(&mut self, name: &'static str, value: &str) {
        self.exports.push((name, value.to_owned()));
    }

    /// What the tests are told.
    pub(crate) fn exports(&self) -> &[(&'static str, String)] {
        &self.exports
    }

    /// Runs a program to its end as the daemons' user; its words appear only
    /// when it fails.
    pub(crate) fn prepare(&self, program: &Path, arguments: &[&str]) -> Result<()> {
        finish(self.daemons.command(program).args(arguments).current_dir(&self.folder))
    }

    /// Starts a daemon, and waits until it `answers`.
    pub(crate) fn start(
        &self,
        program: &Path,
        arguments: &[&str],
        answers: impl Fn() -> bool,
    ) -> Result<()> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = fs::File::create(self.path(&format!("{name}.log")))?;
        let mut command = self.daemons.command(program);
        command.args(arguments).current_dir(&self.folder);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.daemons.start(command, &answers).map_err(|error| {
            let log = fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default();
            format!("{error}\n{log}").into()
        })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.daemons.stop();
    }
}

/// Runs a program that only talks when it fails.
pub(crate) fn finish(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` failed: {said}", command.get_program().display()).into())
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Thirty-two hexadecimal digits that nobody knows.
pub(crate) fn password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    std::io::Read::read_exact(&mut fs::File::open("/dev/urandom")?, &mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn give(path: &Path) -> Result<()> {
    if is_root() {
        chown(path, Some(NOBODY), Some(NOBODY))?;
    }
    Ok(())
}
