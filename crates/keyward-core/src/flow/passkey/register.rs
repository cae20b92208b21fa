//! Add a passkey to one's own account.

use super::{
    Begun, NewPasskey, Passkey, RelyingParty, awaited, begin, challenge_of, expected, options,
    told, unchanged,
};
use crate::Error;
use crate::crypto::webauthn::attestation::Attestation;
use crate::crypto::webauthn::{self, Registered};
use crate::flow::enrolled::allowed;
use crate::flow::step_up::Facts as Holder;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{CredentialId, FlowId, SessionId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Challenge, Purpose, Reason, Subject, What};
use crate::refusal::{PasskeyFault, Refusal};
use crate::settings::UserVerification;

/// Passkeys of one account.
const MAX: usize = 20;

/// Longest name in characters.
const MAX_NAME: usize = 100;

/// A signed-in person sets out to add a passkey.
#[derive(Clone, Debug)]
pub struct BeginPasskey {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
}

impl Flow for BeginPasskey {
    type Facts = Holder;
    type Yes = Begun;
    const NAME: &'static str = "begin_passkey";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Holder, Error>> {
        Box::pin(Holder::gather(self.user, self.session, cx))
    }

    fn decide(&self, facts: Holder, _: Done, cx: &mut Decide<'_>) -> Verdict<Begun> {
        let subject = match allowed(facts, cx) {
            Ok((subject, _)) => subject,
            Err(refusal) => return Verdict::no(refusal),
        };
        let Some(rp) = RelyingParty::of(cx.site, cx.settings) else {
            return Verdict::no(Refusal::MethodDisabled);
        };
        if let Err(refusal) = has_room(&subject) {
            return Verdict::no(refusal);
        }
        let challenge = begin(Purpose::PasskeyRegister, Some(&subject.user), cx);
        let flow = challenge.id;
        let options = options::creation(&rp, flow, &subject, cx.settings, cx.keys);
        Verdict::yes(Begun { flow, options }, vec![Write::AddChallenge(challenge)], vec![])
    }
}

/// The authenticator made a passkey: it is checked and kept.
#[derive(Clone, Debug)]
pub struct AddPasskey {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
    /// Which flow it answers.
    pub flow: FlowId,
    /// What the browser answered.
    pub made: NewPasskey,
    /// What to call it; may be empty.
    pub name: String,
}

/// What must be known to add it.
#[derive(Debug)]
pub struct Facts {
    holder: Holder,
    challenge: Option<Challenge>,
}

impl Flow for AddPasskey {
    type Facts = Facts;
    type Yes = Passkey;
    const NAME: &'static str = "add_passkey";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let holder = Holder::gather(self.user, self.session, cx).await?;
            let challenge = cx.store.challenge(self.flow).await?;
            Ok(Facts { holder, challenge })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Passkey> {
        match self.checked(facts, cx) {
            Err(refusal) => Verdict::no(refusal),
            Ok(Checked { subject, name, rp }) => match self.verified(&subject, &rp, cx) {
                Ok(new) => self.added(&new, name, &subject, cx),
                Err(wrong) => self.refused(wrong, cx),
            },
        }
    }
}

/// Nothing but the key is left to look at.
struct Checked {
    subject: Subject,
    name: String,
    rp: RelyingParty,
}

/// What is told, and what is noted.
type Wrong = (PasskeyFault, Option<Reason>);

impl AddPasskey {
    fn checked(&self, facts: Facts, cx: &Decide<'_>) -> Result<Checked, Refusal> {
        let (subject, _) = allowed(facts.holder, cx)?;
        let rp = RelyingParty::of(cx.site, cx.settings).ok_or(Refusal::MethodDisabled)?;
        let name = sane_name(&self.name)?;
        let challenge = facts.challenge.as_ref();
        let challenge = awaited(challenge, Purpose::PasskeyRegister, Some(self.user), cx)?;
        if challenge.epoch != subject.user.session_epoch {
            return Err(Refusal::Passkey(PasskeyFault::Expired));
        }
        has_room(&subject).map(|()| Checked { subject, name, rp })
    }

    fn verified(
        &self,
        subject: &Subject,
        rp: &RelyingParty,
        cx: &Decide<'_>,
    ) -> Result<Registered, Wrong> {
        let chosen = &cx.settings.passkeys;
        let challenge = challenge_of(cx.keys, self.flow);
        let must = chosen.user_verification == UserVerification::Required;
        let (expected, how, made) =
            (expected(rp, &challenge, must), chosen.attestation, &self.made);
        let new = webauthn::register(&expected, how, &made.client_data, &made.attestation_object);
        let is_same = |new: Registered| match new.id == made.id {
            true => Ok(new),
            false => Err(webauthn::Fault::Malformed),
        };
        let is_vouched_for = |new: Registered| {
            let unknown = new.attestation == Attestation::Unknown;
            match unknown && !chosen.accept_unknown_attestation {
                true => Err(webauthn::Fault::WrongAttestation),
                false => Ok(new),
            }
        };
        let new = new.and_then(is_same).and_then(is_vouched_for).map_err(|fault| {
            let (told, reason) = told(fault);
            (told, Some(reason))
        })?;
        let handle = super::encode(&new.id);
        match Passkey::of(subject).iter().any(|known| known.handle() == handle) {
            true => Err((PasskeyFault::Duplicate, None)),
            false => Ok(new),
        }
    }

    /// A flow is answered once, right or wrong.
    fn refused(&self, (told, reason): Wrong, cx: &mut Decide<'_>) -> Verdict<Passkey> {
        let noted = reason.map(|reason| {
            cx.own_event(self.user, What::VerificationFailed { flow: self.flow, reason })
        });
        let spend = vec![Write::SpendChallenge(self.flow)];
        Verdict::refuse(Refusal::Passkey(told), spend, noted.into_iter().collect())
    }

    fn added(
        &self,
        new: &Registered,
        name: String,
        subject: &Subject,
        cx: &mut Decide<'_>,
    ) -> Verdict<Passkey> {
        let id = CredentialId::mint(cx.now, cx.rng);
        let transports = self.made.transports.clone();
        let credential = Passkey::added(id, new, transports, name, subject, cx.now);
        let Some(passkey) = Passkey::read(&credential) else {
            return Verdict::no(Refusal::Passkey(PasskeyFault::Failed));
        };
        let mut writes = vec![
            Write::SpendChallenge(self.flow),
            unchanged(&subject.user, cx),
            Write::AddCredential(credential),
            Write::NoteChange(self.user),
        ];
        writes.extend(crate::flow::password::tell(subject, "passkey_added", cx));
        let event = cx.own_event(self.user, What::PasskeyAdded { passkey: id });
        Verdict::yes(passkey, writes, vec![event])
    }
}

fn has_room(subject: &Subject) -> Result<(), Refusal> {
    let many = Passkey::of(subject).len() >= MAX;
    if many { Err(Refusal::invalid("passkey", "too_many")) } else { Ok(()) }
}

/// A name without anything that would not show.
pub(super) fn sane_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.chars().count() > MAX_NAME {
        return Err(Refusal::invalid("name", "too_large"));
    }
    if name.chars().any(char::is_control) {
        return Err(Refusal::invalid("name", "control_character"));
    }
    Ok(name.to_owned())
}
