//! *What is true, and what may happen next.* The sans-IO heart of Keyward:
//! it never waits on anything but a [port], never asks the time, never draws
//! randomness of its own.

pub mod crypto;
#[cfg(feature = "authnzerver")]
pub mod disposable;
pub mod error;
pub mod flow;
pub mod header;
pub mod id;
pub mod identifier;
pub mod limit;
mod listed;
pub mod network;
pub mod password;
pub mod port;
pub mod profile;
pub mod record;
pub mod refusal;
pub mod secret;
pub mod settings;
#[cfg(feature = "authnzerver")]
pub mod suffix;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;

pub use error::Error;
pub use keyward_authz as authz;
pub use secret::Secret;
