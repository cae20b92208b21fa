//! Permissions, locks, and the log of it all.

use http::Method;
use serde_json::{Value, json};

use crate::tour::journey::{Journey, sign_in};
use crate::tour::trouble::{Trouble, ensure};

/// The guarded door.
const GUARDED: &str = "/api/v1/admin/users";
/// What opens it.
const PERMISSION: &str = "users:view";

/// Being signed in is not enough.
pub(in crate::tour) async fn refused(tour: &mut Journey) -> Result<String, Trouble> {
    tour.browser.stranger().get(GUARDED).await?.wants(401)?;
    let heard = tour.browser.get(GUARDED).await?.refuses(403, "missing_permission")?;
    Ok(format!("{} {}", heard.brief(), heard.text("permission")))
}

/// An administrator gives a role; the same session may now.
pub(in crate::tour) async fn granted(tour: &mut Journey) -> Result<String, Trouble> {
    let lender = tour.lender.as_ref().ok_or_else(|| Trouble::failed("no administrator"))?;
    sign_in(&mut tour.admin, &lender.email, lender.password.reveal()).await?.wants(200)?;
    let (user, role) = (tour.user()?, tour.role.clone());
    let made = json!({ "name": role, "description": "For one tour" });
    tour.admin.post("/api/v1/admin/roles", made).await?.wants(201)?;
    let rule = json!({ "permission": PERMISSION, "effect": "allow" });
    let rules = format!("/api/v1/admin/roles/{role}/permissions");
    tour.admin.ask(Method::PUT, &rules, Some(rule)).await?.wants(204)?;
    let grant = format!("{GUARDED}/{user}/roles/{role}");
    tour.admin.ask(Method::PUT, &grant, Some(json!({}))).await?.wants(204)?;
    let heard = tour.browser.get(GUARDED).await?.wants(200)?;
    let rows = heard.json.get("data").and_then(Value::as_array).map_or(0, Vec::len);
    ensure!(rows > 0, "the list of people is empty");
    Ok(format!("200, {PERMISSION} ← role {role}"))
}

/// From outside, a locked account is no other than a wrong password.
pub(in crate::tour) async fn lock(tour: &mut Journey) -> Result<String, Trouble> {
    let person = format!("{GUARDED}/{}", tour.user()?);
    let reason = json!({ "reason": "tour" });
    tour.admin.post(&format!("{person}/lock"), reason).await?.wants(200)?;
    let dead = tour.browser.get("/api/v1/session").await?.wants(401)?;
    let mut browser = tour.browser.stranger();
    let refused = tour.sign_in(&mut browser, &tour.password).await?;
    refused.refuses(401, "invalid_credentials")?;
    tour.admin.post(&format!("{person}/unlock"), json!({})).await?.wants(200)?;
    tour.sign_in(&mut browser, &tour.password).await?.wants(200)?;
    tour.browser = browser;
    Ok(format!("{}, unlocked again", dead.brief()))
}

/// The role goes, the account goes, and nobody is signed in.
pub(in crate::tour) async fn tidy(tour: &mut Journey) -> Result<String, Trouble> {
    let role = format!("/api/v1/admin/roles/{}", tour.role);
    let person = format!("{GUARDED}/{}", tour.user()?);
    tour.admin.ask(Method::DELETE, &role, Some(json!({}))).await?.wants(204)?;
    tour.admin.ask(Method::DELETE, &person, Some(json!({}))).await?.wants(204)?;
    let mut browser = tour.browser.stranger();
    let gone = tour.sign_in(&mut browser, &tour.password).await?;
    gone.refuses(401, "invalid_credentials")?;
    Ok("role and account deleted".into())
}

/// Everything that happened is in the log, unchanged.
pub(in crate::tour) async fn audit(tour: &mut Journey) -> Result<String, Trouble> {
    let heard = tour.admin.get("/api/v1/admin/audit/verify").await?.wants(200)?;
    let faults = heard.json.get("faults").and_then(Value::as_array);
    let faults = faults.ok_or_else(|| Trouble::failed("the report has no list of faults"))?;
    ensure!(faults.is_empty(), "{}", json!(faults));
    let log = format!("/api/v1/admin/audit?limit=200&user={}", tour.user()?);
    let log = tour.admin.get(&log).await?.wants(200)?;
    let rows = log.json.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    for kind in ["user.verified", "sign_in.failed", "role.granted", "user.deleted"] {
        let told = rows.iter().any(|row| row.get("type").and_then(Value::as_str) == Some(kind));
        ensure!(told, "the log does not tell of {kind}");
    }
    tour.admin.post("/api/v1/sign-out", json!({})).await?.wants(204)?;
    let events = heard.json.get("events").and_then(Value::as_i64).unwrap_or(0);
    Ok(format!("{events} events, {} of this tour", rows.len()))
}
