//! The root key in a file that only its owner may read.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

use keyward_core::Error;
use keyward_core::crypto::keys::RootKey;
use keyward_core::port::Random;

/// Reads the key, if the file is there. A file that others may read is refused.
pub(crate) fn read(path: &Path) -> Result<Option<RootKey>, Error> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::because("open the root key file", error)),
    };
    check_mode(&file)?;
    let mut text = zeroize::Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(|e| Error::because("read the root key file", e))?;
    let key = RootKey::parse(&text).map_err(|e| Error::because("use the root key file", e))?;
    Ok(Some(key))
}

/// Makes a key and its file. Fails if the file is there.
pub(crate) fn create(path: &Path, rng: &mut dyn Random) -> Result<RootKey, Error> {
    let key = RootKey::mint(rng);
    let text = key.to_text();
    write_private(path, text.as_bytes())
        .map_err(|e| Error::because("write the root key file", e))?;
    Ok(key)
}

/// Makes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(unix)]
fn check_mode(file: &File) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    let about = file.metadata().map_err(|e| Error::because("look at the root key file", e))?;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(Error::because(
            "use the root key file",
            "others may read it: set its mode to 0600",
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_: &File) -> Result<(), Error> {
    Ok(())
}
