//! What a person is reached by: e-mail address, phone, username.

use keyward_core::Secret;
use keyward_core::flow::challenge::Answer;
use keyward_core::identifier::Kind;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde::Deserialize;

use super::render::Page;
use super::{go, nav, verify};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::routes::verification::flow_id;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/account/email", Guard::SignedIn, show_email),
    Route::post("/account/email", Guard::SignedIn, email).at(Limit::Attempt),
    Route::get("/account/phone", Guard::SignedIn, show_phone),
    Route::post("/account/phone", Guard::SignedIn, phone).at(Limit::Attempt),
    Route::get("/account/username", Guard::SignedIn, show_username),
    Route::post("/account/username", Guard::SignedIn, username).at(Limit::Attempt),
    Route::get("/account/address", Guard::SignedIn, show_code),
    Route::post("/account/address", Guard::SignedIn, code).at(Limit::Attempt),
    Route::post("/account/address/resend", Guard::SignedIn, resend).at(Limit::Attempt),
    Route::post("/account/address/cancel", Guard::SignedIn, cancel),
    Route::post("/account/address/remove", Guard::SignedIn, remove),
    Route::get("/account/address/{token}", Guard::SignedIn, show_link),
    Route::post("/account/address/{token}", Guard::SignedIn, link).at(Limit::Attempt),
    Route::get("/undo/{token}", Guard::Anyone, show_undo),
    Route::post("/undo/{token}", Guard::Anyone, undo).at(Limit::Attempt),
];

fn path(kind: Kind) -> &'static str {
    match kind {
        Kind::Email => "/account/email",
        Kind::Phone => "/account/phone",
        Kind::Username => "/account/username",
    }
}

/// The form for one kind of name.
fn form<'a>(cx: &'a Cx<'_>, kind: Kind) -> Result<Page<'a>, Fault> {
    let entry = cx.caller.entry()?;
    let own = entry.identifiers.iter().find(|i| i.kind == kind);
    Ok(Page::new(cx, "account_address.html")
        .keeping(&["to"])
        .with("here", "account")
        .with("kind", kind.as_str())
        .with("current", own.map(|i| i.value.as_str()).unwrap_or_default())
        .with("verified", own.is_some_and(|i| i.verified_at.is_some()))
        .with("removable", own.is_some() && entry.identifiers.len() > 1))
}

fn show_email(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { form(&cx, Kind::Email)?.reply() })
}

fn show_phone(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { form(&cx, Kind::Phone)?.reply() })
}

fn show_username(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { form(&cx, Kind::Username)?.reply() })
}

/// What was refused, on the page where it was asked for. Whoever must prove again
/// who they are does so first, and comes back.
fn refused(cx: &Cx<'_>, fault: Fault, kind: Kind) -> Result<Reply, Fault> {
    if matches!(fault, Fault::Refusal(Refusal::StepUpRequired { .. })) {
        let back = format!("{}{}", cx.auth.0.web.base, path(kind));
        return go(cx, &nav::path("/account/step-up", &[("return_to", &back)]));
    }
    // The form has one field, whatever it is called where the rule is.
    form(cx, kind)?.for_one_field("to").refused(fault, cx.id)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    to: String,
}

fn email(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    begin(cx, Kind::Email)
}

fn phone(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    begin(cx, Kind::Phone)
}

fn begin(cx: Cx<'_>, kind: Kind) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match ask(&cx, kind).await {
            Ok(reply) => Ok(reply),
            Err(fault) => refused(&cx, fault, kind),
        }
    })
}

async fn ask(cx: &Cx<'_>, kind: Kind) -> Result<Reply, Fault> {
    let Input { to } = input::body(cx.request)?;
    let client = &cx.caller.client;
    let flow = cx.auth.change_address_for(cx.caller.entry()?, kind, to, client).await??;
    go(cx, &nav::path("/account/address", &[("flow", &flow.to_string())]))
}

fn username(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match rename(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => refused(&cx, fault, Kind::Username),
        }
    })
}

async fn rename(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { to } = input::body(cx.request)?;
    cx.auth.change_username_for(cx.caller.entry()?, to, &cx.caller.client).await??;
    go(cx, "/account?notice=saved")
}

fn code_form<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "account_address_code.html")
        .keeping(&["code"])
        .with("here", "account")
        .with("flow", verify::flow(cx))
}

fn show_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        if verify::flow(&cx).is_empty() { go(&cx, "/account") } else { code_form(&cx).reply() }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeInput {
    flow: String,
    code: Secret,
}

fn code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match by_code(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => code_form(&cx).refused(fault, cx.id),
        }
    })
}

async fn by_code(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let CodeInput { flow, code } = input::body(cx.request)?;
    confirm(cx, Answer::Code { flow: flow_id(&flow)?, code }).await
}

async fn confirm(cx: &Cx<'_>, answer: Answer) -> Result<Reply, Fault> {
    cx.auth.confirm_address_for(cx.caller.entry()?, answer, &cx.caller.client).await??;
    go(cx, "/account?notice=saved")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowInput {
    flow: String,
}

fn resend(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match again(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => code_form(&cx).refused(fault, cx.id),
        }
    })
}

async fn again(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let FlowInput { flow } = input::body(cx.request)?;
    let id = flow_id(&flow)?;
    cx.auth.resend_address_for(cx.caller.entry()?, id, &cx.caller.client).await??;
    go(cx, &nav::path("/account/address", &[("flow", &flow), ("notice", "resent")]))
}

fn cancel(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let FlowInput { flow } = input::body(cx.request)?;
        let id = flow_id(&flow)?;
        // Gone is gone, whoever was faster.
        cx.auth.cancel_address_for(cx.caller.entry()?, id, &cx.caller.client).await?.ok();
        go(&cx, "/account?notice=done")
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveInput {
    kind: Kind,
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let RemoveInput { kind } = input::body(cx.request)?;
        let client = &cx.caller.client;
        match cx.auth.remove_address_for(cx.caller.entry()?, kind, client).await? {
            Ok(()) => go(&cx, "/account?notice=done"),
            Err(refusal) => refused(&cx, refusal.into(), kind),
        }
    })
}

fn link_page<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "account_address_link.html")
        .with("here", "account")
        .with("token", cx.params.get("token"))
}

fn show_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { link_page(&cx).reply() })
}

fn link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match confirm(&cx, Answer::Link(verify::token(&cx)?)).await {
            Ok(reply) => Ok(reply),
            Err(fault) => link_page(&cx).refused(fault, cx.id),
        }
    })
}

fn undo_page<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "undo.html").with("token", cx.params.get("token")).with("done", false)
}

fn show_undo(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match cx.auth.see_undo_for(verify::token(&cx)?, &cx.caller.client).await? {
            Ok(_) => undo_page(&cx).reply(),
            Err(refusal) => undo_page(&cx).refused(refusal.into(), cx.id),
        }
    })
}

fn undo(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match cx.auth.undo_address_for(verify::token(&cx)?, &cx.caller.client).await? {
            Ok(()) => undo_page(&cx).with("done", true).reply(),
            Err(refusal) => undo_page(&cx).refused(refusal.into(), cx.id),
        }
    })
}
