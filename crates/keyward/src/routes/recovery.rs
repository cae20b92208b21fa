//! Get back in without the password.

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::challenge::Answer;
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::recover::{BeginRecovery, ConfirmRecovery, StopRecovery, Stopped};
use keyward_core::flow::verify::Asked;
use keyward_core::port::Fut;
use keyward_core::settings::CaptchaFor;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Outcome, Status};
use super::given::{Given, pass};
use super::sign_in::{Holding, opening, remember_flow};
use super::signed_in::signed_in;
use super::verification::flow_id;
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/recovery", Guard::Anyone, begin)
        .at(Limit::Attempt)
        .takes::<BeginInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/recovery/{id}/confirm", Guard::Anyone, confirm)
        .at(Limit::Attempt)
        .takes::<CodeInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/recovery-stop", Guard::Anyone, stop_by_link)
        .at(Limit::Attempt)
        .takes::<StopInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/recovery-link", Guard::Anyone, confirm_link)
        .at(Limit::Attempt)
        .takes::<LinkInput>()
        .gives::<Outcome>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StopInput {
    #[schemars(with = "String")]
    token: Secret,
}

/// Stops a recovery, or looks whether there is one. The one way for the API and the page.
pub(crate) async fn stop(cx: &Cx<'_>, link: Secret, look: bool) -> Result<Stopped, Fault> {
    Ok(cx.auth.run(&StopRecovery { link, look }, &cx.caller.client).await??)
}

fn stop_by_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let StopInput { token } = input::body(cx.request)?;
        let status = match stop(&cx, token, false).await? {
            Stopped::InTime => Status::Stopped,
            Stopped::Over => Status::TooLate,
        };
        reply::ok(&Outcome { next: &["recovery"], ..Outcome::new(status) })
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BeginInput {
    identifier: String,
    /// The answer to a captcha, where one is asked for.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    captcha: Option<Secret>,
    /// The captcha that it answers.
    #[serde(default)]
    captcha_token: Option<String>,
}

/// Begins a recovery. The one way for the API and the pages.
pub(crate) async fn ask(cx: &Cx<'_>, identifier: String, captcha: Given) -> Result<Asked, Fault> {
    pass(cx, CaptchaFor::Recovery, "", captcha).await?;
    let flow = BeginRecovery { identifier };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let BeginInput { identifier, captcha, captcha_token } = input::body(cx.request)?;
        let given = Given { token: captcha_token, answer: captcha };
        let asked = ask(&cx, identifier, given).await?;
        let (flow_id, next) = (Some(asked.flow), &["recovery"][..]);
        let body = Outcome { flow_id, next, ..Outcome::new(Status::CodeSent) };
        let mut reply = reply::json(StatusCode::ACCEPTED, &body)?;
        remember_flow(&cx, &mut reply, &asked.browser);
        Ok(reply)
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CodeInput {
    #[schemars(with = "String")]
    code: Secret,
    #[schemars(with = "String")]
    password: Secret,
    #[serde(default)]
    keep_other_sessions: Flag,
    #[serde(default)]
    session: Holding,
}

/// Answers a recovery. The one way for the API and the pages.
pub(crate) async fn finish(
    cx: &Cx<'_>,
    answer: Answer,
    password: Secret,
    keep_others: bool,
    holding: Holding,
) -> Result<SignedIn, Fault> {
    let open = opening(cx, holding, false);
    let flow = ConfirmRecovery { answer, password, keep_others, open };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn confirm(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = flow_id(cx.params.get("id"))?;
        let CodeInput { code, password, keep_other_sessions, session } = input::body(cx.request)?;
        let answer = Answer::Code { flow, code };
        let led_to = finish(&cx, answer, password, keep_other_sessions.0, session).await?;
        signed_in(&cx, led_to, session)
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    #[schemars(with = "String")]
    token: Secret,
    #[schemars(with = "String")]
    password: Secret,
    #[serde(default)]
    keep_other_sessions: Flag,
    #[serde(default)]
    session: Holding,
}

fn confirm_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LinkInput { token, password, keep_other_sessions, session } = input::body(cx.request)?;
        let answer = Answer::Link(token);
        let led_to = finish(&cx, answer, password, keep_other_sessions.0, session).await?;
        signed_in(&cx, led_to, session)
    })
}
