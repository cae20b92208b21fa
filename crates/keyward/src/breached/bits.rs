//! Gaps between sorted numbers, in as few bits as they need (Golomb 1966, Rice 1979).

/// Writes gaps: how many times 2^`low` in ones and a zero, then the rest in `low` bits.
pub(super) struct Writer {
    low: u32,
    bytes: Vec<u8>,
    left: u32,
}

impl Writer {
    pub(super) fn new(low: u32) -> Self {
        Self { low, bytes: vec![], left: 0 }
    }

    pub(super) fn gap(&mut self, gap: u64) {
        for _ in 0..gap >> self.low {
            self.bit(true);
        }
        self.bit(false);
        for at in (0..self.low).rev() {
            self.bit(gap >> at & 1 == 1);
        }
    }

    fn bit(&mut self, is_one: bool) {
        if self.left == 0 {
            self.bytes.push(0);
            self.left = 8;
        }
        self.left -= 1;
        if let (true, Some(last)) = (is_one, self.bytes.last_mut()) {
            *last |= 1 << self.left;
        }
    }

    /// The bytes so far; the next block begins on a byte of its own.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.left = 0;
        std::mem::take(&mut self.bytes)
    }
}

/// Reads gaps back; ends where the bytes do.
pub(super) struct Reader<'a> {
    low: u32,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(low: u32, bytes: &'a [u8]) -> Self {
        Self { low, bytes, at: 0 }
    }

    fn bit(&mut self) -> Option<u64> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(u64::from(bit))
    }

    pub(super) fn gap(&mut self) -> Option<u64> {
        let mut high = 0u64;
        while self.bit()? == 1 {
            high += 1;
        }
        let mut gap = high;
        for _ in 0..self.low {
            gap = gap.checked_mul(2)? | self.bit()?;
        }
        Some(gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_reads_back() {
        for low in [0, 1, 7, 13, 40] {
            let gaps: Vec<u64> = (0..300u64).map(|n| n * n * 7 % (1 << (low + 3))).collect();
            let mut writer = Writer::new(low);
            gaps.iter().for_each(|gap| writer.gap(*gap));
            let bytes = writer.take();
            let mut reader = Reader::new(low, &bytes);
            for gap in &gaps {
                assert_eq!(reader.gap(), Some(*gap), "{low}");
            }
        }
    }

    #[test]
    fn bytes_that_say_nothing_end() {
        assert_eq!(Reader::new(5, &[]).gap(), None);
        assert_eq!(Reader::new(5, &[0xff; 100]).gap(), None);
        assert_eq!(Reader::new(63, &[0; 4]).gap(), None);
    }
}
