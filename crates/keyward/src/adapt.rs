//! Web frameworks, each one adapter over [`Keyward::handle`](crate::Keyward::handle).

#[cfg(feature = "axum")]
pub(crate) mod axum;
