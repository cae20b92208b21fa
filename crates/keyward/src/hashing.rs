//! What a password hash costs on this machine, and which hashes are stored.

use std::collections::BTreeMap;
use std::time::Duration;

#[cfg(feature = "legacy-hashes")]
use keyward_core::crypto::password::HashError;
use keyward_core::crypto::password::{self, Arena, Policy};
#[cfg(feature = "legacy-hashes")]
use keyward_core::flow::{Client, hashes::ReplaceHash};
use keyward_core::id::UserId;
use keyward_core::port::{PeopleQuery, Status};
use keyward_core::{Error, Secret};

use crate::engine::Keyward;
use crate::engine::os::{OsRandom, monotonic};

/// Measures hashes in memory that is kept, as the server's threads do.
#[derive(Debug, Default)]
pub struct HashCost {
    arena: Arena,
}

/// Hashes per measurement; the fastest counts, as the others were disturbed.
const ROUNDS: u32 = 3;

impl HashCost {
    /// How long one hash takes. Blocks for as long as three of them and one more
    /// to warm up.
    pub fn of(&mut self, policy: &Policy) -> Result<Duration, Error> {
        policy.check().map_err(|cause| Error::because("use these hash parameters", cause))?;
        self.once(policy)?;
        let mut best = Duration::MAX;
        for _ in 0..ROUNDS {
            best = best.min(self.once(policy)?);
        }
        Ok(best)
    }

    /// The dearest policy that stays within `target`: more memory first, at most
    /// `memory_kib`, and more passes only when there is no more memory. One lane.
    /// Never less than the default, which may take longer than `target`.
    pub fn calibrate(&mut self, target: Duration, memory_kib: u32) -> Result<Policy, Error> {
        let mut best = Policy::default();
        let (least, most) = (best.memory_kib, memory_kib.max(best.memory_kib));
        let mut ratio = target.as_secs_f64() / self.of(&best)?.as_secs_f64();
        loop {
            let wanted = f64::from(best.memory_kib) * ratio;
            best.memory_kib = steps(wanted, least, most);
            let cost = self.of(&best)?;
            if cost <= target || best.memory_kib == least {
                break;
            }
            // Time grows a little faster than memory: aim below.
            ratio = target.as_secs_f64() / cost.as_secs_f64() * 0.97;
        }
        while best.memory_kib == most {
            let more = Policy { iterations: best.iterations + 1, ..best.clone() };
            if more.check().is_err() || self.of(&more)? > target {
                break;
            }
            best = more;
        }
        Ok(best)
    }

    fn once(&mut self, policy: &Policy) -> Result<Duration, Error> {
        let secret = Secret::new("a password of ordinary length");
        let began = monotonic();
        password::hash_with(&mut self.arena, &secret, policy, &mut OsRandom)
            .map_err(|cause| Error::because("hash a password", cause))?;
        Ok(began.elapsed())
    }
}

/// One MiB in KiB: parameters are round numbers.
const MIB: u32 = 1024;

/// Whole MiB within the bounds.
fn steps(wanted: f64, least: u32, most: u32) -> u32 {
    let most = most.max(least);
    let whole = (wanted.clamp(0.0, f64::from(most)) / f64::from(MIB)).floor();
    // Clamped above: it fits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let whole = whole as u32;
    (whole * MIB).clamp(least, most)
}

impl Keyward {
    /// How many accounts keep a password in which form and at which cost, as in
    /// `argon2id m=19456 t=2 p=1`; deleted accounts included. Reads every
    /// account: for operators, not for requests.
    pub async fn hash_report(&self) -> Result<BTreeMap<String, u64>, Error> {
        let mut counts = BTreeMap::new();
        let mut walk = Walk::default();
        while let Some(people) = walk.next(self).await? {
            for (_, stored) in people {
                let form = stored.map_or("none".into(), |stored| describe(&stored));
                *counts.entry(form).or_insert(0) += 1;
            }
        }
        Ok(counts)
    }

