//! What a password must be.

#[cfg(feature = "authnzerver")]
pub mod likeness;
pub mod rules;
#[cfg(feature = "strength")]
pub mod strength;
