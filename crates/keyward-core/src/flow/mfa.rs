//! The second factor at sign-in: asked for once the first is proven, and answered
//! by the same browser. Until then nothing is open.

use serde::{Deserialize, Serialize};

use super::challenge::{self, For, same_browser};
use super::deletion::may_enter;
use super::factor::{self, Asked, trusted};
use super::open::{Opening, Replaced, Standing, open};
use super::proven::{Proof, SignedIn, back, lacks};
use super::recover::Reset;
use super::{Decide, Done, Flow, Gather, Verdict, Work};
use crate::Error;
use crate::crypto::hex::{hex, unhex};
use crate::crypto::seal::{self, Aad};
use crate::id::FlowId;
use crate::identifier::Kind;
use crate::port::{Fut, Take, Write};
use crate::record::{Challenge, Event, Purpose, Reason, SessionKind, Subject, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::time::Timestamp;

/// Asks for the second factor. What a recovery wants to change waits with it.
pub(super) fn ask(
    proof: Proof<'_>,
    how: Opening,
    reset: Option<&Reset>,
    cx: &mut Decide<'_>,
) -> Verdict<SignedIn> {
    let user = &proof.subject.user;
    let what = For {
        purpose: Purpose::Mfa,
        user: Some(user.id),
        kind: Kind::Username,
        normal: "",
        epoch: user.session_epoch,
    };
    let (mut challenge, _, browser) = challenge::begin(what, cx);
    challenge.expires_at = cx.now.plus(cx.settings.mfa_lifetime);
    let Some(data) = Pending::text(proof, how, reset, challenge.id, cx) else {
        return Verdict::no(Refusal::Conflict);
    };
    challenge.data = data;
    let flow = challenge.id;
    let methods = factor::methods_after(proof.method, proof.subject, cx.settings);
    let what = What::MfaRequired { flow, method: proof.method.into() };
    let event = cx.event(None, Some(user.id), what);
    let reply = SignedIn::NeedsMfa { flow, browser, methods };
    Verdict::yes(reply, vec![Write::AddChallenge(challenge)], vec![event])
}

/// What a sign-in remembers while it waits.
#[derive(Debug, Deserialize, Serialize)]
struct Pending {
    method: String,
    identifier: String,
    kind: String,
    remember: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reset: Option<PendingReset>,
}

/// A new password that is set if the second proof comes.
#[derive(Debug, Deserialize, Serialize)]
struct PendingReset {
    /// Its hash, sealed for this challenge, in hexadecimal.
    password: String,
    close: bool,
    kind: String,
    normal: String,
    by: String,
}

impl Pending {
    fn text(
        proof: Proof<'_>,
        how: Opening,
        reset: Option<&Reset>,
        flow: FlowId,
        cx: &mut Decide<'_>,
    ) -> Option<String> {
        let reset = match reset {
            Some(reset) => Some(PendingReset::new(reset, flow, cx)?),
            None => None,
        };
        let pending = Self {
            method: proof.method.into(),
            identifier: proof.identifier.chars().take(MAX_IDENTIFIER).collect(),
            kind: how.kind.as_str().into(),
            remember: how.remember,
            reset,
        };
        serde_json::to_string(&pending).ok()
    }
}

impl PendingReset {
    fn new(reset: &Reset, flow: FlowId, cx: &mut Decide<'_>) -> Option<Self> {
        let sealed =
            seal::seal(&cx.keys.seal, &aad(&flow.to_bytes()), reset.phc.as_bytes(), cx.rng);
        Some(Self {
            password: hex(&sealed.ok()?),
            close: reset.close,
            kind: reset.kind.as_str().into(),
            normal: reset.normal.clone(),
            by: reset.by.clone(),
        })
    }

    fn open(self, flow: FlowId, cx: &Decide<'_>) -> Option<Reset> {
        let sealed = unhex(&self.password)?;
        let plain = seal::unseal(&cx.keys.seal, &aad(&flow.to_bytes()), &sealed).ok()?;
        let phc = String::from_utf8(plain.to_vec()).ok()?;
        let kind = Kind::parse(&self.kind)?;
        Some(Reset { phc, close: self.close, kind, normal: self.normal, by: self.by })
    }
}

fn aad(flow: &[u8; 16]) -> Aad<'_> {
    Aad { table: "challenges", column: "data", row: flow }
}

