//! Sign in by a link or a code that is sent. A link is spent by its button
//! alone; in another browser than the one that asked, it shows a code instead.

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::challenge::Answer;
use keyward_core::flow::sign_in_link::{Answered, Sent, Which};
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::settings::CaptchaFor;
use serde::Deserialize;

use super::captcha::guarded;
use super::render::Page;
use super::{go, nav, on, signed_in, verify};
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route};
use crate::routes::given::Given;
use crate::routes::sign_in::{Holding, remember_flow};
use crate::routes::sign_in_link::{again, answer, ask, see};
use crate::routes::verification::flow_id;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/login/link", Guard::Anyone, show_link),
    Route::post("/login/link", Guard::Anyone, ask_link).at(Limit::Attempt),
    Route::post("/login/link/confirm", Guard::Anyone, confirm_link).at(Limit::Attempt),
    Route::post("/login/link/resend", Guard::Anyone, resend_link).at(Limit::Attempt),
    Route::get("/login/link/{token}", Guard::Anyone, open_link),
    Route::post("/login/link/{token}", Guard::Anyone, use_link).at(Limit::Attempt),
    Route::get("/login/code", Guard::Anyone, show_code),
    Route::post("/login/code", Guard::Anyone, ask_code).at(Limit::Attempt),
    Route::post("/login/code/confirm", Guard::Anyone, confirm_code).at(Limit::Attempt),
    Route::post("/login/code/resend", Guard::Anyone, resend_code).at(Limit::Attempt),
];

fn show_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(show(cx, Sent::Link))
}

fn show_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(show(cx, Sent::Code))
}

fn ask_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(begin(cx, Sent::Link))
}

fn ask_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(begin(cx, Sent::Code))
}

fn confirm_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(confirm(cx, Sent::Link))
}

fn confirm_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(confirm(cx, Sent::Code))
}

fn resend_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(resend(cx, Sent::Link))
}

fn resend_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(resend(cx, Sent::Code))
}

/// The word in paths and templates.
fn word(by: Sent) -> &'static str {
    match by {
        Sent::Link => "link",
        Sent::Code => "code",
    }
}

fn path(by: Sent) -> &'static str {
    match by {
        Sent::Link => "/login/link",
        Sent::Code => "/login/code",
    }
}

/// The question for whom: an address, a number, a username.
async fn question<'a>(cx: &'a Cx<'_>, by: Sent) -> Result<Page<'a>, Fault> {
    let page = Page::new(cx, "login_ask.html")
        .keeping(&["identifier"])
        .with("by", word(by))
        .with("return_to", nav::return_to(cx.request));
    guarded(page, cx, (CaptchaFor::SignInLink, "")).await
}

/// Where the code is typed, while it is on its way.
async fn waiting<'a>(cx: &'a Cx<'_>, by: Sent) -> Result<Page<'a>, Fault> {
    let flow = verify::flow(cx);
    let seen = see(cx, Which::Flow(flow_id(&flow)?)).await?;
    if seen.by != by {
        return Err(Refusal::LinkInvalid.into());
    }
    Ok(Page::new(cx, "login_sent.html")
        .keeping(&["code", "remember"])
        .with("by", word(by))
        .with("flow", flow)
        .with("to", seen.to)
        .with("resend_in", seen.wait.as_secs())
        .with("return_to", nav::return_to(cx.request)))
}

