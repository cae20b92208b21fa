//! Sign in by a link or a code that is sent.

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::challenge::Answer;
use keyward_core::flow::sign_in_link::{
    Answered, BeginSignIn, ConfirmSignIn, ResendSignIn, SeeSignIn, Seen, Sent, Which,
};
use keyward_core::flow::verify::Asked;
use keyward_core::port::Fut;
use keyward_core::settings::CaptchaFor;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Outcome, Status};
use super::given::{Given, pass};
use super::sign_in::{Holding, flow_secret, opening, remember_flow};
use super::signed_in::signed_in;
use super::verification::flow_id;
use crate::http::input::{self, Flag};
use crate::http::{Code, Cx, Fault, Guard, Limit, Problem, Reply, Route, no_content, reply};
use crate::pages::is_own_path;

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/sign-in/link", Guard::Anyone, begin_link)
        .at(Limit::Attempt)
        .takes::<BeginInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/sign-in/link/resend", Guard::Anyone, resend)
        .at(Limit::Attempt)
        .takes::<ResendInput>(),
    Route::post("/api/v1/sign-in/link/confirm", Guard::Anyone, confirm_link)
        .at(Limit::Attempt)
        .takes::<LinkInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/sign-in/code", Guard::Anyone, begin_code)
        .at(Limit::Attempt)
        .takes::<BeginInput>()
        .gives::<Outcome>(),
    Route::post("/api/v1/sign-in/code/resend", Guard::Anyone, resend)
        .at(Limit::Attempt)
        .takes::<ResendInput>(),
    Route::post("/api/v1/sign-in/code/confirm", Guard::Anyone, confirm_code)
        .at(Limit::Attempt)
        .takes::<CodeInput>()
        .gives::<Outcome>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BeginInput {
    identifier: String,
    /// Where the hosted page goes once signed in: a path on this host.
    #[serde(default)]
    return_to: Option<String>,
    /// The answer to a captcha, where one is asked for.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    captcha: Option<Secret>,
    /// The captcha that it answers.
    #[serde(default)]
    captcha_token: Option<String>,
}

/// Asks for a link or a code. The one way for the API and the pages.
pub(crate) async fn ask(
    cx: &Cx<'_>,
    by: Sent,
    identifier: String,
    return_to: String,
    captcha: Given,
) -> Result<Asked, Fault> {
    pass(cx, CaptchaFor::SignInLink, "", captcha).await?;
    let flow = BeginSignIn { identifier, by, return_to };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

async fn begin(cx: Cx<'_>, by: Sent) -> Result<Reply, Fault> {
    let BeginInput { identifier, return_to, captcha, captcha_token } = input::body(cx.request)?;
    let return_to = return_to.unwrap_or_default();
    if !return_to.is_empty() && !is_own_path(&return_to) {
        return Err(Problem::new(Code::ValidationFailed)
            .field("return_to", "return_to_invalid")
            .into());
    }
    let given = Given { token: captcha_token, answer: captcha };
    let asked = ask(&cx, by, identifier, return_to, given).await?;
    let (status, next) = match by {
        Sent::Link => (Status::LinkSent, &["sign_in_link"][..]),
        Sent::Code => (Status::CodeSent, &["sign_in_code"][..]),
    };
    let body = Outcome { flow_id: Some(asked.flow), next, ..Outcome::new(status) };
    let mut reply = reply::json(StatusCode::ACCEPTED, &body)?;
    remember_flow(&cx, &mut reply, &asked.browser);
    Ok(reply)
}

fn begin_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(begin(cx, Sent::Link))
}

fn begin_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(begin(cx, Sent::Code))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ResendInput {
    flow_id: String,
}

/// Has it sent again. The one way for the API and the pages.
pub(crate) async fn again(cx: &Cx<'_>, flow: &str) -> Result<(), Fault> {
    let flow = ResendSignIn { flow: flow_id(flow)?, browser: flow_secret(cx, cx.request)? };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn resend(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ResendInput { flow_id } = input::body(cx.request)?;
        again(&cx, &flow_id).await?;
        Ok(no_content())
    })
}

/// Looks at what waits, and spends nothing.
pub(crate) async fn see(cx: &Cx<'_>, which: Which) -> Result<Seen, Fault> {
    let flow = SeeSignIn { which, browser: flow_secret(cx, cx.request)? };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

/// Answers with the link or the code. The one way for the API and the pages.
pub(crate) async fn answer(
    cx: &Cx<'_>,
    by: Sent,
    answer: Answer,
    holding: Holding,
    remember: bool,
) -> Result<Answered, Fault> {
    let browser = flow_secret(cx, cx.request)?;
    let flow = ConfirmSignIn { by, answer, browser, open: opening(cx, holding, remember) };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

/// The secret of the link; or the code that it shows in another browser, with the flow.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    #[schemars(with = "Option<String>")]
    token: Option<Secret>,
    #[serde(default)]
    flow_id: Option<String>,
    #[schemars(with = "Option<String>")]
    code: Option<Secret>,
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    session: Holding,
}

fn confirm_link(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LinkInput { token, flow_id: flow, code, remember, session } = input::body(cx.request)?;
        let given = match (token, flow, code) {
            (Some(token), None, None) => Answer::Link(token),
            (None, Some(flow), Some(code)) => Answer::Code { flow: flow_id(&flow)?, code },
            _ => return Err(Problem::new(Code::ValidationFailed).field("token", "missing").into()),
        };
        told(&cx, answer(&cx, Sent::Link, given, session, remember.0).await?, session)
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CodeInput {
    flow_id: String,
    #[schemars(with = "String")]
    code: Secret,
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    session: Holding,
}

fn confirm_code(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let CodeInput { flow_id: flow, code, remember, session } = input::body(cx.request)?;
        let given = Answer::Code { flow: flow_id(&flow)?, code };
        told(&cx, answer(&cx, Sent::Code, given, session, remember.0).await?, session)
    })
}

fn told(cx: &Cx<'_>, answered: Answered, holding: Holding) -> Result<Reply, Fault> {
    match answered {
        Answered::SignedIn { signed_in: led_to, .. } => signed_in(cx, led_to, holding),
        Answered::Elsewhere { code } => reply::ok(&Outcome {
            code: Some(code.reveal().to_owned()),
            ..Outcome::new(Status::OtherBrowser)
        }),
    }
}
