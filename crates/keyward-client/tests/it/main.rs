//! The client as a service uses it: against the server, and against what is none.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod calls;
mod kit;
mod limits;
mod operations;
mod server;
mod tls;
mod tokens;
mod wire;
