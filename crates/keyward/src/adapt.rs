//! Web frameworks, each one adapter over [`Keyward::handle`](crate::Keyward::handle).

#[cfg(feature = "actix")]
pub(crate) mod actix;
#[cfg(any(feature = "actix", feature = "axum"))]
pub(crate) mod around;
#[cfg(feature = "axum")]
pub(crate) mod axum;
pub(crate) mod permit;
pub(crate) mod principal;
#[cfg(feature = "captcha")]
pub(crate) mod solved;
pub(crate) mod verified;
