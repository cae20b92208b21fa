//! Reach the server, and become somebody there.

use serde_json::json;

use crate::tour::dev_admin;
use crate::tour::journey::Journey;
use crate::tour::mail::Mail;
use crate::tour::trouble::{Trouble, ensure};

/// It is ready, and the tour has what it needs to go on.
pub(in crate::tour) async fn reach(tour: &mut Journey) -> Result<String, Trouble> {
    tour.browser.get("/readyz").await?.wants(200)?;
    let version = tour.browser.get("/version").await?.wants(200)?;
    let dev = tour.browser.get("/dev/inbox.json").await?.status == 200;
    if !dev && matches!(tour.mail, Mail::Inbox) {
        let what = "this server has no dev inbox: name the address that it sends its mail to \
                    with --smtp";
        return Err(Trouble::Usage(what.into()));
    }
    if tour.lender.is_none() {
        let what = "this server is not in development: name an administrator with \
                    --admin-email and --admin-password-file";
        ensure_dev(dev, what)?;
        tour.lender = Some(dev_admin());
    }
    let mode = if dev { ", dev mode" } else { "" };
    Ok(format!("keyward {}{mode}", version.text("version")))
}

fn ensure_dev(dev: bool, what: &str) -> Result<(), Trouble> {
    if dev { Ok(()) } else { Err(Trouble::Usage(what.to_owned())) }
}

/// A fresh address is not taken for proven.
pub(in crate::tour) async fn sign_up(tour: &mut Journey) -> Result<String, Trouble> {
    let body = json!({ "email": tour.email, "name": "Tour", "password": tour.password });
    let heard = tour.browser.post("/api/v1/sign-up", body).await?.wants(202)?;
    let flow = heard.text("flow_id").to_owned();
    ensure!(heard.text("status") == "needs_verification", "the address counts as proven");
    ensure!(!flow.is_empty(), "no flow to answer");
    let waits = tour.browser.get("/api/v1/session").await?;
    ensure!(waits.status == 401, "signed in before the address was proven");
    tour.flow = Some(flow.clone());
    Ok(format!("needs_verification {flow}"))
}
