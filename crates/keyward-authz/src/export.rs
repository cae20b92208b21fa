//! A policy for other programs.

mod cedar;
mod json;

pub use cedar::{cedar, cedar_entities};
pub use json::json;
