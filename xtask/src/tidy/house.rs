//! Everything that is looked at: sources, documents, crates.

use std::fs;
use std::path::Path;

use super::source::Source;
use crate::Result;
use crate::project::{self, Member};

/// The workspace, read once.
#[derive(Default)]
pub(super) struct House {
    pub(super) members: Vec<Member>,
    /// Every crate that is built, ours and others'.
    pub(super) built: Vec<String>,
    /// The text of `deny.toml`.
    pub(super) bans: String,
    pub(super) sources: Vec<Source>,
    /// Markdown files: path and text.
    pub(super) documents: Vec<(String, String)>,
    /// Every file's path.
    pub(super) paths: Vec<String>,
}

impl House {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut paths = Vec::new();
        walk(root, root, &mut paths)?;
        paths.sort();
        let read = |path: &String| Ok((path.clone(), fs::read_to_string(root.join(path))?));
        let ending = |ending| paths.iter().filter(move |path| path.ends_with(ending));
        let sources: Vec<(String, String)> = ending(".rs").map(read).collect::<Result<_>>()?;
        let sources = sources.iter().map(|(path, text)| Source::new(path, text)).collect();
        let documents = ending(".md").map(read).collect::<Result<_>>()?;
        Ok(Self {
            members: project::members()?,
            built: project::built()?,
            bans: fs::read_to_string(root.join("deny.toml"))?,
            sources,
            documents,
            paths,
        })
    }
}

/// Collects files, leaving out what is built, fetched or hidden.
fn walk(root: &Path, folder: &Path, paths: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.starts_with("target") || name == "node_modules" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(root, &entry.path(), paths)?;
        } else {
            paths.push(entry.path().strip_prefix(root)?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}
