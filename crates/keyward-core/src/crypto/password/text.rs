//! Pieces of stored text, read strictly: one spelling for each value.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A decimal number without sign, space or leading zero.
pub(super) fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let leading = text.len() > 1 && text.starts_with('0');
    if !digits || leading {
        return None;
    }
    text.parse().ok()
}

/// `name=number`.
pub(super) fn named(text: &str, name: &str) -> Option<u32> {
    number(text.strip_prefix(name)?.strip_prefix('=')?)
}

/// Exactly `N` parts between `by`.
pub(super) fn split<const N: usize>(text: &str, by: char) -> Option<[&str; N]> {
    let mut parts = text.split(by);
    let mut found = [""; N];
    for slot in &mut found {
        *slot = parts.next()?;
    }
    parts.next().is_none().then_some(found)
}

/// Base64 of RFC 4648 without padding.
pub(super) const B64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, with_padding(DecodePaddingMode::RequireNone));

const fn with_padding(mode: DecodePaddingMode) -> GeneralPurposeConfig {
    let writes = matches!(mode, DecodePaddingMode::RequireCanonical);
    GeneralPurposeConfig::new().with_encode_padding(writes).with_decode_padding_mode(mode)
}

/// Bytes from unpadded base64.
pub(super) fn b64(text: &str) -> Option<Vec<u8>> {
    B64.decode(text).ok()
}

/// Unpadded base64 from bytes.
pub(super) fn to_b64(bytes: &[u8]) -> String {
    B64.encode(bytes)
}
