//! `[branding]`: what the service is called and looks like.

use std::path::PathBuf;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "branding.name",
        takes: Takes::Text,
        default: "Keyward",
        what: "What the service is called in pages and messages.",
    },
    Key {
        name: "branding.templates",
        takes: Takes::Path,
        default: "",
        what: "Folder of templates that replace the built-in ones of pages and letters of the same name; mail_verify.html replaces mail.html for one letter.",
    },
];

/// What the service is called and looks like.
#[derive(Clone, Debug)]
pub(crate) struct Branding {
    pub(crate) name: String,
    pub(crate) templates: Option<PathBuf>,
}

impl Branding {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let templates = r.path("branding.templates");
        if let Some(missing) = templates.as_deref().filter(|path| !path.is_dir()) {
            let missing = missing.display().to_string();
            r.refuse("branding.templates", format!("names a folder that is not there: {missing}"));
        }
        Self { name: r.text("branding.name").unwrap_or_default(), templates }
    }
}
