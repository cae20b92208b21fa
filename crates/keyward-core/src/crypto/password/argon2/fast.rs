//! argon2-rust: about 1.5 times as fast where AVX2 is. Young, so off by default
//! and held against the portable one by a test.

use argon2_rust::params::{Memory as Cost, TagLen};
use argon2_rust::{Algorithm, Argon2, Hasher, Params, Version};

use super::{NEWEST, Phc, Variant};

/// The library's own arena; it wipes itself.
#[derive(Default)]
pub(super) struct Memory(Option<Hasher>);

impl Memory {
    pub(super) fn fill(&mut self, phc: &Phc, password: &[u8], out: &mut [u8]) -> Option<()> {
        let params = Params::builder()
            .memory(Cost::kib(phc.cost.memory_kib.into()))
            .passes(phc.cost.iterations)
            .lanes(phc.cost.lanes)
            .threads(1)
            .tag_len(TagLen::bytes(out.len() as u64))
            .build()
            .ok()?;
        let version = if phc.version == NEWEST { Version::V0x13 } else { Version::V0x10 };
        let algorithm = match phc.variant {
            Variant::Id => Algorithm::Argon2id,
            Variant::I => Algorithm::Argon2i,
            Variant::D => Algorithm::Argon2d,
        };
        let argon2 = Argon2::new(algorithm, version, params);
        let hasher = self.0.get_or_insert_with(|| argon2.hasher());
        hasher.set_argon2(argon2);
        hasher.hash_into(password, &phc.salt, out).ok()
    }

    pub(super) fn kib(&self) -> usize {
        self.0.as_ref().map_or(0, Hasher::reserved_blocks)
    }
}
