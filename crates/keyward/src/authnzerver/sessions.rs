//! Sessions: open, look, annotate, end; and signing in and out.

use std::sync::Arc;

use keyward_core::Error;
use keyward_core::flow::Client;
use keyward_core::flow::authnzerver::{ANONYMOUS, LOCKED, OpenFor};
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::session::{CloseSession, CloseSessions, PatchSession};
use keyward_core::id::SessionId;
use keyward_core::refusal::Refusal;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::call::{Call, Told};
use super::people::{SUPERUSER, Seen};
use super::times;
use super::words::{DENIED, NO_SESSION, NO_SIGN_IN};
use crate::engine::cache::Entry;

/// `session-new`
pub(super) async fn new(call: Call<'_>) -> Told {
    let Ok(address) = call.text("ip_address").parse::<std::net::IpAddr>() else {
        return Ok(Answer::no("invalid IP address", "That is no IP address."));
    };
    let Some(until) = times::read(call.text("expires")) else {
        return Ok(Answer::no("invalid expires", "That is no time in ISO 8601."));
    };
    let user = match call.int("user_id") {
        0 | ANONYMOUS => call.settled().await?.anonymous,
        number => match call.person(number).await? {
            Some(seen) if seen.is_active() => seen.id(),
            _ => return Ok(Answer::no("user does not exist", "No session was made.")),
        },
    };
    let agent: String =
        call.text("user_agent").chars().filter(|c| !c.is_control()).take(200).collect();
    let client = Client { address: address.to_string(), agent, ..call.client() };
    let data = Value::Object(call.object("extra_info_json")).to_string();
    match call.auth.run(&OpenFor { user, until, data }, &client).await? {
        Ok((token, opened)) => Ok(Answer::yes("Generated session_token successfully.")
            .with("session_token", token.reveal())
            .with("expires", times::written(opened.session.expires_at))),
        Err(refusal) => Ok(refusal.into()),
    }
}

/// `session-exists`
pub(super) async fn exists(call: Call<'_>) -> Told {
    let Some((entry, seen)) = known(&call).await? else { return Ok(no_session()) };
    let info = info(&call, &entry, &seen, &entry.session.data).await?;
    Ok(Answer::yes("Session look up successful.").with("session_info", info))
}

/// A live session, and whose it is.
pub(super) async fn known(call: &Call<'_>) -> Result<Option<(Arc<Entry>, Arc<Seen>)>, Error> {
    let Some(entry) = call.session("session_token").await? else { return Ok(None) };
    let seen = call.seen(entry.user.id).await?;
    Ok(seen.map(|seen| (entry, seen)))
}

pub(super) fn no_session() -> Answer {
    Answer::no("session does not exist or expired", NO_SESSION)
}

async fn info(call: &Call<'_>, entry: &Entry, seen: &Seen, data: &str) -> Result<Value, Error> {
    let mut info = call.session_user_info(seen).await?;
    if let Some(info) = info.as_object_mut() {
        for name in ["emailforgotpass_sent_datetime", "emailchangepass_sent_datetime"] {
            info.remove(name);
        }
        let session = &entry.session;
        info.insert("session_token".into(), call.text(token_name(call)).into());
        info.insert("ip_address".into(), session.address.clone().into());
        info.insert("user_agent".into(), session.client.clone().into());
        info.insert("created".into(), times::written(session.created_at).into());
        info.insert("expires".into(), times::written(session.expires_at).into());
        let data: Value = serde_json::from_str(data).unwrap_or_default();
        info.insert("extra_info_json".into(), data);
    }
    Ok(info)
}

