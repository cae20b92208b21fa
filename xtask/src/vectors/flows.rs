//! What aiohttp_auth_autz did where a ticket is renewed and something else is done with it
//! in one reply: whose ticket the browser has afterwards.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::routing::get;
use keyward::authn::FirstOf;
use keyward::authn::ticket::{Renewal, Tickets};
use keyward::testing::{Client, TestAuth};
use keyward::{Keyward, RootKey, User, UserView};
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

/// Whoever is signed in instead.
const ANOTHER: &str = "another";

/// Compares `flows`: the user of the ticket in the reply; nothing if there is none.
pub(super) fn compare(rows: &[Value], comparison: &mut Comparison) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        for row in rows {
            let user = row.pointer("/decoded/user").and_then(Value::as_str);
            let path = row["path"].as_str().unwrap_or_default();
            let ours = afterwards(user.unwrap_or("some_user"), path).await?;
            comparison.row_in("flows", row, ours, user)?;
        }
        Ok(())
    })
}

/// Whose ticket the browser of `user` has after this path.
async fn afterwards(user: &str, path: &str) -> Result<Option<String>> {
    // Renewed at every request, as in the rows.
    let lasting = Renewal { max_age: 60, after: Some(0), lifetime: None };
    let tickets = Tickets::new(&RootKey::from_bytes([7; 32])).lasting(lasting);
    let auth = TestAuth::with(|b| b.authenticate_with(FirstOf::new().then(tickets))).await;
    let one = auth.user_with(|new| new.username = Some(user.to_owned())).await;
    let another = auth.user_with(|new| new.username = Some(ANOTHER.to_owned())).await;
    let browser = auth.client(app(&auth.kw, &another));
    let line = auth.kw.remember(&one.id, "app", None).await?;
    let line = line.map_err(|refusal| format!("nobody is remembered: {refusal:?}"))?;
    let (name, value) = line.reveal().split_once('=').ok_or("no cookie")?;
    browser.set_cookie(name, value.split(';').next().unwrap_or_default());
    let reply = browser.get(path).await;
    if !reply.status().is_success() || browser.cookie(name).is_none() {
        return Ok(None);
    }
    Ok(named(&browser, [(&one, user), (&another, ANOTHER)]).await)
}

async fn named(browser: &Client, all: [(&UserView, &str); 2]) -> Option<String> {
    let who = browser.get("/who").await;
    let found = all.into_iter().find(|(view, _)| view.id.to_string() == who.text());
    found.map(|(_, name)| name.to_owned())
}

/// The doors of the rows: they say something of the ticket themselves.
fn app(auth: &Keyward, another: &UserView) -> Router<Keyward> {
    let (forgets, remembers, id) = (auth.clone(), auth.clone(), another.id);
    let forget = move || async move { set(forgets.forget()) };
    let remember = move || async move {
        let line = remembers.remember(&id, "app", None).await.ok().and_then(|it| it.ok());
        set(line.map(|line| line.reveal().to_owned()))
    };
    Router::new()
        .route("/who", get(|user: User| async move { user.id.to_string() }))
        .route("/getforget", get(forget))
        .route("/getremember", get(remember))
}

fn set(line: Option<String>) -> axum::response::Response {
    let line = line.map(|line| (header::SET_COOKIE, line));
    (axum::response::AppendHeaders(line), "done").into_response()
}
