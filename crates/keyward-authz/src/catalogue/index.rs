//! Where each name of a catalogue is, by hash. The names are the policy's own,
//! so whoever asks cannot make them collide: the hash needs no secret.

use std::hash::{DefaultHasher, Hasher};

/// Places of names, where their hashes point or shortly after.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// A power of two of them, half empty at least.
    cells: Box<[u32]>,
}

impl Index {
    pub(super) fn of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Self {
        let size = (names.len() * 2).next_power_of_two();
        let mut index = Self { cells: vec![EMPTY; size].into() };
        for (slot, name) in (0..EMPTY).zip(names) {
            index.put(name, slot);
        }
        index
    }

    fn put(&mut self, name: &str, slot: u32) {
        let places = self.places(name);
        for place in places {
            if let Some(cell) = self.cells.get_mut(place).filter(|cell| **cell == EMPTY) {
                *cell = slot;
                return;
            }
        }
    }

    /// The places of names that have the hash of this one, or a near one.
    pub(super) fn candidates(&self, name: &str) -> impl Iterator<Item = usize> {
        let cells = self.places(name).map_while(|place| self.cells.get(place).copied());
        cells.take_while(|cell| *cell != EMPTY).map(|cell| cell as usize)
    }

    fn places(&self, name: &str) -> impl Iterator<Item = usize> + use<> {
        let mut hasher = DefaultHasher::new();
        hasher.write(name.as_bytes());
        let (size, hash) = (self.cells.len(), hasher.finish());
        let start = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
        (0..size).map(move |step| start.wrapping_add(step) & (size - 1))
    }
}

const EMPTY: u32 = u32::MAX;
