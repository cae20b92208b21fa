//! What makes one picture unlike another, and like itself whenever it is drawn.

use keyward_core::crypto::token::digest_bytes;

/// Numbers that follow from a seed: SHA-256 of it and a counter.
pub(super) struct Noise {
    seed: [u8; 32],
    round: u32,
    left: std::vec::IntoIter<u8>,
}

impl Noise {
    pub(super) fn new(seed: [u8; 32]) -> Self {
        Self { seed, round: 0, left: vec![].into_iter() }
    }

    /// Any byte.
    pub(super) fn byte(&mut self) -> u8 {
        if let Some(byte) = self.left.next() {
            return byte;
        }
        let bytes = [self.seed.as_slice(), &self.round.to_be_bytes()].concat();
        self.round = self.round.wrapping_add(1);
        self.left = digest_bytes(&bytes).to_vec().into_iter();
        self.left.next().unwrap_or(0)
    }

    /// A number from `from` up to `to`.
    pub(super) fn between(&mut self, from: f32, to: f32) -> f32 {
        let unit = f32::from(u16::from_be_bytes([self.byte(), self.byte()])) / 65_536.0;
        from + (to - from) * unit
    }

    /// A whole number below `end`, which is at least 1.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::from(u16::from_be_bytes([self.byte(), self.byte()])) % end.max(1)
    }
}
