//! Prove to hold an address: by the code, or by the link. A link is spent by
//! its button alone; looking at it, as mail scanners do, spends nothing.

use keyward_core::Secret;
use keyward_core::flow::challenge::Answer;
use keyward_core::flow::verify::Resend;
use keyward_core::port::Fut;
use serde::Deserialize;

use super::render::Page;
use super::{go, nav, signed_in};
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::routes::sign_in::Holding;
use crate::routes::verification::{answer, flow_id};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/verify", Guard::Anyone, show),
    Route::post("/verify", Guard::Anyone, submit).at(Limit::Attempt),
    Route::post("/verify/resend", Guard::Anyone, resend).at(Limit::Attempt),
    Route::get("/verify/{token}", Guard::Anyone, show_link),
    Route::post("/verify/{token}", Guard::Anyone, submit_link).at(Limit::Attempt),
];

/// The flow that a code form belongs to: from the query at first, then from the form.
pub(super) fn flow(cx: &Cx<'_>) -> String {
    let asked = nav::query(cx.request, "flow").or_else(|| input::peek(cx.request, "flow"));
    asked.filter(|text| flow_id(text).is_ok()).unwrap_or_default()
}

fn form<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "verify.html")
        .keeping(&["code"])
        .with("flow", flow(cx))
        .with("return_to", nav::return_to(cx.request))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        if flow(&cx).is_empty() {
            // Without a flow there is nothing to enter: signing in begins one.
            return go(&cx, "/login");
        }
        form(&cx).reply()
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeInput {
    flow: String,
    code: Secret,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn submit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match by_code(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => form(&cx).refused(fault, cx.id),
        }
    })
}

async fn by_code(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let CodeInput { flow, code, .. } = input::body(cx.request)?;
    confirm(cx, Answer::Code { flow: flow_id(&flow)?, code }).await
}

async fn confirm(cx: &Cx<'_>, given: Answer) -> Result<Reply, Fault> {
    let confirmed = answer(cx, given, Holding::Cookie).await?;
    match (confirmed.signed_in, cx.caller.user()) {
        (Some(led_to), _) => signed_in(cx, led_to),
        // Another browser than the one that asked: it proved the address, not the person.
        (None, Ok(user)) if user == confirmed.user => go(cx, "/account?notice=done"),
        (None, Ok(_)) => go(cx, "/account?notice=verified_other"),
        (None, Err(_)) => go(cx, "/login?notice=verified"),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResendInput {
    flow: String,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn resend(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match again(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => form(&cx).refused(fault, cx.id),
        }
    })
}

async fn again(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let ResendInput { flow, .. } = input::body(cx.request)?;
    cx.auth.run(&Resend { flow: flow_id(&flow)? }, &cx.caller.client).await??;
    let back = nav::return_to(cx.request);
    let pairs = [("flow", flow.as_str()), ("return_to", &back), ("notice", "resent")];
    go(cx, &nav::path("/verify", &pairs))
}

fn link<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "verify_link.html").with("token", cx.params.get("token"))
}

fn show_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { link(&cx).reply() })
}

fn submit_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match confirm(&cx, Answer::Link(token(&cx)?)).await {
            Ok(reply) => Ok(reply),
            Err(fault) => link(&cx).refused(fault, cx.id),
        }
    })
}

/// The secret of a link, from its path.
pub(super) fn token(cx: &Cx<'_>) -> Result<Secret, Fault> {
    match cx.params.get("token") {
        "" => Err(Code::NotFound.into()),
        token => Ok(Secret::new(token)),
    }
}
