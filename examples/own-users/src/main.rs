//! An app whose people live in a table of its own. Their passwords stay there; Keyward
//! checks them at every door, keeps their sessions, and knows what they may do.

use axum::{Json, Router, routing::get};
use keyward::authn::{ApiKeys, Basic, BearerSession, FirstOf, SessionCookie};
use keyward::{Error, Keyward, TableColumns, TableUsers, User};

#[tokio::main]
async fn main() -> keyward::Result<()> {
    make_table().map_err(|cause| Error::because("make the app's table", cause))?;
    let columns = TableColumns {
        table: "members".into(),
        id: "member_no".into(),
        login: "email".into(),
        password: "pass_hash".into(),
        name: Some("full_name".into()),
        active: Some("is_active".into()),
    };
    let ways = FirstOf::new()
        .then(ApiKeys)
        .then(BearerSession)
        .then(SessionCookie)
        .then(Basic::new("Members").within(["news:*"]));
    let auth = Keyward::sqlite("app.db")
        .users(TableUsers::open("sqlite://app.db", columns).await?)
        .authenticate_with(ways)
        .build()
        .await?;
    let app = Router::new()
        .route("/me", get(|user: User| async move { Json(user) }))
        .route("/number", get(number))
        .route("/news", get(|| async { "news for members" }).layer(auth.require("news:read")))
        .merge(auth.pages());
    auth.serve(app, "localhost:3001").await
}

/// Whoever asks, as the app's own table has them now.
async fn number(
    axum::extract::State(auth): axum::extract::State<Keyward>,
    user: User,
) -> Result<String, axum::http::StatusCode> {
    match auth.own_user(user.id).await {
        Ok(Some(member)) => Ok(member.id),
        Ok(None) => Err(axum::http::StatusCode::NOT_FOUND),
        Err(_) => Err(axum::http::StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// What the app had before it had Keyward.
fn make_table() -> rusqlite::Result<()> {
    rusqlite::Connection::open("app.db")?.execute_batch(
        "CREATE TABLE IF NOT EXISTS members (
            member_no INTEGER PRIMARY KEY,
            email TEXT NOT NULL UNIQUE,
            pass_hash TEXT,
            full_name TEXT NOT NULL,
            is_active INTEGER NOT NULL DEFAULT 1
        )",
    )
}
