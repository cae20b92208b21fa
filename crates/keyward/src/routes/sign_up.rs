//! Make an account of one's own.

use keyward_core::Secret;
use keyward_core::flow::sign_up::{SignUp, SignedUp};
use keyward_core::port::Fut;
use keyward_core::settings::CaptchaFor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Outcome;
use super::given::{Given, pass};
use super::sign_in::{Holding, opening};
use super::signed_in::{complete, needs_verification};
use crate::http::input;
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/sign-up", Guard::Anyone, sign_up)
        .at(Limit::Attempt)
        .takes::<Input>()
        .gives::<Outcome>(),
    Route::post("/api/v1/password/check", Guard::Anyone, check_password)
        .takes::<CheckInput>()
        .gives::<Judged>(),
];

/// What somebody gives to sign up. Empty texts count as absent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
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
    #[schemars(with = "Option<String>")]
    pub(crate) password: Option<Secret>,
    /// The fields that the app defines.
    #[serde(default)]
    pub(crate) properties: serde_json::Map<String, serde_json::Value>,
    /// The secret of an invitation's link.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) invitation: Option<Secret>,
    #[serde(default)]
    pub(crate) session: Holding,
    /// The answer to a captcha, where one is asked for.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    pub(crate) captcha: Option<Secret>,
    /// The captcha that it answers.
    #[serde(default)]
    pub(crate) captcha_token: Option<String>,
}

/// Signs up. The one way for the API and the pages.
pub(crate) async fn attempt(cx: &Cx<'_>, input: Input) -> Result<SignedUp, Fault> {
    let given = Given { token: input.captcha_token, answer: input.captcha };
    pass(cx, CaptchaFor::SignUp, "", given).await?;
    let flow = SignUp {
        email: input.email,
        username: input.username,
        phone: input.phone,
        name: input.name.unwrap_or_default(),
        password: input.password,
        properties: input.properties,
        invitation: input.invitation.filter(|link| !link.reveal().is_empty()),
        open: opening(cx, input.session, false),
    };
    Ok(cx.auth.signed_up(flow, &cx.caller.client).await??)
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

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CheckInput {
    #[schemars(with = "String")]
    password: Secret,
}

/// What a password is worth.
#[derive(Debug, JsonSchema, Serialize)]
struct Judged {
    /// Whether it would be accepted.
    acceptable: bool,
    /// Codes of what is wrong with it.
    problems: Vec<&'static str>,
    /// Shortest in characters.
    min_length: usize,
    /// What zxcvbn says, where it is built in.
    advice: Option<Advice>,
}

/// Advice while typing, never a rule.
#[derive(Debug, JsonSchema, Serialize)]
struct Advice {
    /// 0, guessed at once, to 4.
    score: u8,
    warning: Option<&'static str>,
    suggestions: Vec<&'static str>,
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
        let mut problems: Vec<&str> = rules.iter().map(|r| r.code()).collect();
        if let Some(check) = &cx.auth.0.bots.breaches {
            let sha1 = crate::breached::sha1_of(password.reveal());
            problems.extend(check.is_breached(sha1).await?.then_some("password_breached"));
        }
        reply::ok(&Judged {
            acceptable: problems.is_empty(),
            problems,
            min_length: settings.password_min,
            advice: advice(&password, &settings.brand),
        })
    })
}

#[cfg(feature = "strength")]
fn advice(password: &Secret, brand: &str) -> Option<Advice> {
    let found = keyward_core::password::strength::strength(password, &[brand]);
    let (score, warning) = (found.score, found.warning);
    Some(Advice { score, warning, suggestions: found.suggestions })
}

#[cfg(not(feature = "strength"))]
fn advice(_: &Secret, _: &str) -> Option<Advice> {
    None
}
