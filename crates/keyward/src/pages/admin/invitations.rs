//! Invitations: made, seen, taken back.

use std::time::Duration;

use keyward_core::port::Fut;
use serde::Deserialize;

use super::super::render::Page;
use super::super::{go, nav};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::invitations::NewInvitation;
use crate::routes::invitations::{after, invite, take_back};

const VIEW: Guard = Guard::Holding("invitations:view");
const EDIT: Guard = Guard::Holding("invitations:edit");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/invitations", VIEW, show),
    Route::post("/admin/invitations", EDIT, make).at(Limit::Attempt),
    Route::post("/admin/invitations/revoke", EDIT, revoke),
];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default)]
    cursor: Option<String>,
}

async fn list<'a>(cx: &'a Cx<'_>, cursor: Option<&str>) -> Result<Page<'a>, Fault> {
    let page = cx.auth.invitations(after(cursor)?).await?;
    Ok(Page::new(cx, "admin_invitations.html")
        .keeping(&["email", "role", "days"])
        .with("here", "invitations")
        .with("invitations", page.data)
        .with("next", page.next.map(|id| id.to_string()).unwrap_or_default())
        .with("roles", cx.auth.role_names().await?)
        .with("days", cx.auth.0.settings.invitation_lifetime.as_secs().div_ceil(DAY))
        .with("may_edit", nav::holds(cx.caller.entry()?, "invitations:edit"))
        .with("link", ""))
}

/// Seconds.
const DAY: u64 = 24 * 3600;

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ListQuery { cursor } = nav::asked(&cx)?;
        list(&cx, cursor.as_deref()).await?.reply()
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default)]
    email: String,
    /// One role; the API takes several.
    #[serde(default)]
    role: String,
    #[serde(default)]
    days: String,
}

fn make(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match made(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => list(&cx, None).await?.refused(fault, cx.id),
        }
    })
}

async fn made(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { email, role, days } = input::body(cx.request)?;
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    // What is no number of days is out of range.
    let days = given(days).map(|days| days.parse::<u32>().unwrap_or(0));
    let lifetime = days.map(|days| Duration::from_secs(u64::from(days) * DAY));
    let roles = given(role).into_iter().collect();
    let new = NewInvitation { email: given(email), roles, lifetime };
    match invite(cx, new).await?.link {
        Some(link) => list(cx, None).await?.with("link", link.reveal()).with("token", "").reply(),
        None => go(cx, "/admin/invitations?notice=invited"),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeInput {
    invitation: String,
}

fn revoke(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let RevokeInput { invitation } = input::body(cx.request)?;
        match take_back(&cx, &invitation).await {
            Ok(()) => go(&cx, "/admin/invitations?notice=invitation_revoked"),
            Err(fault) => list(&cx, None).await?.refused(fault, cx.id),
        }
    })
}
