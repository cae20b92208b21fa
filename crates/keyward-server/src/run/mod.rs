//! Running: `dev`, `serve`, and opening the database for the commands beside them.

mod autosetup;
mod console;
pub(crate) mod data;
pub(crate) mod dev;
mod flags;
mod frontends;
mod logging;
mod metrics;
mod old;
pub(crate) mod open;
pub(crate) mod serve;
mod server;
pub(crate) mod setup;
mod stopwatch;
mod warnings;

pub(crate) use server::block_on;
