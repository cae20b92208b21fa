//! Running: `dev`, `serve`, and opening the database for the commands beside them.

pub(crate) mod dev;
pub(crate) mod open;
pub(crate) mod serve;
mod server;
pub(crate) mod setup;

pub(crate) use server::block_on;
