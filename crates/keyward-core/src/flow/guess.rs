//! Guesses at a secret of an account: what one costs, before any slow work, and
//! what follows from it.
//!
//! Each guess is taken from the account's budget, which is refilled slowly once it
//! is spent and more slowly still once the long one is; and from the budgets of the
//! address and the network that it came from, whatever accounts it was for. A right
//! answer gives back what it took, and nothing of what others took. A device on which
//! the account signed in before has budgets of its own and leaves those of its
//! network alone, so that strangers cannot keep the owner out (OWASP, *Device
//! Cookies*).

use core::net::IpAddr;
use core::time::Duration;

use super::challenge::{guess_key, is_known_device, limit_key, take};
use super::{Client, Decide, Gather};
use crate::Error;
use crate::crypto::token;
use crate::id::UserId;
use crate::port::{Take, Write};
use crate::record::{Credential, Reason, Subject};
use crate::settings::{Rate, Settings};
use crate::time::Timestamp;

/// Whose secret is guessed, and who guesses.
#[derive(Clone, Debug)]
pub(super) struct Guesser {
    key: Vec<u8>,
    networks: Option<[String; 2]>,
}

impl Guesser {
    /// `typed` is the name that was typed, folded, for an account that is not there.
    pub(super) fn new(client: &Client, user: Option<UserId>, typed: &str) -> Self {
        let is_stranger = !is_known_device(client, user);
        let networks = networks(&client.address).filter(|_| is_stranger);
        Self { key: guess_key(client, user, typed), networks }
    }

    /// What a guess at `what` takes: the same for every door that asks for it.
    pub(super) fn takes(&self, what: Guessed, settings: &Settings, now: Timestamp) -> Vec<Take> {
        let (name, long) = what.names();
        let mut takes = vec![
            take(name, &self.key, settings.guesses, now),
            take(long, &self.key, settings.guesses_long, now),
        ];
        if let Some([address, network]) = &self.networks {
            takes.push(take(FROM, address.as_bytes(), settings.address_guesses, now));
            takes.push(take(FROM, network.as_bytes(), settings.network_guesses, now));
        }
        takes
    }

    /// Gives back what a right answer took.
    pub(super) fn give_back(&self, what: Guessed, cx: &Decide<'_>) -> Vec<Write> {
        let takes = self.takes(what, cx.settings, cx.now);
        takes.into_iter().map(|t| Write::GiveBack { key: t.key, period: t.period }).collect()
    }
}

/// What is guessed at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Guessed {
    /// A password.
    Password,
    /// A second factor.
    Factor,
    /// A code that was sent.
    Code,
}

impl Guessed {
    /// The names of its two budgets.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Password => ("guess", "guess long"),
            Self::Factor => ("factor", "factor long"),
            Self::Code => ("code", "code long"),
        }
    }
}

const FROM: &str = "guesses from";

/// The address as it counts, and the network around it: an IPv4 address and its
/// /24; of an IPv6 address the /64, which whoever has one address of has whole, and
/// the /48. `None` where no address is known.
pub(super) fn networks(address: &str) -> Option<[String; 2]> {
    let address: IpAddr = address.parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(ip) => {
            let bits = ip.to_bits();
            [format!("4/32 {bits:x}"), format!("4/24 {:x}", bits >> 8)]
        }
        IpAddr::V6(ip) => {
            let bits = ip.to_bits();
            [format!("6/64 {:x}", bits >> 64), format!("6/48 {:x}", bits >> 80)]
        }
    })
}

/// A password that is being guessed: how often it was missed since it was right.
#[derive(Debug)]
pub(super) struct AtPassword {
    pub(super) guesser: Guesser,
    missed: Take,
    full_at: Option<Timestamp>,
}

impl AtPassword {
    /// What is known of guesses at the password of `subject`; the same is read where
    /// there is none.
    pub(super) async fn gather(
        subject: Option<&Subject>,
        user: Option<UserId>,
        typed: &str,
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let guesser = Guesser::new(cx.client, user, typed);
        let password = subject.and_then(|subject| subject.credential("password"));
        let missed = missed(&guesser.key, password, cx.settings, cx.now);
        let full_at = cx.store.limits(&[missed.key]).await?.into_iter().next().flatten();
        Ok(Self { guesser, missed, full_at })
    }

    pub(super) fn takes(&self, cx: &Gather<'_>) -> Vec<Take> {
        self.guesser.takes(Guessed::Password, cx.settings, cx.now)
    }

    /// Whether it was missed so often in a row that it is right no more, until it is
    /// set anew: NIST SP 800-63B-4 section 3.2.2.
    pub(super) fn is_dead(&self) -> bool {
        !self.missed.is_left(self.full_at)
    }

    /// Why an answer was not accepted.
    pub(super) fn why_not(&self) -> Reason {
        if self.is_dead() { Reason::TooManyInARow } else { Reason::WrongSecret }
    }

    /// Counts a wrong answer. One statement, whatever there is to count.
    pub(super) fn wrong(&self) -> Write {
        match self.is_dead() {
            true => Write::GiveBack { key: self.missed.key, period: Duration::ZERO },
            false => Write::Take(self.missed.clone()),
        }
    }

    /// Gives back what was taken, and forgets the wrong answers before.
    pub(super) fn right(&self, cx: &Decide<'_>) -> Vec<Write> {
        let mut writes = self.guesser.give_back(Guessed::Password, cx);
        let Take { key, period, .. } = self.missed;
        let used = self.missed.used(self.full_at);
        if used > 0 {
            writes.push(Write::GiveBack { key, period: period.saturating_mul(used) });
        }
        writes
    }
}

/// Wrong answers in a row. They count for this password, so a new one starts afresh;
/// and each device that is known counts by itself. Nobody's are forgotten at once: a
/// name that was made up is not worth keeping.
fn missed(key: &[u8], password: Option<&Credential>, settings: &Settings, now: Timestamp) -> Take {
    let secs = if password.is_some() { YEAR_SECS } else { 1 };
    let rate = Rate { burst: settings.failures, period: Duration::from_secs(secs) };
    let stored = token::digest_bytes(password.map_or(&[], |found| &found.data));
    let what = [key, &stored].concat();
    Take { key: limit_key("missed", &what), ..take("missed", &what, rate, now) }
}

/// Long enough that it is not forgotten before an attacker is.
const YEAR_SECS: u64 = 365 * 24 * 3600;

/// How often the password of an account was missed in a row by strangers, as a limit.
pub(super) fn missed_by_strangers(subject: &Subject, settings: &Settings, now: Timestamp) -> Take {
    missed(&subject.user.id.to_bytes(), subject.credential("password"), settings, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_what_one_attacker_is_likely_to_have() {
        let same = |one: &str, two: &str| {
            let (one, two) = (networks(one).unwrap(), networks(two).unwrap());
            (one[0] == two[0], one[1] == two[1])
        };
        assert_eq!(same("192.0.2.1", "192.0.2.1"), (true, true));
        assert_eq!(same("192.0.2.1", "192.0.2.254"), (false, true));
        assert_eq!(same("192.0.2.1", "192.0.3.1"), (false, false));
        assert_eq!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), (true, true));
        assert_eq!(same("2001:db8:1:2::1", "2001:db8:1:3::1"), (false, true));
        assert_eq!(same("2001:db8:1::1", "2001:db8:2::1"), (false, false));
        assert_eq!(same("192.0.2.1", "::ffff:192.0.2.1"), (true, true));
        for none in ["", "localhost", "192.0.2.1:80", "192.0.2.0/24"] {
            assert_eq!(networks(none), None, "{none}");
        }
    }
}
