//! Starting daemons as nobody, and stopping them: at the end, at Ctrl-C, and
//! even when this process is killed.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getuid, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::Result;

/// The user `nobody` of every Debian: PostgreSQL and MariaDB refuse root.
pub(crate) const NOBODY: u32 = 65_534;
/// How long a daemon may take to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long it may take to end: PostgreSQL waits for its clients.
const GRACE: Duration = Duration::from_secs(10);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Whether we are root, and therefore have to step down.
pub(crate) fn is_root() -> bool {
    getuid().is_root()
}

/// What was started here, oldest first, and the folder it lives in.
pub(crate) struct Daemons {
    folder: PathBuf,
    children: Mutex<Vec<Child>>,
}

impl Daemons {
    /// No daemons yet; a signal to this process will stop those to come.
    pub(crate) fn watched(folder: PathBuf) -> Result<Arc<Self>> {
        let daemons = Arc::new(Self { folder, children: Mutex::default() });
        let watched = Arc::clone(&daemons);
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                ask_children_to_end();
                watched.stop();
                // The main thread may have gone on to the next command meanwhile.
                ask_children_to_end();
                std::process::exit(128 + signal);
            }
        });
        Ok(daemons)
    }

    /// A program in a process group of its own, so that Ctrl-C reaches only us,
    /// which the kernel ends should we be killed.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM"]);
        if is_root() {
            command.args([
                &format!("--reuid={NOBODY}"),
                &format!("--regid={NOBODY}"),
                "--clear-groups",
            ]);
        }
        command.arg("--").arg(program).process_group(0);
        command.env("HOME", &self.folder).env("LC_ALL", "C");
        command
    }

    /// Starts a daemon and waits for its first answer.
    pub(crate) fn start(&self, mut command: Command, answers: &dyn Fn() -> bool) -> Result<()> {
        let mut child = command.spawn()?;
        let verdict = await_answer(&mut child, answers);
        self.children().push(child);
        verdict
    }

    /// Stops everything, youngest first, and removes the folder.
    pub(crate) fn stop(&self) {
        let mut children = self.children();
        for child in children.iter().rev() {
            // One that has ended by itself is no fault, and not yet reaped, so the
            // number is still its own.
            ask_to_end(child.id());
        }
        children.drain(..).rev().for_each(end);
        let _ = fs::remove_dir_all(&self.folder);
    }

    fn children(&self) -> std::sync::MutexGuard<'_, Vec<Child>> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks every child of this process to end, the command that runs beside the
/// daemons among them.
fn ask_children_to_end() {
    let this = std::process::id();
    let children = fs::read_to_string(format!("/proc/self/task/{this}/children"));
    let children = children.unwrap_or_default();
    children.split_whitespace().filter_map(|pid| pid.parse().ok()).for_each(ask_to_end);
}

fn ask_to_end(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.map(|pid| kill_process(pid, Signal::TERM));
}

fn await_answer(child: &mut Child, answers: &dyn Fn() -> bool) -> Result<()> {
    let started = Instant::now();
    while !answers() {
        if let Some(status) = child.try_wait()? {
            return Err(format!("it ended at once ({status})").into());
        }
        if started.elapsed() > PATIENCE {
            return Err(format!("no answer within {} s", PATIENCE.as_secs()).into());
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Waits for a daemon that was asked to end; one that will not is killed.
fn end(mut child: Child) {
    let asked = Instant::now();
    while asked.elapsed() < GRACE && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(PAUSE);
    }
    let _ = child.kill();
    let _ = child.wait();
}
