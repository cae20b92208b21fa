//! Rate limits for an app's own doors: so many requests in a time, for each address,
//! account, session, API key, or for a route as a whole; counted in this process, in
//! the database, or in Redis, everywhere by the same arithmetic (GCRA: a full bucket at
//! first, one unit back each period).
//!
//! ```
//! # use std::time::Duration;
//! # use axum::{Router, routing::get};
//! use keyward::Keyward;
//! use keyward::rate_limit::{Per, RateLimit};
//!
//! # fn app(auth: &Keyward) -> Router<Keyward> {
//! let few = RateLimit::new("reports", 100, Duration::from_secs(60))
//!     .per(Per::Account)
//!     .by_policy("reports_per_minute")
//!     .shared();
//! Router::new().route("/reports", get(|| async { "numbers" }).layer(auth.rate_limit(few)))
//! # }
//! ```

mod counters;
#[cfg(any(feature = "actix", feature = "axum"))]
mod doors;
#[cfg(feature = "redis")]
mod redis;
mod told;

pub use keyward_core::limit::Allowance;

pub use counters::{Counters, InDatabase, InMemory};
#[cfg(any(feature = "actix", feature = "axum"))]
pub use doors::{Per, RateLimit};
#[cfg(feature = "redis")]
pub use redis::InRedis;
pub(crate) use told::{Told, tell};

use crate::engine::Keyward;

impl Keyward {
    /// Counts in the database of this Keyward.
    pub fn counters(&self) -> InDatabase {
        InDatabase::new(std::sync::Arc::clone(&self.0.store))
    }
}

/// What is told to whoever found no unit.
#[cfg(any(feature = "actix", feature = "axum"))]
pub(crate) fn refused(left: &Allowance) -> Option<crate::http::Fault> {
    use keyward_core::refusal::Refusal;

    left.retry_after.map(|retry_after| Refusal::SlowDown { retry_after }.into())
}
