//! Signing in, changing the password, and getting back in without it.

use http::Method;
use serde_json::json;

use crate::tour::browser::Heard;
use crate::tour::journey::{Journey, fresh_password, sign_in as try_to};
use crate::tour::trouble::{Trouble, ensure};

/// A stranger cannot find out who has an account.
pub(in crate::tour) async fn look_alike(tour: &mut Journey) -> Result<String, Trouble> {
    let mut stranger = tour.browser.stranger();
    let wrong = tour.sign_in(&mut stranger, "not the password at all").await?;
    let nobody = format!("nobody-{}", tour.email);
    let unknown = try_to(&mut stranger, &nobody, "not the password at all").await?;
    let wrong = wrong.refuses(401, "invalid_credentials")?;
    ensure!(same(&wrong, &unknown), "{} is not {}", wrong.json, unknown.json);
    Ok(wrong.brief())
}

/// The same answer, but for the number of the request.
fn same(one: &Heard, two: &Heard) -> bool {
    let told = |heard: &Heard| {
        let mut fields = heard.json.as_object().cloned().unwrap_or_default();
        fields.remove("instance");
        fields
    };
    one.status == two.status && told(one) == told(two)
}

/// The right password opens a session, in another browser than before.
pub(in crate::tour) async fn sign_in(tour: &mut Journey) -> Result<String, Trouble> {
    let mut browser = tour.browser.stranger();
    let heard = tour.sign_in(&mut browser, &tour.password).await?.wants(200)?;
    ensure!(heard.text("status") == "complete", "no session was opened");
    tour.browser = browser;
    Ok(heard.text("session_id").to_owned())
}

/// The browser that changes the password stays signed in; the others do not.
pub(in crate::tour) async fn change(tour: &mut Journey) -> Result<String, Trouble> {
    let mut other = tour.browser.stranger();
    tour.sign_in(&mut other, &tour.password).await?.wants(200)?;
    other.get("/api/v1/session").await?.wants(200)?;
    let (old, new) = (tour.password.clone(), fresh_password());
    let body = json!({ "current_password": old, "new_password": new });
    let mut before = tour.browser.clone();
    tour.browser.ask(Method::PUT, "/api/v1/me/password", Some(body)).await?.wants(200)?;
    tour.password = new;
    tour.browser.get("/api/v1/session").await?.wants(200)?;
    let rotated = before.get("/api/v1/session").await?;
    ensure!(rotated.status == 401, "the cookie from before the change still works");
    let closed = other.get("/api/v1/session").await?.wants(401)?;
    Ok(format!("the other browser: {}", closed.brief()))
}

/// Unknown addresses are told the same.
pub(in crate::tour) async fn ask_recovery(tour: &mut Journey) -> Result<String, Trouble> {
    let mut browser = tour.browser.stranger();
    let path = "/api/v1/recovery";
    let known = browser.post(path, json!({ "identifier": tour.email })).await?.wants(202)?;
    let nobody = format!("nobody-{}", tour.email);
    let unknown = tour.browser.stranger().post(path, json!({ "identifier": nobody })).await?;
    ensure!(unknown.status == known.status, "unknown addresses are told {}", unknown.brief());
    tour.read_mail("/recover/").await?;
    Ok("202, for unknown addresses as well".into())
}

/// Two who hold the link race; the other sessions and the old password die.
pub(in crate::tour) async fn recover(tour: &mut Journey) -> Result<String, Trouble> {
    let (token, new) = (tour.letter()?.token().to_owned(), fresh_password());
    let body = json!({ "token": token, "password": new });
    let (mut one, mut two) = (tour.browser.stranger(), tour.browser.stranger());
    let path = "/api/v1/recovery-link";
    let (first, second) = tokio::join!(one.post(path, body.clone()), two.post(path, body));
    let (first, second) = (first?, second?);
    let (winner, lost) = match (first.status.as_u16(), second.status.as_u16()) {
        (200, 400..500) => (one, second),
        (400..500, 200) => (two, first),
        _ => return Err(Trouble::failed(format!("{} and {}", first.brief(), second.brief()))),
    };
    let closed = tour.browser.get("/api/v1/session").await?;
    ensure!(closed.status == 401, "the session from before the recovery lives");
    let old = std::mem::replace(&mut tour.password, new);
    let dead = tour.sign_in(&mut tour.browser.stranger(), &old).await?;
    ensure!(dead.status == 401, "the old password still works");
    tour.browser = winner;
    tour.browser.get("/api/v1/session").await?.wants(200)?;
    Ok(format!("200 and {}", lost.brief()))
}
