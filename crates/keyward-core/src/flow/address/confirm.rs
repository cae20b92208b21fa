//! Prove to hold the new address; now it changes.

use super::undo::{self, Before};
use super::{Wanted, keeps};
use crate::Error;
use crate::flow::challenge::{Answer, code_takes, give_back_code};
use crate::flow::sign_up::{Name, new_identifier};
use crate::flow::step_up::Facts as Own;
use crate::flow::totp::touched;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{FlowId, SessionId, UserId};
use crate::identifier::normalise;
use crate::port::{Fut, Take, Write};
use crate::record::{Challenge, Identifier, Purpose, Subject, What};
use crate::refusal::Refusal;

/// Answers a change of address with its code or its link, signed in to the very
/// account: a stranger who is sent somebody's link confirms nothing of theirs.
#[derive(Clone, Debug)]
pub struct ConfirmAddress {
    /// Who.
    pub user: UserId,
    /// The session they answer from.
    pub session: SessionId,
    /// The answer.
    pub answer: Answer,
}

/// What must be known to accept an answer.
#[derive(Debug)]
pub struct Facts {
    own: Own,
    challenge: Option<Challenge>,
    holder: Option<Subject>,
}

impl Flow for ConfirmAddress {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "confirm_address";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let own = Own::gather(self.user, self.session, cx).await?;
            let challenge = self.answer.challenge(cx.store).await?;
            let challenge = challenge.filter(|c| c.user == Some(self.user));
            let holder = match &challenge {
                Some(found) => cx.store.subject_by(found.kind, &found.normal).await?,
                None => None,
            };
            Ok(Facts { own, challenge, holder })
        })
    }

    fn takes(&self, facts: &Facts, cx: &Gather<'_>) -> Vec<Take> {
        code_takes(&self.answer, facts.challenge.as_ref(), cx)
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (subject, _) = match facts.own.live(cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let judged = self.answer.judge(facts.challenge.as_ref(), Purpose::ChangeAddress, cx);
        if let Err(wrong) = judged {
            return wrong.verdict(facts.challenge.as_ref(), cx);
        }
        let Some(found) = facts.challenge else { return Verdict::no(Refusal::CodeInvalid) };
        if subject.user.session_epoch != found.epoch {
            return Verdict::no(self.late());
        }
        let holder = facts.holder.filter(|holder| holder.user.id != self.user);
        if holder.as_ref().is_some_and(|h| keeps(h, found.kind, &found.normal, cx.settings)) {
            return Verdict::no(self.late());
        }
        self.change(&subject, &found, holder.as_ref(), cx)
    }
}

impl ConfirmAddress {
    fn late(&self) -> Refusal {
        match self.answer {
            Answer::Code { .. } => Refusal::CodeExpired,
            Answer::Link(_) => Refusal::LinkInvalid,
        }
    }

    fn change(
        &self,
        subject: &Subject,
        found: &Challenge,
        holder: Option<&Subject>,
        cx: &mut Decide<'_>,
    ) -> Verdict<()> {
        let Some(added) = self.added(found, cx) else { return Verdict::no(self.late()) };
        let (kind, normal) = (found.kind, found.normal.clone());
        let mut writes = vec![Write::SpendChallenge(found.id), Write::KillMessagesOf(found.id)];
        writes.extend(give_back_code(&self.answer, found, cx));
        // What was asked for at the old address, a recovery say, must not be
        // answered there any more.
        writes.push(Write::KillChallengesOf(self.user));
        if let Some(holder) = holder {
            let (user, normal) = (holder.user.id, normal.clone());
            writes.push(Write::RemoveIdentifier { user, kind, normal });
            writes.push(Write::NoteChange(user));
        }
        let (same, old): (Vec<_>, Vec<_>) =
            subject.identifiers.iter().filter(|i| i.kind == kind).partition(|i| i.normal == normal);
        writes.extend(old.iter().map(|old| removal(old)));
        writes.push(match same.is_empty() {
            true => Write::AddIdentifier(added),
            false => Write::VerifyIdentifier { user: self.user, kind, normal, at: cx.now },
        });
        writes.extend(touched(subject, cx));
        writes.extend(undo::tell(subject, &Before::of(subject, kind, found.created_at), cx));
        let change = if old.is_empty() { "added" } else { "replaced" }.into();
        let what = What::AddressChanged { identifier_kind: kind.as_str().into(), change };
        Verdict::yes((), writes, vec![cx.own_event(self.user, what)])
    }

    /// The new address, proven.
    fn added(&self, found: &Challenge, cx: &Decide<'_>) -> Option<Identifier> {
        let typed = Wanted::of(found).value;
        let normal = normalise(found.kind, &typed).ok().filter(|n| n.text == found.normal)?;
        let added = new_identifier(self.user, &Name { typed, normal }, cx.now);
        Some(Identifier { verified_at: Some(cx.now), ..added })
    }
}

/// The write that removes a name.
pub(super) fn removal(name: &Identifier) -> Write {
    let (user, kind, normal) = (name.user, name.kind, name.normal.clone());
    Write::RemoveIdentifier { user, kind, normal }
}

/// Forgets a change that was not proven yet.
#[derive(Clone, Debug)]
pub struct CancelAddress {
    /// Whose it must be.
    pub user: UserId,
    /// Which flow.
    pub flow: FlowId,
}

impl Flow for CancelAddress {
    type Facts = Option<Challenge>;
    type Yes = ();
    const NAME: &'static str = "cancel_address";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.challenge(self.flow)
    }

    fn decide(&self, facts: Self::Facts, _: Done, _: &mut Decide<'_>) -> Verdict<()> {
        let ours = |c: &Challenge| c.purpose == Purpose::ChangeAddress && c.user == Some(self.user);
        let Some(found) = facts.filter(ours) else { return Verdict::no(Refusal::NotFound) };
        let writes = vec![Write::SpendChallenge(found.id), Write::KillMessagesOf(found.id)];
        Verdict::yes((), writes, vec![])
    }
}
