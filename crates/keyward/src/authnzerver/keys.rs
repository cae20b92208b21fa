//! API keys whose claims a frontend chooses.

use std::sync::Arc;
use std::time::Duration;

use keyward_core::Error;
use keyward_core::flow::authnzerver::{FrontendKey, IssueKey, Issued, RefreshTerms, RevokeKeys};
use keyward_core::id::SessionId;
use keyward_core::time::Timestamp;
use serde_json::{Map, Value, json};

use super::access::is_them;
use super::answer::Answer;
use super::call::{Call, Told};
use super::model::Wish;
use super::people::Seen;
use super::sessions::no_session;
use super::times::written;
use super::words::{DENIED, REFUSED};

/// The longest that a key may live, and the longest wait before it does: ten years.
const MAX_SECS: f64 = 10.0 * 365.0 * 24.0 * 3600.0;
const DAY: i64 = 24 * 3600;

/// What a key is made for.
struct Terms {
    now: Timestamp,
    not_before: Timestamp,
    expires_at: Timestamp,
}

impl Terms {
    fn new(call: &Call<'_>, expires: i64) -> Option<Self> {
        let now = call.auth.now();
        let not_before = now.plus(after(call.seconds("not_valid_before"))?);
        #[expect(clippy::cast_precision_loss, reason = "years in seconds are few")]
        let expires_at = now.plus(after(expires as f64)?);
        (now < expires_at && not_before < expires_at).then_some(Self {
            now,
            not_before,
            expires_at,
        })
    }
}

