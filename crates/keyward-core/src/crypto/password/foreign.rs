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
    fn matches(&self, arena: &mut Arena, password: &[u8]) -> Result<bool, HashError> {
        self.hash.matches(arena, password)
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
}
