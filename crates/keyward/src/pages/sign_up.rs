//! Make an account of one's own.

use keyward_core::Secret;
use keyward_core::flow::anonymous::is_offered;
use keyward_core::flow::sign_up::SignedUp;
use keyward_core::identifier::Kind;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::settings::{Ask, CaptchaFor, Settings, SignUpMode, VerifyMode};
use serde::Deserialize;

use super::captcha::guarded;
use super::profile::Given;
use super::render::Page;
use super::{nav, verify};
use crate::http::input::peek;
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::routes::sign_in::Holding;
use crate::routes::sign_up;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/signup", Guard::Anyone, show),
    Route::post("/signup", Guard::Anyone, submit).at(Limit::Attempt),
    Route::get("/invite/{token}", Guard::Anyone, show_invited),
];

#[derive(Debug, Deserialize)]
struct Input {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    password: Option<Secret>,
    #[serde(default)]
    invitation: Option<Secret>,
    #[serde(default)]
    captcha: Option<Secret>,
    #[serde(default)]
    captcha_token: Option<String>,
    #[serde(default, rename = "return_to")]
    _return_to: String,
    /// Nothing but fields that the app defines.
    #[serde(flatten)]
    fields: Given,
}

/// The door; it is about nobody's account yet.
const SIGN_UP: (CaptchaFor, &str) = (CaptchaFor::SignUp, "");

fn form<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    // Behind the link of an invitation, or in the form that came back.
    let link = cx.params.get("token").to_owned();
    let link = if link.is_empty() { peek(cx.request, "invitation") } else { Some(link) };
    let page = Page::new(cx, "signup.html")
        .keeping(&["name", "email", "username", "phone"])
        .with("return_to", nav::return_to(cx.request))
        .with("email", ask(cx, Kind::Email))
        .with("username", ask(cx, Kind::Username))
        .with("phone", ask(cx, Kind::Phone))
        .with("providers", super::buttons(cx.auth))
        .with("nameless", is_offered(&cx.auth.0.settings))
        .with("password", told(cx.auth.0.settings.sign_up_asks.password))
        .with_fields(cx, &serde_json::Value::Null, false);
    match link.filter(|link| !link.contains(char::is_control)) {
        Some(link) => page.with("token", &link).with("invitation", link),
        None => page.with("invitation", ""),
    }
}

/// Whether a name of this kind is asked for: `""`, `optional` or `required`.
fn ask(cx: &Cx<'_>, kind: Kind) -> &'static str {
    let settings = &cx.auth.0.settings;
    // One way to be reached is needed; where either will do, it is the first.
    let first = kind == Kind::Email && settings.verify == VerifyMode::Any;
    let needed = settings.verify.needs().iter().any(|any| *any == [kind]);
    match settings.sign_up_asks.of(kind) {
        _ if !settings.identifiers.contains(&kind) => "",
        Ask::Maybe if needed || first && !is_asked(settings, Kind::Phone) => "required",
        asked => told(asked),
    }
}

/// Whether a name of this kind has a field of its own.
fn is_asked(settings: &Settings, kind: Kind) -> bool {
    settings.identifiers.contains(&kind) && settings.sign_up_asks.of(kind) == Ask::Always
}

fn told(ask: Ask) -> &'static str {
    match ask {
        Ask::Never => "",
        Ask::Maybe => "optional",
        Ask::Always => "required",
    }
}

/// The form for whoever was invited, while the invitation is open. Looking at it spends
/// nothing.
fn show_invited(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match cx.auth.see_invitation_for(verify::token(&cx)?, &cx.caller.client).await? {
            Ok(()) => guarded(form(&cx), &cx, SIGN_UP).await?.reply(),
            Err(refusal) => form(&cx).refused(refusal.into(), cx.id),
        }
    })
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match cx.auth.0.settings.sign_up {
            SignUpMode::Closed => return Err(Code::SignUpClosed.into()),
            SignUpMode::Invited => return Err(Code::InviteRequired.into()),
            SignUpMode::Open | SignUpMode::Domains(_) => {}
        }
        if cx.auth.is_in_maintenance() {
            return Err(Refusal::Maintenance.into());
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
    let Input {
        name,
        email,
        username,
        phone,
        password,
        invitation,
        captcha,
        captcha_token,
        fields,
        ..
    } = input::body(cx.request)?;
    let given = |text: String| Some(text).filter(|t| !t.is_empty());
    let wish = sign_up::Input {
        email: given(email),
        username: given(username),
        phone: given(phone),
        name: given(name),
        password: password.filter(|typed| !typed.reveal().is_empty()),
        properties: fields.read(cx)?,
        invitation,
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
