//! Sign in and out.

use keyward_core::Secret;
use keyward_core::flow::anonymous::is_offered;
use keyward_core::flow::sign_in_link::Sent;
use keyward_core::port::Fut;
use keyward_core::settings::CaptchaFor;
use serde::Deserialize;

use super::captcha::guarded;
use super::render::Page;
use super::{go, nav, on, signed_in};
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route};
use crate::routes::anonymous;
use crate::routes::given::Given;
use crate::routes::sign_in::{self, Holding};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/login", Guard::Anyone, show),
    Route::post("/login", Guard::Anyone, enter).at(Limit::Attempt),
    Route::post("/login/anonymous", Guard::Anyone, nameless).at(Limit::Attempt),
    Route::get("/logout", Guard::Anyone, show_out),
    Route::post("/logout", Guard::Anyone, leave),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The name that password managers look for.
    username: String,
    password: Secret,
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    captcha: Option<Secret>,
    #[serde(default)]
    captcha_token: Option<String>,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

/// The door, and the field that says whose account it is about.
pub(super) const SIGN_IN: (CaptchaFor, &str) = (CaptchaFor::SignIn, "username");

pub(super) fn form<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    let open = matches!(
        cx.auth.0.settings.sign_up,
        keyward_core::settings::SignUpMode::Open | keyward_core::settings::SignUpMode::Domains(_)
    );
    Page::new(cx, "login.html")
        .keeping(&["username", "remember"])
        .with("return_to", nav::return_to(cx.request))
        .with("sign_up", open)
        .with("nameless", is_offered(&cx.auth.0.settings))
        .with("by_link", Sent::Link.is_on(&cx.auth.0.settings))
        .with("by_code", Sent::Code.is_on(&cx.auth.0.settings))
        .with("providers", super::buttons(cx.auth))
        .with("methods", super::methods::buttons(cx))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        // Whoever is in already goes on to where they wanted to go.
        match cx.caller.known.is_some() {
            true => on(&cx),
            false => guarded(form(&cx), &cx, SIGN_IN).await?.reply(),
        }
    })
}

fn enter(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match attempt(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => guarded(form(&cx), &cx, SIGN_IN).await?.refused(fault, cx.id),
        }
    })
}

async fn attempt(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { username, password, remember, captcha, captcha_token, .. } =
        input::body(cx.request)?;
    let open = sign_in::opening(cx, Holding::Cookie, remember.0);
    let given = Given { token: captcha_token, answer: captcha };
    signed_in(cx, sign_in::attempt(cx, username, password, open, given).await?)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamelessInput {
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

/// In without an account; whoever has one is in already.
fn nameless(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        if cx.caller.known.is_some() {
            return on(&cx);
        }
        match begin(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => guarded(form(&cx), &cx, SIGN_IN).await?.refused(fault, cx.id),
        }
    })
}

async fn begin(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let NamelessInput { .. } = input::body(cx.request)?;
    super::enter(cx, &*anonymous::open(cx, Holding::Cookie).await?)
}

fn show_out(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { Page::new(&cx, "logout.html").reply() })
}

fn leave(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        sign_in::close(&cx).await?;
        let mut reply = go(&cx, "/login?notice=signed_out")?;
        sign_in::forget_browser(&cx, &mut reply);
        Ok(reply)
    })
}
