//! Texts whose keys come from elsewhere than a template: codes and names.

/// Codes of fields that have a text of their own.
const FIELDS: [&str; 25] = [
    "email_invalid",
    "username_invalid",
    "phone_invalid",
    "identifier_invalid",
    "identifier_required",
    "email_taken",
    "username_taken",
    "phone_taken",
    "name_invalid",
    "description_invalid",
    "reason_invalid",
    "password_too_short",
    "password_too_long",
    "password_common",
    "password_contains_identifier",
    "invalid_credentials",
    "already_verified",
    "permission_invalid",
    "role_invalid",
    "built_in",
    "too_large",
    "control_character",
    "wrong_type",
    "missing",
    "other",
];

/// The key of the text for a field's code.
pub(super) fn field_key(code: &str) -> String {
    let known = FIELDS.contains(&code);
    format!("field.{}", if known { code } else { "other" })
}

/// Events that people are told about in their own account, and in which words.
const EVENTS: [(&str, &str); 12] = [
    ("user.created", "event.created"),
    ("user.updated", "event.updated"),
    ("user.locked", "event.locked"),
    ("user.unlocked", "event.unlocked"),
    ("user.verified", "event.verified"),
    ("user.password.changed", "event.password"),
    ("user.password.reset_requested", "event.reset_requested"),
    ("user.password.reset", "event.reset"),
    ("sign_in.succeeded", "event.signed_in"),
    ("sign_in.failed", "event.failed"),
    ("session.revoked", "event.session_ended"),
    ("role.granted", "event.role"),
];

/// The key of the text for an event; none for what happens behind the scenes.
pub(super) fn event_key(kind: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(known, _)| *known == kind).map(|(_, key)| *key)
}
