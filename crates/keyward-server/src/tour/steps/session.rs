//! The session: look, annotate, end.

use http::Method;
use serde_json::json;

use crate::tour::journey::Journey;
use crate::tour::trouble::{Trouble, ensure};

/// It says whose it is.
pub(in crate::tour) async fn look(tour: &mut Journey) -> Result<String, Trouble> {
    let heard = tour.browser.get("/api/v1/session").await?.wants(200)?;
    let whose = heard.json.pointer("/user/email").and_then(|email| email.as_str());
    ensure!(whose == Some(&tour.email), "it is the session of {whose:?}");
    Ok(format!("until {}", heard.text("expires_at")))
}

/// The app's own data lives and dies with the session.
pub(in crate::tour) async fn patch(tour: &mut Journey) -> Result<String, Trouble> {
    let path = "/api/v1/session";
    for (patch, wanted) in [
        (json!({ "basket": { "apples": 3, "pears": 1 } }), json!({ "apples": 3, "pears": 1 })),
        (json!({ "basket": { "pears": null } }), json!({ "apples": 3 })),
    ] {
        let body = json!({ "data": patch });
        tour.browser.ask(Method::PATCH, path, Some(body)).await?.wants(200)?;
        let kept = tour.browser.get(path).await?.wants(200)?;
        let kept = kept.json.pointer("/data/basket").cloned().unwrap_or_default();
        ensure!(kept == wanted, "{kept} was kept, not {wanted}");
    }
    Ok("kept, and merged".into())
}

/// A copy of the cookie is worth nothing after sign-out.
pub(in crate::tour) async fn sign_out(tour: &mut Journey) -> Result<String, Trouble> {
    let mut copy = tour.browser.clone();
    copy.get("/api/v1/session").await?.wants(200)?;
    tour.browser.post("/api/v1/sign-out", json!({})).await?.wants(204)?;
    let dead = copy.get("/api/v1/session").await?.wants(401)?;
    Ok(dead.brief())
}
