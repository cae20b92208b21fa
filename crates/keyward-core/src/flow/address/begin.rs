//! Name another address; a secret is sent there.

use super::{Wanted, field, keeps};
use crate::Error;
use crate::flow::challenge::{self, For, To, take};
use crate::flow::enrolled::allowed;
use crate::flow::step_up::Facts as Own;
use crate::flow::verify::Asked;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{FlowId, SessionId, UserId};
use crate::identifier::{Kind, Normalised, normalise};
use crate::port::{Fut, Take};
use crate::record::{Challenge, Purpose, Subject, What};
use crate::refusal::Refusal;

/// A signed-in person wants to be reached by another address. Nothing changes
/// before they prove to hold it.
#[derive(Clone, Debug)]
pub struct ChangeAddress {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// E-mail or phone.
    pub kind: Kind,
    /// The new address, as typed.
    pub to: String,
}

/// What must be known to begin.
#[derive(Debug)]
pub struct Facts {
    own: Own,
    wanted: Option<Normalised>,
    holder: Option<Subject>,
}

impl Flow for ChangeAddress {
    type Facts = Facts;
    type Yes = Asked;
    const NAME: &'static str = "change_address";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let own = Own::gather(self.user, self.session, cx).await?;
            let wanted = normalise(self.kind, &self.to).ok().filter(|w| w.kind != Kind::Username);
            let holder = match &wanted {
                Some(wanted) => cx.store.subject_by(wanted.kind, &wanted.text).await?,
                None => None,
            };
            Ok(Facts { own, wanted, holder })
        })
    }

    fn takes(&self, _: &Facts, cx: &Gather<'_>) -> Vec<Take> {
        vec![take("change-address", &self.user.to_bytes(), cx.settings.requests, cx.now)]
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Asked> {
        let (subject, _) = match allowed(facts.own, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let Some(wanted) = facts.wanted else {
            let code = if self.kind == Kind::Phone { "phone_invalid" } else { "email_invalid" };
            return Verdict::no(Refusal::invalid(field(self.kind), code));
        };
        if wanted.kind == Kind::Phone && !cx.settings.may_text(&wanted.text) {
            return Verdict::no(Refusal::invalid("phone", "phone_not_served"));
        }
        let mut own = subject.identifiers.iter();
        if own.any(|i| i.normal == wanted.text && i.kind == wanted.kind && i.verified_at.is_some())
        {
            return Verdict::no(Refusal::invalid(field(self.kind), "already_verified"));
        }
        self.ask(&subject, &wanted, facts.holder.as_ref(), cx)
    }
}

impl ChangeAddress {
    /// The same work, writes and answer whether or not somebody else has the
    /// address: they get a letter without secrets in place of one with them.
    fn ask(
        &self,
        subject: &Subject,
        wanted: &Normalised,
        holder: Option<&Subject>,
        cx: &mut Decide<'_>,
    ) -> Verdict<Asked> {
        let what = For {
            purpose: Purpose::ChangeAddress,
            user: Some(self.user),
            kind: wanted.kind,
            normal: &wanted.text,
            epoch: subject.user.session_epoch,
        };
        let (mut challenge, secrets, browser) = challenge::begin(what, cx);
        let value = self.to.trim().to_owned();
        challenge.data =
            serde_json::to_string(&Wanted { value: value.clone() }).unwrap_or_default();
        let mut writes = challenge::replace(&challenge);
        writes.extend(challenge::limits(&challenge, cx));
        let taken = holder.filter(|holder| {
            holder.user.id != self.user && keeps(holder, wanted.kind, &wanted.text, cx.settings)
        });
        let letter = match taken.and_then(|holder| held(holder, &challenge)) {
            Some(to) => challenge::notice("address_taken", to, "", cx),
            None => {
                let to = To { user: Some(self.user), kind: wanted.kind, value: &value };
                challenge::letter("change_address", &challenge, &secrets, to, cx)
            }
        };
        let Ok(letter) = letter else { return Verdict::no(Refusal::Conflict) };
        writes.push(letter);
        let identifier_kind = wanted.kind.as_str().into();
        let what = What::AddressRequested { flow: challenge.id, identifier_kind };
        let event = cx.own_event(self.user, what);
        Verdict::yes(Asked { flow: challenge.id, browser }, writes, vec![event])
    }
}

fn held<'a>(holder: &'a Subject, found: &Challenge) -> Option<&'a crate::record::Identifier> {
    holder.identifiers.iter().find(|i| i.kind == found.kind && i.normal == found.normal)
}

/// Sends the secret of a change again, with new secrets; attempts and expiry stay.
#[derive(Clone, Debug)]
pub struct ResendAddress {
    /// Whose it must be.
    pub user: UserId,
    /// Which flow.
    pub flow: FlowId,
}

/// What must be known to send again.
#[derive(Debug)]
pub struct ResendFacts {
    challenge: Option<Challenge>,
    holder: Option<Subject>,
}

impl Flow for ResendAddress {
    type Facts = ResendFacts;
    type Yes = ();
    const NAME: &'static str = "resend_address";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<ResendFacts, Error>> {
        Box::pin(async move {
            let challenge = cx.store.challenge(self.flow).await?;
            let ours =
                |c: &Challenge| c.purpose == Purpose::ChangeAddress && c.user == Some(self.user);
            let challenge = challenge.filter(ours);
            let holder = match &challenge {
                Some(found) => cx.store.subject_by(found.kind, &found.normal).await?,
                None => None,
            };
            Ok(ResendFacts { challenge, holder })
        })
    }

    fn decide(&self, facts: ResendFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let Some(found) = facts.challenge else { return Verdict::no(Refusal::CodeExpired) };
        let (secrets, mut writes) = match challenge::again(&found, cx) {
            Ok(again) => again,
            Err(refusal) => return Verdict::no(refusal),
        };
        let value = Wanted::of(&found).value;
        let taken = facts.holder.filter(|holder| {
            holder.user.id != self.user && keeps(holder, found.kind, &found.normal, cx.settings)
        });
        let to = match &taken {
            // They were told once.
            Some(_) => To::nobody(found.kind),
            None => To { user: Some(self.user), kind: found.kind, value: &value },
        };
        match challenge::letter("change_address", &found, &secrets, to, cx) {
            Ok(letter) => writes.push(letter),
            Err(_) => return Verdict::no(Refusal::Conflict),
        }
        let event = cx.own_event(self.user, What::VerificationSent { flow: found.id });
        Verdict::yes((), writes, vec![event])
    }
}
