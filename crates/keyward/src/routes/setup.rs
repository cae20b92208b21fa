//! The first administrator.

use keyward_core::Secret;
use keyward_core::flow::open::Opened;
use keyward_core::flow::setup::FinishSetup;
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Outcome;
use super::sign_in::{Holding, opening};
use super::signed_in::complete;
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, input};

pub(super) const ROUTES: &[Route] = &[Route::post("/api/v1/setup", Guard::Anyone, finish)
    .at(Limit::Attempt)
    .takes::<Input>()
    .gives::<Outcome>()];

/// What the first administrator gives.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    #[schemars(with = "String")]
    pub(crate) token: Secret,
    pub(crate) email: String,
    #[schemars(with = "String")]
    pub(crate) password: Secret,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) session: Holding,
}

/// Spends the link. The one way for the API and the page.
pub(crate) async fn attempt(cx: &Cx<'_>, input: Input) -> Result<Box<Opened>, Fault> {
    let flow = FinishSetup {
        token: Some(input.token),
        email: input.email,
        name: input.name,
        password: input.password,
        open: opening(cx, input.session, false),
    };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn finish(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: Input = input::body(cx.request)?;
        let holding = input.session;
        let opened = attempt(&cx, input).await?;
        complete(&cx, &opened, holding).await
    })
}
