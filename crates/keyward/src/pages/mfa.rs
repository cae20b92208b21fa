//! The second factor at sign-in, and the proof that is asked for again.

use std::collections::BTreeMap;

use keyward_core::Secret;
use keyward_core::flow::mfa::{Awaited, AwaitedMfa};
use keyward_core::id::FlowId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde::Deserialize;

use super::render::Page;
use super::{enter, go, language, nav, offers_passkeys, signed_in, verify};
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route};
use crate::routes::mfa::{Given, answer, awaited};
use crate::routes::sign_in::{flow_secret, remember_flow};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/login/mfa", Guard::Anyone, show),
    Route::post("/login/mfa", Guard::Anyone, submit).at(Limit::Attempt),
    Route::get("/account/step-up", Guard::Enrolling, show_step_up),
    Route::post("/account/step-up", Guard::Enrolling, step_up).at(Limit::Attempt),
];

/// The second factor is awaited: on to where it is given.
pub(super) fn ask(cx: &Cx<'_>, flow: FlowId, browser: &Secret, back: &str) -> Result<Reply, Fault> {
    let flow = flow.to_string();
    let mut reply = go(cx, &nav::path("/login/mfa", &[("flow", &flow), ("return_to", back)]))?;
    remember_flow(cx, &mut reply, browser);
    Ok(reply)
}

/// The form for one of the methods that the flow can be answered with.
async fn form<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let flow = verify::flow(cx);
    let asked = AwaitedMfa { flow: awaited(&flow)?, browser: flow_secret(cx, cx.request)? };
    let Awaited { mut methods, tries_left } = cx.auth.run(&asked, &cx.caller.client).await??;
    methods.retain(|method| *method != PASSKEY || offers_passkeys(cx.auth));
    Ok(Page::new(cx, "login_mfa.html")
        .with("flow", flow)
        .with("method", method(cx, &methods))
        .with("methods", methods)
        .with("labels", labels(cx))
        .with("is_last_try", tries_left == 1)
        .with("trust_days", cx.auth.0.settings.trust_lifetime.as_secs() / DAY)
        .with("return_to", nav::return_to(cx.request)))
}

/// What a script asks the browser for; the page says so where none runs.
const PASSKEY: &str = "passkey";

/// Seconds.
const DAY: u64 = 24 * 3600;

/// What people read of the second factors of the app's own.
fn labels(cx: &Cx<'_>) -> BTreeMap<&'static str, String> {
    let language = language::language(cx.auth, cx.request);
    cx.auth.0.app_factors.offered(language).into_iter().collect()
}

/// The method that was chosen, or the first.
fn method(cx: &Cx<'_>, methods: &[&'static str]) -> &'static str {
    let chosen = nav::query(cx.request, "method").or_else(|| input::peek(cx.request, "method"));
    let found = methods.iter().find(|method| chosen.as_deref() == Some(*method));
    found.or(methods.first()).copied().unwrap_or_default()
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match form(&cx).await {
            Ok(page) => page.reply(),
            // Nothing is awaited here any more: signing in begins it.
            Err(Fault::Refusal(Refusal::MfaExpired)) => go(&cx, "/login?notice=again"),
            Err(fault) => Err(fault),
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    flow: String,
    method: String,
    code: Secret,
    #[serde(default)]
    trust_device: Flag,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn submit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let fault = match finish(&cx).await {
            Ok(reply) => return Ok(reply),
            Err(fault) => fault,
        };
        match form(&cx).await {
            Ok(page) => page.refused(fault, cx.id),
            Err(Fault::Refusal(Refusal::MfaExpired)) => go(&cx, "/login?notice=again"),
            Err(fault) => Err(fault),
        }
    })
}

async fn finish(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { flow, method, code, trust_device, .. } = input::body(cx.request)?;
    let given = Given {
        flow: awaited(&flow)?,
        browser: flow_secret(cx, cx.request)?,
        method,
        answer: code,
        trust: trust_device.0,
    };
    signed_in(cx, answer(cx, given).await?)
}

/// What is asked for again. Signing in with a passkey proves it as well.
pub(super) async fn step_up_form<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let factors = cx.auth.second_factors(cx.caller.user()?).await?;
    let mut methods = factors.step_up;
    if factors.has_passkeys && offers_passkeys(cx.auth) {
        methods.push(PASSKEY);
    }
    // Whoever has something of their own proves it with that.
    let services = if methods.is_empty() { super::connected_ones(cx).await? } else { vec![] };
    Ok(Page::new(cx, "account_step_up.html")
        .with("here", "")
        .with("services", services)
        .with("method", method(cx, &methods))
        .with("methods", methods)
        .with("labels", labels(cx))
        .with("return_to", nav::return_to(cx.request)))
}

fn show_step_up(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { step_up_form(&cx).await?.reply() })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepUpInput {
    method: String,
    code: Secret,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn step_up(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match again(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => step_up_form(&cx).await?.refused(fault, cx.id),
        }
    })
}

async fn again(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let StepUpInput { method, code, .. } = input::body(cx.request)?;
    let client = &cx.caller.client;
    let opened = cx.auth.step_up_for(cx.caller.entry()?, &method, code, client).await??;
    enter(cx, &opened)
}
