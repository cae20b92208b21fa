//! What is left of the limits of one account, for whoever helps its owner.

use super::challenge::{letters, take};
use super::guess::{Guessed, Guesser, missed_by_strangers};
use super::{Client, Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::identifier::Kind;
use crate::port::{Fut, Take};
use crate::record::Subject;
use crate::settings::Settings;
use crate::time::Timestamp;

/// Looks at the limits of an account. Devices that it knows have others of their own,
/// which nobody can name without the device.
#[derive(Clone, Debug)]
pub struct SeeLimits {
    /// Whose.
    pub user: UserId,
}

/// One limit, and how much of it is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LimitState {
    /// Its name: `wrong passwords`, `letters to ada@example.com`, …
    pub name: String,
    /// Units that are gone.
    pub used: u32,
    /// Units that there are.
    pub of: u32,
    /// When the next one can be taken, if none is left.
    pub until: Option<Timestamp>,
}

/// Limits, and when each will be whole again.
#[derive(Debug)]
pub struct Found(Vec<(String, Take, Option<Timestamp>)>);

impl Flow for SeeLimits {
    type Facts = Found;
    type Yes = Vec<LimitState>;
    const NAME: &'static str = "see_limits";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Found, Error>> {
        Box::pin(async move {
            let Some(subject) = cx.store.subject(self.user).await? else {
                return Ok(Found(vec![]));
            };
            let limits = limits_of(&subject, cx.settings, cx.now);
            let keys: Vec<_> = limits.iter().map(|(_, take)| take.key).collect();
            let full_at = cx.store.limits(&keys).await?;
            let all = limits.into_iter().zip(full_at);
            Ok(Found(all.map(|((name, take), at)| (name, take, at)).collect()))
        })
    }

    fn decide(&self, found: Found, _: Done, _: &mut Decide<'_>) -> Verdict<Vec<LimitState>> {
        let state = |(name, take, full_at): (String, Take, Option<Timestamp>)| LimitState {
            name,
            used: take.used(full_at),
            of: take.burst,
            until: take.wait(full_at).map(|wait| take.now.plus(wait)),
        };
        Verdict::yes(found.0.into_iter().map(state).collect(), vec![], vec![])
    }
}

/// The limits that an account has with whoever is not known to it.
fn limits_of(subject: &Subject, settings: &Settings, now: Timestamp) -> Vec<(String, Take)> {
    let (user, stranger) = (subject.user.id, Client::default());
    let guesser = Guesser::new(&stranger, Some(user), "");
    let mut limits = vec![];
    for (what, name) in [
        (Guessed::Password, "wrong passwords"),
        (Guessed::Factor, "wrong second factors"),
        (Guessed::Code, "wrong codes"),
    ] {
        let names = [name.to_owned(), format!("{name}, long term")];
        limits.extend(names.into_iter().zip(guesser.takes(what, settings, now)));
    }
    limits.push(("wrong passwords in a row".into(), missed_by_strangers(subject, settings, now)));
    for (name, key) in [("recoveries", "recover"), ("verifications", "verify")] {
        limits.push((name.into(), take(key, &user.to_bytes(), settings.requests, now)));
    }
    let reached = subject.identifiers.iter().filter(|i| i.kind != Kind::Username);
    limits.extend(
        reached.map(|i| {
            (format!("letters to {}", i.value), letters(i.kind, &i.normal, settings, now))
        }),
    );
    limits
}
