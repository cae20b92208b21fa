//! Sign in by what is sent: a link by e-mail, a code by e-mail or text message.
//!
//! Whoever asks gets the same answer, and causes the same work, whether or not
//! somebody has the address. What is sent opens a session in the browser that
//! asked and nowhere else: on another device the link shows a code, to be typed
//! where it was asked for. A link is spent by a confirmation, never by a look.

mod confirm;
mod resend;
mod see;

use serde::{Deserialize, Serialize};

pub use confirm::{Answered, ConfirmSignIn};
pub use resend::ResendSignIn;
pub use see::{SeeSignIn, Seen, Which};

use super::challenge::{self, For, To};
use super::claim::holds;
use super::deletion::may_enter;
use super::sign_in::Named;
use super::sign_up::admitted;
use super::verify::Asked;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::identifier::Kind;
use crate::port::{Fut, Write};
use crate::record::{Challenge, Identifier, Purpose, Subject, What};
use crate::refusal::Refusal;
use crate::settings::Settings;

/// What is sent to sign in with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sent {
    /// A link, by e-mail.
    Link,
    /// A code of six digits, by e-mail or text message.
    Code,
}

impl Sent {
    /// What its secrets are for.
    pub(super) fn purpose(self) -> Purpose {
        match self {
            Self::Link => Purpose::SignInLink,
            Self::Code => Purpose::SignInCode,
        }
    }

    /// Which one this challenge is; `None` if it is for something else.
    pub(super) fn of(found: &Challenge) -> Option<Self> {
        [Self::Link, Self::Code].into_iter().find(|sent| sent.purpose() == found.purpose)
    }

    /// The method's name, as in sessions and events.
    pub(super) fn method(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Self::Link, _) => "email_link",
            (Self::Code, Kind::Phone) => "sms_code",
            (Self::Code, _) => "email_code",
        }
    }

    /// Whether the operator lets it be sent to an address of this kind.
    pub fn goes_to(self, kind: Kind, settings: &Settings) -> bool {
        match (self, kind) {
            (_, Kind::Username) => false,
            (Self::Link, Kind::Email) => settings.email_link,
            (Self::Link, Kind::Phone) => false,
            (Self::Code, Kind::Email) => settings.email_code,
            (Self::Code, Kind::Phone) => settings.sms_code,
        }
    }

    /// Whether the operator lets it be sent at all.
    pub fn is_on(self, settings: &Settings) -> bool {
        [Kind::Email, Kind::Phone].into_iter().any(|kind| self.goes_to(kind, settings))
    }
}

/// Somebody asks for a link or a code to sign in with.
#[derive(Clone, Debug)]
pub struct BeginSignIn {
    /// E-mail, username or phone, as typed.
    pub identifier: String,
    /// What to send.
    pub by: Sent,
    /// Where to go once signed in: a path on this host, or nothing.
    pub return_to: String,
}

/// What a sign-in remembers from the first step to the last, in its challenge.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Kept {
    /// The address as it was typed, for an account that does not exist yet;
    /// empty where nobody may be made one.
    pub(super) new: String,
    /// Where to go once signed in.
    pub(super) return_to: String,
}

impl Kept {
    pub(super) fn of(found: &Challenge) -> Self {
        serde_json::from_str(&found.data).unwrap_or_default()
    }
}

impl Flow for BeginSignIn {
    type Facts = Named;
    type Yes = Asked;
    const NAME: &'static str = "begin_sign_in";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Named, Error>> {
        Box::pin(Named::gather(&self.identifier, cx))
    }

    fn decide(&self, facts: Named, _: Done, cx: &mut Decide<'_>) -> Verdict<Asked> {
        let Some((kind, normal)) = facts.asked else {
            return Verdict::no(Refusal::invalid("identifier", "identifier_invalid"));
        };
        if let Err(refusal) = self.is_allowed(kind, &normal, cx.settings) {
            return Verdict::no(refusal);
        }
        let subject = facts.subject.as_ref();
        let may = |s: &&Subject| may_enter(&s.user, cx.settings, cx.now);
        let to = subject.filter(may).and_then(|s| self.address(s, kind, &normal, cx.settings));
        let is_new = subject.is_none() && may_begin(kind, &normal, cx.settings);
        let what = For {
            purpose: self.by.purpose(),
            user: to.map(|to| to.user),
            kind: to.map_or(kind, |to| to.kind),
            normal: to.map_or(&normal, |to| &to.normal),
            epoch: subject.filter(|_| to.is_some()).map_or(0, |s| s.user.session_epoch),
        };
        let (mut challenge, secrets, browser) = challenge::begin(what, cx);
        let typed = self.identifier.trim();
        let new = if is_new { typed.to_owned() } else { String::new() };
        let kept = Kept { new, return_to: self.return_to.clone() };
        challenge.data = serde_json::to_string(&kept).unwrap_or_default();
        let to = match to {
            Some(known) => To::from(known),
            None if is_new => To { user: None, kind, value: typed },
            None => To::nobody(kind),
        };
        let mut writes = challenge::replace(&challenge);
        writes.extend(challenge::limits(&challenge, cx));
        match challenge::letter(challenge.purpose.as_str(), &challenge, &secrets, to, cx) {
            Ok(letter) => writes.push(letter),
            Err(_) => return Verdict::no(Refusal::Conflict),
        }
        let what = What::SignInRequested {
            flow: challenge.id,
            method: self.by.method(challenge.kind).into(),
        };
        let event = cx.event(None, challenge.user, what);
        Verdict::yes(Asked { flow: challenge.id, browser }, writes, vec![event])
    }
}

impl BeginSignIn {
    /// Whether this may be asked for, whoever has the address.
    fn is_allowed(&self, kind: Kind, normal: &str, settings: &Settings) -> Result<(), Refusal> {
        if !self.by.is_on(settings) || self.return_to.len() > MAX_RETURN_TO {
            return Err(Refusal::MethodDisabled);
        }
        if kind != Kind::Username && !self.by.goes_to(kind, settings) {
            return Err(Refusal::invalid("identifier", "identifier_invalid"));
        }
        if kind == Kind::Phone && !settings.may_text(normal) {
            return Err(Refusal::invalid("identifier", "phone_not_served"));
        }
        Ok(())
    }

    /// Where it goes, if the account may be entered this way: the address that
    /// was typed, or for a username the first that will do.
    fn address<'a>(
        &self,
        subject: &'a Subject,
        kind: Kind,
        normal: &str,
        settings: &Settings,
    ) -> Option<&'a Identifier> {
        let will_do = |i: &&Identifier| {
            self.by.goes_to(i.kind, settings)
                && (kind == Kind::Username || i.kind == kind && i.normal == normal)
                && holds(subject, i)
        };
        subject.identifiers.iter().find(will_do)
    }
}

/// Longest path to come back to.
const MAX_RETURN_TO: usize = 2000;

/// Whether the first sign-in with this address makes an account.
pub(super) fn may_begin(kind: Kind, normal: &str, settings: &Settings) -> bool {
    let names = [(kind, normal)];
    kind != Kind::Username
        && settings.sign_in_makes_accounts
        && admitted(&names, &settings.sign_up).is_ok()
}

/// Writes that spend a challenge, once.
fn spend(found: &Challenge) -> Vec<Write> {
    vec![Write::SpendChallenge(found.id), Write::KillMessagesOf(found.id)]
}
