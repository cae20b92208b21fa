//! How often an API key may be used.

use std::sync::Arc;
use std::time::Duration;

use ::http::HeaderMap;
use keyward_core::crypto::token;
use keyward_core::flow::api_key::ApiKey;
use keyward_core::limit::Allowance;
use keyward_core::port::Take;
use keyward_core::refusal::Refusal;
use keyward_core::settings::Rate;
use keyward_core::time::Timestamp;

use super::Keyward;
use crate::http::{Fault, Problem};
use crate::rate_limit::{Counters as _, Told, tell};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is left of what a key may, after this request.
#[derive(Clone, Debug)]
pub(crate) struct KeyLimits {
    minute: Option<Allowance>,
    day: Option<Allowance>,
}

impl KeyLimits {
    /// Says it in an answer.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let told = |name, window| move |left| Told { name, window, left };
        let minute = self.minute.map(told("minute", MINUTE));
        let limits: Vec<_> = minute.into_iter().chain(self.day.map(told("day", DAY))).collect();
        tell(&limits, headers);
    }

    /// How long until there is a request again, if none was there to take.
    fn wait(&self) -> Option<Duration> {
        [self.minute, self.day].into_iter().flatten().find_map(|left| left.retry_after)
    }
}

impl Keyward {
    /// Takes a request of an API key from what it may: in a minute, counted in this
    /// process, and in a day, counted in the store for every process and beyond a
    /// restart.
    pub(crate) async fn take_of_key(
        &self,
        key: &ApiKey,
        now: Timestamp,
    ) -> Result<Arc<KeyLimits>, Fault> {
        let minute = key.per_minute().map(|count| self.take_in_minute(key, count, now));
        let mut limits = KeyLimits { minute, day: None };
        if limits.wait().is_none()
            && let Some(count) = key.per_day()
        {
            limits.day = Some(self.counters().take(&day(key, count, now)).await?);
        }
        match limits.wait() {
            None => Ok(Arc::new(limits)),
            Some(retry_after) => {
                let refused = Problem::of(Refusal::SlowDown { retry_after });
                Err(refused.limits(limits).into())
            }
        }
    }

    fn take_in_minute(&self, key: &ApiKey, count: u32, now: Timestamp) -> Allowance {
        self.0.limiter.take_for_key(key.id, Rate::new(count, MINUTE), now)
    }
}

fn day(key: &ApiKey, count: u32, now: Timestamp) -> Take {
    let Rate { burst, period } = Rate::new(count, DAY);
    let key = token::digest(&format!("requests of a day {}", key.id));
    Take { key, now, period, burst }
}
