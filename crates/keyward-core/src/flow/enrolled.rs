//! What an account has enrolled: count and renew recovery codes, remove a factor.

use super::factor::{self, codes, fresh};
use super::password::tell;
use super::step_up::Facts;
use super::totp::touched;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{SessionId, UserId};
use crate::port::Fut;
use crate::record::{Credential, Session, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// Makes a new set of recovery codes; the old ones die.
#[derive(Clone, Debug)]
pub struct RenewCodes {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
}

impl Flow for RenewCodes {
    type Facts = Facts;
    type Yes = Vec<Secret>;
    const NAME: &'static str = "renew_recovery_codes";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(Facts::gather(self.user, self.session, cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Vec<Secret>> {
        let (subject, _) = match allowed(facts, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        if !factor::guarded(&subject, cx.settings) {
            return Verdict::no(Refusal::MfaNotEnrolled);
        }
        let mut writes = touched(&subject, cx);
        let (made, renewing) = codes::renew(&subject, cx);
        writes.extend(renewing);
        writes.extend(tell(&subject, "account_changed", cx));
        let what = What::MfaEnrolled { method: "recovery_code".into() };
        Verdict::yes(made, writes, vec![cx.own_event(self.user, what)])
    }
}

/// Removes a second factor. With the last one go the recovery codes and the
/// trusted devices: there is nothing left to recover or to spare.
#[derive(Clone, Debug)]
pub struct RemoveFactor {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// `totp`, …
    pub method: &'static str,
    /// Whether a role of theirs demands a second factor.
    pub demanded: bool,
}

impl Flow for RemoveFactor {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "remove_factor";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(Facts::gather(self.user, self.session, cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (subject, _) = match allowed(facts, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let kind = factor::kind_of(self.method, cx.settings);
        let goes = |found: &Credential| Some(found.kind.as_str()) == kind;
        if !subject.credentials.iter().any(goes) {
            return Verdict::no(Refusal::NotFound);
        }
        let mut writes = match factor::without(&subject, goes, self.demanded, cx.settings) {
            Ok(writes) => writes,
            Err(refusal) => return Verdict::no(refusal),
        };
        writes.extend(touched(&subject, cx));
        writes.extend(tell(&subject, "account_changed", cx));
        let what = What::MfaRemoved { method: self.method.into(), by: "owner".into() };
        Verdict::yes((), writes, vec![cx.own_event(self.user, what)])
    }
}

/// The account and the session, if its owner proved lately who they are.
pub(super) fn allowed(facts: Facts, cx: &Decide<'_>) -> Result<(Subject, Session), Refusal> {
    let (subject, session) = facts.live(cx)?;
    fresh(&session, &subject, cx)?;
    Ok((subject, session))
}
