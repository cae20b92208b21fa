//! The real binary, started, asked and stopped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails should say so and stop"
)]

mod audit;
mod authnzerver;
mod class_18_lines_of_logs;
mod cli;
mod configuration;
mod disk_full;
mod first_admin;
mod http;
mod import;
mod keys;
mod kill;
mod library;
mod mail;
mod maintenance;
mod metrics;
mod migrate;
mod missing;
mod operator;
mod outage;
mod policy;
mod proxies;
mod root_key;
mod server;
mod services;
mod sms;
mod smtp_sink;
mod starts;
mod tls;
mod tour;
