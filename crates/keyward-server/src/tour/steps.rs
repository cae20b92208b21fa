//! The steps, by what they are about.

pub(super) mod abuse;
pub(super) mod access;
pub(super) mod mail;
pub(super) mod password;
pub(super) mod session;
pub(super) mod start;