fn after(seconds: f64) -> Option<Duration> {
    (0.0..=MAX_SECS).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

/// `apikey-new`: in a session that is theirs, from where it was opened.
pub(super) async fn new(call: Call<'_>) -> Told {
    let Some(entry) = call.session("session_token").await? else { return Ok(no_session()) };
    let Some(seen) = call.seen(entry.user.id).await? else { return Ok(no_session()) };
    let session = &entry.session;
    let is_theirs = session.address == call.text("ip_address")
        && session.client == clean(call.text("user_agent"))
        && seen.number == call.int("user_id");
    if !is_theirs || !may(&call, "create", seen.number).await? {
        return Ok(Answer::no("action not permitted", DENIED));
    }
    let Some(terms) = Terms::new(&call, call.int("expires_days").saturating_mul(DAY)) else {
        return Ok(bad_times());
    };
    let agent = call.text("user_agent");
    let mut claims = claims(&call, &terms);
    // One generation calls it so, the other so.
    claims.insert("usa".into(), agent.into());
    claims.insert("clt".into(), agent.into());
    issue(&call, &seen, claims, &terms, Some(session.id)).await
}

fn clean(agent: &str) -> String {
    agent.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// `apikey-new-nosession`
pub(super) async fn new_without_session(call: Call<'_>) -> Told {
    let number = call.int("user_id");
    let Some(seen) = call.person(number).await? else {
        return Ok(Answer::no("user does not exist", REFUSED));
    };
    if !may(&call, "create", number).await? {
        return Ok(Answer::no("action not permitted", DENIED));
    }
    let Some(terms) = Terms::new(&call, call.int("expires_seconds")) else {
        return Ok(bad_times());
    };
    issue(&call, &seen, claims(&call, &terms), &terms, None).await
}

fn bad_times() -> Answer {
    Answer::no("invalid expiry", "That key would never be valid.")
}

/// Whether whoever asks is who they say, and may do this to a key of `owner`.
async fn may(call: &Call<'_>, action: &str, owner: i64) -> Result<bool, Error> {
    let (user, role) = (call.int("user_id"), call.text("user_role"));
    let (item, visibility) = ("apikey", "private");
    let wish = Wish { user, role, action, item, owner, visibility, shared: "" };
    Ok(is_them(call, user, role).await? && call.room.how.model.allows(&wish))
}

fn claims(call: &Call<'_>, terms: &Terms) -> Map<String, Value> {
    let issuer = Some(call.text("issuer")).filter(|it| !it.is_empty()).unwrap_or("authnzerver");
    let claims = json!({
        "iss": issuer,
        "ver": call.body.get("apiversion"),
        "uid": call.int("user_id"),
        "rol": call.text("user_role"),
        "aud": call.text("audience"),
        "sub": call.body.get("subject"),
        "ipa": call.text("ip_address"),
        "iat": written(terms.now),
        "nbf": written(terms.not_before),
        "exp": written(terms.expires_at),
    });
    claims.as_object().cloned().unwrap_or_default()
}

async fn issue(
    call: &Call<'_>,
    seen: &Seen,
    claims: Map<String, Value>,
    terms: &Terms,
    session: Option<SessionId>,
) -> Told {
    let refresh = match refresh_terms(call, terms.now) {
        Ok(refresh) => refresh.filter(|_| session.is_none()),
        Err(answer) => return Ok(answer),
    };
    let flow = IssueKey {
        user: seen.id(),
        claims: claims.clone(),
        session,
        not_before: terms.not_before,
        expires_at: terms.expires_at,
        refresh,
        replaces: None,
    };
    told(call, flow, claims).await
}

async fn told(call: &Call<'_>, flow: IssueKey, mut claims: Map<String, Value>) -> Told {
    let Issued { token, refresh } = match call.run(&flow).await? {
        Ok(issued) => issued,
        Err(refusal) => return Ok(refusal.into()),
    };
    claims.insert("tkn".into(), token.reveal().into());
    let expires = written(flow.expires_at);
    let answer = Answer::yes(format!("API key generated successfully, expires: {expires}."))
        .with("apikey", Value::Object(claims).to_string())
        .with("expires", expires);
    Ok(match (refresh, flow.refresh) {
        (Some(secret), Some(terms)) => answer
            .with("refresh_token", secret.reveal())
            .with("refresh_token_expires", written(terms.expires_at)),
        _ => answer,
    })
}

fn refresh_terms(call: &Call<'_>, now: Timestamp) -> Result<Option<RefreshTerms>, Answer> {
    if !call.body.contains_key("refresh_expires") {
        return Ok(None);
    }
    #[expect(clippy::cast_precision_loss, reason = "years in seconds are few")]
    let expires = after(call.int("refresh_expires") as f64);
    match (after(call.seconds("refresh_nbf")), expires) {
        (Some(not_before), Some(expires)) if not_before < expires => {
            let (not_before, expires_at) = (now.plus(not_before), now.plus(expires));
            Ok(Some(RefreshTerms { not_before, expires_at }))
        }
        _ => Err(bad_times()),
    }
}

/// A key that somebody presents, and whose it is.
struct Presented {
    key: FrontendKey,
    owner: Arc<Seen>,
    claims: Map<String, Value>,
}

/// The key that a request is about, if it is one, all its claims are the ones it was
/// issued with, and whoever asks may do this to it.
async fn presented(call: &Call<'_>, action: &str) -> Result<Option<Presented>, Error> {
    let mut claims = call.object("apikey_dict");
    let Some(Value::String(token)) = claims.remove("tkn") else { return Ok(None) };
    let number = claims.get("uid").and_then(Value::as_i64).unwrap_or(0);
    let role = claims.get("rol").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(owner) = call.person(number).await? else { return Ok(None) };
    let Some(subject) = call.auth.0.store.subject(owner.id()).await? else { return Ok(None) };
    let Some(key) = FrontendKey::find(&subject, &token, &claims) else { return Ok(None) };
    // Frontends of 0.1.3 do not say who asks: whoever has the key does.
    let says = call.body.contains_key("user_id");
    let may = !says || may(call, action, number).await?;
    let holds = owner.is_active() && owner.role == role;
    let is_there = session_is_there(call, &key).await?;
    Ok((may && holds && is_there).then_some(Presented { key, owner, claims }))
}

/// A key that was issued in a session ends with it.
async fn session_is_there(call: &Call<'_>, key: &FrontendKey) -> Result<bool, Error> {
    if !key.has_session() {
        return Ok(true);
    }
    let Some(id) = key.session() else { return Ok(false) };
    Ok(call.auth.session_opened(id, |_| true, call.auth.now()).await?.is_ok())
}

fn unknown() -> Answer {
    Answer::no("API key is invalid", "That API key could not be verified.")
}

async fn verified(call: &Call<'_>, in_session: bool) -> Told {
    let now = call.auth.now();
    let found = presented(call, "view").await?;
    let found = found.filter(|it| it.key.is_alive(now) && it.key.has_session() == in_session);
    Ok(match found {
        Some(_) => Answer::yes("API key verified successfully."),
        None => unknown(),
    })
}

/// `apikey-verify`
pub(super) async fn verify(call: Call<'_>) -> Told {
    verified(&call, true).await
}

/// `apikey-verify-nosession`
pub(super) async fn verify_without_session(call: Call<'_>) -> Told {
    verified(&call, false).await
}

async fn revoked(call: &Call<'_>, in_session: bool) -> Told {
    let found = presented(call, "delete").await?;
    let Some(found) = found.filter(|it| it.key.has_session() == in_session) else {
        return Ok(unknown());
    };
    let flow = RevokeKeys { user: found.owner.id(), key: Some(found.key.id) };
    Ok(match call.run(&flow).await? {
        Ok(_) => Answer::yes("API key revoked successfully."),
        Err(_) => unknown(),
    })
}

/// `apikey-revoke`
pub(super) async fn revoke(call: Call<'_>) -> Told {
    revoked(&call, true).await
}

/// `apikey-revoke-nosession`
pub(super) async fn revoke_without_session(call: Call<'_>) -> Told {
    revoked(&call, false).await
}

/// `apikey-revokeall-nosession`: the key that is shown must be valid itself.
pub(super) async fn revoke_all(call: Call<'_>) -> Told {
    let now = call.auth.now();
    let found = presented(&call, "delete").await?;
    let Some(found) = found.filter(|it| it.key.is_alive(now) && !it.key.has_session()) else {
        return Ok(unknown());
    };
    Ok(match call.run(&RevokeKeys { user: found.owner.id(), key: None }).await? {
        Ok(count) => Answer::yes(format!("{count} API keys revoked."))
            .with("revoked_keys", count)
            .with("deleted_keys", count),
        Err(_) => unknown(),
    })
}

/// `apikey-refresh-nosession`: once for each refresh token, though the key has ended.
pub(super) async fn refresh(call: Call<'_>) -> Told {
    let now = call.auth.now();
    let token = call.text("refresh_token");
    let found = presented(&call, "view").await?;
    let Some(found) = found.filter(|it| it.key.is_refreshed_by(token, now)) else {
        return Ok(unknown());
    };
    let Some(terms) = Terms::new(&call, call.int("expires_seconds")) else {
        return Ok(bad_times());
    };
    let refresh = match refresh_terms(&call, now) {
        Ok(refresh) => refresh,
        Err(answer) => return Ok(answer),
    };
    let mut claims = found.claims;
    for (name, value) in [
        ("ipa", call.text("ip_address").to_owned()),
        ("iat", written(terms.now)),
        ("nbf", written(terms.not_before)),
        ("exp", written(terms.expires_at)),
    ] {
        claims.insert(name.into(), value.into());
    }
    let flow = IssueKey {
        user: found.owner.id(),
        claims: claims.clone(),
        session: None,
        not_before: terms.not_before,
        expires_at: terms.expires_at,
        refresh,
        replaces: Some(found.key.id),
    };
    told(&call, flow, claims).await
}
