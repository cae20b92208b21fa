//! An account without a name.

use keyward_core::flow::anonymous::BeginAnonymous;
use keyward_core::flow::open::Opened;
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Outcome;
use super::sign_in::{Holding, opening};
use super::signed_in::complete;
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route, input};

pub(super) const ROUTES: &[Route] =
    &[Route::post("/api/v1/sign-in/anonymous", Guard::Anyone, begin)
        .at(Limit::Attempt)
        .takes::<Input>()
        .gives::<Outcome>()];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default)]
    session: Holding,
}

/// Makes the account and opens its session. The one way for the API and the pages.
pub(crate) async fn open(cx: &Cx<'_>, holding: Holding) -> Result<Box<Opened>, Fault> {
    if cx.caller.known.is_some() {
        // Whoever has an account would lose it.
        return Err(Code::Conflict.into());
    }
    let flow = BeginAnonymous { open: opening(cx, holding, true) };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Input { session } = input::body(cx.request)?;
        complete(&cx, &*open(&cx, session).await?, session).await
    })
}
