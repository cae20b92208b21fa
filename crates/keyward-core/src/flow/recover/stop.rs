//! Stop a recovery that somebody else began: every address that the account has proven
//! hears of it, and can.

use serde::{Deserialize, Serialize};

use super::super::challenge::{self, Answer, For};
use super::super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::{FlowId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Store, Write};
use crate::record::{Challenge, Identifier, Purpose, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// Tells the other addresses of an account that a recovery was begun at one of them.
///
/// It runs once the letter with the secret has left, and not with the request: that
/// must do the same work whether or not there is an account.
#[derive(Clone, Debug)]
pub struct TellOfRecovery {
    /// The recovery.
    pub flow: FlowId,
}

/// What must be known to tell.
#[derive(Debug)]
pub struct TellFacts {
    recovery: Option<Challenge>,
    subject: Option<Subject>,
}

impl Flow for TellOfRecovery {
    type Facts = TellFacts;
    type Yes = ();
    const NAME: &'static str = "tell_of_recovery";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<TellFacts, Error>> {
        Box::pin(async move {
            let recovery = cx.store.challenge(self.flow).await?;
            let recovery = recovery.filter(|c| c.purpose == Purpose::Recover);
            let subject = challenge::subject(recovery.as_ref(), cx.store).await?;
            Ok(TellFacts { recovery, subject })
        })
    }

    fn decide(&self, facts: TellFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (Some(found), Some(subject)) = (facts.recovery, facts.subject) else {
            return Verdict::yes((), vec![], vec![]);
        };
        // Sent again, it was told of already.
        if found.sent_at != found.created_at {
            return Verdict::yes((), vec![], vec![]);
        }
        let is_asked = |i: &Identifier| i.kind == found.kind && i.normal == found.normal;
        let mut writes = vec![];
        for to in subject.identifiers.iter().filter(|i| i.verified_at.is_some() && !is_asked(i)) {
            if to.kind != Kind::Username {
                writes.extend(way_out(to, &found, cx).unwrap_or_default());
            }
        }
        Verdict::yes((), writes, vec![])
    }
}

/// Which recovery a letter stops. Not the challenge's own user: a recovery that is
/// finished kills what the account waits for, and the letter still has to tell so.
#[derive(Debug, Deserialize, Serialize)]
struct Which {
    user: UserId,
    flow: FlowId,
}

fn way_out(
    to: &Identifier,
    recovery: &Challenge,
    cx: &mut Decide<'_>,
) -> Result<Vec<Write>, Error> {
    let (user, kind, normal) = (None, to.kind, to.normal.as_str());
    let what = For { purpose: Purpose::StopRecovery, user, kind, normal, epoch: 0 };
    let (mut challenge, secrets, _) = challenge::begin(what, cx);
    (challenge.attempts_left, challenge.browser_hash) = (0, None);
    challenge.data = serde_json::to_string(&Which { user: to.user, flow: recovery.id })
        .map_err(|cause| Error::because("write down which recovery it is", cause))?;
    let letter = challenge::link_letter("recovery_begun", &challenge, &secrets, to.into(), cx)?;
    Ok(vec![Write::AddChallenge(challenge), letter])
}

/// Stops the recovery that a letter told of.
#[derive(Clone, Debug)]
pub struct StopRecovery {
    /// The secret of the link.
    pub link: Secret,
    /// Only look whether there still is one; nothing is changed.
    pub look: bool,
}

impl StopRecovery {
    /// What the link is known by, if it is one of these letters and was not used.
    async fn letter(&self, store: &dyn Store) -> Result<Option<Challenge>, Error> {
        let found = Answer::Link(self.link.clone()).challenge(store).await?;
        Ok(found.filter(|c| c.purpose == Purpose::StopRecovery))
    }
}

/// What became of the recovery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stopped {
    /// It was going on: it is stopped, or it could be.
    InTime,
    /// It is over: finished, stopped or too old. If it was finished, whoever finished it
    /// set a password, and the one way back is another recovery.
    Over,
}

/// What must be known to stop.
#[derive(Debug)]
pub struct StopFacts {
    challenge: Option<Challenge>,
    which: Option<Which>,
    recovery: Option<Challenge>,
    /// A second proof is awaited, and a new password with it.
    awaits_second: bool,
}

impl Flow for StopRecovery {
    type Facts = StopFacts;
    type Yes = Stopped;
    const NAME: &'static str = "stop_recovery";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<StopFacts, Error>> {
        Box::pin(async move {
            let mut challenge = self.letter(cx.store).await?;
            let which = challenge.as_ref().and_then(|c| serde_json::from_str(&c.data).ok());
            let (mut recovery, mut awaits_second) = (None, false);
            if let Some(Which { user, flow }) = &which {
                recovery = cx.store.challenge(*flow).await?;
                let guarded = cx.store.subject(*user).await?;
                awaits_second = recovery.is_none()
                    && guarded.is_some_and(|s| super::super::factor::guarded(&s, cx.settings));
            }
            // Whoever stopped it between these looks has spent the link with it: it would be
            // said to come too late for what was stopped in time.
            if recovery.is_none() {
                challenge = self.letter(cx.store).await?;
            }
            Ok(StopFacts { challenge, which, recovery, awaits_second })
        })
    }

    fn decide(&self, facts: StopFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<Stopped> {
        let live = facts.challenge.filter(|c| cx.now < c.expires_at);
        let (Some(found), Some(which)) = (live, facts.which) else {
            return Verdict::no(Refusal::LinkInvalid);
        };
        let pending = facts.recovery.is_some_and(|c| {
            c.purpose == Purpose::Recover && c.user == Some(which.user) && cx.now < c.expires_at
        });
        if self.look || !pending && !facts.awaits_second {
            let stopped = if pending { Stopped::InTime } else { Stopped::Over };
            return Verdict::yes(stopped, vec![], vec![]);
        }
        // With it goes the new password that may wait for a second proof.
        let mut writes = vec![
            Write::SpendChallenge(found.id),
            Write::KillMessagesOf(which.flow),
            Write::KillChallengesOf(which.user),
        ];
        if pending {
            // Whoever finishes it in this very moment is either first or stopped.
            writes.insert(0, Write::SpendChallenge(which.flow));
        }
        let event = cx.event(None, Some(which.user), What::RecoveryStopped { flow: which.flow });
        let stopped = if pending { Stopped::InTime } else { Stopped::Over };
        Verdict::yes(stopped, writes, vec![event])
    }
}
