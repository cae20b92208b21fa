//! In Redis, for every process that asks the same one.

use keyward_core::Error;
use keyward_core::limit::{Allowance, period};
use keyward_core::port::{Fut, Take};
use redis::aio::ConnectionManager;
use redis::{Client, Script};

use super::Counters;

/// The arithmetic of `keyward_core::limit`, where nobody comes in between. Times are
/// microseconds since 1970; doubles hold them exactly until the year 2255. A moment
/// beyond a full bucket comes from a clock that was wrong, and is not kept.
const SCRIPT: &str = r"
local now, period, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local horizon = now + period * burst
local tat = math.min(tonumber(redis.call('GET', KEYS[1]) or 0), horizon)
local taken = 0
if tat <= horizon - period then
    tat, taken = math.max(tat, now) + period, 1
end
local left = math.ceil((tat - now) / 1000)
if left > 0 then
    redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', left)
end
return {taken, string.format('%.0f', tat)}
";

/// Counts in Redis (2.6 or newer): one script for each request. Keys begin with `kw:limit:`.
#[derive(Clone)]
pub struct InRedis {
    connection: ConnectionManager,
    script: Script,
}

impl std::fmt::Debug for InRedis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InRedis(..)")
    }
}

impl InRedis {
    /// Connects to `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]` or a Unix socket
    /// (`redis+unix:///PATH`), and again whenever the connection is lost. It is talked to
    /// in the clear: keep it on this machine or in a network of your own.
    ///
    /// # Errors
    /// It is no such address, or nobody answers.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let failed = |cause| Error::because("connect to Redis", cause);
        let client = Client::open(url).map_err(failed)?;
        let connection = ConnectionManager::new(client).await.map_err(failed)?;
        Ok(Self { connection, script: Script::new(SCRIPT) })
    }
}

impl Counters for InRedis {
    fn take<'a>(&'a self, take: &'a Take) -> Fut<'a, Result<Allowance, Error>> {
        Box::pin(async move {
            let mut connection = self.connection.clone();
            let key = format!("kw:limit:{}", crate::hex::to_hex(&take.key));
            let mut asked = self.script.prepare_invoke();
            asked.key(key).arg(take.now.as_micros()).arg(period(take)).arg(take.burst.max(1));
            let answer: Result<(u8, String), _> = asked.invoke_async(&mut connection).await;
            let (taken, tat) = answer.map_err(|cause| Error::because("ask Redis", cause))?;
            let tat = tat.parse().map_err(|cause| Error::because("read what Redis says", cause))?;
            Ok(Allowance::of(tat, take, taken == 1))
        })
    }
}
