//! A person's own account as a whole: activity, data, leaving and coming back,
//! trusted devices.

use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::render::Page;
use super::{go, nav, roster, verify};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, input, reply};
use crate::routes::own::{delete_own, exported, forget_own, happened};
use crate::view::EventView;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/account/activity", Guard::SignedIn, activity),
    Route::get("/account/data", Guard::SignedIn, show),
    Route::post("/account/data/export", Guard::SignedIn, export).at(Limit::Attempt),
    Route::post("/account/data/delete", Guard::SignedIn, delete).at(Limit::Attempt),
    Route::post("/account/devices/forget", Guard::SignedIn, forget),
    Route::get("/restore/{token}", Guard::Anyone, show_restore),
    Route::post("/restore/{token}", Guard::Anyone, restore).at(Limit::Attempt),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivityQuery {
    #[serde(default)]
    cursor: Option<String>,
}

fn activity(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ActivityQuery { cursor } = nav::asked(&cx)?;
        let page = happened(&cx, cursor.as_deref()).await?;
        let told = page.data.iter().filter_map(|row| {
            let event = EventView::new(row);
            let personal = &event.personal;
            let part = |name: &str| personal.get(name).and_then(Value::as_str).unwrap_or_default();
            let text = roster::event_key(&event)?;
            Some(json!({ "text": text, "at": row.at, "client": part("client"),
                "address": part("address"), "other": row.actor.is_some_and(|a| Some(a) != row.subject) }))
        });
        let told: Vec<Value> = told.collect();
        Page::new(&cx, "account_activity.html")
            .with("here", "activity")
            .with("events", told)
            .with("next", page.next.map(|id| id.to_string()).unwrap_or_default())
            .reply()
    })
}

fn data<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let entry = cx.caller.entry()?;
    let name = entry.identifiers.first().map(|i| i.value.clone());
    Ok(Page::new(cx, "account_data.html")
        .keeping(&["confirm"])
        .with("here", "data")
        .with("name", name.unwrap_or_else(|| entry.user.id.to_string()))
        .with("days", cx.auth.0.settings.deletion_grace.as_secs() / DAY))
}

/// Seconds.
const DAY: u64 = 24 * 3600;

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { data(&cx)?.reply() })
}

/// What was refused. Whoever must prove again who they are does so first, and comes
/// back.
fn refused(cx: &Cx<'_>, fault: Fault) -> Result<Reply, Fault> {
    if matches!(fault, Fault::Refusal(Refusal::StepUpRequired { .. })) {
        let back = format!("{}/account/data", cx.auth.0.web.base);
        return go(cx, &nav::path("/account/step-up", &[("return_to", &back)]));
    }
    data(cx)?.refused(fault, cx.id)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoInput {}

fn export(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let NoInput {} = input::body(cx.request)?;
        match exported(&cx).await {
            Ok(file) => Ok(file),
            Err(fault) => refused(&cx, fault),
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeleteInput {
    confirm: String,
}

fn delete(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match leave(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => refused(&cx, fault),
        }
    })
}

/// Whoever types the name of the account means it.
async fn leave(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let DeleteInput { confirm } = input::body(cx.request)?;
    let entry = cx.caller.entry()?;
    let name = entry.identifiers.first().map(|i| i.value.clone());
    if confirm.trim() != name.unwrap_or_else(|| entry.user.id.to_string()) {
        return Err(Refusal::invalid("confirm", "confirm_mismatch").into());
    }
    let on = format!("{}/login?notice=deleted", cx.auth.0.web.base);
    delete_own(cx, reply::see_other(&on)?).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceInput {
    device: String,
}

fn forget(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let DeviceInput { device } = input::body(cx.request)?;
        forget_own(&cx, Some(&device)).await?;
        go(&cx, "/account/sessions?notice=device_forgotten")
    })
}

fn restore_page<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "restore.html").with("token", cx.params.get("token")).with("done", false)
}

fn show_restore(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match cx.auth.see_restore_for(verify::token(&cx)?, &cx.caller.client).await? {
            Ok(()) => restore_page(&cx).reply(),
            Err(refusal) => restore_page(&cx).refused(refusal.into(), cx.id),
        }
    })
}

fn restore(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match cx.auth.restore_own_for(verify::token(&cx)?, &cx.caller.client).await? {
            Ok(()) => restore_page(&cx).with("done", true).reply(),
            Err(refusal) => restore_page(&cx).refused(refusal.into(), cx.id),
        }
    })
}
