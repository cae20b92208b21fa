//! One line for each step, and a last one that counts.

use std::io::IsTerminal as _;
use std::time::Duration;

use tokio::time::Instant;

use super::trouble::Trouble;
use crate::failure::{Failure, Outcome};
use crate::terminal::answer;

/// Columns of a title.
const TITLE: usize = 58;

/// How the tour goes.
pub(super) struct Report {
    passed: usize,
    total: usize,
    took: Duration,
    colour: bool,
}

/// Does `work`, and tells how long it took.
pub(super) async fn timed<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let began = Instant::now();
    let done = work.await;
    (began.elapsed(), done)
}

impl Report {
    /// Nothing yet. Colours are for terminals only.
    pub(super) fn new(no_color: bool) -> Self {
        let colour = !no_color && !crate::config::no_color() && std::io::stdout().is_terminal();
        Self { passed: 0, total: 0, took: Duration::ZERO, colour }
    }

    /// Whether no step was told yet.
    pub(super) fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Tells how a step went.
    pub(super) fn line(
        &mut self,
        title: &str,
        took: Duration,
        told: Result<String, Trouble>,
    ) -> Outcome {
        self.total += 1;
        self.took += took;
        let (mark, note) = match told {
            Ok(note) => {
                self.passed += 1;
                (self.paint("✓", "32"), note)
            }
            Err(trouble) => (self.paint("✗", "31"), trouble.to_string()),
        };
        let millis = took.as_millis();
        Ok(answer(format!(" {mark} {title:<TITLE$} {millis:>5} ms   {note}").trim_end())?)
    }

    /// The last line.
    pub(super) fn end(&self) -> Outcome {
        let Self { passed, total, took, .. } = self;
        answer(&format!("{passed} of {total} passed in {:.1} s", took.as_secs_f64()))?;
        if passed == total { Ok(()) } else { Err(Failure::no()) }
    }

    fn paint(&self, text: &str, colour: &str) -> String {
        if self.colour { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
