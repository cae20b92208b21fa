//! Where a person can go: the menu, the next step after a problem, and back.

use ::http::{Method, Uri, header};
use keyward_authz::Decision;
use serde_json::{Value, json};

use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::engine::policy::parse;
use crate::http::{Code, Cx, Fault, Request};
use crate::routes::people::query_without;

/// The admin pages, in the order of the menu, with what each needs.
pub(super) const ADMIN: &[(&str, &str)] = &[
    ("people", "users:view"),
    ("invitations", "invitations:view"),
    ("groups", "groups:view"),
    ("roles", "roles:view"),
    ("matrix", "roles:view"),
    ("acl", "acl:view"),
    ("relations", "relations:view"),
    #[cfg(feature = "policy-file")]
    ("policy", "policy:view"),
    ("check", "access:explain"),
    ("audit", "audit:view"),
    ("messages", "messages:view"),
];

/// The admin pages that this person may open; nothing for strangers.
pub(super) fn of(entry: Option<&Entry>) -> Vec<&'static str> {
    let Some(entry) = entry else { return vec![] };
    ADMIN.iter().filter(|(_, wanted)| holds(entry, wanted)).map(|(name, _)| *name).collect()
}

/// Whether a person holds a permission. What cannot be decided is not held:
/// this only chooses what to show, the guard of each route decides.
pub(super) fn holds(entry: &Entry, wanted: &str) -> bool {
    let Ok(wanted) = parse(wanted) else { return false };
    entry.ceilings().iter().all(|ceiling| ceiling.contains(&wanted))
        && entry.access.check(&wanted) == Decision::Allow
}

/// What a redirect may say on the page it leads to: the word in `?notice=`, and its text.
pub(super) const NOTICES: [(&str, &str); 35] = [
    ("signed_out", "login.signed_out"),
    ("ended", "login.ended"),
    ("locked", "login.locked"),
    ("deleted", "login.deleted"),
    ("invited", "invitations.sent"),
    ("again", "login.again"),
    ("verified", "login.verified"),
    ("verified_other", "verified.other"),
    ("resent", "resent"),
    ("saved", "saved"),
    ("password", "password.changed"),
    ("done", "done"),
    ("unchanged", "matrix.unchanged"),
    ("person_added", "person.added"),
    ("person_locked", "person.locked"),
    ("person_unlocked", "person.unlocked"),
    ("person_verified", "person.verified"),
    ("person_deleted", "person.deleted"),
    ("person_restored", "person.restored"),
    ("person_reset", "person.mfa_reset"),
    ("person_password", "person.password_set"),
    ("person_signed_out", "person.signed_out"),
    ("role_given", "person.role_given"),
    ("role_taken", "person.role_taken"),
    ("permission_given", "person.permission_given"),
    ("permission_taken", "person.permission_taken"),
    ("session_ended", "sessions.ended"),
    ("others_ended", "sessions.others_ended"),
    ("device_forgotten", "devices.forgotten"),
    ("role_removed", "roles.removed"),
    ("group_removed", "group.removed"),
    ("set_removed", "exclusive.removed"),
    ("list_removed", "acl.removed"),
    ("invitation_revoked", "invitations.taken_back"),
    ("key_ended", "api_keys.ended"),
];

/// The key of the text that `?notice=` asks for.
pub(super) fn notice(request: &Request) -> Option<&'static str> {
    let asked = query(request, "notice")?;
    NOTICES.iter().find(|(word, _)| *word == asked).map(|(_, key)| *key)
}

