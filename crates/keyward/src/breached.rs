//! Passwords that were found in others' breaches: refused wherever one is set.
//!
//! [`BreachFilter`] looks into a file that `keyward breached build` made of the public
//! list; nothing leaves the machine. [`BreachRange`] asks a service for all hashes that
//! begin with the same five digits, so that it never learns which one was meant. Plug a
//! [`BreachCheck`] of your own to ask something else.

mod bits;
mod build;
mod filter;
#[cfg(feature = "outbound")]
mod range;

use std::fmt;

use keyward_core::Error;
use keyward_core::port::Fut;

pub use build::{BreachList, BuiltFilter};
pub use filter::BreachFilter;
#[cfg(feature = "outbound")]
pub use range::{BreachRange, RangeOptions};

/// Knows passwords that were breached.
pub trait BreachCheck: fmt::Debug + Send + Sync + 'static {
    /// Whether a password with this SHA-1 is known to have been breached. A failure to
    /// know is an error, which refuses nobody and lets nobody pass: it is a 503. One
    /// that should let pass all the same answers no.
    fn is_breached(&self, sha1: [u8; 20]) -> Fut<'_, Result<bool, Error>>;
}

/// The hash by which lists name a password: SHA-1 of its UTF-8, as it was typed.
pub(crate) fn sha1_of(password: &str) -> [u8; 20] {
    keyward_core::crypto::token::sha1(password)
}

/// A place in the order of hashes: the first 64 bits.
fn place(sha1: &[u8; 20]) -> u64 {
    sha1.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