    /// Puts every stored hash of another system under Argon2id, without waiting for
    /// anyone to sign in, and answers how many. Each is renewed at its owner's next
    /// sign-in. May be broken off and begun again. For operators, not for requests.
    ///
    /// # Errors
    /// The store is unwell, or a hash cannot be made. What cannot be read is left
    /// alone; [`hash_report`](Self::hash_report) counts it.
    #[cfg(feature = "legacy-hashes")]
    pub async fn wrap_hashes(&self) -> Result<u64, Error> {
        let (mut count, mut walk) = (0, Walk::default());
        let client = Client::default();
        while let Some(people) = walk.next(self).await? {
            for (user, stored) in people {
                let Some(was) = stored else { continue };
                let Some(now) = wrapped(&was, self.hash_policy().clone()).await? else { continue };
                let replaced = self.run(&ReplaceHash { user, was, now }, &client).await?;
                count += u64::from(replaced.unwrap_or(false));
            }
        }
        Ok(count)
    }

    /// The form in which this instance writes new hashes.
    pub fn hash_policy(&self) -> &Policy {
        self.0.hashes.policy()
    }
}

/// The stored form under Argon2id; nothing where it is that already, or unreadable.
#[cfg(feature = "legacy-hashes")]
async fn wrapped(stored: &[u8], policy: Policy) -> Result<Option<String>, Error> {
    const WHAT: &str = "wrap a password hash";
    let Ok(stored) = String::from_utf8(stored.to_vec()) else { return Ok(None) };
    let work = tokio::task::spawn_blocking(move || {
        password::wrap(&mut Arena::new(&policy), &stored, &policy, &mut OsRandom)
    });
    match work.await.map_err(|cause| Error::because(WHAT, cause))? {
        Ok(over) => Ok(Some(over)),
        Err(HashError::NoMemory) => Err(Error::new(WHAT)),
        Err(_) => Ok(None),
    }
}

/// A page of accounts, each with what is stored of its password.
type Passwords = Vec<(UserId, Option<Vec<u8>>)>;

/// Every account, a page at a time, the deleted ones included.
struct Walk {
    query: PeopleQuery,
    left: Vec<Status>,
}

impl Default for Walk {
    fn default() -> Self {
        let query =
            PeopleQuery { status: Some(Status::Active), limit: 200, ..PeopleQuery::default() };
        Self { query, left: vec![Status::Deleted, Status::Locked] }
    }
}

impl Walk {
    async fn next(&mut self, auth: &Keyward) -> Result<Option<Passwords>, Error> {
        if self.query.status.is_none() {
            return Ok(None);
        }
        let page = auth.0.store.people(&self.query).await?;
        self.query.after = page.next;
        if page.next.is_none() {
            self.query.status = self.left.pop();
        }
        let mut people = Vec::with_capacity(page.data.len());
        for (user, _) in page.data {
            let subject = auth.0.store.subject(user.id).await?;
            let stored = subject.as_ref().and_then(|s| s.credential("password"));
            people.push((user.id, stored.map(|kept| kept.data.clone())));
        }
        Ok(Some(people))
    }
}

fn describe(stored: &[u8]) -> String {
    let text = std::str::from_utf8(stored).ok();
    text.and_then(|text| password::describe(text).ok()).unwrap_or_else(|| "unreadable".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_a_whole_number_of_mib_within_bounds() {
        let least = Policy::default().memory_kib;
        let check = |wanted: f64, most: u32, expected: u32| {
            assert_eq!(steps(wanted, least, most), expected, "{wanted} of {most}");
        };
        check(100.0, 1 << 20, least);
        check(40_000.0, 1 << 20, 39 * 1024);
        check(1e12, 64 * 1024, 64 * 1024);
        check(1e12, 8, least);
    }

    #[test]
    fn calibration_never_goes_below_the_default() {
        let found = HashCost::default().calibrate(Duration::from_nanos(1), 1 << 20).unwrap();
        assert_eq!(found, Policy::default());
    }
}
