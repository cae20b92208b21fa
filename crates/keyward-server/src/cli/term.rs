//! For how long something is given.

use keyward::{Term, Timestamp};

/// From when until when.
#[derive(Debug, clap::Args)]
pub(crate) struct Span {
    /// Counts from this moment on, such as 2026-11-24 or 2026-11-24T13:58:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// Counts until this moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
}

impl Span {
    pub(super) fn term(&self) -> Term {
        Term { not_before: self.from, expires_at: self.until }
    }
}

pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "a time such as 2026-11-24T13:58:00Z".into())
}
