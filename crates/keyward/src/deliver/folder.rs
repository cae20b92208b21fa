//! A folder of messages, for whoever has not configured mail yet.

use std::path::PathBuf;

use keyward_core::port::Fut;

use super::{Outgoing, SendError, Sender};

/// Writes each message to a file of its own, readable by its owner only.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Files go to `path`, which is made when the first message comes.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

impl Sender for Folder {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        Box::pin(async move {
            let (folder, message) = (self.0.clone(), message.clone());
            let written = tokio::task::spawn_blocking(move || write(&folder, &message)).await;
            match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(SendError::Later(error.to_string())),
                Err(error) => Err(SendError::Later(error.to_string())),
            }
        })
    }
}

fn write(folder: &std::path::Path, message: &Outgoing) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let text = format!("To: {}\nSubject: {}\n\n{}", message.to, message.subject, message.text);
    crate::keyfile::write_private(&folder.join(format!("{}.txt", message.id)), text.as_bytes())
}
