//! A line that is typed and not shown.

use std::io::{BufRead as _, Result};

use keyward::Secret;

use crate::terminal::note;

/// Asks for a line from the terminal on standard input, and reads it without what ends
/// it. Nothing of it is shown but that it has ended.
pub(crate) fn answer(question: &str) -> Result<Secret> {
    let _shown_again = terminal::hide()?;
    note(question);
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed)?;
    Ok(Secret::new(typed.trim_end_matches(['\r', '\n'])))
}

#[cfg(unix)]
mod terminal {
    use std::io::{Result, stdin};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// Shows what is typed again, when it goes.
    pub(super) struct Shown(Termios);

    /// Shows nothing of what is typed from now on; what was typed before is dropped.
    pub(super) fn hide() -> Result<Shown> {
        let before = tcgetattr(stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Shown(before))
    }

    impl Drop for Shown {
        fn drop(&mut self) {
            // The terminal may be gone by now.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
        }
    }
}

#[cfg(not(unix))]
mod terminal {
    /// There is no way to hide it here.
    pub(super) fn hide() -> std::io::Result<()> {
        Ok(())
    }
}
