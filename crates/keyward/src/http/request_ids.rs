//! Names for requests: unique, and telling nobody how many there were.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use keyward_core::id::RequestId;
use keyward_core::port::Random;
use keyward_core::time::Timestamp;

use crate::engine::stripes::thread_number;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// A thread and its count under a keyed hash (SipHash). A request id is no secret, so it is
/// not worth a system call; no other id may be made like this.
#[derive(Debug, Default)]
pub(crate) struct RequestIds {
    key: RandomState,
}

impl RequestIds {
    /// The next one.
    pub(crate) fn mint(&self, now: Timestamp) -> RequestId {
        let place = (thread_number(), COUNT.replace(COUNT.get().wrapping_add(1)));
        RequestId::mint(now, &mut Hashed(self.key.hash_one(place).to_ne_bytes()))
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
    fn two_threads_name_differently() {
        let (ids, now) = (RequestIds::default(), Timestamp::from_secs(1_700_000_000));
        let mint = || (0..100).map(|_| ids.mint(now)).collect::<HashSet<_>>();
        let (one, other) = std::thread::scope(|scope| {
            let (one, other) = (scope.spawn(mint), scope.spawn(mint));
            (one.join().unwrap(), other.join().unwrap())
        });
        assert!(one.is_disjoint(&other));
    }

    #[test]
    fn two_processes_name_differently() {
        let now = Timestamp::from_secs(1_700_000_000);
        assert_ne!(RequestIds::default().mint(now), RequestIds::default().mint(now));
    }
}
