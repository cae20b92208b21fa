//! A known hash in a stranger's text: always due for a rehash.

use super::policy::Scheme;
use super::{Arena, HashError, Stored};

/// A known hash as another system writes it.
pub(super) struct Foreign {
    /// Whose text it is.
    pub(super) system: &'static str,
    /// The hash.
    pub(super) hash: Box<dyn Stored>,
}

impl Foreign {
    pub(super) fn boxed(system: &'static str, hash: impl Stored + 'static) -> Box<dyn Stored> {
        Box::new(Self { system, hash: Box::new(hash) })
    }
}

impl Stored for Foreign {
    fn compute(&self, arena: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        self.hash.compute(arena, password)
    }

    fn tag(&self) -> &[u8] {
        self.hash.tag()
    }

    fn is_current(&self, _: &Scheme) -> bool {
        false
    }

    fn describe(&self) -> String {
        format!("{} {}", self.system, self.hash.describe())
    }

    fn memory_kib(&self) -> u32 {
        self.hash.memory_kib()
    }

    fn millis(&self) -> u64 {
        self.hash.millis()
    }
}
