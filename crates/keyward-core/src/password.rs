//! What a password must be.

pub mod rules;
#[cfg(feature = "strength")]
pub mod strength;
