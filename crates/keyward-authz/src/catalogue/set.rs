//! What is allowed and what is denied, a pair of bits for each permission.

use super::{Catalogue, PermissionId, count};
use crate::effect::Effect;
use crate::pattern::Pattern;

/// A set of permissions of one catalogue, with what is denied among them. Allowed
/// and denied bits lie side by side, so that a look at one permission touches one
/// cache line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet {
    epoch: u32,
    pairs: Box<[[u64; 2]]>,
}

impl PermissionSet {
    /// A set without any permission.
    pub(crate) fn none(catalogue: &Catalogue) -> Self {
        let words = catalogue.len().div_ceil(BITS);
        Self { epoch: catalogue.epoch(), pairs: vec![[0; 2]; words].into() }
    }

    /// Every permission.
    pub(crate) fn all(catalogue: &Catalogue) -> Self {
        let mut set = Self::none(catalogue);
        catalogue.iter().for_each(|(id, _)| set.insert(id));
        set
    }

    /// Adds one permission.
    pub(crate) fn insert(&mut self, id: PermissionId) {
        self.mark(Effect::Allow, [id.slot]);
    }

    /// What these patterns cover.
    pub(crate) fn covered<'a>(
        catalogue: &Catalogue,
        patterns: impl IntoIterator<Item = &'a Pattern>,
    ) -> Self {
        let mut set = Self::none(catalogue);
        patterns.into_iter().for_each(|pattern| set.cover(catalogue, Effect::Allow, pattern));
        set
    }

    /// Adds what a pattern covers.
    pub(crate) fn cover(&mut self, catalogue: &Catalogue, effect: Effect, pattern: &Pattern) {
        self.mark(effect, catalogue.covered(pattern).map(count));
    }

    /// Adds permissions by their places in the catalogue.
    pub(crate) fn mark(&mut self, effect: Effect, slots: impl IntoIterator<Item = u32>) {
        let half = half(effect);
        for slot in slots {
            let (word, bit) = place(slot);
            if let Some(half) = self.pairs.get_mut(word).and_then(|pair| pair.get_mut(half)) {
                *half |= bit;
            }
        }
    }

    /// Adds all of another set, allowed and denied.
    pub(crate) fn add(&mut self, other: &[[u64; 2]]) {
        for ([allow, deny], [other_allow, other_deny]) in self.pairs.iter_mut().zip(other) {
            *allow |= other_allow;
            *deny |= other_deny;
        }
    }

    pub(crate) fn pairs(&self) -> &[[u64; 2]] {
        &self.pairs
    }

    /// What the set says about a permission: whether something allows it, and
    /// whether something denies it. Nothing when the number is of another
    /// catalogue.
    pub(crate) fn marks(&self, id: PermissionId) -> Option<(bool, bool)> {
        let (word, bit) = id.place();
        let [allow, deny] = self.pairs.get(word).filter(|_| id.epoch == self.epoch)?;
        Some((allow & bit != 0, deny & bit != 0))
    }

    /// Whether it is allowed and not denied.
    pub fn contains(&self, id: PermissionId) -> bool {
        self.marks(id) == Some((true, false))
    }

    /// What is in both: how a ceiling narrows.
    #[must_use]
    pub fn within(mut self, ceiling: &Self) -> Self {
        let same = self.epoch == ceiling.epoch;
        for (nth, [allow, _]) in self.pairs.iter_mut().enumerate() {
            let top = ceiling.pairs.get(nth).filter(|_| same);
            *allow &= top.map_or(0, |[allow, deny]| allow & !deny);
        }
        self
    }

    /// How many permissions are allowed and not denied.
    pub fn len(&self) -> usize {
        self.pairs.iter().map(|[allow, deny]| (allow & !deny).count_ones() as usize).sum()
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.pairs.iter().all(|[allow, deny]| allow & !deny == 0)
    }

    /// The numbers of what is allowed and not denied, ascending.
    pub fn iter(&self) -> impl Iterator<Item = PermissionId> + '_ {
        let words = self.pairs.iter().map(|[allow, deny]| allow & !deny).enumerate();
        words.flat_map(move |(nth, word)| {
            let rest = |word: &u64| Some(word & (word - 1)).filter(|rest| *rest != 0);
            let words = std::iter::successors(Some(word).filter(|word| *word != 0), rest);
            words.map(move |word| {
                let slot = nth * BITS + word.trailing_zeros() as usize;
                PermissionId { epoch: self.epoch, slot: count(slot) }
            })
        })
    }
}

impl PermissionId {
    /// Its word in a row, and its bit in the word.
    pub(crate) fn place(self) -> (usize, u64) {
        place(self.slot)
    }
}

fn place(slot: u32) -> (usize, u64) {
    (slot as usize / BITS, 1 << (slot as usize % BITS))
}

fn half(effect: Effect) -> usize {
    match effect {
        Effect::Allow => 0,
        Effect::Deny => 1,
    }
}

const BITS: usize = u64::BITS as usize;
