//! The API of a Keyward server, as methods.
//!
#![doc = include_str!("../README.md")]

mod builder;
mod call;
mod client;
mod connect;
mod credentials;
mod error;
mod events;
mod operations;
mod origin;
mod outcome;
mod person;
mod problem;
mod secret;
#[cfg(feature = "tokens")]
pub mod tokens;
mod types;
mod wire;

pub use builder::{Builder, Retries};
pub use call::{Call, IfMatch, Json, Kind, Nothing, Raw, Stream};
pub use client::Client;
pub use credentials::Credentials;
pub use error::{Error, Result};
pub use events::{Event, Events};
pub use origin::Origin;
pub use outcome::Outcome;
pub use person::Identity;
pub use problem::{FieldError, Problem};
pub use secret::Secret;
pub use types::{Answer, Identifier, Session, User};
