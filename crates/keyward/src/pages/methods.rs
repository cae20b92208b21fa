//! Signing in by a method of the app's own.

use keyward_core::Secret;
use keyward_core::port::Fut;
use keyward_core::settings::CaptchaFor;
use serde::Deserialize;
use serde_json::{Value, json};

use super::captcha::guarded;
use super::render::Page;
use super::{language, nav, signed_in};
use crate::http::input::{self, Flag};
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route};
use crate::routes::given::Given;
use crate::routes::methods;
use crate::routes::sign_in::{Holding, opening};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/login/by/{method}", Guard::Anyone, show),
    Route::post("/login/by/{method}", Guard::Anyone, enter).at(Limit::Attempt),
];

/// The door, and the field that says whose account it is about.
const DOOR: (CaptchaFor, &str) = (CaptchaFor::SignIn, "identifier");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    identifier: String,
    answer: Secret,
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    captcha: Option<Secret>,
    #[serde(default)]
    captcha_token: Option<String>,
    /// Where to go after: read by the reply.
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

/// The buttons of the page to sign in.
pub(super) fn buttons(cx: &Cx<'_>) -> Vec<Value> {
    let offered = cx.auth.0.methods.offered(language::language(cx.auth, cx.request));
    offered.into_iter().map(|(name, label)| json!({ "name": name, "label": label })).collect()
}

fn form<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let method = cx.auth.0.methods.find(cx.params.get("method")).ok_or(Code::NotFound)?;
    let label = method.label(language::language(cx.auth, cx.request));
    Ok(Page::new(cx, "login_by.html")
        .keeping(&["identifier", "remember"])
        .with("return_to", nav::return_to(cx.request))
        .with("name", method.name())
        .with("label", label))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { guarded(form(&cx)?, &cx, DOOR).await?.reply() })
}

fn enter(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match attempt(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => guarded(form(&cx)?, &cx, DOOR).await?.refused(fault, cx.id),
        }
    })
}

async fn attempt(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { identifier, answer, remember, captcha, captcha_token, .. } =
        input::body(cx.request)?;
    let open = opening(cx, Holding::Cookie, remember.0);
    let given = Given { token: captcha_token, answer: captcha };
    signed_in(cx, methods::attempt(cx, (&identifier, &answer), open, given).await?)
}