/// Long enough for every address.
const MAX_IDENTIFIER: usize = 320;

/// Answers with the second factor and opens the session.
#[derive(Clone, Debug)]
pub struct FinishMfa {
    /// The flow that awaits it.
    pub flow: FlowId,
    /// The secret of the browser that proved the first factor.
    pub browser: Option<Secret>,
    /// `totp`, `recovery_code`, …
    pub method: String,
    /// As typed.
    pub answer: Secret,
    /// Spare this device the second factor for a while.
    pub trust: bool,
    /// The session that the new one replaces.
    pub replaces: Option<Replaced>,
}

/// What must be known to accept a second factor.
#[derive(Debug)]
pub struct Facts {
    challenge: Option<Challenge>,
    subject: Option<Subject>,
}

impl Facts {
    /// The account, if the flow awaits a second factor of this browser.
    pub(super) fn awaited(
        &self,
        browser: Option<&Secret>,
        settings: &Settings,
        now: Timestamp,
    ) -> Option<(&Challenge, &Subject)> {
        let challenge = self.challenge.as_ref().filter(|c| c.purpose == Purpose::Mfa)?;
        let may = |s: &&Subject| may_enter(&s.user, settings, now);
        let subject = self.subject.as_ref().filter(may)?;
        let is_live = now < challenge.expires_at && challenge.epoch == subject.user.session_epoch;
        (is_live && same_browser(challenge, browser)).then_some((challenge, subject))
    }
}

pub(super) async fn gather(flow: FlowId, cx: Gather<'_>) -> Result<Facts, Error> {
    let challenge = cx.store.challenge(flow).await?;
    let subject = challenge::subject(challenge.as_ref(), cx.store).await?;
    Ok(Facts { challenge, subject })
}

impl Flow for FinishMfa {
    type Facts = Facts;
    type Yes = SignedIn;
    const NAME: &'static str = "finish_mfa";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(gather(self.flow, cx))
    }

    fn takes(&self, facts: &Facts, cx: &Gather<'_>) -> Vec<Take> {
        // Who does not hold the browser's secret spends nothing of the owner's.
        let awaited = facts.awaited(self.browser.as_ref(), cx.settings, cx.now);
        awaited.iter().flat_map(|(_, subject)| factor::guess(subject, cx)).collect()
    }

    fn limited(&self, facts: &Facts, cx: &mut Decide<'_>) -> Vec<Event> {
        let failed = |subject| factor::failed(subject, &self.method, Reason::TooMany, cx);
        facts.subject.iter().map(failed).collect()
    }

    fn work(&self, facts: &Facts) -> Work {
        // Nothing is done for strangers: who holds the browser's secret has paid.
        let awaits = |c: &&Challenge| c.purpose == Purpose::Mfa && c.attempts_left > 0;
        let found = facts.challenge.as_ref().filter(awaits);
        let is_same = found.is_some_and(|found| same_browser(found, self.browser.as_ref()));
        factor::work(facts.subject.as_ref().filter(|_| is_same), &self.method, &self.answer)
    }

    fn decide(&self, facts: Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let Some((found, subject)) = facts.awaited(self.browser.as_ref(), cx.settings, cx.now)
        else {
            return Verdict::no(Refusal::MfaExpired);
        };
        if found.attempts_left <= 0 {
            let failed = factor::failed(subject, &self.method, Reason::TooMany, cx);
            return Verdict::refuse(Refusal::MfaExpired, vec![], vec![failed]);
        }
        let Ok(pending) = serde_json::from_str::<Pending>(&found.data) else {
            return Verdict::no(Refusal::MfaExpired);
        };
        if pending.method == self.method {
            let failed = factor::failed(subject, &self.method, Reason::NoCredential, cx);
            let writes = vec![Write::TakeAttempt(found.id)];
            return Verdict::refuse(Refusal::MfaInvalid, writes, vec![failed]);
        }
        let asked = Asked { subject, done: &done, challenge: Some(found) };
        let mut judged = factor::judge(asked, &self.method, &self.answer, cx);
        if !judged.right {
            judged.writes.push(Write::TakeAttempt(found.id));
            return Verdict::refuse(Refusal::MfaInvalid, judged.writes, judged.events);
        }
        judged.writes.insert(0, Write::SpendChallenge(found.id));
        self.enter(subject, pending, cx).after(judged.writes, judged.events)
    }
}

