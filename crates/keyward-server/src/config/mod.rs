//! What was typed, and what it means: [`Config`] is what the rest of the program
//! sees.

use std::path::PathBuf;

/// Everything an operator may choose.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where the database, the root key and the outbox are kept.
    pub(crate) data_dir: PathBuf,
    /// `HOST:PORT` to listen at.
    pub(crate) listen: String,
    /// Scheme, host and port under which people reach the service.
    pub(crate) public_url: Option<String>,
}
