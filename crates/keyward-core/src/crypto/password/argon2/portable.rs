//! RustCrypto's Argon2: the default, and the oracle.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize as _;

use super::{NEWEST, Phc, Variant};

/// Blocks of 1 KiB, kept.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    pub(super) fn fill(&mut self, phc: &Phc, password: &[u8], out: &mut [u8]) -> Option<()> {
        let cost = &phc.cost;
        let params =
            Params::new(cost.memory_kib, cost.iterations, cost.lanes, Some(out.len())).ok()?;
        let blocks = self.blocks(params.block_count())?;
        let version = if phc.version == NEWEST { Version::V0x13 } else { Version::V0x10 };
        let algorithm = match phc.variant {
            Variant::Id => Algorithm::Argon2id,
            Variant::I => Algorithm::Argon2i,
            Variant::D => Algorithm::Argon2d,
        };
        Argon2::new(algorithm, version, params)
            .hash_password_into_with_memory(password, &phc.salt, out, blocks)
            .ok()
    }

    pub(super) fn kib(&self) -> usize {
        self.0.len()
    }

    fn blocks(&mut self, count: usize) -> Option<&mut [Block]> {
        let missing = count.saturating_sub(self.0.len());
        self.0.try_reserve_exact(missing).ok()?;
        self.0.resize(count.max(self.0.len()), Block::new());
        self.0.get_mut(..count)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
