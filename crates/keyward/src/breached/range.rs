//! Asks a service for every breached hash that begins as this one does: it learns five
//! of forty digits, and by padding not even how many hashes it told of.

use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, StatusCode};
use bytes::Bytes;
use keyward_core::Error;
use keyward_core::port::Fut;

use super::BreachCheck;
use crate::outbound::HttpClient;

/// How a service is asked.
#[derive(Clone, Debug)]
pub struct RangeOptions {
    /// Where it is; `/range/ABCDE` is added.
    pub url: String,
    /// Let passwords pass while the service does not answer, in place of refusing to
    /// set any. Either way the log says why.
    pub fail_open: bool,
    /// How long it may take.
    pub timeout: Duration,
    /// How often a password must have been found to count as breached; at least once.
    pub at_least: u64,
}

impl Default for RangeOptions {
    fn default() -> Self {
        Self {
            url: "https://api.pwnedpasswords.com".into(),
            fail_open: true,
            timeout: Duration::from_secs(3),
            at_least: 1,
        }
    }
}

/// Asks a service that speaks the range protocol of *Have I Been Pwned*.
#[derive(Clone, Debug)]
pub struct BreachRange {
    client: Arc<dyn HttpClient>,
    options: RangeOptions,
}

const WHAT: &str = "ask whether a password was breached";

impl BreachRange {
    /// Asks through `client`.
    pub fn new(client: impl HttpClient, options: RangeOptions) -> Self {
        Self { client: Arc::new(client), options }
    }

    async fn ask(&self, sha1: &str) -> Result<bool, Error> {
        let (start, rest) = sha1.split_at(5);
        let url = format!("{}/range/{start}", self.options.url.trim_end_matches('/'));
        let request = Request::get(url).header("add-padding", "true").body(Bytes::new());
        let request = request.map_err(|cause| Error::because(WHAT, cause))?;
        let asked = tokio::time::timeout(self.options.timeout, self.client.send(request)).await;
        let reply = asked
            .map_err(|late| Error::because(WHAT, late))?
            .map_err(|cause| Error::because(WHAT, cause))?;
        if reply.status() != StatusCode::OK {
            return Err(Error::because(WHAT, format!("it answered {}", reply.status())));
        }
        let text =
            std::str::from_utf8(reply.body()).map_err(|cause| Error::because(WHAT, cause))?;
        let found = found(text, rest, self.options.at_least);
        found.ok_or_else(|| Error::because(WHAT, "it answered something else"))
    }
}

/// Whether the rest of a hash is among those that were told of, and was found so often.
/// What was found no times is padding. `None` if this is no such answer.
fn found(text: &str, rest: &str, at_least: u64) -> Option<bool> {
    let mut is_found = false;
    let mut lines = text.lines().filter(|line| !line.is_empty()).peekable();
    lines.peek()?;
    for line in lines {
        let (hash, count) = line.split_once(':')?;
        let count: u64 = count.trim().parse().ok()?;
        if hash.len() != 35 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        is_found |= count >= at_least.max(1) && hash.eq_ignore_ascii_case(rest);
    }
    Some(is_found)
}

impl BreachCheck for BreachRange {
    fn is_breached(&self, sha1: [u8; 20]) -> Fut<'_, Result<bool, Error>> {
        Box::pin(async move {
            let sha1: String = sha1.iter().map(|b| format!("{b:02X}")).collect();
            match self.ask(&sha1).await {
                Ok(found) => Ok(found),
                Err(error) if self.options.fail_open => {
                    tracing::warn!(?error, "a new password was not compared with breached ones");
                    Ok(false)
                }
                Err(error) => Err(error),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_of_that_form_says_anything() {
        let (one, two) =
            ("0018A45C4D1DEF81644B54AB7F969B88D65", "00D4F6E8FA6EECAD2A3AA415EEC418D38EC");
        let told = format!("{one}:10\r\n{two}:0\r\n");
        assert_eq!(found(&told, one, 1), Some(true));
        assert_eq!(found(&told.to_lowercase(), one, 1), Some(true));
        assert_eq!(found(&told, two, 0), Some(false), "padding");
        assert_eq!(found(&told, &"F".repeat(35), 1), Some(false));
        assert_eq!((found(&told, one, 10), found(&told, one, 11)), (Some(true), Some(false)));
        for odd in ["", "\r\n", "<html>", "x:1", one, &format!("{one}:many")] {
            assert_eq!(found(odd, one, 1), None, "{odd}");
        }
    }
}
