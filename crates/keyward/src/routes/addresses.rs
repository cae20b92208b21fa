//! What people are reached by: change an address, remove one, take a change back.

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::challenge::Answer;
use keyward_core::identifier::Kind;
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Begun, Outcome, Status};
use super::verification::flow_id;
use crate::http::{Cx, Fault, Guard, Limit, Method4, Reply, Route, input, no_content, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/me/email", Guard::SignedIn, email)
        .by(Method4::Put)
        .at(Limit::Attempt)
        .takes::<EmailInput>()
        .gives::<Begun>(),
    Route::post("/api/v1/me/phone", Guard::SignedIn, phone)
        .by(Method4::Put)
        .at(Limit::Attempt)
        .takes::<PhoneInput>()
        .gives::<Begun>(),
    Route::post("/api/v1/me/username", Guard::SignedIn, username)
        .by(Method4::Put)
        .at(Limit::Attempt)
        .takes::<UsernameInput>(),
    Route::post("/api/v1/me/email", Guard::SignedIn, remove_email).by(Method4::Delete),
    Route::post("/api/v1/me/phone", Guard::SignedIn, remove_phone).by(Method4::Delete),
    Route::post("/api/v1/me/username", Guard::SignedIn, remove_username).by(Method4::Delete),
    Route::post("/api/v1/me/address/{id}/confirm", Guard::SignedIn, confirm)
        .at(Limit::Attempt)
        .takes::<CodeInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/me/address/{id}/resend", Guard::SignedIn, resend).at(Limit::Attempt),
    Route::post("/api/v1/me/address/{id}", Guard::SignedIn, cancel).by(Method4::Delete),
    Route::post("/api/v1/me/address-link", Guard::SignedIn, confirm_link)
        .at(Limit::Attempt)
        .takes::<LinkInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/undo-link", Guard::Anyone, undo)
        .at(Limit::Attempt)
        .takes::<LinkInput>()
        .gives::<Outcome>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EmailInput {
    email: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PhoneInput {
    phone: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UsernameInput {
    username: String,
}

fn email(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let EmailInput { email } = input::body(cx.request)?;
        begin(&cx, Kind::Email, email).await
    })
}

fn phone(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let PhoneInput { phone } = input::body(cx.request)?;
        begin(&cx, Kind::Phone, phone).await
    })
}

async fn begin(cx: &Cx<'_>, kind: Kind, to: String) -> Result<Reply, Fault> {
    let entry = cx.caller.entry()?;
    let flow_id = cx.auth.change_address_for(entry, kind, to, &cx.caller.client).await??;
    reply::json(StatusCode::ACCEPTED, &Begun { flow_id })
}

fn username(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let UsernameInput { username } = input::body(cx.request)?;
        let entry = cx.caller.entry()?;
        cx.auth.change_username_for(entry, username, &cx.caller.client).await??;
        Ok(no_content())
    })
}

fn remove_email(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    remove(cx, Kind::Email)
}

fn remove_phone(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    remove(cx, Kind::Phone)
}

fn remove_username(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    remove(cx, Kind::Username)
}

fn remove(cx: Cx<'_>, kind: Kind) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        cx.auth.remove_address_for(cx.caller.entry()?, kind, &cx.caller.client).await??;
        Ok(no_content())
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CodeInput {
    #[schemars(with = "String")]
    code: Secret,
}

fn confirm(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = flow_id(cx.params.get("id"))?;
        let CodeInput { code } = input::body(cx.request)?;
        answered(&cx, Answer::Code { flow, code }).await
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    #[schemars(with = "String")]
    token: Secret,
}

fn confirm_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LinkInput { token } = input::body(cx.request)?;
        answered(&cx, Answer::Link(token)).await
    })
}

async fn answered(cx: &Cx<'_>, answer: Answer) -> Result<Reply, Fault> {
    cx.auth.confirm_address_for(cx.caller.entry()?, answer, &cx.caller.client).await??;
    reply::ok(&Outcome::new(Status::Verified))
}

fn resend(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = flow_id(cx.params.get("id"))?;
        cx.auth.resend_address_for(cx.caller.entry()?, flow, &cx.caller.client).await??;
        Ok(no_content())
    })
}

fn cancel(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = flow_id(cx.params.get("id"))?;
        cx.auth.cancel_address_for(cx.caller.entry()?, flow, &cx.caller.client).await??;
        Ok(no_content())
    })
}

fn undo(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LinkInput { token } = input::body(cx.request)?;
        cx.auth.undo_address_for(token, &cx.caller.client).await??;
        // Where nobody recovers, the password is the old one.
        let next = if cx.auth.0.settings.recovery { &["recovery"] } else { &["sign_in"] };
        reply::ok(&Outcome { next, ..Outcome::new(Status::Undone) })
    })
}
