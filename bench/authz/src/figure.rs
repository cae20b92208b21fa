//! Figures: how they are taken, and how they are printed.

use std::hint::black_box;
use std::time::Instant;

/// Prints `name=value`, with as many decimals as mean something.
pub(crate) fn print(name: &str, value: f64) {
    let decimals = if value < 10.0 {
        2
    } else if value < 1000.0 {
        1
    } else {
        0
    };
    println!("{name}={value:.decimals$}");
}

/// How often something is called for a figure.
#[derive(Clone, Copy)]
pub(crate) struct Batches {
    pub(crate) count: usize,
    pub(crate) calls: usize,
}

impl Batches {
    /// For what takes nanoseconds: short, so that some are left in peace on a
    /// machine that does other things as well, and long enough that none is of
    /// easy questions only.
    pub(crate) const OURS: Self = Self { count: 1_000, calls: 2_000 };

    /// The best batch, in nanoseconds for one call.
    pub(crate) fn time(self, mut call: impl FnMut() -> bool) -> f64 {
        let each = (0..self.count).map(|_| {
            let begin = Instant::now();
            let yes = (0..self.calls).filter(|_| black_box(call())).count();
            black_box(yes);
            begin.elapsed().as_secs_f64() * 1e9 / self.calls as f64
        });
        each.fold(f64::INFINITY, f64::min)
    }
}
