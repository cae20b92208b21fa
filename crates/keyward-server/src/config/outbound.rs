//! `[outbound]`: what may be asked of other services.

use std::path::PathBuf;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "outbound.allow",
        takes: Takes::List,
        default: "",
        what: "Networks that services may be asked in although they are not public, such as 10.0.0.0/8 for an issuer of one's own. None by default: whoever can name an address could reach into our network.",
    },
    Key {
        name: "outbound.ssl_root",
        takes: Takes::Path,
        default: "",
        what: "Certificate authorities (PEM) to trust for other services beside the public ones.",
    },
];

/// What may be asked of other services.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    pub(crate) allow: Vec<String>,
    pub(crate) ssl_root: Option<PathBuf>,
}

impl Outbound {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        Self { allow: r.list("outbound.allow"), ssl_root: r.path("outbound.ssl_root") }
    }
}
