//! The policy file: read at the start, and again when it changes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyward_authz::policy::Policy;
use keyward_core::Error;

use super::base::Base;
use crate::engine::Keyward;

/// How often the file is looked at. A change counts once it has rested so long:
/// a file that is still being written may lack its denials.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The file, and how reading it again went.
#[derive(Debug)]
pub(crate) struct PolicyFile {
    path: PathBuf,
    refused: AtomicU64,
    /// How it looked when it was read last.
    read_as: Mutex<Look>,
    /// Why the file as it is now is not in force.
    mistakes: Mutex<Option<String>>,
}

/// How things stand with the policy file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyFileStatus {
    /// Where it is.
    pub path: PathBuf,
    /// Why the file as it is now is not in force; the policy that was read
    /// before still is.
    pub mistakes: Option<String>,
    /// How often it could not be put in force since the start.
    pub refused: u64,
}

impl PolicyFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            refused: AtomicU64::new(0),
            read_as: Mutex::new(None),
            mistakes: Mutex::new(None),
        }
    }

    /// What a file says, if there is one.
    pub(crate) fn base(file: Option<&Self>) -> Result<Arc<Base>, Error> {
        file.map_or_else(|| Ok(Arc::default()), |file| file.read().map(Arc::new))
    }

    /// Reads it.
    pub(crate) fn read(&self) -> Result<Base, Error> {
        // Looked at first: what is written meanwhile is read again.
        if let Ok(mut read_as) = self.read_as.lock() {
            *read_as = self.look();
        }
        read(&self.path)
    }

    fn has_changed(&self, now: Look) -> bool {
        self.read_as.lock().is_ok_and(|read_as| *read_as != now)
    }

    fn note(&self, outcome: &Result<(), Error>) {
        let told = outcome.as_ref().err().map(told);
        if let Some(mistakes) = &told {
            let count = self.refused.fetch_add(1, Ordering::Relaxed) + 1;
            let file = self.path.display();
            tracing::error!(%file, count, %mistakes, "the policy file is refused; the former policy stays");
        }
        if let Ok(mut mistakes) = self.mistakes.lock() {
            *mistakes = told;
        }
    }

    /// When it was last written, and how long it is.
    fn look(&self) -> Look {
        let about = std::fs::metadata(&self.path).ok()?;
        Some((about.modified().ok()?, about.len()))
    }
}

type Look = Option<(std::time::SystemTime, u64)>;

fn read(path: &Path) -> Result<Base, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Error::because("open the policy file", named(path, &cause)))?;
    let policy = Policy::parse(&path.display().to_string(), &text)
        .map_err(|mistakes| Error::because("use the policy file", mistakes))?;
    let Base(nothing) = Base::default();
    nothing.of_file(policy).map(Base)
}

fn named(path: &Path, cause: &std::io::Error) -> String {
    format!("{}: {cause}", path.display())
}

/// An error with its causes.
fn told(error: &Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl Keyward {
    /// Reads the policy file again and puts it in force. Where that cannot be, or
    /// would leave nobody who can administer, the former policy stays, and the
    /// error is logged and counted as well; whoever starts anew with such a file
    /// forces it. Without a policy file, nothing happens.
    pub async fn reload_policy_file(&self) -> Result<(), Error> {
        let Some(file) = &self.0.policy_file else { return Ok(()) };
        let outcome = match self.read_policy_file(file).await {
            Ok(base) => self.put_in_force(|| Ok(base)).await,
            Err(error) => Err(error),
        };
        file.note(&outcome);
        if outcome.is_ok() {
            tracing::info!(file = %file.path.display(), "the policy file was read");
        }
        outcome
    }

    /// Reads the file, and looks whether somebody can still administer with it.
    async fn read_policy_file(&self, file: &PolicyFile) -> Result<Base, Error> {
        let base = file.read()?;
        match self.administrators_stay_with(base.fixed()).await? {
            true => Ok(base),
            false => {
                let why =
                    "nobody could administer any more; a restart puts it in force all the same";
                Err(Error::because("use the policy file", why))
            }
        }
    }

    /// How things stand with the policy file, if there is one.
    pub fn policy_file(&self) -> Option<PolicyFileStatus> {
        let file = self.0.policy_file.as_ref()?;
        let mistakes = file.mistakes.lock().ok().and_then(|mistakes| mistakes.clone());
        let refused = file.refused.load(Ordering::Relaxed);
        Some(PolicyFileStatus { path: file.path.clone(), mistakes, refused })
    }

    /// Looks at the file until the end, and reads it again when it changed.
    pub(crate) async fn policy_file_loop(self) {
        let Some(file) = &self.0.policy_file else { return };
        let mut seen = file.look();
        while self.pause(LOOK_EVERY).await {
            let now = file.look();
            if now == seen && file.has_changed(now) {
                // It is noted there.
                self.reload_policy_file().await.ok();
            }
            seen = now;
        }
    }
}
