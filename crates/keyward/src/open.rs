//! Opening the store that a URL names.

use std::path::PathBuf;
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::port::Store;
use keyward_store::{Migrate, Options};

/// Opens the store, and sees to its tables as `migrate` says.
pub(crate) async fn store(
    url: &str,
    migrate: Migrate,
    plaintext: bool,
    root_certificates: Option<PathBuf>,
) -> Result<Arc<dyn Store>, Error> {
    let options = Options { migrate, plaintext, root_certificates, ..Options::default() };
    keyward_store::open(url, &options).await
}
