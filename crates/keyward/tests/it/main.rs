//! Keyward as an app author meets it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod addresses;
mod administrators;
mod api_key_terms;
mod api_keys;
mod app_doors;
mod app_routes;
#[cfg(feature = "policy-file")]
mod asking;
mod attacks;
mod authenticators;
#[cfg(feature = "authnzerver")]
mod authnzerver;
#[cfg(feature = "policy-file")]
mod authzen;
mod bad_input;
mod breached;
#[cfg(feature = "policy-file")]
mod can;
#[cfg(feature = "captcha")]
mod captcha;
#[cfg(all(feature = "captcha", feature = "outbound"))]
mod captcha_service;
#[cfg(feature = "outbound")]
mod carriers;
mod counting;
#[cfg(feature = "policy-file")]
mod dangerous;
mod described;
mod docs;
mod doors;
mod entering;
mod factors;
#[cfg(feature = "policy-file")]
mod filter;
#[cfg(feature = "actix")]
#[cfg(feature = "forward-auth")]
mod forward_auth;
mod frameworks;
mod golden;
mod grants;
mod groups;
mod hashes;
mod impersonation;
#[cfg(all(feature = "import", feature = "sqlite"))]
mod import;
mod interplay;
#[cfg(feature = "policy-file")]
mod interplay_rights;
mod invitations;
mod journey;
mod kit;
mod leaks;
mod letters;
mod lifetimes;
mod lists;
mod maintenance;
mod matrix;
mod methods;
mod nodes;
mod own;
mod pages;
mod passkeys;
#[cfg(feature = "policy-file")]
mod policy_document;
#[cfg(feature = "policy-file")]
mod policy_file;
#[cfg(feature = "oauth")]
mod providers;
mod purity;
mod rate_limits;
mod recovery_disabled;
mod recovery_stopped;
#[cfg(feature = "policy-file")]
mod relations;
#[cfg(feature = "policy-file")]
mod replay;
mod said_once;
mod second_factors;
mod sign_in_link;
mod sign_up_modes;
#[cfg(feature = "tokens")]
mod tokens;
