//! The first steps of a start: the store, the root key, the mark of development.

use std::path::PathBuf;
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::crypto::keys::{Keys, RootKey};
use keyward_core::crypto::password::{Hasher, Policy};
use keyward_core::port::{Batch, CommitError, Store, Write};
use keyward_store::Migrate;

use super::super::rng::Rng;
use super::{KeySource, Place};
use crate::keyfile;

pub(super) async fn store(
    place: Place,
    migrate: Migrate,
    plaintext: bool,
    roots: Option<PathBuf>,
) -> Result<Arc<dyn Store>, Error> {
    match place {
        Place::Store(store) => Ok(store),
        Place::Url(url) => crate::open::store(&url, migrate, plaintext, roots).await,
    }
}

pub(super) fn hasher(policy: Policy, pepper: bool, keys: &Keys) -> Hasher {
    let plain = Hasher::new(policy);
    if pepper { plain.pepper(keys.pepper.clone()) } else { plain }
}

/// Name of the stored value that tells one root key from another.
const KEY_CHECK: &str = "root_key_check";

/// The keys of this database, and whether it is new. A database whose key is
/// lost is refused, never given another.
pub(super) async fn keys(
    store: &dyn Store,
    source: KeySource,
    rng: &mut Rng,
) -> Result<(Keys, bool), Error> {
    let known = store.meta(KEY_CHECK).await?;
    let root = match source {
        KeySource::Given(key) => key,
        KeySource::Fleeting => RootKey::mint(rng),
        KeySource::Missing => return Err(Error::new("go on without a root key: set one")),
        KeySource::File(path) => match keyfile::read(&path)? {
            Some(key) => key,
            None if known.is_some() => {
                let text =
                    format!("{} is gone, and this database was sealed with it", path.display());
                return Err(Error::because("find the root key", text));
            }
            None => keyfile::create(&path, rng)?,
        },
    };
    let keys = Keys::derive(&root);
    match known {
        Some(value) if value == keys.check_value => Ok((keys, false)),
        Some(_) => Err(Error::new("use this root key: the database was sealed with another")),
        None => {
            let is_new = write_meta(store, KEY_CHECK, keys.check_value.to_vec()).await?;
            // Another node may have been first; it must have the same key.
            let stored = store.meta(KEY_CHECK).await?;
            match stored.is_some_and(|value| value == keys.check_value) {
                true => Ok((keys, is_new)),
                false => Err(Error::new("use this root key: the database was sealed with another")),
            }
        }
    }
}

/// Name of the stored value that marks a database of development.
const DEV_MARK: &str = "dev";

/// Marks a development database, and refuses one in production, and the other
/// way around: the seeded people's password is known to the world.
pub(super) async fn mark(store: &dyn Store, dev: bool, is_new: bool) -> Result<(), Error> {
    let is_marked = store.meta(DEV_MARK).await?.is_some();
    match (dev, is_marked) {
        (false, true) => Err(Error::new("serve a database that was made by `keyward dev`")),
        (true, false) if is_new => write_meta(store, DEV_MARK, vec![1]).await.map(drop),
        (true, false) => {
            Err(Error::new("develop on a database that was not made by `keyward dev`"))
        }
        _ => Ok(()),
    }
}

/// Writes a value that was not there. Says whether nobody else was quicker.
async fn write_meta(store: &dyn Store, name: &str, now: Vec<u8>) -> Result<bool, Error> {
    let write = Write::SwapMeta { name: name.into(), was: None, now };
    let batch = Batch { writes: vec![write], events: vec![] };
    match store.commit(&batch).await {
        Ok(()) => Ok(true),
        Err(CommitError::Broken(error)) => Err(error),
        Err(_) => Ok(false),
    }
}
