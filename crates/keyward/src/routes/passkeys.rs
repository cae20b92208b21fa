//! Passkeys: sign in with one, and look after one's own.

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::proven::SignedIn;
use keyward_core::id::{CredentialId, FlowId};
use keyward_core::port::Fut;
use keyward_core::refusal::{PasskeyFault, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{List, Outcome};
use super::mfa::awaited;
use super::sign_in::{Holding, flow_secret, opening};
use super::signed_in::signed_in;
use crate::http::input::{self, Flag};
use crate::http::{Code, Cx, Fault, Guard, Limit, Method4, Reply, Route, no_content, reply};
use crate::passkeys::{PasskeyBegun, PasskeyView};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/webauthn/sign-in/options", Guard::Anyone, begin_sign_in)
        .at(Limit::Attempt)
        .takes::<BeginInput>()
        .gives::<PasskeyBegun>(),
    Route::post("/api/v1/webauthn/sign-in", Guard::Anyone, sign_in)
        .at(Limit::Attempt)
        .takes::<SignInInput>()
        .gives::<Outcome>(),
    Route::get("/api/v1/me/passkeys", Guard::Enrolling, list).gives::<List<PasskeyView>>(),
    Route::post("/api/v1/me/passkeys/options", Guard::Enrolling, begin)
        .at(Limit::Attempt)
        .takes::<Nothing>()
        .gives::<PasskeyBegun>(),
    Route::post("/api/v1/me/passkeys", Guard::Enrolling, add)
        .at(Limit::Attempt)
        .takes::<AddInput>()
        .gives::<PasskeyView>(),
    Route::post("/api/v1/me/passkeys/{id}", Guard::SignedIn, rename)
        .by(Method4::Patch)
        .takes::<NameInput>(),
    Route::post("/api/v1/me/passkeys/{id}", Guard::SignedIn, remove).by(Method4::Delete),
    Route::get("/.well-known/webauthn", Guard::Anyone, related).gives::<Related>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BeginInput {
    /// The sign-in that awaits a second factor, if a passkey shall be it: it is
    /// answered at `/sign-in/mfa`, with the method `passkey`.
    #[serde(default)]
    flow_id: Option<String>,
    /// Where the session will be a token: what the sign-in answered.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    flow_token: Option<Secret>,
}

fn begin_sign_in(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let BeginInput { flow_id, flow_token } = input::body(cx.request)?;
        let client = &cx.caller.client;
        let begun = match flow_id {
            None => cx.auth.begin_passkey_sign_in(client).await??,
            Some(flow) => {
                let browser = flow_token.or(flow_secret(&cx, cx.request)?);
                cx.auth.ask_for_passkey(awaited(&flow)?, browser, client).await??
            }
        };
        reply::ok(&begun)
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SignInInput {
    #[schemars(with = "String")]
    flow_id: String,
    /// `PublicKeyCredential.toJSON()`.
    credential: Value,
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    session: Holding,
}

/// The flow that an answer names; a text that is no id is a flow that is over.
fn flow_id(text: &str) -> Result<FlowId, Fault> {
    FlowId::parse(text).ok_or_else(|| Refusal::Passkey(PasskeyFault::Expired).into())
}

/// Signs in with a passkey. The one way for the API and the pages.
pub(crate) async fn attempt(
    cx: &Cx<'_>,
    flow: &str,
    credential: Value,
    (holding, remember): (Holding, bool),
) -> Result<SignedIn, Fault> {
    let how = (opening(cx, holding, remember), None);
    let (flow, client) = (flow_id(flow)?, &cx.caller.client);
    Ok(cx.auth.sign_in_with_passkey(flow, credential, how, client).await??)
}

/// Proves again who holds this session: they sign in anew, and nobody else does.
pub(crate) async fn again(cx: &Cx<'_>, flow: &str, credential: Value) -> Result<SignedIn, Fault> {
    let session = &cx.caller.entry()?.session;
    let open = opening(cx, Holding::of(session.kind), session.remember);
    let (flow, client) = (flow_id(flow)?, &cx.caller.client);
    let how = (open, Some(session.user));
    Ok(cx.auth.sign_in_with_passkey(flow, credential, how, client).await??)
}

fn sign_in(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let SignInInput { flow_id, credential, remember, session } = input::body(cx.request)?;
        let led_to = attempt(&cx, &flow_id, credential, (session, remember.0)).await?;
        signed_in(&cx, led_to, session)
    })
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let data = cx.auth.passkeys(cx.caller.user()?).await?;
        reply::ok(&List { data })
    })
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Nothing {} = input::body(cx.request)?;
        let session = &cx.caller.entry()?.session;
        let (user, id) = (session.user, session.id);
        reply::ok(&cx.auth.begin_passkey(user, id, &cx.caller.client).await??)
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddInput {
    #[schemars(with = "String")]
    flow_id: String,
    /// `PublicKeyCredential.toJSON()`.
    credential: Value,
    /// What to call it, at most 100 characters.
    #[serde(default)]
    name: String,
}

/// Adds a passkey to the caller's account. The one way for the API and the pages.
pub(crate) async fn add_own(
    cx: &Cx<'_>,
    flow: &str,
    credential: Value,
    name: String,
) -> Result<PasskeyView, Fault> {
    let session = &cx.caller.entry()?.session;
    let (whose, flow) = ((session.user, session.id), flow_id(flow)?);
    Ok(cx.auth.add_passkey(whose, flow, credential, name, &cx.caller.client).await??)
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let AddInput { flow_id, credential, name } = input::body(cx.request)?;
        reply::json(StatusCode::CREATED, &add_own(&cx, &flow_id, credential, name).await?)
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NameInput {
    /// What to call it, at most 100 characters; empty for its maker's name.
    name: String,
}

/// Renames a passkey of the caller's. The one way for the API and the pages.
pub(crate) async fn rename_own(cx: &Cx<'_>, passkey: &str, name: &str) -> Result<(), Fault> {
    let passkey = CredentialId::parse(passkey).ok_or(Code::NotFound)?;
    let user = cx.caller.user()?;
    Ok(cx.auth.rename_passkey(user, passkey, name, &cx.caller.client).await??)
}

fn rename(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let NameInput { name } = input::body(cx.request)?;
        rename_own(&cx, cx.params.get("id"), &name).await?;
        Ok(no_content())
    })
}

/// Removes a passkey of the caller's. The one way for the API and the pages.
pub(crate) async fn remove_own(cx: &Cx<'_>, passkey: &str) -> Result<(), Fault> {
    let passkey = CredentialId::parse(passkey).ok_or(Code::NotFound)?;
    let session = &cx.caller.entry()?.session;
    let (user, id) = (session.user, session.id);
    Ok(cx.auth.remove_passkey(user, id, passkey, &cx.caller.client).await??)
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        remove_own(&cx, cx.params.get("id")).await?;
        Ok(no_content())
    })
}

/// Who else may ask for passkeys of ours (WebAuthn section 5.11).
#[derive(Debug, JsonSchema, Serialize)]
struct Related {
    origins: Vec<String>,
}

fn related(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let origins = cx.auth.related_origins().ok_or(Code::NotFound)?;
        reply::ok(&Related { origins })
    })
}
