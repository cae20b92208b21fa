//! The hosted pages, as a browser without scripts meets them.

mod account;
mod acl;
mod addresses;
mod admin;
mod check;
mod dev_inbox;
mod errors;
mod golden;
mod groups;
pub(crate) mod html;
mod journey;
mod matrix;
mod nameless;
mod own;
#[cfg(feature = "policy-file")]
mod policy;
mod recover;
#[cfg(feature = "policy-file")]
mod relations;
mod replies;
mod sign_in;
