//! *What is true, and what may happen next.* The sans-IO heart of Keyward:
//! it never waits on anything but a [port], never asks the time, never draws
//! randomness of its own.

pub mod error;
pub mod id;
pub mod port;
pub mod secret;
pub mod time;

pub use error::Error;
pub use secret::Secret;
