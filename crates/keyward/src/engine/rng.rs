//! Randomness: the operating system's, or a seeded one for tests.

use std::sync::{Arc, Mutex};

use keyward_core::port::Random;

use super::os::OsRandom;

/// Where unpredictable bytes come from.
#[derive(Clone)]
pub(crate) enum Rng {
    Os,
    Seeded(Arc<Mutex<dyn Random>>),
}

impl Random for Rng {
    fn fill(&mut self, buf: &mut [u8]) {
        match self {
            Self::Os => OsRandom.fill(buf),
            Self::Seeded(shared) => match shared.lock() {
                Ok(mut seeded) => seeded.fill(buf),
                Err(poisoned) => poisoned.into_inner().fill(buf),
            },
        }
    }
}
