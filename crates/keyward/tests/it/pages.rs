//! The hosted pages, as a browser without scripts meets them.

mod account;
mod admin;
mod dev_inbox;
mod errors;
mod golden;
mod html;
mod journey;
mod recover;
mod replies;
mod sign_in;
