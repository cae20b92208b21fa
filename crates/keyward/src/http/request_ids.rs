//! Names for requests: unique, and telling nobody how many there were.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};

use keyward_core::id::RequestId;
use keyward_core::port::Random;
use keyward_core::time::Timestamp;

/// A count under a keyed hash (SipHash). A request id is no secret, so it is
/// not worth a system call; no other id may be made like this.
#[derive(Debug, Default)]
pub(crate) struct RequestIds {
    key: RandomState,
    count: AtomicU64,
}

impl RequestIds {
    /// The next one.
    pub(crate) fn mint(&self, now: Timestamp) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        RequestId::mint(now, &mut Hashed(self.key.hash_one(count).to_ne_bytes()))
    }
}

/// Eight bytes, over and over.
struct Hashed([u8; 8]);

impl Random for Hashed {
    fn fill(&mut self, buf: &mut [u8]) {
        for (to, from) in buf.iter_mut().zip(self.0.iter().cycle()) {
            *to = *from;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_requests_share_a_name() {
        let (ids, now) = (RequestIds::default(), Timestamp::from_secs(1_700_000_000));
        let minted: HashSet<RequestId> = (0..10_000).map(|_| ids.mint(now)).collect();
        assert_eq!(minted.len(), 10_000);
    }

    #[test]
    fn two_processes_name_differently() {
        let now = Timestamp::from_secs(1_700_000_000);
        assert_ne!(RequestIds::default().mint(now), RequestIds::default().mint(now));
    }
}
