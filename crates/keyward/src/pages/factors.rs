//! What a person enrols as a second factor: an authenticator app, recovery codes.

use keyward_core::Secret;
use keyward_core::flow::factor::codes;
use keyward_core::id::FlowId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde::Deserialize;

use super::render::Page;
use super::{app_factors, go, nav};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::routes::sign_in::keep;
use crate::totp::{grouped, qr_svg};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/account/totp", Guard::Enrolling, show),
    Route::post("/account/totp", Guard::Enrolling, begin).at(Limit::Attempt),
    Route::post("/account/totp/confirm", Guard::Enrolling, confirm).at(Limit::Attempt),
    Route::post("/account/totp/remove", Guard::SignedIn, remove),
    Route::get("/account/recovery-codes", Guard::SignedIn, show_codes),
    Route::post("/account/recovery-codes", Guard::SignedIn, renew).at(Limit::Attempt),
];

const TOTP: &str = "/account/totp";
const CODES: &str = "/account/recovery-codes";

async fn page<'a>(cx: &'a Cx<'_>, template: &'static str) -> Result<Page<'a>, Fault> {
    let factors = cx.auth.second_factors(cx.caller.user()?).await?;
    let demanded = cx.caller.entry()?.mfa.is_demanded;
    Ok(Page::new(cx, template)
        .with("here", "totp")
        .with("enrolled", factors.methods.contains(&"totp"))
        .with("guarded", !factors.methods.is_empty())
        .with("others", app_factors::others(cx, &factors.methods))
        .with("left", factors.recovery_codes_left)
        .with("of", codes::COUNT)
        .with("demanded", demanded)
        .with("stays", demanded && factors.only == Some("totp"))
        .with("by_passkey", cx.auth.0.settings.passkeys.second_factor)
        .with("return_to", nav::return_to(cx.request)))
}

/// What was refused, on the page where it was asked for. Whoever must prove again
/// who they are does so first, and comes back.
async fn refused(cx: &Cx<'_>, fault: Fault, at: &str) -> Result<Reply, Fault> {
    if matches!(fault, Fault::Refusal(Refusal::StepUpRequired { .. })) {
        let back = format!("{}{at}", cx.auth.0.web.base);
        return go(cx, &nav::path("/account/step-up", &[("return_to", &back)]));
    }
    let template = if at == CODES { "account_codes.html" } else { "account_totp.html" };
    blank(page(cx, template).await?).refused(fault, cx.id)
}

/// Without anything that is shown once.
fn blank(page: Page<'_>) -> Page<'_> {
    page.with("flow", "").with("secret", "").with("uri", "").with("qr", "").with("codes", NONE)
}

const NONE: [&str; 0] = [];

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { blank(page(&cx, "account_totp.html").await?).reply() })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoInput {
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let NoInput { .. } = input::body(cx.request)?;
        let client = &cx.caller.client;
        match cx.auth.begin_totp_for(cx.caller.entry()?, client).await? {
            Ok(begun) => blank(page(&cx, "account_totp.html").await?)
                .with("flow", begun.flow)
                .with("secret", grouped(begun.secret.reveal()))
                .with("uri", begun.uri.reveal())
                .with("qr", qr_svg(begun.uri.reveal()).unwrap_or_default())
                .reply(),
            Err(refusal) => refused(&cx, refusal.into(), TOTP).await,
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfirmInput {
    flow: String,
    code: Secret,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn confirm(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ConfirmInput { flow, code, .. } = input::body(cx.request)?;
        let Some(id) = FlowId::parse(&flow) else {
            return refused(&cx, Refusal::CodeExpired.into(), TOTP).await;
        };
        let client = &cx.caller.client;
        match cx.auth.confirm_totp_for(cx.caller.entry()?, id, code, client).await? {
            Ok(enrolled) => {
                let mut reply = shown(&cx, &enrolled.codes).await?;
                keep(&cx, &mut reply, &enrolled.opened);
                Ok(reply)
            }
            // The app has the secret by now: another code will do.
            Err(refusal @ Refusal::CodeInvalid) => {
                let page = blank(page(&cx, "account_totp.html").await?).with("flow", flow);
                page.refused(refusal.into(), cx.id)
            }
            Err(refusal) => refused(&cx, refusal.into(), TOTP).await,
        }
    })
}

/// Recovery codes, this once.
pub(super) async fn shown(cx: &Cx<'_>, made: &[Secret]) -> Result<Reply, Fault> {
    let made: Vec<&str> = made.iter().map(Secret::reveal).collect();
    page(cx, "account_codes.html").await?.with("guarded", true).with("codes", made).reply()
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let client = &cx.caller.client;
        match cx.auth.remove_factor_for(cx.caller.entry()?, "totp", client).await? {
            Ok(()) => go(&cx, "/account/totp?notice=done"),
            Err(refusal) => refused(&cx, refusal.into(), TOTP).await,
        }
    })
}

fn show_codes(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx, "account_codes.html").await?.with("codes", NONE).reply() })
}

fn renew(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match cx.auth.renew_codes_for(cx.caller.entry()?, &cx.caller.client).await? {
            Ok(made) => shown(&cx, &made).await,
            Err(refusal) => refused(&cx, refusal.into(), CODES).await,
        }
    })
}
