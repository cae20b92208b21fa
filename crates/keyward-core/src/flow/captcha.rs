//! Captchas: shown before something that machines must not do a thousand times.
//!
//! A captcha is a signed text ([`Puzzle`]); what is remembered is that it was
//! answered, right or wrong, so each is answered once. It stands before the flow
//! that it guards and is spent in a commit of its own, before any slow work.

mod puzzle;

use core::time::Duration;

pub use puzzle::{Puzzle, Task};

use super::challenge::{guess_key, take};
use super::sign_in::Named;
use super::{Client, Decide, Done, Flow, Gather, Verdict, Work};
use crate::Error;
use crate::id::UserId;
use crate::identifier::{Kind, folded};
use crate::port::{Fut, Take, Write};
use crate::record::{Challenge, Purpose, Reason, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::{CaptchaFor, Rate, Settings, When};
use crate::time::Timestamp;

/// A captcha and its answer.
#[derive(Clone, Debug)]
pub struct Solution {
    /// The token that was given out.
    pub token: String,
    /// The number that was found, the digits as typed, or what a service's script made.
    pub answer: Secret,
}

/// Somebody stands at a door that may ask for a captcha.
#[derive(Clone, Debug)]
pub struct PassCaptcha {
    /// Which door.
    pub purpose: CaptchaFor,
    /// Whose account it is about, as typed; empty where it is about none.
    pub name: String,
    /// What they bring.
    pub solution: Option<Solution>,
}

/// What must be known to let somebody pass.
#[derive(Debug)]
pub struct Facts {
    puzzle: Option<Puzzle>,
    is_spent: bool,
    /// Whether it ended before anybody was asked about it.
    is_over: bool,
    free: Vec<Take>,
}

impl Flow for PassCaptcha {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "pass_captcha";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let Some(solution) = &self.solution else {
                let free = free(self.purpose, &self.name, cx).await?;
                return Ok(Facts { puzzle: None, is_spent: false, is_over: false, free });
            };
            let puzzle = Puzzle::parse(&solution.token, cx.keys);
            let is_spent = match &puzzle {
                Some(puzzle) => cx.store.challenge(puzzle.id).await?.is_some(),
                None => false,
            };
            let is_over = puzzle.as_ref().is_some_and(|it| it.is_over(cx.settings, cx.now));
            Ok(Facts { puzzle, is_spent, is_over, free: vec![] })
        })
    }

    fn takes(&self, facts: &Facts, _: &Gather<'_>) -> Vec<Take> {
        facts.free.clone()
    }

    fn too_fast(&self, _: Duration) -> Refusal {
        Refusal::CaptchaRequired { purpose: self.purpose.as_str() }
    }

    // A service is asked only about what could open this door.
    fn work(&self, facts: &Facts) -> Work {
        let (Some(puzzle), Some(solution)) = (&facts.puzzle, &self.solution) else {
            return Work::default();
        };
        let is_sane = (1..=MAX_ANSWER).contains(&solution.answer.reveal().len());
        let asks = puzzle.task == Task::Service && puzzle.purpose == self.purpose;
        let captcha = (asks && is_sane && !facts.is_spent && !facts.is_over)
            .then(|| (self.purpose, solution.answer.clone()));
        Work { captcha, ..Work::default() }
    }

    fn decide(&self, facts: Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let when = self.purpose.when(&cx.settings.captcha);
        let Some(solution) = &self.solution else {
            return match when {
                When::Never => Verdict::yes((), vec![], vec![]),
                When::After(1..) => Verdict::yes((), vec![], vec![]),
                When::Always | When::After(0) => Verdict::no(self.too_fast(Duration::ZERO)),
            };
        };
        let Some(puzzle) = facts.puzzle else { return self.refused(Reason::WrongFlow, None, cx) };
        if facts.is_spent || puzzle.purpose != self.purpose {
            return self.refused(Reason::WrongFlow, None, cx);
        }
        if facts.is_over || puzzle.is_over(cx.settings, cx.now) {
            return self.refused(Reason::Expired, None, cx);
        }
        let is_right = match puzzle.task {
            Task::Service => done.is_person,
            Task::Work { .. } | Task::Digits => puzzle.is_right(&solution.answer, cx.keys),
        };
        if !is_right {
            return self.refused(Reason::WrongSecret, Some(&puzzle), cx);
        }
        Verdict::yes((), vec![spend(&puzzle, cx.now)], vec![])
    }
}

/// Bytes of the longest answer that a service is asked about.
const MAX_ANSWER: usize = 8 * 1024;

