//! Signing in by a method of the app's own.

use keyward_core::Secret;
use keyward_core::flow::open::Opening;
use keyward_core::flow::proven::SignedIn;
use keyward_core::port::Fut;
use keyward_core::settings::CaptchaFor;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Outcome;
use super::given::{Given, pass};
use super::sign_in::{Holding, opening};
use super::signed_in::signed_in;
use crate::http::input::{self, Flag};
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route};

pub(super) const ROUTES: &[Route] =
    &[Route::post("/api/v1/sign-in/by/{method}", Guard::Anyone, sign_in)
        .at(Limit::Attempt)
        .takes::<Input>()
        .gives::<Outcome>()];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// As the method knows the person.
    identifier: String,
    /// What proves it.
    #[schemars(with = "String")]
    answer: Secret,
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    session: Holding,
    /// The answer to a captcha, where one is asked for.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    captcha: Option<Secret>,
    /// The captcha that it answers.
    #[serde(default)]
    captcha_token: Option<String>,
}

/// Signs in by the method of the path. The one way in for the API and the pages.
pub(crate) async fn attempt(
    cx: &Cx<'_>,
    (identifier, answer): (&str, &Secret),
    open: Opening,
    captcha: Given,
) -> Result<SignedIn, Fault> {
    let method = cx.params.get("method");
    if cx.auth.0.methods.find(method).is_none() {
        return Err(Code::NotFound.into());
    }
    pass(cx, CaptchaFor::SignIn, identifier, captcha).await?;
    Ok(cx.auth.prove_by(method, identifier, answer, open, &cx.caller.client).await??)
}

fn sign_in(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Input { identifier, answer, remember, session, captcha, captcha_token } =
            input::body(cx.request)?;
        let open = opening(&cx, session, remember.0);
        let given = Given { token: captcha_token, answer: captcha };
        let led_to = attempt(&cx, (&identifier, &answer), open, given).await?;
        signed_in(&cx, led_to, session)
    })
}
