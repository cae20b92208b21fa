//! The second factor at sign-in, and the proof that is asked for again.

use keyward_core::Secret;
use keyward_core::flow::mfa::FinishMfa;
use keyward_core::flow::proven::SignedIn;
use keyward_core::id::FlowId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Outcome;
use super::sign_in::{Holding, flow_secret, opening};
use super::signed_in::{complete, signed_in};
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/sign-in/mfa", Guard::Anyone, finish)
        .at(Limit::Attempt)
        .takes::<Input>()
        .gives::<Outcome>(),
    Route::post("/api/v1/session/step-up", Guard::Enrolling, step_up)
        .at(Limit::Attempt)
        .takes::<StepUpInput>()
        .gives::<Outcome>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    flow_id: String,
    /// What the flow is answered with: `totp`, `recovery_code`.
    method: String,
    #[schemars(with = "String")]
    code: Secret,
    /// Spare this device the second factor for 30 days.
    #[serde(default)]
    trust_device: Flag,
    /// Where the session will be a token: what the sign-in answered. A browser
    /// has it in a cookie.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    flow_token: Option<Secret>,
}

/// An answer to the second factor.
pub(crate) struct Given {
    pub(crate) flow: FlowId,
    pub(crate) browser: Option<Secret>,
    pub(crate) method: String,
    pub(crate) answer: Secret,
    pub(crate) trust: bool,
}

/// Answers the second factor. The one way for the API and the pages.
pub(crate) async fn answer(cx: &Cx<'_>, given: Given) -> Result<SignedIn, Fault> {
    let Given { flow, browser, method, answer, trust } = given;
    let replaces = opening(cx, Holding::Cookie, false).replaces;
    let flow = FinishMfa { flow, browser, method, answer, trust, replaces };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn finish(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Input { flow_id, method, code, trust_device, flow_token } = input::body(cx.request)?;
        let given = Given {
            flow: awaited(&flow_id)?,
            browser: flow_token.or(flow_secret(&cx, cx.request)?),
            method,
            answer: code,
            trust: trust_device.0,
        };
        signed_in(&cx, answer(&cx, given).await?, Holding::Cookie)
    })
}

/// A flow that awaits a second factor; a text that is no id is one that has ended.
pub(crate) fn awaited(text: &str) -> Result<FlowId, Fault> {
    FlowId::parse(text).ok_or_else(|| Refusal::MfaExpired.into())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepUpInput {
    /// `password`, or where the account has a second factor that: `totp`,
    /// `recovery_code`.
    method: String,
    #[schemars(with = "String")]
    code: Secret,
}

fn step_up(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let StepUpInput { method, code } = input::body(cx.request)?;
        let client = &cx.caller.client;
        let opened = cx.auth.step_up_for(cx.caller.entry()?, &method, code, client).await??;
        complete(&cx, &opened, Holding::of(opened.session.kind)).await
    })
}
