//! Make an account of one's own.

use keyward_core::Secret;
use keyward_core::flow::sign_up::SignedUp;
use keyward_core::identifier::Kind;
use keyward_core::port::Fut;
use keyward_core::settings::{CaptchaFor, SignUpMode};
use serde::Deserialize;

use super::captcha::guarded;
use super::nav;
use super::render::Page;
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::routes::sign_in::Holding;
use crate::routes::sign_up;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/signup", Guard::Anyone, show),
    Route::post("/signup", Guard::Anyone, submit).at(Limit::Attempt),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    phone: String,
    password: Secret,
    #[serde(default)]
    captcha: Option<Secret>,
    #[serde(default)]
    captcha_token: Option<String>,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

/// The door; it is about nobody's account yet.
const SIGN_UP: (CaptchaFor, &str) = (CaptchaFor::SignUp, "");

fn form<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    let kinds = &cx.auth.0.settings.identifiers;
    Page::new(cx, "signup.html")
        .keeping(&["name", "email", "username", "phone"])
        .with("return_to", nav::return_to(cx.request))
        .with("username", kinds.contains(&Kind::Username))
        .with("phone", kinds.contains(&Kind::Phone))
        .with("providers", super::buttons(cx.auth))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        if cx.auth.0.settings.sign_up == SignUpMode::Closed {
            return Err(Code::SignUpClosed.into());
        }
        guarded(form(&cx), &cx, SIGN_UP).await?.reply()
    })
}

fn submit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match attempt(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => guarded(form(&cx), &cx, SIGN_UP).await?.refused(fault, cx.id),
        }
    })
}

async fn attempt(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { name, email, username, phone, password, captcha, captcha_token, .. } =
        input::body(cx.request)?;
    let given = |text: String| Some(text).filter(|t| !t.is_empty());
    let wish = sign_up::Input {
        email: given(email),
        username: given(username),
        phone: given(phone),
        name: given(name),
        password: Some(password),
        session: Holding::Cookie,
        captcha,
        captcha_token,
    };
    match sign_up::attempt(cx, wish).await? {
        SignedUp::Complete(opened) => super::enter(cx, &opened),
        SignedUp::NeedsVerification { flow, browser } => {
            super::to_code(cx, flow, &browser, &nav::return_to(cx.request))
        }
    }
}
