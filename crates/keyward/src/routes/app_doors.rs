//! Proofs for the doors of an application that asks over HTTP: a captcha that was
//! solved, and a code that was sent for one purpose. In the library these are guards
//! and extractors; the rules are the same.

use keyward_core::Secret;
use keyward_core::flow::app_code::{ConfirmAppCode, SendAppCode};
#[cfg(feature = "captcha")]
use keyward_core::flow::captcha::{PassCaptcha, Solution};
use keyward_core::flow::challenge::Answer;
use keyward_core::port::Fut;
#[cfg(feature = "captcha")]
use keyward_core::settings::CaptchaFor;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Begun;
use super::verification::flow_id;
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, input, no_content, reply};

pub(super) const ROUTES: &[Route] = &[
    #[cfg(feature = "captcha")]
    Route::post("/api/v1/captcha/spend", Guard::Anyone, spend_captcha)
        .at(Limit::Attempt)
        .takes::<Solved>(),
    Route::post("/api/v1/me/codes", Guard::SignedIn, send)
        .at(Limit::Attempt)
        .takes::<Wanted>()
        .gives::<Begun>(),
    Route::post("/api/v1/me/codes/{id}/spend", Guard::SignedIn, spend)
        .at(Limit::Attempt)
        .takes::<Given>(),
];

/// A captcha for the purpose `app`, and its answer.
#[cfg(feature = "captcha")]
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Solved {
    captcha_token: String,
    #[schemars(with = "String")]
    captcha: Secret,
}

/// Counts once, right or wrong.
#[cfg(feature = "captcha")]
fn spend_captcha(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Solved { captcha_token, captcha } = input::body(cx.request)?;
        let solution = Some(Solution { token: captcha_token, answer: captcha });
        let flow = PassCaptcha { purpose: CaptchaFor::App, name: String::new(), solution };
        cx.auth.run(&flow, &cx.caller.client).await??;
        Ok(no_content())
    })
}

/// What a code is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A word of the app's own: letters, digits, `_`, `-`, `.` and `:`, at most 64.
    purpose: String,
}

fn send(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Wanted { purpose } = input::body(cx.request)?;
        let flow = SendAppCode { user: cx.caller.user()?, purpose };
        let flow_id = cx.auth.run(&flow, &cx.caller.client).await??;
        reply::json(::http::StatusCode::ACCEPTED, &Begun { flow_id })
    })
}

/// A code, and what it must be for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    purpose: String,
    #[schemars(with = "String")]
    code: Secret,
}

/// Is right once, for the account and the purpose that it was sent for.
fn spend(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let answered = flow_id(cx.params.get("id"))?;
        let Given { purpose, code } = input::body(cx.request)?;
        let answer = Answer::Code { flow: answered, code };
        let flow = ConfirmAppCode { user: cx.caller.user()?, purpose, answer };
        cx.auth.run(&flow, &cx.caller.client).await??;
        Ok(no_content())
    })
}