impl FinishMfa {
    fn enter(&self, subject: &Subject, waited: Pending, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let (mut subject, mut writes, mut events) = (subject.clone(), vec![], vec![]);
        if let Some(reset) = waited.reset {
            if !cx.settings.recovery {
                return Verdict::no(Refusal::RecoveryDisabled);
            }
            let Some(reset) = reset.open(self.flow, cx) else {
                return Verdict::no(Refusal::MfaExpired);
            };
            (subject, writes, events) = reset.apply(&subject, cx);
            // A recovery comes here before it was asked what else must be proven.
            if !lacks(&subject, cx.settings).is_empty() {
                let (method, identifier) = (waited.method.as_str(), waited.identifier.as_str());
                let proof = Proof { subject: &subject, method, aal: 2, identifier };
                return proof.ask(cx).after(writes, events);
            }
        }
        let what = What::SignInSucceeded { method: waited.method.clone() };
        let mut event = cx.own_event(subject.user.id, what);
        event.personal = cx.client.personal(&waited.identifier);
        events.push(event);
        let standing = Standing { methods: vec![waited.method, self.method.clone()], aal: 2 };
        let kind = SessionKind::parse(&waited.kind).unwrap_or(SessionKind::Browser);
        let replaces = self.replaces.filter(|_| kind == SessionKind::Browser);
        let how = Opening { kind, remember: waited.remember, replaces };
        let (user, returning, returned) = back(&subject.user, cx);
        writes.extend(returning);
        events.extend(returned);
        let (mut opened, opening, event) = open(&user, standing, how, cx);
        writes.extend(opening);
        if self.trust && kind == SessionKind::Browser {
            let (device, trusting) = trusted::trust(&subject, cx);
            writes.extend(trusting);
            opened.device = Some(device);
        }
        events.push(event);
        let (opened, identifiers) = (Box::new(opened), subject.identifiers);
        Verdict::yes(SignedIn::Complete { opened, identifiers }, writes, events)
    }
}

/// What a flow can be answered with, for the page that asks.
#[derive(Clone, Debug)]
pub struct AwaitedMfa {
    /// The flow that awaits a second factor.
    pub flow: FlowId,
    /// The secret of the browser that proved the first factor.
    pub browser: Option<Secret>,
}

/// What [`AwaitedMfa`] finds.
#[derive(Clone, Debug)]
pub struct Awaited {
    /// `totp`, `recovery_code`, …: what the flow can be answered with.
    pub methods: Vec<&'static str>,
    /// Wrong answers that end the flow; at least one.
    pub tries_left: i64,
}

impl Flow for AwaitedMfa {
    type Facts = Facts;
    type Yes = Awaited;
    const NAME: &'static str = "awaited_mfa";
    const WHILE_IMPERSONATING: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(gather(self.flow, cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Awaited> {
        match facts.awaited(self.browser.as_ref(), cx.settings, cx.now) {
            Some((found, subject)) if found.attempts_left > 0 => {
                let first = serde_json::from_str::<Pending>(&found.data).map(|p| p.method);
                let first = first.unwrap_or_default();
                let methods = factor::methods_after(&first, subject, cx.settings);
                Verdict::yes(Awaited { methods, tries_left: found.attempts_left }, vec![], vec![])
            }
            _ => Verdict::no(Refusal::MfaExpired),
        }
    }
}