impl PassCaptcha {
    /// No; one that was answered wrongly is spent.
    fn refused(&self, reason: Reason, spent: Option<&Puzzle>, cx: &mut Decide<'_>) -> Verdict<()> {
        let what = What::CaptchaFailed { purpose: self.purpose.as_str().into(), reason };
        let event = cx.event(None, None, what);
        let writes = spent.map(|puzzle| spend(puzzle, cx.now)).into_iter().collect();
        let refusal = match reason {
            Reason::Expired => Refusal::CaptchaExpired,
            _ => Refusal::CaptchaInvalid,
        };
        Verdict::refuse(refusal, writes, vec![event])
    }
}

/// Remembers that a captcha was answered, until it ends by itself. Of several who
/// answer the same one, one is first: its id is unique.
fn spend(puzzle: &Puzzle, now: Timestamp) -> Write {
    Write::AddChallenge(Challenge {
        id: puzzle.id,
        purpose: Purpose::Captcha,
        user: None,
        kind: Kind::Username,
        normal: String::new(),
        code_hash: [0; 32],
        link_hash: [0; 32],
        browser_hash: None,
        attempts_left: 0,
        created_at: now,
        expires_at: puzzle.expires_at,
        sent_at: now,
        epoch: 0,
        data: String::new(),
    })
}

/// Whether a captcha would be asked for now, for the page that shows it.
#[derive(Clone, Debug)]
pub struct IsCaptchaDue {
    /// At which door.
    pub purpose: CaptchaFor,
    /// Whose account it is about, as typed; may be empty.
    pub name: String,
}

/// Limits, and what is left of them.
#[derive(Debug)]
pub struct Left(Vec<(Take, Option<Timestamp>)>);

impl Flow for IsCaptchaDue {
    type Facts = Left;
    type Yes = bool;
    const NAME: &'static str = "is_captcha_due";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Left, Error>> {
        Box::pin(async move {
            let free = free(self.purpose, &self.name, cx).await?;
            let keys: Vec<_> = free.iter().map(|take| take.key).collect();
            let full_at = if keys.is_empty() { vec![] } else { cx.store.limits(&keys).await? };
            Ok(Left(free.into_iter().zip(full_at).collect()))
        })
    }

    fn decide(&self, left: Left, _: Done, cx: &mut Decide<'_>) -> Verdict<bool> {
        let is_due = match self.purpose.when(&cx.settings.captcha) {
            When::Never => false,
            When::Always | When::After(0) => true,
            When::After(_) => left.0.iter().any(|(take, full_at)| !take.is_left(*full_at)),
        };
        Verdict::yes(is_due, vec![], vec![])
    }
}

/// What an attempt without a captcha takes: nothing where one is always or never
/// asked for.
async fn free(purpose: CaptchaFor, name: &str, cx: Gather<'_>) -> Result<Vec<Take>, Error> {
    let When::After(count @ 1..) = purpose.when(&cx.settings.captcha) else { return Ok(vec![]) };
    let now = cx.now;
    if purpose != CaptchaFor::SignIn {
        let what = format!("{} {}", purpose.as_str(), cx.client.address);
        return Ok(vec![take(FREE, what.as_bytes(), free_rate(count, cx.settings), now)]);
    }
    let found = match name {
        "" => None,
        name => Some(Named::gather(name, cx).await?),
    };
    let user = found.and_then(|found| found.subject).map(|subject| subject.user.id);
    let mut takes = sign_in_free(cx.client, user, &folded(name), cx.settings, now);
    if name.is_empty() {
        // Nobody's account yet: only where it comes from can be known.
        takes.retain(|take| take.key == from_address(cx.client, count, cx.settings, now).key);
    }
    Ok(takes)
}

const FREE: &str = "captcha";

fn free_rate(count: u32, settings: &Settings) -> Rate {
    Rate { burst: count, period: settings.guesses.period }
}

fn from_address(client: &Client, count: u32, settings: &Settings, now: Timestamp) -> Take {
    let what = format!("sign_in from {}", client.address);
    take(FREE, what.as_bytes(), free_rate(count.saturating_mul(3), settings), now)
}

/// What an attempt to sign in without a captcha takes; given back by a right
/// password. A device that the account knows does not count with its network.
fn sign_in_free(
    client: &Client,
    user: Option<UserId>,
    folded: &str,
    settings: &Settings,
    now: Timestamp,
) -> Vec<Take> {
    let When::After(count @ 1..) = settings.captcha.sign_in else { return vec![] };
    let key = guess_key(client, user, folded);
    let mut takes = vec![take(FREE, &key, free_rate(count, settings), now)];
    if !super::challenge::is_known_device(client, user) {
        takes.push(from_address(client, count, settings, now));
    }
    takes
}

/// Gives back what an attempt to sign in took, since it was right.
pub(super) fn give_back(user: UserId, cx: &Decide<'_>) -> Vec<Write> {
    let takes = sign_in_free(cx.client, Some(user), "", cx.settings, cx.now);
    takes.into_iter().map(|t| Write::GiveBack { key: t.key, period: t.period }).collect()
}
