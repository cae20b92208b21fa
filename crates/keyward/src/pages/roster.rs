//! Texts whose keys come from elsewhere than a template: codes and names.

use serde_json::Value;

use crate::view::EventView;

/// Codes of fields that have a text of their own.
const FIELDS: &[&str] = &[
    "email_invalid",
    "username_invalid",
    "phone_invalid",
    "identifier_invalid",
    "identifier_required",
    "identifier_missing",
    "email_taken",
    "username_taken",
    "phone_taken",
    "name_invalid",
    "description_invalid",
    "reason_invalid",
    "password_too_short",
    "password_too_long",
    "password_common",
    "password_breached",
    "password_contains_identifier",
    "invalid_credentials",
    "already_enrolled",
    "already_verified",
    "return_to_invalid",
    "phone_not_served",
    "permission_invalid",
    "role_invalid",
    "repeated",
    "subject_unknown",
    "resource_invalid",
    "role_unknown",
    "role_cycle",
    "group_invalid",
    "set_invalid",
    "too_few",
    "too_many",
    "in_use",
    "time_invalid",
    "pattern_invalid",
    "in_the_past",
    "ends_before_it_begins",
    "attributes_invalid",
    "acl_invalid",
    "relation_invalid",
    "type_unknown",
    "relation_unknown",
    "subject_invalid",
    "entries_invalid",
    "entry_invalid",
    "group_unknown",
    "permission_unknown",
    "too_long",
    "built_in",
    "in_policy_file",
    "too_large",
    "control_character",
    "wrong_type",
    "missing",
    "confirm_mismatch",
    "not_asked_for",
    "invited_elsewhere",
    "out_of_range",
    "too_short",
    "too_long",
    "not_a_date",
    "not_a_choice",
    "read_only",
    "unknown_field",
    "other",
];

/// The key of the text for a field's code.
pub(super) fn field_key(code: &str) -> String {
    let known = FIELDS.contains(&code);
    format!("field.{}", if known { code } else { "other" })
}

/// Events that people are told about in their own account, and in which words.
const EVENTS: [(&str, &str); 39] = [
    ("user.created", "event.created"),
    ("user.updated", "event.updated"),
    ("user.locked", "event.locked"),
    ("user.unlocked", "event.unlocked"),
    ("user.verified", "event.verified"),
    ("user.password.changed", "event.password"),
    ("user.password.reset_requested", "event.reset_requested"),
    ("sign_up.repeated", "event.sign_up_repeated"),
    ("user.password.reset", "event.reset"),
    ("user.password.reset_stopped", "event.reset_stopped"),
    ("user.address.change_requested", "event.address_asked"),
    ("user.address.changed", "event.address_changed"),
    ("user.address.restored", "event.address_restored"),
    ("user.deleted", "event.deleted"),
    ("user.restored", "event.restored"),
    ("user.exported", "event.exported"),
    ("mfa.device_forgotten", "event.device_forgotten"),
    ("impersonation.started", "event.impersonated"),
    ("impersonation.stopped", "event.impersonation_ended"),
    ("sign_in.succeeded", "event.signed_in"),
    ("sign_in.failed", "event.failed"),
    ("mfa.enrolled", "event.mfa_enrolled"),
    ("mfa.removed", "event.mfa_removed"),
    ("mfa.failed", "event.mfa_failed"),
    ("mfa.recovery_code_used", "event.recovery_code_used"),
    ("session.stepped_up", "event.stepped_up"),
    ("session.revoked", "event.session_ended"),
    ("role.granted", "event.role"),
    ("passkey.added", "event.passkey_added"),
    ("passkey.removed", "event.passkey_removed"),
    ("connection.added", "event.connection_added"),
    ("connection.removed", "event.connection_removed"),
    ("api_key.created", "event.api_key_created"),
    ("api_key.rotated", "event.api_key_rotated"),
    ("api_key.revoked", "event.api_key_revoked"),
    ("tokens.issued", "event.tokens_issued"),
    ("tokens.reused", "event.tokens_reused"),
    ("token_key.added", "event.token_key_added"),
    ("token_key.retired", "event.token_key_retired"),
];

