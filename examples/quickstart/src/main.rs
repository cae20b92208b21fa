//! Sign-in, users and permissions in an axum app.

use axum::{Json, Router, routing::get};
use keyward::{Keyward, User};

#[tokio::main]
async fn main() -> keyward::Result<()> {
    let auth = Keyward::sqlite("app.db").build().await?;
    let reports = get(|| async { "secret numbers" }).layer(auth.require("reports:view"));
    let app = Router::new()
        .route("/", get(home))
        .route("/me", get(|user: User| async move { Json(user) }))
        .route("/reports", reports)
        .merge(auth.pages());
    auth.serve(app, "localhost:3000").await
}
async fn home(user: Option<User>) -> String {
    user.map_or("Hello, guest".into(), |u| format!("Hello, {}", u.name))
}
