//! Items of DER (X.690), one after the other.

#[cfg(any(test, feature = "authenticator"))]
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OBJECT_ID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// One item of DER (X.690).
pub(super) struct Item<'a> {
    /// What it is.
    pub(super) tag: u8,
    /// What it holds.
    pub(super) inner: &'a [u8],
    /// Same, with its head.
    pub(super) whole: &'a [u8],
}

/// One item of this tag, and what follows it.
pub(super) fn take(bytes: &[u8], tag: u8) -> Option<(Item<'_>, &[u8])> {
    any(bytes).filter(|(item, _)| item.tag == tag)
}

/// One item, and what follows it. Lengths beyond 64 KiB are refused.
pub(super) fn any(bytes: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => rest.split_first().map(|(n, rest)| (usize::from(*n), rest))?,
        0x82 => rest
            .split_first_chunk::<2>()
            .map(|(n, rest)| (usize::from(u16::from_be_bytes(*n)), rest))?,
        _ => return None,
    };
    let (inner, after) = rest.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - after.len())?;
    Some((Item { tag, inner, whole }, after))
}
