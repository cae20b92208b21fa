//! Prove to hold an address.

use keyward_core::Secret;
use keyward_core::flow::challenge::Answer;
use keyward_core::flow::verify::{BeginVerification, ConfirmVerification, Confirmed, Resend};
use keyward_core::id::FlowId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Begun, Outcome, Status};
use super::sign_in::{Holding, flow_secret, opening};
use super::signed_in::signed_in;
use crate::http::input;
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, no_content, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/verifications", Guard::SignedIn, begin)
        .at(Limit::Attempt)
        .gives::<Begun>(),
    Route::post("/api/v1/verifications/{id}/resend", Guard::Anyone, resend).at(Limit::Attempt),
    Route::post("/api/v1/verifications/{id}/confirm", Guard::Anyone, confirm)
        .at(Limit::Attempt)
        .takes::<CodeInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/verify-link", Guard::Anyone, confirm_link)
        .at(Limit::Attempt)
        .takes::<LinkInput>()
        .gives::<Outcome>(),
];

/// The flow of a path; a text that is no id is a flow that does not exist.
pub(crate) fn flow_id(text: &str) -> Result<FlowId, Fault> {
    FlowId::parse(text).ok_or_else(|| Refusal::CodeInvalid.into())
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = BeginVerification { user: cx.caller.user()? };
        let asked = cx.auth.run(&flow, &cx.caller.client).await??;
        reply::json(::http::StatusCode::ACCEPTED, &Begun { flow_id: asked.flow })
    })
}

fn resend(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = Resend { flow: flow_id(cx.params.get("id"))? };
        cx.auth.run(&flow, &cx.caller.client).await??;
        Ok(no_content())
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CodeInput {
    #[schemars(with = "String")]
    code: Secret,
    #[serde(default)]
    session: Holding,
}

/// Answers a verification. The one way for the API and the pages.
pub(crate) async fn answer(
    cx: &Cx<'_>,
    answer: Answer,
    holding: Holding,
) -> Result<Confirmed, Fault> {
    let flow = ConfirmVerification {
        answer,
        browser: flow_secret(cx, cx.request)?,
        open: opening(cx, holding, false),
    };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

async fn told(cx: &Cx<'_>, given: Answer, holding: Holding) -> Result<Reply, Fault> {
    match answer(cx, given, holding).await?.signed_in {
        Some(led_to) => signed_in(cx, led_to, holding),
        None => reply::ok(&Outcome { next: &["sign_in"], ..Outcome::new(Status::Verified) }),
    }
}

fn confirm(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = flow_id(cx.params.get("id"))?;
        let CodeInput { code, session } = input::body(cx.request)?;
        told(&cx, Answer::Code { flow, code }, session).await
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    #[schemars(with = "String")]
    token: Secret,
    #[serde(default)]
    session: Holding,
}

fn confirm_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LinkInput { token, session } = input::body(cx.request)?;
        told(&cx, Answer::Link(token), session).await
    })
}
