//! Opening the store that a URL names.

use std::path::PathBuf;
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::port::Store;

use crate::engine::builder::Migrate;

/// Opens the store and brings its tables up to date, or checks that they are.
pub(crate) async fn store(
    url: &str,
    migrate: Migrate,
    plaintext: bool,
    root_certificates: Option<PathBuf>,
) -> Result<Arc<dyn Store>, Error> {
    let options = keyward_store::Options {
        migrate: match migrate {
            Migrate::Auto => keyward_store::Migrate::Auto,
            Migrate::Check => keyward_store::Migrate::Check,
            Migrate::Off => keyward_store::Migrate::Off,
        },
        plaintext,
        root_certificates,
        ..keyward_store::Options::default()
    };
    keyward_store::open(url, &options).await
}
