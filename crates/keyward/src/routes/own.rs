//! One's own account as a whole: what happened, what is kept, and how to leave.

use ::http::{HeaderValue, header};
use keyward_core::Secret;
use keyward_core::id::{CredentialId, EventId};
use keyward_core::port::{EventQuery, Fut, Page};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{List, Outcome, Part, Status};
use super::people::query;
use super::sign_in::forget_browser;
use crate::http::{Code, Cx, Fault, Guard, Limit, Method4, Reply, Route, input, no_content, reply};
use crate::own::{DeviceView, ExportView};
use crate::view::EventView;

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/me", Guard::SignedIn, delete).by(Method4::Delete),
    Route::post("/api/v1/restore-link", Guard::Anyone, restore)
        .at(Limit::Attempt)
        .takes::<LinkInput>()
        .gives::<Outcome>(),
    Route::get("/api/v1/me/export", Guard::SignedIn, export)
        .at(Limit::Attempt)
        .gives::<ExportView>(),
    Route::get("/api/v1/me/activity", Guard::SignedIn, activity)
        .takes::<ActivityQuery>()
        .gives::<Part<EventView>>(),
    Route::get("/api/v1/me/devices", Guard::SignedIn, devices).gives::<List<DeviceView>>(),
    Route::post("/api/v1/me/devices", Guard::SignedIn, forget_all).by(Method4::Delete),
    Route::post("/api/v1/me/devices/{id}", Guard::SignedIn, forget).by(Method4::Delete),
];

/// Deletes the caller's account. The one way for the API and the page.
pub(crate) async fn delete_own(cx: &Cx<'_>, mut reply: Reply) -> Result<Reply, Fault> {
    cx.auth.delete_own_for(cx.caller.entry()?, &cx.caller.client).await??;
    forget_browser(cx, &mut reply);
    Ok(reply)
}

fn delete(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { delete_own(&cx, no_content()).await })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    #[schemars(with = "String")]
    token: Secret,
}

fn restore(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LinkInput { token } = input::body(cx.request)?;
        cx.auth.restore_own_for(token, &cx.caller.client).await??;
        reply::ok(&Outcome { next: &["sign_in"], ..Outcome::new(Status::Undone) })
    })
}

/// The caller's data as a file. The one way for the API and the page.
pub(crate) async fn exported(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let export = cx.auth.export_own_for(cx.caller.entry()?, &cx.caller.client).await??;
    let mut reply = reply::ok(&export)?;
    let name = HeaderValue::from_static("attachment; filename=\"account.json\"");
    reply.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(reply)
}

fn export(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { exported(&cx).await })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ActivityQuery {
    /// The `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

/// What happened to the caller's account, newest first, 50 at a time.
pub(crate) async fn happened(
    cx: &Cx<'_>,
    cursor: Option<&str>,
) -> Result<Page<keyward_core::record::EventRow, EventId>, Fault> {
    let after = match cursor.filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => Some(EventId::parse(cursor).ok_or(Code::NotFound)?),
        None => None,
    };
    let subject = Some(cx.caller.user()?);
    let query = EventQuery { subject, after, limit: 50, ..EventQuery::default() };
    Ok(cx.auth.0.store.events(&query).await?)
}

fn activity(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ActivityQuery { cursor } = query(&cx)?;
        let page = happened(&cx, cursor.as_deref()).await?;
        let data = page.data.iter().map(EventView::new).collect();
        reply::ok(&Part { data, next_cursor: page.next.map(|id| id.to_string()) })
    })
}

fn devices(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let user = cx.caller.user()?;
        let data = cx.auth.trusted_devices_for(user, &cx.caller.client).await?;
        reply::ok(&List { data })
    })
}

/// Trusts one of the caller's devices no more, or none. The one way for the API and
/// the page.
pub(crate) async fn forget_own(cx: &Cx<'_>, device: Option<&str>) -> Result<(), Fault> {
    let device = match device {
        Some(id) => Some(CredentialId::parse(id).ok_or(Code::NotFound)?),
        None => None,
    };
    let user = cx.caller.user()?;
    Ok(cx.auth.forget_device_for(user, device, &cx.caller.client).await??)
}

fn forget(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        forget_own(&cx, Some(cx.params.get("id"))).await?;
        Ok(no_content())
    })
}

fn forget_all(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        forget_own(&cx, None).await?;
        Ok(no_content())
    })
}
