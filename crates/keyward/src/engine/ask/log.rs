//! The decision log: one line for each decision, with all that it was made of, so
//! that it can be made again by another policy. Nobody waits for it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use keyward_core::Error;

use super::logged::{Line, MAX_LINE};
use crate::engine::Keyward;
use crate::engine::builder::Builder;

/// Lines that wait to be written; more are lost, and counted.
const ROOM: usize = 4_096;

/// Writes decisions to a file.
#[derive(Debug)]
pub(crate) struct DecisionLog {
    to: SyncSender<Message>,
    lost: std::sync::Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
enum Message {
    Line(Vec<u8>),
    End,
}

/// Where decisions are logged, and how large the file gets.
#[derive(Clone, Debug)]
pub(crate) struct LogTo {
    pub(crate) path: PathBuf,
    pub(crate) most: u64,
}

impl DecisionLog {
    /// Opens the file, readable by its owner alone, and writes behind what is there.
    pub(crate) fn open(to: LogTo) -> Result<Self, Error> {
        let bad = |cause| Error::because("open the decision log", cause);
        let mut writer = Writer::open(to).map_err(bad)?;
        let (sender, lines) = sync_channel(ROOM);
        let lost = std::sync::Arc::new(AtomicU64::new(0));
        let count = lost.clone();
        let thread = std::thread::Builder::new()
            .name("keyward-decisions".into())
            .spawn(move || writer.serve(&lines, &count))
            .map_err(|cause| Error::because("start to log decisions", cause))?;
        Ok(Self { to: sender, lost, thread: Mutex::new(Some(thread)) })
    }

    /// Takes a line, if there is room for it.
    pub(super) fn put(&self, line: &Line) {
        let fits = serde_json::to_vec(line).ok().filter(|text| text.len() < MAX_LINE);
        let taken = fits.map(|text| self.to.try_send(Message::Line(text)));
        if !matches!(taken, Some(Ok(()))) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes what waits, and ends.
    fn finish(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && self.to.send(Message::End).is_ok()
        {
            thread.join().ok();
        }
    }
}

struct Writer {
    to: LogTo,
    file: BufWriter<File>,
    size: u64,
}

impl Writer {
    fn open(to: LogTo) -> io::Result<Self> {
        let file = open(&to.path)?;
        let size = file.metadata()?.len();
        Ok(Self { to, file: BufWriter::new(file), size })
    }

    fn serve(&mut self, lines: &Receiver<Message>, lost: &AtomicU64) {
        let mut failed = false;
        while let Ok(first) = lines.recv() {
            let (mut next, mut count) = (Ok(first), 0);
            let mut written = Ok(());
            while let Ok(Message::Line(line)) = next {
                count += 1;
                written = written.and_then(|()| self.write(&line));
                next = lines.try_recv();
            }
            if let Err(error) = written.and_then(|()| self.file.flush()) {
                lost.fetch_add(count, Ordering::Relaxed);
                if !failed {
                    tracing::error!(file = %self.to.path.display(), %error, "decisions are not logged");
                }
                failed = true;
            } else {
                failed = false;
            }
            if matches!(next, Ok(Message::End) | Err(TryRecvError::Disconnected)) {
                return;
            }
        }
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let length = line.len() as u64 + 1;
        if self.size + length > self.to.most && self.size > 0 {
            self.turn()?;
        }
        self.size += length;
        self.file.write_all(line)?;
        self.file.write_all(b"\n")
    }

    /// Begins anew; what was full is kept as `FILE.1`, in place of an older one.
    fn turn(&mut self) -> io::Result<()> {
        self.file.flush()?;
        let mut old = self.to.path.clone().into_os_string();
        old.push(".1");
        std::fs::rename(&self.to.path, old)?;
        (self.file, self.size) = (BufWriter::new(open(&self.to.path)?), 0);
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl Builder {
    /// Writes every decision to this file, a line of JSON each, for
    /// [`Keyward::replay`]: who asked with what they held, what was wanted of what,
    /// the attributes that conditions see (an e-mail address among them), and the
    /// answer. At `most` bytes it begins anew, and keeps what was full as `FILE.1`.
    ///
    /// Requests do not wait for it: a line that finds no room, or cannot be written, is
    /// lost and [counted](Keyward::lost_decisions).
    #[must_use]
    pub fn decision_log(mut self, path: impl Into<PathBuf>, most: u64) -> Self {
        self.decisions = Some(LogTo { path: path.into(), most });
        self
    }
}

impl Keyward {
    /// Decisions that could not be logged since the start.
    pub fn lost_decisions(&self) -> u64 {
        self.0.decisions.as_ref().map_or(0, |log| log.lost.load(Ordering::Relaxed))
    }

    /// Writes what waits in the decision log, and ends it.
    pub(crate) async fn finish_decision_log(&self) {
        if self.0.decisions.is_some() {
            let auth = self.clone();
            let finish = move || auth.0.decisions.iter().for_each(DecisionLog::finish);
            tokio::task::spawn_blocking(finish).await.ok();
        }
    }
}