/// The first value of this name in the query.
pub(super) fn query(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

/// What a page is asked for. The language and the notice are every page's.
pub(super) fn asked<T: serde::de::DeserializeOwned>(cx: &Cx<'_>) -> Result<T, Fault> {
    query_without(cx, &["lang", "notice"])
}

/// A path of ours with a query: `path("/login", &[("notice", "signed_out")])`.
pub(crate) fn path(to: &str, pairs: &[(&str, &str)]) -> String {
    let given: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    if given.is_empty() {
        return to.to_owned();
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in given {
        query.append_pair(name, value);
    }
    format!("{to}?{}", query.finish())
}

/// Where to go back to after signing in: a path on this very host, or nothing.
pub(super) fn return_to(request: &Request) -> String {
    let asked =
        query(request, "return_to").or_else(|| crate::http::input::peek(request, "return_to"));
    asked.filter(|to| is_own_path(to)).unwrap_or_default()
}

/// The page that a form was sent from: the one that the browser says, or else the
/// nearest one above. A path on this very host, or nothing.
pub(super) fn form_of(auth: &Keyward, request: &Request) -> String {
    let base = auth.0.web.base.as_str();
    let is_page = |path: &str| {
        let below = path.strip_prefix(base);
        below.is_some_and(|path| auth.0.router.find(&Method::GET, path).is_ok())
    };
    let said = said_to_come_from(request).filter(|to| {
        is_own_path(to) && is_page(to.split_once('?').map_or(to.as_str(), |(path, _)| path))
    });
    if let Some(said) = said {
        return said;
    }
    let mut path = request.uri().path();
    while !is_page(path) {
        let Some((above, _)) = path.rsplit_once('/') else { return String::new() };
        path = above;
    }
    path.to_owned()
}

/// The path and the query of `Referer`, if it names the host that was asked.
fn said_to_come_from(request: &Request) -> Option<String> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let from: Uri = text(header::REFERER)?.parse().ok()?;
    let host = text(header::HOST)?;
    let is_ours = from.authority().is_some_and(|it| it.as_str().eq_ignore_ascii_case(host));
    from.path_and_query().filter(|_| is_ours).map(|path| path.as_str().to_owned())
}

/// `/path?query`. Not `//host`, not `/\host`: browsers read both as another
/// host. No control characters: browsers drop them before they read.
pub(crate) fn is_own_path(to: &str) -> bool {
    let mut letters = to.chars();
    to.len() <= 2000
        && letters.next() == Some('/')
        && !matches!(letters.next(), Some('/' | '\\'))
        && to.chars().all(|c| c.is_ascii_graphic() && c != '\\')
}

/// The one next step that the error page offers: a path and a text.
pub(super) fn next_step(auth: &Keyward, request: &Request, code: Code) -> Value {
    let here = request.uri().path();
    let own = |path: &str| format!("{}{path}", auth.0.web.base);
    match code {
        Code::RateLimited | Code::Busy | Code::Maintenance | Code::Unavailable | Code::ReadOnly
            if is_own_path(here) =>
        {
            json!({ "href": here, "text": "error.again" })
        }
        Code::CsrfFailed if is_own_path(here) => json!({ "href": here, "text": "error.reload" }),
        Code::HostNotAllowed => json!({ "href": own_url(auth), "text": "error.host.go" }),
        Code::MissingPermission => json!({ "href": own("/account"), "text": "error.account" }),
        _ => json!({ "href": own("/login"), "text": "error.login" }),
    }
}

/// Where the service is, whatever address it was asked at.
fn own_url(auth: &Keyward) -> String {
    format!("{}{}/login", auth.public_url(), auth.0.web.base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_host_are_gone_back_to() {
        for own in ["/", "/account", "/app?x=1&y=%2F%2Fevil.example.com", "/a//b", "/@evil"] {
            assert!(is_own_path(own), "{own}");
        }
        let long = format!("/{}", "a".repeat(2000));
        let others = [
            "",
            "account",
            "//evil.example.com",
            "/\\evil.example.com",
            "\\\\evil.example.com",
            "https://evil.example.com",
            "/a\\b",
            "/\t/evil.example.com",
            "/\n/evil.example.com",
            " /account",
            "javascript:alert(1)",
            "/a b",
            "/ä",
            long.as_str(),
        ];
        for other in others {
            assert!(!is_own_path(other), "{other}");
        }
    }
}
