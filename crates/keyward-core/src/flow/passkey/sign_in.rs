//! Prove who you are with a passkey; get a session.

use super::stored::Suspect;
use super::{
    Begun, Passkey, PasskeyAnswer, RelyingParty, awaited, begin, challenge_of, expected, options,
    told,
};
use crate::Error;
use crate::crypto::webauthn::{self, Asserted};
use crate::flow::factor;
use crate::flow::open::Opening;
use crate::flow::proven::{Proof, SignedIn, proven};
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::{FlowId, UserId};
use crate::port::{Fut, Write};
use crate::record::{Challenge, Event, Purpose, Reason, Subject, What};
use crate::refusal::{PasskeyFault, Refusal};
use crate::settings::UserVerification;

/// Somebody sets out to sign in with a passkey. Nobody needs to say who: the
/// passkey does.
#[derive(Clone, Copy, Debug)]
pub struct BeginPasskeySignIn;

impl Flow for BeginPasskeySignIn {
    type Facts = ();
    type Yes = Begun;
    const NAME: &'static str = "begin_passkey_sign_in";

    fn gather<'a>(&'a self, _: Gather<'a>) -> Fut<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    fn decide(&self, (): (), _: Done, cx: &mut Decide<'_>) -> Verdict<Begun> {
        let Some(rp) = RelyingParty::of(cx.site, cx.settings) else {
            return Verdict::no(Refusal::MethodDisabled);
        };
        let challenge = begin(Purpose::PasskeySignIn, None, cx);
        let flow = challenge.id;
        let options = options::request(&rp, flow, &[], cx.settings, cx.keys);
        Verdict::yes(Begun { flow, options }, vec![Write::AddChallenge(challenge)], vec![])
    }
}

/// A passkey signed the challenge of a flow.
#[derive(Clone, Debug)]
pub struct SignInWithPasskey {
    /// Which flow it answers.
    pub flow: FlowId,
    /// What the browser answered.
    pub answer: PasskeyAnswer,
    /// Whose passkey it must be, where somebody proves again who they are;
    /// `None` for anybody's.
    pub only: Option<UserId>,
    /// How to open the session; `None` checks the passkey and opens nothing.
    pub open: Option<Opening>,
}

/// What must be known to decide.
#[derive(Debug)]
pub struct Facts {
    challenge: Option<Challenge>,
    subject: Option<Subject>,
}

impl Flow for SignInWithPasskey {
    type Facts = Facts;
    type Yes = SignedIn;
    const NAME: &'static str = "sign_in_with_passkey";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let challenge = cx.store.challenge(self.flow).await?;
            let asked = self.answer.user.filter(|user| self.only.is_none_or(|only| only == *user));
            let subject = match asked {
                Some(user) => cx.store.subject(user).await?,
                None => None,
            };
            Ok(Facts { challenge, subject })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let awaited = awaited(facts.challenge.as_ref(), Purpose::PasskeySignIn, None, cx);
        if let Err(refusal) = awaited {
            return Verdict::no(refusal);
        }
        let spend = Write::SpendChallenge(self.flow);
        let Some(subject) = facts.subject else {
            return self.refused(None, Wrong::unknown(), cx).after(vec![spend], vec![]);
        };
        let verdict = match judge(&subject, self.flow, &self.answer, cx) {
            Err(wrong) => self.refused(Some(&subject), wrong, cx),
            Ok(right) if !right.verified && is_alone(&subject, cx) => {
                let wrong = Wrong { told: PasskeyFault::NotVerified, reason: Reason::NotVerified };
                self.refused(Some(&subject), wrong, cx).after(vec![right.used], vec![])
            }
            Ok(right) => {
                // Verified by the authenticator as well, it is two factors.
                let aal = if right.verified { 2 } else { 1 };
                let proof = Proof { subject: &subject, method: METHOD, aal, identifier: "" };
                proven(proof, self.open, cx).after(vec![right.used], vec![right.event])
            }
        };
        verdict.after(vec![spend], vec![])
    }
}

/// Whether the account needs two factors, and a passkey is all it has of them:
/// the passkey must be both.
fn is_alone(subject: &Subject, cx: &Decide<'_>) -> bool {
    factor::guarded(subject, cx.settings)
        && factor::methods_after(METHOD, subject, cx.settings).is_empty()
}

/// What a session stands on, and what the log says.
const METHOD: &str = "passkey";

impl SignInWithPasskey {
    fn refused(
        &self,
        subject: Option<&Subject>,
        wrong: Wrong,
        cx: &mut Decide<'_>,
    ) -> Verdict<SignedIn> {
        let what = What::SignInFailed { method: METHOD.into(), reason: wrong.reason };
        let event = cx.event(None, subject.map(|s| s.user.id), what);
        Verdict::refuse(Refusal::Passkey(wrong.told), vec![], vec![event])
    }
}

/// An answer by a passkey of the account.
#[derive(Debug)]
pub(in crate::flow) struct Right {
    /// Whether the authenticator verified its owner.
    pub(in crate::flow) verified: bool,
    /// Moves the passkey on, so that the same answer is never right again.
    pub(in crate::flow) used: Write,
    /// Which passkey it was.
    pub(in crate::flow) event: Event,
}

/// Why an answer is not accepted: what is told, and what is noted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::flow) struct Wrong {
    told: PasskeyFault,
    pub(in crate::flow) reason: Reason,
}

impl Wrong {
    /// No such account, no such passkey: one answer.
    fn unknown() -> Self {
        Self { told: PasskeyFault::Unknown, reason: Reason::NoCredential }
    }
}

/// Judges an answer to the challenge of `flow` by a passkey of this account.
pub(in crate::flow) fn judge(
    subject: &Subject,
    flow: FlowId,
    answer: &PasskeyAnswer,
    cx: &mut Decide<'_>,
) -> Result<Right, Wrong> {
    let is_theirs = answer.user.is_none_or(|user| user == subject.user.id);
    let passkeys = Passkey::of(subject);
    let found = passkeys.iter().find(|passkey| passkey.handle() == answer.id);
    let passkey = found.filter(|_| is_theirs).ok_or(Wrong::unknown())?;
    let asserted = verify(passkey, flow, answer, cx)?;
    let suspect = passkey.suspect(&asserted);
    if suspect.is_some_and(|suspect| suspect.is_refused(cx.settings.passkeys.counter)) {
        let reason = match suspect {
            Some(Suspect::Counter) => Reason::Cloned,
            _ => Reason::WrongSecret,
        };
        return Err(Wrong { told: PasskeyFault::Failed, reason });
    }
    let what = What::PasskeyUsed { passkey: passkey.id, counter_went_back: suspect.is_some() };
    Ok(Right {
        verified: asserted.flags.user_verified,
        used: passkey.used(&asserted, cx.now),
        event: cx.own_event(subject.user.id, what),
    })
}

fn verify(
    passkey: &Passkey,
    flow: FlowId,
    answer: &PasskeyAnswer,
    cx: &Decide<'_>,
) -> Result<Asserted, Wrong> {
    let wrong = |fault| {
        let (told, reason) = told(fault);
        Wrong { told, reason }
    };
    let key = passkey.key().ok_or(wrong(webauthn::Fault::WrongKey))?;
    let rp = RelyingParty::of(cx.site, cx.settings).ok_or(wrong(webauthn::Fault::WrongOrigin))?;
    let challenge = challenge_of(cx.keys, flow);
    let must = cx.settings.passkeys.user_verification == UserVerification::Required;
    webauthn::assert(&expected(&rp, &challenge, must), &key, &answer.assertion()).map_err(wrong)
}