fn token_name(call: &Call<'_>) -> &'static str {
    if call.body.contains_key("target_session_token") {
        "target_session_token"
    } else {
        "session_token"
    }
}

async fn end(call: &Call<'_>, entry: &Entry) -> Result<bool, Error> {
    let (user, session) = (entry.user.id, entry.session.id);
    let flow = CloseSession { user, session, actor: Some(user), by: "sign_out" };
    Ok(call.run(&flow).await?.is_ok())
}

/// `session-delete`
pub(super) async fn delete(call: Call<'_>) -> Told {
    let Some(entry) = call.session("session_token").await? else { return Ok(no_session()) };
    match end(&call, &entry).await? {
        true => Ok(Answer::yes("Session deleted successfully.")),
        false => Ok(no_session()),
    }
}

/// `session-delete-userid`
pub(super) async fn delete_of_user(call: Call<'_>) -> Told {
    let Some((entry, asks)) = known(&call).await? else { return Ok(no_session()) };
    let number = call.int("user_id");
    let is_allowed = asks.number == number || asks.role == SUPERUSER;
    let Some(seen) = call.person(number).await?.filter(|_| is_allowed) else {
        return Ok(Answer::no("action not permitted", DENIED));
    };
    if matches!(seen.number, ANONYMOUS | LOCKED) {
        return Ok(Answer::no("action not permitted", DENIED));
    }
    let keep = call.flag("keep_current_session").then_some(entry.session.id);
    let before = live(&call, &seen, keep).await?;
    let (user, actor) = (seen.id(), Some(asks.id()));
    let flow = CloseSessions { user, except: keep, actor, by: "owner" };
    match call.run(&flow).await? {
        Ok(()) if before > 0 => Ok(Answer::yes(format!("{before} sessions deleted."))),
        Ok(()) => Ok(Answer::no("no sessions to delete", "There were no other sessions.")),
        Err(refusal) => Ok(refusal.into()),
    }
}

async fn live(call: &Call<'_>, seen: &Seen, keep: Option<SessionId>) -> Result<usize, Error> {
    let sessions = call.auth.live_sessions(seen.id(), keep).await?;
    Ok(sessions.iter().filter(|session| !session.current).count())
}

/// `internal-session-edit`
pub(super) async fn edit(call: Call<'_>) -> Told {
    let Some(entry) = call.session("target_session_token").await? else {
        return Ok(Answer::no("no such session", NO_SESSION));
    };
    annotate(&call, &entry, updated(&call.object("update_dict")), false).await
}

/// What a frontend's update says: a key whose value is `__delete__` goes.
pub(super) fn updated(update: &Map<String, Value>) -> Map<String, Value> {
    let value = |value: &Value| if *value == "__delete__" { Value::Null } else { value.clone() };
    update.iter().map(|(name, it)| (name.clone(), value(it))).collect()
}

/// `session-setinfo`, of 0.1.3: all of it is replaced.
pub(super) async fn set_info(call: Call<'_>) -> Told {
    let Some(entry) = call.session("session_token").await? else { return Ok(no_session()) };
    annotate(&call, &entry, call.object("extra_info"), true).await.map(|answer| {
        let said = call.object("extra_info");
        answer.with("extra_info", said)
    })
}

/// Changes what is noted of a session, or `replaces` all of it.
async fn annotate(
    call: &Call<'_>,
    entry: &Entry,
    mut patch: Map<String, Value>,
    replaces: bool,
) -> Told {
    let old: Map<String, Value> = serde_json::from_str(&entry.session.data).unwrap_or_default();
    if replaces {
        for name in old.keys() {
            patch.entry(name.clone()).or_insert(Value::Null);
        }
    }
    // An object takes the place of the old one, and is not merged into it.
    for (name, value) in &mut patch {
        if let (Some(value), Some(was)) =
            (value.as_object_mut(), old.get(name).and_then(Value::as_object))
        {
            for gone in was.keys() {
                value.entry(gone.clone()).or_insert(Value::Null);
            }
        }
    }
    let flow = PatchSession { session: entry.session.id, patch };
    match call.run(&flow).await? {
        Ok(data) => {
            let seen = call.seen(entry.user.id).await?;
            let info = match seen {
                Some(seen) => info(call, entry, &seen, &data).await?,
                None => Value::Null,
            };
            Ok(Answer::yes("Session info updated.").with("session_info", info))
        }
        Err(refusal) => Ok(refusal.into()),
    }
}

/// `user-login`: the session that asks ends, whatever comes of it.
pub(super) async fn log_in(call: Call<'_>) -> Told {
    let Some(entry) = call.session("session_token").await? else {
        return Ok(Answer::no("session does not exist", NO_SIGN_IN));
    };
    if !end(&call, &entry).await? {
        return Ok(Answer::no("session does not exist", NO_SIGN_IN));
    }
    let client = call.client_from(&entry.session.address);
    let answer = check(&call, call.text("email"), &client, Needs::Verified).await?;
    Ok(answer)
}

/// Which accounts a right password opens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Needs {
    Active,
    Verified,
}

/// Checks a password by the rules of every sign-in.
async fn check(call: &Call<'_>, name: &str, client: &Client, needs: Needs) -> Told {
    let password = call.secret("password");
    let led_to = call.auth.by_password(name.to_owned(), password, None, client).await?;
    let user = match led_to {
        Ok(SignedIn::Checked(user)) => user,
        Ok(_) => return Ok(Refusal::Unverified { flow: None }.into()),
        Err(refusal) => return Ok(refusal.into()),
    };
    let seen = call.seen(user.id).await?;
    match seen.filter(|it| it.is_active() && (needs == Needs::Active || it.is_verified())) {
        Some(seen) => Ok(Answer::yes("Login successful.")
            .with("user_id", seen.number)
            .with("user_role", seen.role.as_str())),
        None => Ok(Answer::no("user exists but is inactive", NO_SIGN_IN)),
    }
}

/// `user-logout`
pub(super) async fn log_out(call: Call<'_>) -> Told {
    let Some((entry, seen)) = known(&call).await? else {
        return Ok(Answer::no("session does not exist", NO_SESSION));
    };
    if seen.number != call.int("user_id") {
        return Ok(Answer::no("user does not exist", NO_SESSION));
    }
    match end(&call, &entry).await? {
        true => Ok(Answer::yes("Logout successful.").with("user_id", seen.number)),
        false => Ok(Answer::no("delete session failed", NO_SESSION)),
    }
}

/// `user-passcheck`
pub(super) async fn check_password(call: Call<'_>) -> Told {
    let Some((entry, seen)) = known(&call).await? else {
        return Ok(Answer::no("session does not exist", NO_SIGN_IN));
    };
    let client = call.client_from(&entry.session.address);
    // Nobody's session has no name: the same work is done.
    check(&call, &seen.login, &client, Needs::Active).await
}

/// `user-passcheck-nosession`
pub(super) async fn check_password_of(call: Call<'_>) -> Told {
    check(&call, call.text("email"), &call.client(), Needs::Active).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_that_says_so_is_deleted() {
        let update = json!({"a": 1, "b": "__delete__", "c": {"d": "__delete__"}});
        let wanted = json!({"a": 1, "b": null, "c": {"d": "__delete__"}});
        assert_eq!(Value::Object(updated(update.as_object().unwrap())), wanted);
    }
}