/// The key of the text for an event; none for what happens behind the scenes.
pub(super) fn event_key(event: &EventView) -> Option<&'static str> {
    let method = event.data.get("method").and_then(Value::as_str);
    match event.r#type.as_str() {
        // A set of codes is made along with the first second factor.
        "mfa.enrolled" if method == Some("recovery_code") => Some("event.codes_made"),
        kind => find(&EVENTS, kind),
    }
}

/// The key beside this name.
pub(super) fn find(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, key)| *key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::nav::{ADMIN, NOTICES};
    use super::super::templates::EMBEDDED;
    use super::super::texts::{LANGUAGES, Texts, keys};
    use super::super::words::{BEHIND, LIMITS, METHODS, REASONS};
    use super::*;
    use crate::deliver::letters::LETTERS;
    use crate::http::Code;

    /// Keys that templates ask for by a value and not by name.
    fn asked_by_value() -> impl Iterator<Item = String> {
        let codes = Code::ALL.iter().map(|(_, code, ..)| format!("problem.{code}"));
        let fields = FIELDS.iter().map(|code| format!("field.{code}"));
        let tables = EVENTS.iter().chain(&BEHIND).chain(&LIMITS).chain(&NOTICES);
        let named = tables.map(|(_, key)| (*key).to_owned());
        let more = ["limit.letters", "event.codes_made"].map(str::to_owned);
        let reasons_told = REASONS.map(|code| format!("reason.{code}"));
        let methods = METHODS.map(|name| format!("method.{name}"));
        let sending = ["pending", "sent", "failed", "expired", "unsent"]
            .map(|state| format!("message.{state}"));
        let channels = ["mail", "sms"].map(|channel| format!("channel.{channel}"));
        let admin = ADMIN.iter().map(|(page, _)| format!("{page}.title"));
        let invitations =
            ["open", "used", "revoked", "expired"].map(|state| format!("invitations.{state}"));
        let states = ["active", "locked", "deleted"].map(|s| format!("status.{s}"));
        let guards = ["two", "few", "passkeys", "password", "other"];
        let guards = guards.map(|guard| format!("account.guard.{guard}"));
        let kinds = ["email", "username", "phone"].map(str::to_owned);
        let names = kinds.clone().into_iter();
        let names =
            names.flat_map(|kind| ["add", "change"].map(|it| format!("address.{it}.{kind}")));
        let steps =
            ["again", "reload", "account", "login", "host.go"].map(|s| format!("error.{s}"));
        let reasons = super::super::admin::KEYS.map(str::to_owned);
        let parts = ["title", "lead", "for", "send", "sent"].into_iter();
        let sent = parts.flat_map(|p| ["link", "code"].map(|by| format!("login.{by}.{p}")));
        let letters = LETTERS.iter().flat_map(|letter| letter.keys());
        codes
            .chain(letters)
            .chain(sent)
            .chain(["mail.or".to_owned(), "mail.code".to_owned()])
            .chain(reasons)
            .chain(fields)
            .chain(named)
            .chain(more)
            .chain(reasons_told)
            .chain(methods)
            .chain(sending)
            .chain(channels)
            .chain(admin)
            .chain(states)
            .chain(invitations)
            .chain(guards)
            .chain(names)
            .chain(kinds)
            .chain(steps)
    }

    /// Keys that templates ask for by name: `t("key"`.
    fn asked_by_name() -> impl Iterator<Item = String> {
        EMBEDDED.iter().flat_map(|(_, source)| {
            let calls = source.split("t(\"").skip(1);
            let keys = calls.filter_map(|rest| rest.split('"').next());
            keys.filter(|key| !key.ends_with('.')).map(str::to_owned)
        })
    }

    #[test]
    fn every_text_that_is_asked_for_exists_and_every_text_is_asked_for() {
        let asked: BTreeSet<String> = asked_by_name().chain(asked_by_value()).collect();
        let texts = Texts::load();
        for language in LANGUAGES {
            for key in &asked {
                assert!(texts.find(language.code, key).is_some(), "{} lacks {key}", language.code);
            }
            for key in keys(language) {
                assert!(asked.contains(key), "{} has {key}, which nobody asks for", language.code);
            }
        }
    }
}
