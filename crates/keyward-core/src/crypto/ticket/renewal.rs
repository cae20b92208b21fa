//! When a ticket is written anew, so that whoever is there stays signed in.

use super::Ticket;
use crate::time::Timestamp;

/// How long tickets last, and when they are renewed: as aiohttp_auth's `max_age` and
/// `reissue_time`, with an end that renewing does not move.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Renewal {
    /// Seconds that a ticket is good for.
    pub max_age: u32,
    /// Seconds after which it is renewed; never, if `None` or no less than `max_age`.
    pub after: Option<u32>,
    /// Seconds after the sign-in at which renewing ends, where the ticket tells of it.
    pub lifetime: Option<u32>,
}

impl Renewal {
    /// The end of the ticket that takes this one's place now; `None` if none is due.
    ///
    /// Whoever writes it does so beside an answer that is a success (200 to 299) and
    /// says nothing of the ticket itself: a sign-out is never undone by it.
    pub fn due(&self, ticket: &Ticket, now: Timestamp) -> Option<u32> {
        let after = self.after.filter(|after| *after < self.max_age)?;
        let now = u32::try_from(now.as_secs()).ok()?;
        let begun = ticket.valid_until.checked_sub(self.max_age)?;
        let (until, end) = (now.checked_add(self.max_age)?, self.end(ticket));
        let until = end.map_or(until, |end| until.min(end));
        (now >= begun.checked_add(after)? && until > ticket.valid_until.min(now)).then_some(until)
    }

    fn end(&self, ticket: &Ticket) -> Option<u32> {
        Some(ticket.since?.saturating_add(self.lifetime?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGUN: u32 = 1_700_000_000;

    fn due(max_age: u32, after: Option<u32>, age: u32) -> Option<u32> {
        let renewal = Renewal { max_age, after, lifetime: None };
        let now = Timestamp::from_secs(i64::from(BEGUN + age));
        let until = renewal.due(&Ticket::new("ada", BEGUN + max_age), now);
        until.map(|until| until - BEGUN)
    }

    // What aiohttp_auth_autz 0.2.2 answered.
    #[test]
    fn a_ticket_is_renewed_once_it_is_old_enough() {
        for (max_age, after, age, until) in [
            (15, None, 14, None),
            (15, Some(0), 0, Some(15)),
            (15, Some(0), 14, Some(29)),
            (15, Some(2), 1, None),
            (15, Some(2), 2, Some(17)),
            (60, Some(30), 29, None),
            (60, Some(30), 30, Some(90)),
            (15, Some(15), 14, None),
            (15, Some(16), 14, None),
            (60, Some(59), 59, Some(119)),
        ] {
            assert_eq!(due(max_age, after, age), until, "{max_age} {after:?} {age}");
        }
    }

    #[test]
    fn renewing_ends_with_the_lifetime_of_the_sign_in() {
        let renewal = Renewal { max_age: 60, after: Some(30), lifetime: Some(100) };
        let ticket = Ticket { since: Some(BEGUN), ..Ticket::new("ada", BEGUN + 90) };
        let at = |age| renewal.due(&ticket, Timestamp::from_secs(i64::from(BEGUN + age)));
        assert_eq!(at(61), Some(BEGUN + 100));
        let last = Ticket { valid_until: BEGUN + 100, ..ticket.clone() };
        let now = Timestamp::from_secs(i64::from(BEGUN + 100));
        assert_eq!(renewal.due(&last, now), None);
    }
}
