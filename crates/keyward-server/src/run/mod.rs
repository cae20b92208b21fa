//! Running: `dev`, `serve`, and opening the database for the commands beside them.

mod console;
pub(crate) mod data;
pub(crate) mod dev;
mod flags;
mod logging;
mod metrics;
pub(crate) mod open;
pub(crate) mod serve;
mod server;
pub(crate) mod setup;
mod stopwatch;
mod warnings;

pub(crate) use server::block_on;
