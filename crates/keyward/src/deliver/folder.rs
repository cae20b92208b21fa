//! A folder of messages, for whoever has not configured mail yet.

use std::path::PathBuf;

use keyward_core::port::Fut;

use super::{Outgoing, SendError, Sender};

/// Writes each message to a file of its own, readable by its owner only. It does
/// not wait for the disk: a power cut may lose what nobody was set up to carry.
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
    use std::io::Write as _;
    std::fs::create_dir_all(folder)?;
    let mut options = std::fs::OpenOptions::new();
    // The same message again replaces itself: delivery is at least once.
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(folder.join(format!("{}.txt", message.id)))?;
    write!(file, "To: {}\nSubject: {}\n\n{}", message.to, message.subject, message.text)
}

#[cfg(test)]
mod tests {
    use keyward_core::record::Channel;

    use super::*;

    #[test]
    fn a_message_that_comes_twice_is_one_file_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let message = Outgoing {
            id: "msg_1".into(),
            channel: Channel::Mail,
            to: "ada@example.com".into(),
            subject: "Hello".into(),
            text: "Your code".into(),
            html: String::new(),
            code: None,
            link: None,
        };
        write(folder.path(), &message).unwrap();
        write(folder.path(), &message).unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].path()).unwrap();
        assert_eq!(text, "To: ada@example.com\nSubject: Hello\n\nYour code");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o077, 0);
        }
    }
}
