//! The two streams of the terminal: answers on one, everything else on the other.

use std::io::{IsTerminal as _, Write as _};

/// Prints an answer on standard output.
pub(crate) fn answer(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")
}

/// Tells the person something on standard error. Nobody listening is no fault.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Tells the person what went wrong.
pub(crate) fn error(text: &str) {
    for line in text.lines() {
        note(&format!("keyward: {line}"));
    }
}

/// Whether a person, and not a file, reads standard error.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}
