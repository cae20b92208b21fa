//! How far an import has come, in one line that is written over.

use std::io::Write as _;
use std::time::{Duration, Instant};

use keyward::import::Progress;

use crate::terminal;

/// A bar, for whoever watches.
#[derive(Debug)]
pub(super) struct Bar {
    began: Instant,
    drawn: Option<Instant>,
    rows: u64,
}

/// Time between two drawings.
const PAUSE: Duration = Duration::from_millis(100);
/// Characters of a whole bar.
const WIDTH: u64 = 30;

impl Bar {
    pub(super) fn new() -> Self {
        Self { began: now(), drawn: None, rows: 0 }
    }

    pub(super) fn draw(&mut self, progress: Progress) {
        self.rows = progress.rows;
        let is_due = self.drawn.is_none_or(|last| last.elapsed() >= PAUSE);
        if is_due && terminal::is_watched() {
            self.drawn = Some(now());
            // Nobody listening is no fault.
            let _ =
                write!(std::io::stderr().lock(), "\r\x1b[K{}", line(progress, self.per_second()));
        }
    }

    /// Makes room for something else.
    pub(super) fn clear(&mut self) {
        if self.drawn.take().is_some() {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }

    pub(super) fn end(&mut self) {
        self.clear();
    }

    /// Rows a second until now.
    pub(super) fn per_second(&self) -> f64 {
        let secs = self.began.elapsed().as_secs_f64().max(0.001);
        // A million rows are far from where this loses any.
        #[expect(clippy::cast_precision_loss, reason = "for the eye")]
        let rows = self.rows as f64;
        rows / secs
    }
}

fn line(progress: Progress, per_second: f64) -> String {
    let Progress { rows, read, total } = progress;
    let Some(total) = total.filter(|total| *total > 0) else {
        return format!("{rows} rows, {per_second:.0}/s");
    };
    let part = read.min(total);
    let full = part * WIDTH / total;
    let bar: String = (0..WIDTH).map(|at| if at < full { '#' } else { '-' }).collect();
    format!("[{bar}] {:>3} %  {rows} rows, {per_second:.0}/s", part * 100 / total)
}

#[expect(clippy::disallowed_methods, reason = "how long somebody waited, for them to see")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_as_rows_come() {
        let check = |read, total, wanted: &str| {
            let text = line(Progress { rows: 7, read, total }, 3.4);
            assert!(text.starts_with(wanted), "{text}");
        };
        check(0, Some(100), "[------------------------------]   0 %  7 rows, 3/s");
        check(50, Some(100), "[###############---------------]  50 %");
        check(200, Some(100), "[##############################] 100 %");
        check(5, None, "7 rows, 3/s");
        check(0, Some(0), "7 rows");
    }
}
