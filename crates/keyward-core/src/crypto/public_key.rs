//! Public keys of others, from their numbers: read once for COSE and for JSON.

use aws_lc_rs::signature::{
    ED25519, EcdsaVerificationAlgorithm, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents,
};

/// A point on P-256 (SEC 1 section 2.3.3, uncompressed).
pub(super) fn p256(
    how: &'static EcdsaVerificationAlgorithm,
    x: &[u8],
    y: &[u8],
) -> Option<ParsedPublicKey> {
    (x.len() == 32 && y.len() == 32).then_some(())?;
    ParsedPublicKey::new(how, [&[4], x, y].concat()).ok()
}

/// A key of Ed25519.
pub(super) fn ed25519(x: &[u8]) -> Option<ParsedPublicKey> {
    (x.len() == 32).then_some(())?;
    ParsedPublicKey::new(&ED25519, x).ok()
}

/// An RSA key of 2,048 to 4,096 bits. A long exponent makes checking slow; every
/// key in use has 65,537.
pub(super) fn rsa(how: &'static RsaParameters, n: &[u8], e: &[u8]) -> Option<ParsedPublicKey> {
    let is_long = n.first()? & 0x80 != 0 || n.len() > *MODULUS.start();
    (MODULUS.contains(&n.len()) && is_long && e.len() <= 4).then_some(())?;
    RsaPublicKeyComponents { n, e }.to_parsed_public_key(how).ok()
}

/// Bytes of an RSA modulus.
const MODULUS: core::ops::RangeInclusive<usize> = 256..=512;
