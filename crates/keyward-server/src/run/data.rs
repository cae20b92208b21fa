//! The data folder, and its lock: one server at a time.

use std::fs::{DirBuilder, DirEntry, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure, Outcome};

/// The file whose lock a running server holds, and in which its URL stands.
const LOCK: &str = "server.lock";

/// A data folder that is ours as long as this value lives.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    lock: File,
    /// We made it, and nothing is kept in it yet.
    is_new: bool,
}

impl DataDir {
    /// Makes the folder when it is missing, for its owner alone, and locks it.
    pub(crate) fn lock(path: &Path) -> Outcome<Self> {
        let cannot = |error: std::io::Error| {
            let text = format!("could not use the data folder {}: {error}", path.display());
            Failure::new(Exit::Unreachable, text)
        };
        let is_new = !path.exists();
        make(path).map_err(cannot)?;
        let lock = open(&path.join(LOCK)).map_err(cannot)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock, is_new }),
            Err(TryLockError::WouldBlock) => Err(Failure::new(
                Exit::Conflict,
                format!("another server is running on the data folder {}", path.display()),
            )),
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves word of where the server is reached, for commands beside it.
    pub(crate) fn announce(&mut self, public_url: &str) -> std::io::Result<()> {
        self.is_new = false;
        self.lock.set_len(0)?;
        self.lock.rewind()?;
        self.lock.write_all(public_url.as_bytes())
    }
}

/// A start that failed leaves no folder behind that it made and that holds nothing.
impl Drop for DataDir {
    fn drop(&mut self) {
        let is_lock =
            |entry: std::io::Result<DirEntry>| entry.is_ok_and(|it| it.file_name() == LOCK);
        let holds_nothing = || std::fs::read_dir(&self.path).is_ok_and(|mut all| all.all(is_lock));
        if self.is_new && holds_nothing() {
            // Whoever cannot remove it leaves what was left before: an empty folder.
            let _ = std::fs::remove_file(self.path.join(LOCK));
            let _ = std::fs::remove_dir(&self.path);
        }
    }
}

/// Where the server on this data folder is reached, or was when it last ran.
pub(crate) fn announced(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path.join(LOCK)).ok()?.take(1_024).read_to_string(&mut text).ok()?;
    Some(text).filter(|text| !text.is_empty())
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_at_a_time_holds_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let mut held = DataDir::lock(&path).unwrap();
        assert!(DataDir::lock(&path).is_err());
        assert_eq!(announced(&path), None);
        held.announce("http://localhost:12345").unwrap();
        held.announce("http://localhost:80").unwrap();
        assert_eq!(announced(&path).as_deref(), Some("http://localhost:80"));
        drop(held);
        assert!(DataDir::lock(&path).is_ok());
    }

    #[test]
    fn a_folder_that_was_made_for_nothing_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        drop(DataDir::lock(&path).unwrap());
        assert!(!path.exists());
        let held = DataDir::lock(&path).unwrap();
        std::fs::write(path.join("keyward.db"), "kept").unwrap();
        drop(held);
        assert!(path.join("keyward.db").exists(), "what somebody keeps there stays");
        let empty = folder.path().join("mine");
        std::fs::create_dir(&empty).unwrap();
        drop(DataDir::lock(&empty).unwrap());
        assert!(empty.exists(), "a folder of the operator's own stays");
    }
}
