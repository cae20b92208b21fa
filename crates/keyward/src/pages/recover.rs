//! Get back in without the password: by the code, or by the link.

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::challenge::Answer;
use keyward_core::flow::recover::Stopped;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::settings::CaptchaFor;
use serde::Deserialize;

use super::captcha::guarded;
use super::render::Page;
use super::{go, nav, signed_in, verify};
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route};
use crate::routes::given::Given;
use crate::routes::recovery::{ask, finish, stop};
use crate::routes::sign_in::{Holding, remember_flow};
use crate::routes::verification::flow_id;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/recover", Guard::Anyone, show),
    Route::post("/recover", Guard::Anyone, submit).at(Limit::Attempt),
    Route::get("/recover/code", Guard::Anyone, show_code),
    Route::post("/recover/code", Guard::Anyone, submit_code).at(Limit::Attempt),
    Route::get("/recover/stop/{token}", Guard::Anyone, show_stop),
    Route::post("/recover/stop/{token}", Guard::Anyone, submit_stop).at(Limit::Attempt),
    Route::get("/recover/{token}", Guard::Anyone, show_link),
    Route::post("/recover/{token}", Guard::Anyone, submit_link).at(Limit::Attempt),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    identifier: String,
    #[serde(default)]
    captcha: Option<Secret>,
    #[serde(default)]
    captcha_token: Option<String>,
}

/// The door. Whose account it is about is not looked at: it may be nobody's.
const RECOVERY: (CaptchaFor, &str) = (CaptchaFor::Recovery, "");

fn form<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "recover.html").keeping(&["identifier"])
}

/// Where nobody sets a new password alone: what to do instead.
fn off(cx: &Cx<'_>) -> Result<Reply, Fault> {
    Page::new(cx, "recover_off.html").status(StatusCode::FORBIDDEN).reply()
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match cx.auth.0.settings.recovery {
            true => guarded(form(&cx), &cx, RECOVERY).await?.reply(),
            false => off(&cx),
        }
    })
}

fn submit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match begin(&cx).await {
            Ok(reply) => Ok(reply),
            Err(Fault::Refusal(Refusal::RecoveryDisabled)) => off(&cx),
            Err(fault) => guarded(form(&cx), &cx, RECOVERY).await?.refused(fault, cx.id),
        }
    })
}

async fn begin(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { identifier, captcha, captcha_token } = input::body(cx.request)?;
    let given = Given { token: captcha_token, answer: captcha };
    let asked = ask(cx, identifier, given).await?;
    let flow = asked.flow.to_string();
    let mut reply = go(cx, &nav::path("/recover/code", &[("flow", &flow)]))?;
    remember_flow(cx, &mut reply, &asked.browser);
    Ok(reply)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeInput {
    flow: String,
    code: Secret,
    password: Secret,
    #[serde(default)]
    sign_out_others: Flag,
}

fn code<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "recover_code.html").keeping(&["code"]).with("flow", verify::flow(cx))
}

fn show_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match verify::flow(&cx).is_empty() {
            _ if !cx.auth.0.settings.recovery => off(&cx),
            true => go(&cx, "/recover"),
            false => code(&cx).reply(),
        }
    })
}

fn submit_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match by_code(&cx).await {
            Ok(reply) => Ok(reply),
            Err(Fault::Refusal(Refusal::RecoveryDisabled)) => off(&cx),
            Err(fault) => code(&cx).refused(fault, cx.id),
        }
    })
}

async fn by_code(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let CodeInput { flow, code, password, sign_out_others } = input::body(cx.request)?;
    let answer = Answer::Code { flow: flow_id(&flow)?, code };
    let keep_others = !sign_out_others.0;
    let led_to = finish(cx, answer, password, keep_others, Holding::Cookie).await?;
    signed_in(cx, led_to)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    password: Secret,
    #[serde(default)]
    sign_out_others: Flag,
}

fn link<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "recover_link.html").with("token", cx.params.get("token"))
}

fn show_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { if cx.auth.0.settings.recovery { link(&cx).reply() } else { off(&cx) } })
}

fn submit_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match by_link(&cx).await {
            Ok(reply) => Ok(reply),
            Err(Fault::Refusal(Refusal::RecoveryDisabled)) => off(&cx),
            Err(fault) => link(&cx).refused(fault, cx.id),
        }
    })
}

async fn by_link(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let LinkInput { password, sign_out_others } = input::body(cx.request)?;
    let answer = Answer::Link(verify::token(cx)?);
    let keep_others = !sign_out_others.0;
    let led_to = finish(cx, answer, password, keep_others, Holding::Cookie).await?;
    signed_in(cx, led_to)
}

async fn stop_page<'a>(cx: &'a Cx<'_>, look: bool) -> Result<Page<'a>, Fault> {
    let stopped = stop(cx, verify::token(cx)?, look).await?;
    let state = match (stopped, look) {
        (Stopped::InTime, true) => "going_on",
        (Stopped::InTime, false) => "stopped",
        (Stopped::Over, _) => "over",
    };
    Ok(Page::new(cx, "recover_stop.html")
        .with("token", cx.params.get("token"))
        .with("state", state))
}

async fn stop_reply(cx: &Cx<'_>, look: bool) -> Result<Reply, Fault> {
    match stop_page(cx, look).await {
        Ok(page) => page.reply(),
        Err(fault) => {
            let page = Page::new(cx, "recover_stop.html").with("token", "").with("state", "gone");
            page.refused(fault, cx.id)
        }
    }
}

fn show_stop(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { stop_reply(&cx, true).await })
}

fn submit_stop(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { stop_reply(&cx, false).await })
}
