//! People brought in from other systems: with the password that they had there.

mod again;
mod bad;
mod bad_rows;
mod csv;
mod files;
mod kit;
mod second_factors;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod servers;
mod tables;
