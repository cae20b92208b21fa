//! The real binary, started, asked and stopped.

mod configuration;
mod disk_full;
mod first_admin;
mod http;
mod kill;
mod library;
mod mail;
mod root_key;
mod server;
mod smtp_sink;
mod starts;
mod tls;
