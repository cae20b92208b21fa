//! Passkeys: sign in with one, add, name and remove one's own.
//!
//! A script asks the browser and sends the answer by a form, so that what follows is what
//! follows every form: a redirect, or the page again with what is wrong.

use keyward_core::port::Fut;
use keyward_core::refusal::{PasskeyFault, Refusal};
use serde::Deserialize;
use serde_json::Value;

use super::captcha::guarded;
use super::render::Page;
use super::{go, mfa, nav, sign_in, signed_in};
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route};
use crate::routes::passkeys::{add_own, again, attempt, remove_own, rename_own};
use crate::routes::sign_in::Holding;

pub(super) const ROUTES: &[Route] = &[
    Route::post("/login/passkey", Guard::Anyone, enter).at(Limit::Attempt),
    Route::post("/account/step-up/passkey", Guard::Enrolling, step_up).at(Limit::Attempt),
    Route::get("/account/passkeys", Guard::Enrolling, show),
    Route::post("/account/passkeys", Guard::Enrolling, add).at(Limit::Attempt),
    Route::post("/account/passkeys/name", Guard::SignedIn, rename),
    Route::post("/account/passkeys/remove", Guard::SignedIn, remove),
];

const HERE: &str = "/account/passkeys";
const SAVED: &str = "/account/passkeys?notice=saved";
const DONE: &str = "/account/passkeys?notice=done";

/// The answer of a browser, which a form carries as a text.
fn credential(text: &str) -> Result<Value, Fault> {
    input::strict_json(text.as_bytes()).map_err(|_| Refusal::Passkey(PasskeyFault::Failed).into())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    flow: String,
    credential: String,
    #[serde(default)]
    remember: Flag,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn enter(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match by_passkey(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => {
                guarded(sign_in::form(&cx), &cx, sign_in::SIGN_IN).await?.refused(fault, cx.id)
            }
        }
    })
}

async fn by_passkey(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { flow, credential: text, remember, .. } = input::body(cx.request)?;
    let how = (Holding::Cookie, remember.0);
    signed_in(cx, attempt(cx, &flow, credential(&text)?, how).await?)
}

fn step_up(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match once_more(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => mfa::step_up_form(&cx).await?.refused(fault, cx.id),
        }
    })
}

async fn once_more(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { flow, credential: text, .. } = input::body(cx.request)?;
    signed_in(cx, again(cx, &flow, credential(&text)?).await?)
}

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let (kept, fresh) = cx.auth.own_passkeys(cx.caller.entry()?).await?;
    Ok(Page::new(cx, "account_passkeys.html")
        .with("here", "passkeys")
        .with("kept", kept)
        .with("fresh", fresh)
        .with("proof", format!("{}{}", cx.auth.0.web.base, proof(cx))))
}

/// Where a recent proof is given, and from where one comes back here.
fn proof(cx: &Cx<'_>) -> String {
    let back = format!("{}{HERE}", cx.auth.0.web.base);
    nav::path("/account/step-up", &[("return_to", &back)])
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx).await?.reply() })
}

/// What was refused, on the page where it was asked for. Whoever must prove again
/// who they are does so first, and comes back.
async fn refused(cx: &Cx<'_>, fault: Fault) -> Result<Reply, Fault> {
    if matches!(fault, Fault::Refusal(Refusal::StepUpRequired { .. })) {
        return go(cx, &proof(cx));
    }
    page(cx).await?.refused(fault, cx.id)
}

/// On to where it can be seen, or what was refused.
async fn done(cx: &Cx<'_>, to: &str, did: Result<(), Fault>) -> Result<Reply, Fault> {
    match did {
        Ok(()) => go(cx, to),
        Err(fault) => refused(cx, fault).await,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddInput {
    flow: String,
    credential: String,
    #[serde(default)]
    name: String,
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let did = async {
            let AddInput { flow, credential: text, name } = input::body(cx.request)?;
            add_own(&cx, &flow, credential(&text)?, name).await.map(drop)
        };
        done(&cx, SAVED, did.await).await
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameInput {
    passkey: String,
    name: String,
}

fn rename(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let did = async {
            let NameInput { passkey, name } = input::body(cx.request)?;
            rename_own(&cx, &passkey, &name).await
        };
        done(&cx, SAVED, did.await).await
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OneInput {
    passkey: String,
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let did = async {
            let OneInput { passkey } = input::body(cx.request)?;
            remove_own(&cx, &passkey).await
        };
        done(&cx, DONE, did.await).await
    })
}
