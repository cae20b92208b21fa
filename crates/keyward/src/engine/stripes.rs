//! Numbers that every request adds to: each thread has a place of its own, so that no two
//! wait for one another.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Places; threads beyond share them.
const PLACES: usize = 8;

thread_local! {
    static NUMBER: usize = next_number();
}

fn next_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The number of this thread: no other of this process has it.
pub(crate) fn thread_number() -> usize {
    NUMBER.with(|number| *number)
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count([Place; PLACES]);

/// Nothing else is in the same line of the processor's memory.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Place(AtomicU64);

impl Count {
    pub(crate) fn up(&self) {
        if let Some(Place(number)) = self.0.get(thread_number() % PLACES) {
            number.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.iter().map(|Place(number)| number.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_many_threads_add_is_counted() {
        let count = Count::default();
        std::thread::scope(|scope| {
            for _ in 0..2 * PLACES {
                scope.spawn(|| (0..1_000).for_each(|_| count.up()));
            }
        });
        assert_eq!(count.get(), 2_000 * PLACES as u64);
    }
}
