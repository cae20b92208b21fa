//! Codes in words, for administrators.

use super::language;
use super::roster::{event_key, find};
use super::texts::{Texts, fill};
use crate::deliver::letters;
use crate::http::Cx;
use crate::view::EventView;

/// What administrators read, in their language: codes where there are no words.
pub(super) struct Words<'a> {
    texts: &'a Texts,
    language: &'static str,
}

impl<'a> Words<'a> {
    pub(super) fn of(cx: &Cx<'a>) -> Self {
        let language = language::language(cx.auth, cx.request);
        Self { texts: &cx.auth.0.pages.texts, language }
    }

    fn say(&self, key: Option<&str>, code: &str) -> String {
        let text = key.and_then(|key| self.texts.find(self.language, key));
        text.unwrap_or(code).to_owned()
    }

    /// What happened.
    pub(super) fn event(&self, event: &EventView) -> String {
        let key = event_key(event).or_else(|| find(&BEHIND, &event.r#type));
        self.say(key, &event.r#type)
    }

    /// Why somebody was turned away.
    pub(super) fn reason(&self, code: &str) -> String {
        let known = REASONS.contains(&code).then(|| format!("reason.{code}"));
        self.say(known.as_deref(), code)
    }

    /// What was proven with.
    pub(super) fn method(&self, name: &str) -> String {
        let known = METHODS.contains(&name).then(|| format!("method.{name}"));
        self.say(known.as_deref(), name)
    }

    /// A limit of an account.
    pub(super) fn limit(&self, name: &str) -> String {
        match name.strip_prefix("letters to ") {
            Some(to) => {
                let text = self.say(Some("limit.letters"), name);
                fill(&text, [("to", to.to_owned())].into_iter())
            }
            None => self.say(find(&LIMITS, name), name),
        }
    }

    /// A letter of the outbox, by its subject.
    pub(super) fn letter(&self, template: &str, brand: &str) -> String {
        let key = format!("mail.{}.subject", letters::known(template));
        fill(&self.say(Some(&key), template), [("brand", brand.to_owned())].into_iter())
    }
}

/// Events that administrators alone are told about, and in which words.
pub(super) const BEHIND: [(&str, &str); 22] = [
    ("user.imported", "event.imported"),
    ("user.erased", "event.erased"),
    ("user.password.rehashed", "event.rehashed"),
    ("sign_in.requested", "event.sign_in_requested"),
    ("mfa.required", "event.mfa_required"),
    ("session.created", "event.session_created"),
    ("invitation.used", "event.invitation_used"),
    ("passkey.renamed", "event.passkey_renamed"),
    ("passkey.used", "event.passkey_used"),
    ("captcha.failed", "event.captcha_failed"),
    ("api_key.refreshed", "event.api_key_refreshed"),
    ("verification.sent", "event.verification_sent"),
    ("verification.failed", "event.verification_failed"),
    ("group.joined", "event.group_joined"),
    ("group.left", "event.group_left"),
    ("role.revoked", "event.role_revoked"),
    ("permission.allowed", "event.permission_allowed"),
    ("permission.removed", "event.permission_removed"),
    ("access.superuser_used", "event.superuser_used"),
    ("message.sent", "event.message_sent"),
    ("message.failed", "event.message_failed"),
    ("admin.setup_completed", "event.setup_completed"),
];

/// Why attempts are turned away: codes that have a text.
pub(super) const REASONS: [&str; 17] = [
    "unknown_identifier",
    "wrong_secret",
    "no_credential",
    "locked",
    "deleted",
    "unverified",
    "password_expired",
    "no_second_factor",
    "too_many",
    "too_many_in_a_row",
    "expired",
    "wrong_flow",
    "hook",
    "maintenance",
    "wrong_origin",
    "not_verified",
    "cloned",
];

/// What people prove who they are with: names that have a text.
pub(super) const METHODS: [&str; 7] =
    ["password", "totp", "recovery_code", "passkey", "email_link", "email_code", "sms_code"];

/// Limits of an account, and in which words. That of its letters has the address behind it.
pub(super) const LIMITS: [(&str, &str); 9] = [
    ("wrong passwords", "limit.passwords"),
    ("wrong passwords, long term", "limit.passwords.long"),
    ("wrong passwords in a row", "limit.passwords.row"),
    ("wrong second factors", "limit.factors"),
    ("wrong second factors, long term", "limit.factors.long"),
    ("wrong codes", "limit.codes"),
    ("wrong codes, long term", "limit.codes.long"),
    ("recoveries", "limit.recoveries"),
    ("verifications", "limit.verifications"),
];
