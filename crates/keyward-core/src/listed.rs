//! Long lists of what is refused. Of each text there are the first four bytes of its
//! SHA-256, sorted, without separators: another text is taken for one of `n` once in
//! 2³² ⁄ `n`.

use crate::crypto::token;

/// A list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List(&'static [u8]);

impl List {
    pub(crate) const fn new(entries: &'static [u8]) -> Self {
        Self(entries)
    }

    /// Whether a text is in it, as it is written there.
    pub(crate) fn has(self, text: &str) -> bool {
        let wanted = entry(text);
        let (mut low, mut high) = (0, self.0.len() / 4);
        while low < high {
            let middle = low.midpoint(high);
            match self.0.get(middle * 4..middle * 4 + 4) {
                Some(found) if found == wanted => return true,
                Some(found) if found < wanted.as_slice() => low = middle + 1,
                _ => high = middle,
            }
        }
        false
    }
}

/// What stands for a text.
pub(crate) fn entry(text: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = token::digest(text);
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: List, least: usize) {
        let entries: Vec<&[u8]> = list.0.chunks_exact(4).collect();
        assert!(entries.len() > least);
        assert!(entries.is_sorted());
    }

    #[test]
    fn every_list_is_sorted() {
        check(crate::password::rules::COMMON, 15_000);
        #[cfg(feature = "authnzerver")]
        {
            check(crate::disposable::DOMAINS, 9_000);
            check(crate::suffix::SUFFIXES, 1_400);
        }
    }
}
