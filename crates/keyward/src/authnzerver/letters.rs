//! Letters that frontends have sent, and what they note of those they sent themselves.

use std::time::Duration;

use keyward_core::flow::authnzerver::{ANONYMOUS, Annotate, Letter, SendLetter};
use keyward_core::time::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::{Call, Told};
use super::people::{NOTES, Seen};
use super::sessions::no_session;
use super::times::written;
use super::words::REFUSED;

const SIGN_UP_SENT: &str = "emailverify_sent_datetime";
const FORGOT_SENT: &str = "emailforgotpass_sent_datetime";
/// Between two letters to whoever forgot their password.
const FORGOT_WAIT: Duration = Duration::from_secs(24 * 3600);
/// Bytes of the address of a page and of a secret, at most.
const MAX_TEXT: usize = 2_000;
/// Seconds that a letter may wait, at most.
const MAX_WAIT: i64 = 7 * 24 * 3600;

/// `user-sendemail-signup`
pub(super) async fn sign_up(call: Call<'_>) -> Told {
    let created = call.object("created_info");
    let asked = created.get("send_verification").and_then(Value::as_bool).unwrap_or(false);
    let number = created.get("user_id").and_then(Value::as_i64);
    if call.session("session_token").await?.is_none() {
        return Ok(no_session());
    }
    let seen = call.by_email(call.text("email_address")).await?;
    let Some(seen) = seen.filter(|it| asked && Some(it.number) == number && it.is_pending()) else {
        return Ok(Answer::no("user is not waiting for verification", REFUSED));
    };
    let page = ["account_verify_url", "server_verify_url"].map(|name| call.text(name));
    let page = page.into_iter().find(|page| !page.is_empty()).unwrap_or_default();
    send(&call, &seen, Letter::SignUp, page).await
}

/// `user-sendemail-forgotpass`
pub(super) async fn forgot(call: Call<'_>) -> Told {
    if call.session("session_token").await?.is_none() {
        return Ok(no_session());
    }
    let seen = call.by_email(call.text("email_address")).await?;
    let Some(seen) = seen.filter(|it| it.is_active() && it.number != ANONYMOUS) else {
        return Ok(Answer::no("user does not exist", REFUSED));
    };
    let sent = seen.noted_at(FORGOT_SENT);
    if sent.is_some_and(|sent| call.auth.now() < sent.plus(FORGOT_WAIT)) {
        return Ok(Answer::no("too soon", "A message was sent less than a day ago."));
    }
    send(&call, &seen, Letter::ForgotPassword, call.text("password_forgot_url")).await
}

async fn send(call: &Call<'_>, seen: &Seen, letter: Letter, page: &str) -> Told {
    let page = format!("{}{page}", call.text("server_baseurl"));
    let code = call.text("verification_token");
    if !is_page(&page)
        || code.is_empty()
        || code.len() > MAX_TEXT
        || code.contains(char::is_control)
    {
        return Ok(Answer::no("invalid request", "That cannot be put into a message."));
    }
    let wait = call.int("verification_expiry").clamp(1, MAX_WAIT);
    let name = match letter {
        Letter::SignUp => SIGN_UP_SENT,
        Letter::ForgotPassword => FORGOT_SENT,
    };
    let now = call.auth.now();
    let flow = SendLetter {
        user: seen.id(),
        letter,
        page,
        code: code.to_owned(),
        seconds: u64::try_from(wait).unwrap_or(1),
        noted: noted(name, now),
    };
    match call.run(&flow).await? {
        Ok(()) => Ok(Answer::yes("Message sent.")
            .with("user_id", seen.number)
            .with("email_address", seen.email())
            .with(name, written(now))),
        Err(refusal) => Ok(refusal.into()),
    }
}

/// A page of a frontend: `http` or `https`, and nothing that breaks a line.
fn is_page(page: &str) -> bool {
    let uri: Option<::http::Uri> = page.parse().ok();
    let of_web = |uri: ::http::Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    page.len() <= MAX_TEXT && page.bytes().all(|b| b.is_ascii_graphic()) && uri.is_some_and(of_web)
}

fn noted(name: &str, now: Timestamp) -> Map<String, Value> {
    match json!({ NOTES: { name: written(now) } }) {
        Value::Object(notes) => notes,
        _ => Map::new(),
    }
}

/// `user-set-emailsent`
pub(super) async fn set_sent(call: Call<'_>) -> Told {
    let name = match call.text("email_type") {
        "signup" => SIGN_UP_SENT,
        "forgotpass" => FORGOT_SENT,
        _ => return Ok(Answer::no("unknown email_type", "Use `signup` or `forgotpass`.")),
    };
    let Some(seen) = call.by_email(call.text("email")).await? else {
        return Ok(Answer::no("user does not exist", REFUSED));
    };
    let flow = Annotate { user: seen.id(), noted: noted(name, call.auth.now()) };
    if let Err(refusal) = call.run(&flow).await? {
        return Ok(refusal.into());
    }
    let seen = call.seen(seen.id()).await?.unwrap_or(seen);
    Ok(Answer::yes("Noted.")
        .with("email", seen.email())
        .with("user_id", seen.number)
        .with("user_role", seen.role.as_str())
        .with("is_active", seen.is_active())
        .with(SIGN_UP_SENT, seen.note(SIGN_UP_SENT))
        .with(FORGOT_SENT, seen.note(FORGOT_SENT)))
}
