//! Make an account of one's own.

use keyward_core::Secret;
use keyward_core::flow::sign_up::{SignUp, SignedUp};
use keyward_core::port::Fut;
use serde::Deserialize;

use super::sign_in::{Holding, complete, needs_verification, opening};
use crate::engine::hooks::SignUpAttempt;
use crate::http::input;
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/sign-up", Guard::Anyone, sign_up).at(Limit::Attempt),
    Route::post("/api/v1/password/check", Guard::Anyone, check_password),
];

/// What somebody gives to sign up. Empty texts count as absent.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) username: Option<String>,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    pub(crate) password: Option<Secret>,
    #[serde(default)]
    pub(crate) session: Holding,
}

/// Signs up. The one way for the API and the pages.
pub(crate) async fn attempt(cx: &Cx<'_>, input: Input) -> Result<SignedUp, Fault> {
    let name = input.name.unwrap_or_default();
    let attempt = SignUpAttempt {
        email: input.email.clone(),
        username: input.username.clone(),
        phone: input.phone.clone(),
        name: name.clone(),
        address: cx.caller.client.address.clone(),
    };
    cx.auth.0.hooks.may_sign_up(&attempt)?;
    let flow = SignUp {
        email: input.email,
        username: input.username,
        phone: input.phone,
        name,
        password: input.password.unwrap_or_else(|| Secret::new("")),
        open: opening(cx, input.session, false),
    };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn sign_up(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: Input = input::body(cx.request)?;
        let holding = input.session;
        match attempt(&cx, input).await? {
            SignedUp::Complete(opened) => complete(&cx, &opened, holding).await,
            SignedUp::NeedsVerification { flow, browser } => {
                needs_verification(&cx, flow, &browser)
            }
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckInput {
    password: Secret,
}

fn check_password(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let CheckInput { password } = input::body(cx.request)?;
        let settings = &cx.auth.0.settings;
        let rules = keyward_core::password::rules::check(
            &password,
            settings.password_min,
            &[settings.brand.as_str()],
        );
        let codes: Vec<&str> = rules.iter().map(|r| r.code()).collect();
        let body = serde_json::json!({
            "acceptable": codes.is_empty(),
            "problems": codes,
            "min_length": settings.password_min,
            "advice": advice(&password, &settings.brand),
        });
        reply::ok(&body)
    })
}

/// What zxcvbn would say: advice while typing, never a rule.
#[cfg(feature = "strength")]
fn advice(password: &Secret, brand: &str) -> serde_json::Value {
    let found = keyward_core::password::strength::strength(password, &[brand]);
    serde_json::json!({
        "score": found.score, "warning": found.warning, "suggestions": found.suggestions,
    })
}

#[cfg(not(feature = "strength"))]
fn advice(_: &Secret, _: &str) -> serde_json::Value {
    serde_json::Value::Null
}
