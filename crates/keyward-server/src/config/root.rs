//! What belongs to no section.

use std::path::PathBuf;

use keyward::{RootKey, Secret};

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "public_url",
        takes: Takes::Url,
        default: "",
        what: "Scheme, host and port under which people reach the service; it stands in every link. Without one it is http://localhost and the port of the listener, which is right on one's own machine only.",
    },
    Key {
        name: "data_dir",
        takes: Takes::Path,
        default: "",
        what: "Folder of the database, the root key and unsent messages; made when missing. Without one it is `data` for serve and `.keyward-dev` for dev.",
    },
    Key {
        name: "root_key",
        takes: Takes::Secret,
        default: "",
        what: "The one secret from which every other key is derived, 32 random bytes in hexadecimal or base64. Without one it is kept in a file beside the database, made at the first start.",
    },
];

/// What belongs to no section.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    pub(crate) public_url: Option<String>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) root_key: Option<Secret>,
}

impl Root {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let public_url = r.text("public_url");
        if public_url.as_deref().is_some_and(|url| !is_public_url(url)) {
            r.refuse(
                "public_url",
                "must be scheme, host and port, such as \"https://auth.example.com\"",
            );
        }
        let root_key = r.secret("root_key");
        if let Some(Err(why)) = root_key.as_ref().map(|key| RootKey::parse(key.reveal())) {
            r.refuse("root_key", format!("cannot be used: {why}"));
        }
        Self { public_url, data_dir: r.path("data_dir"), root_key }
    }
}

/// `http(s)://HOST[:PORT]`, with or without a last slash; the library is stricter still.
fn is_public_url(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.map(|host| host.trim_end_matches('/'))
        .is_some_and(|host| !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']))
}
