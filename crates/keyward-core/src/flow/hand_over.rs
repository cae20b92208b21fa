//! Bring a session along to a site behind a proxy: a code that is good once, for a
//! minute, for that site, in the browser that asked.

use core::time::Duration;

use super::challenge::{self, Answer, For, same_browser};
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{SessionId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Challenge, Purpose, Session, User};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// How long the code is good: browsers follow it at once.
const LIFETIME: Duration = Duration::from_secs(60);

/// Whoever is signed in goes on to a site.
#[derive(Clone, Debug)]
pub struct BeginHandOver {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// The site: scheme, host and port.
    pub site: String,
    /// SHA-256 of the secret that the browser holds at that site.
    pub browser: [u8; 32],
}

impl Flow for BeginHandOver {
    type Facts = Option<(Session, User)>;
    type Yes = Secret;
    const NAME: &'static str = "begin_hand_over";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.session(self.session)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Secret> {
        let Some((_, user)) = facts.filter(|(session, _)| session.user == self.user) else {
            return Verdict::no(Refusal::Unauthenticated);
        };
        let what = For {
            purpose: Purpose::HandOver,
            user: Some(self.user),
            kind: Kind::Username,
            normal: "",
            epoch: user.session_epoch,
        };
        let (begun, secrets, _) = challenge::begin(what, cx);
        let waiting = Challenge {
            data: format!("{} {}", self.session, self.site),
            browser_hash: Some(self.browser),
            expires_at: cx.now.plus(LIFETIME),
            ..begun
        };
        Verdict::yes(secrets.into_link(), vec![Write::AddChallenge(waiting)], vec![])
    }
}

/// Arrives there.
#[derive(Clone, Debug)]
pub struct EndHandOver {
    /// The code that was brought.
    pub code: Secret,
    /// The site that it was brought to.
    pub site: String,
    /// The secret that the browser holds at that site, if it does.
    pub browser: Option<Secret>,
}

impl Flow for EndHandOver {
    type Facts = Option<Challenge>;
    type Yes = SessionId;
    const NAME: &'static str = "end_hand_over";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move { Answer::Link(self.code.clone()).challenge(cx.store).await })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<SessionId> {
        let found = facts.filter(|found| found.purpose == Purpose::HandOver);
        // Whoever has the code but not the browser spends nothing of its owner's.
        let found = found.filter(|found| same_browser(found, self.browser.as_ref()));
        let Some(found) = found else { return Verdict::no(Refusal::LinkInvalid) };
        let spend = vec![Write::SpendChallenge(found.id)];
        let (session, site) = found.data.split_once(' ').unwrap_or_default();
        match SessionId::parse(session) {
            Some(session) if site == self.site && cx.now < found.expires_at => {
                Verdict::yes(session, spend, vec![])
            }
            _ => Verdict::refuse(Refusal::LinkInvalid, spend, vec![]),
        }
    }
}