async fn show(cx: Cx<'_>, by: Sent) -> Result<Reply, Fault> {
    if cx.caller.known.is_some() {
        return on(&cx);
    }
    if verify::flow(&cx).is_empty() {
        return question(&cx, by).await?.reply();
    }
    match waiting(&cx, by).await {
        Ok(page) => page.reply(),
        Err(fault) => question(&cx, by).await?.refused(fault, cx.id),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskInput {
    identifier: String,
    #[serde(default)]
    captcha: Option<Secret>,
    #[serde(default)]
    captcha_token: Option<String>,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

async fn begin(cx: Cx<'_>, by: Sent) -> Result<Reply, Fault> {
    match begun(&cx, by).await {
        Ok(reply) => Ok(reply),
        Err(fault) => question(&cx, by).await?.refused(fault, cx.id),
    }
}

async fn begun(cx: &Cx<'_>, by: Sent) -> Result<Reply, Fault> {
    let AskInput { identifier, captcha, captcha_token, .. } = input::body(cx.request)?;
    let back = nav::return_to(cx.request);
    let given = Given { token: captcha_token, answer: captcha };
    let asked = ask(cx, by, identifier, back.clone(), given).await?;
    let flow = asked.flow.to_string();
    let mut reply = go(cx, &nav::path(path(by), &[("flow", &flow), ("return_to", &back)]))?;
    remember_flow(cx, &mut reply, &asked.browser);
    Ok(reply)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeInput {
    flow: String,
    code: Secret,
    #[serde(default)]
    remember: Flag,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

async fn confirm(cx: Cx<'_>, by: Sent) -> Result<Reply, Fault> {
    match by_code(&cx, by).await {
        Ok(reply) => Ok(reply),
        Err(fault) => match waiting(&cx, by).await {
            Ok(page) => page.refused(fault, cx.id),
            // It is over: back to the beginning.
            Err(_) => question(&cx, by).await?.refused(fault, cx.id),
        },
    }
}

async fn by_code(cx: &Cx<'_>, by: Sent) -> Result<Reply, Fault> {
    let CodeInput { flow, code, remember, .. } = input::body(cx.request)?;
    let given = Answer::Code { flow: flow_id(&flow)?, code };
    entered(cx, answer(cx, by, given, Holding::Cookie, remember.0).await?)
}

fn entered(cx: &Cx<'_>, answered: Answered) -> Result<Reply, Fault> {
    match answered {
        Answered::SignedIn { signed_in: led_to, .. } => signed_in(cx, led_to),
        Answered::Elsewhere { .. } => Err(Refusal::LinkInvalid.into()),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResendInput {
    flow: String,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

async fn resend(cx: Cx<'_>, by: Sent) -> Result<Reply, Fault> {
    match resent(&cx, by).await {
        Ok(reply) => Ok(reply),
        Err(fault) => match waiting(&cx, by).await {
            Ok(page) => page.refused(fault, cx.id),
            Err(_) => question(&cx, by).await?.refused(fault, cx.id),
        },
    }
}

async fn resent(cx: &Cx<'_>, by: Sent) -> Result<Reply, Fault> {
    let ResendInput { flow, .. } = input::body(cx.request)?;
    again(cx, &flow).await?;
    let back = nav::return_to(cx.request);
    let pairs = [("flow", flow.as_str()), ("return_to", &back), ("notice", "resent")];
    go(cx, &nav::path(path(by), &pairs))
}

/// The page that a link opens: a button where it was asked for, a code elsewhere.
async fn opened<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let token = verify::token(cx)?;
    let seen = see(cx, Which::Link(token.clone())).await?;
    if seen.by != Sent::Link {
        return Err(Refusal::LinkInvalid.into());
    }
    Ok(Page::new(cx, "login_link.html")
        .with("token", token.reveal())
        .with("to", seen.to)
        .with("code", seen.code.map(|code| code.reveal().to_owned()))
        .with("return_to", seen.return_to))
}

/// The link is not valid any more, or never was.
fn gone<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "login_link.html").with("token", "").with("to", "").with("code", None::<String>)
}

fn open_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match opened(&cx).await {
            Ok(page) => page.reply(),
            Err(fault) => gone(&cx).refused(fault, cx.id),
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    #[serde(default)]
    remember: Flag,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn use_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match by_link(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => gone(&cx).refused(fault, cx.id),
        }
    })
}

async fn by_link(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let LinkInput { remember, .. } = input::body(cx.request)?;
    let given = Answer::Link(verify::token(cx)?);
    match answer(cx, Sent::Link, given, Holding::Cookie, remember.0).await? {
        // Another browser asked: it shows the code again.
        Answered::Elsewhere { .. } => opened(cx).await?.status(StatusCode::OK).reply(),
        answered => entered(cx, answered),
    }
}
