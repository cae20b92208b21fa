//! Enrol an authenticator app: begin, then prove with a code that it works.

use serde::{Deserialize, Serialize};

use super::challenge::{self, For, replace};
use super::enrolled::allowed;
use super::factor::codes;
use super::factor::totp::{KIND, WINDOW, credential, sealed, unsealed};
use super::open::{Opened, Standing, rotate};
use super::password::tell;
use super::step_up::Facts as Own;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::crypto::otp::{OtpSecret, Totp};
use crate::id::{FlowId, SessionId, UserId};
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Challenge, Purpose, Session, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;

/// A signed-in person wants an authenticator app as their second factor.
#[derive(Clone, Debug)]
pub struct BeginTotp {
    /// Who.
    pub user: UserId,
    /// The session they ask from.
    pub session: SessionId,
}

/// A secret to put into an app. The only copy that can be read.
#[derive(Clone, Debug)]
pub struct Enrolling {
    /// The flow whose code is awaited.
    pub flow: FlowId,
    /// Base32, without padding.
    pub secret: Secret,
    /// `otpauth://…`, as the QR code says it.
    pub uri: Secret,
}

/// What is remembered until the code comes.
#[derive(Deserialize, Serialize)]
struct Pending {
    /// Sealed for this challenge, in hexadecimal.
    secret: String,
    /// The session that began.
    session: SessionId,
}

impl Flow for BeginTotp {
    type Facts = Own;
    type Yes = Enrolling;
    const NAME: &'static str = "begin_totp";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Own, Error>> {
        Box::pin(Own::gather(self.user, self.session, cx))
    }

    fn decide(&self, facts: Own, _: Done, cx: &mut Decide<'_>) -> Verdict<Enrolling> {
        let (subject, session) = match allowed(facts, cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        if subject.credential(KIND).is_some() {
            return Verdict::no(Refusal::invalid("totp", "already_enrolled"));
        }
        let secret = OtpSecret::mint(cx.rng);
        let Some(challenge) = pending(&subject, &session, &secret, cx) else {
            return Verdict::no(Refusal::Conflict);
        };
        let account = subject.identifiers.first().map_or("", |name| &name.value);
        let uri = Totp::default().uri(&secret, &cx.settings.brand, account);
        let reply = Enrolling { flow: challenge.id, secret: secret.text(), uri };
        Verdict::yes(reply, replace(&challenge), vec![])
    }
}

fn pending(
    subject: &Subject,
    session: &Session,
    secret: &OtpSecret,
    cx: &mut Decide<'_>,
) -> Option<Challenge> {
    let what = For {
        purpose: Purpose::EnrolTotp,
        user: Some(subject.user.id),
        kind: Kind::Username,
        normal: "",
        epoch: subject.user.session_epoch,
    };
    let (mut challenge, ..) = challenge::begin(what, cx);
    challenge.expires_at = cx.now.plus(cx.settings.mfa_lifetime);
    let secret = sealed(secret, &challenge.id.to_bytes(), cx.keys, cx.rng)?;
    challenge.data = serde_json::to_string(&Pending { secret, session: session.id }).ok()?;
    Some(challenge)
}

/// Proves that the app has the secret, and makes it the account's second factor.
#[derive(Clone, Debug)]
pub struct ConfirmTotp {
    /// Who.
    pub user: UserId,
    /// The session they ask from: the one that began.
    pub session: SessionId,
    /// What [`BeginTotp`] answered.
    pub flow: FlowId,
    /// As typed.
    pub code: Secret,
}

/// What must be known to enrol.
#[derive(Debug)]
pub struct Facts {
    own: Own,
    challenge: Option<Challenge>,
}

/// A second factor that was enrolled.
#[derive(Debug)]
pub struct Enrolled {
    /// The session that takes the place of the one that asked.
    pub opened: Box<Opened>,
    /// Recovery codes, to be shown once; none if the account had some.
    pub codes: Vec<Secret>,
}

impl Flow for ConfirmTotp {
    type Facts = Facts;
    type Yes = Enrolled;
    const NAME: &'static str = "confirm_totp";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let own = Own::gather(self.user, self.session, cx).await?;
            Ok(Facts { own, challenge: cx.store.challenge(self.flow).await? })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Enrolled> {
        let (subject, session) = match facts.own.live(cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let Some((found, secret)) = facts.challenge.and_then(|c| self.awaited(c, cx)) else {
            return Verdict::no(Refusal::CodeExpired);
        };
        if found.epoch != subject.user.session_epoch || subject.credential(KIND).is_some() {
            return Verdict::no(Refusal::CodeExpired);
        }
        if found.attempts_left <= 0 {
            return Verdict::no(Refusal::CodeAttemptsExceeded);
        }
        let code = self.code.reveal();
        let step = Totp::default().verify(&secret, code, cx.now, WINDOW, None);
        let Ok(Some(step)) = step else {
            let writes = vec![Write::TakeAttempt(found.id)];
            return Verdict::refuse(Refusal::CodeInvalid, writes, vec![]);
        };
        let Some(added) = credential(&subject, &secret, step, cx) else {
            return Verdict::no(Refusal::Conflict);
        };
        let writes = vec![Write::SpendChallenge(found.id), Write::AddCredential(added)];
        enrolled(&subject, &session, "totp", cx).after(writes, vec![])
    }
}

impl ConfirmTotp {
    fn awaited(&self, found: Challenge, cx: &Decide<'_>) -> Option<(Challenge, OtpSecret)> {
        let ours = found.purpose == Purpose::EnrolTotp && found.user == Some(self.user);
        let kept: Pending = serde_json::from_str(&found.data).ok()?;
        let live = cx.now < found.expires_at && kept.session == self.session;
        let secret = unsealed(&kept.secret, &found.id.to_bytes(), cx.keys)?;
        (ours && live).then_some((found, secret))
    }
}

/// What every enrolment of a second factor leads to: recovery codes if there are
/// none, a letter, and a session that stands on the factor as well.
pub(super) fn enrolled(
    subject: &Subject,
    session: &Session,
    method: &str,
    cx: &mut Decide<'_>,
) -> Verdict<Enrolled> {
    let user = subject.user.id;
    let mut writes = touched(subject, cx);
    let mut events = vec![cx.own_event(user, What::MfaEnrolled { method: method.into() })];
    let mut codes = vec![];
    if codes::left(subject) == 0 {
        let (made, renewing) = codes::renew(subject, cx);
        codes = made;
        writes.extend(renewing);
        events.push(cx.own_event(user, What::MfaEnrolled { method: "recovery_code".into() }));
    }
    writes.extend(tell(subject, "account_changed", cx));
    let standing = Standing::also(session, method, 2);
    let (opened, opening, created) = rotate(session, &subject.user, standing, cx);
    writes.extend(opening);
    events.push(created);
    Verdict::yes(Enrolled { opened: Box::new(opened), codes }, writes, events)
}

/// The account changed under nobody's hands: what guards it is changed by one at
/// a time, and not after it was locked.
pub(super) fn touched(subject: &Subject, cx: &Decide<'_>) -> Vec<Write> {
    let mut user = subject.user.clone();
    user.updated_at = cx.now;
    vec![Write::SwapUser { was: user.version, now: user }, Write::NoteChange(subject.user.id)]
}
