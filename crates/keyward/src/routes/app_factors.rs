//! Second factors of the app's own, for whoever wants one.

use keyward_core::Secret;
use keyward_core::id::FlowId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{AppFactorItem, AppFactorList, Enrolled, EnrollingAppFactor};
use super::factors::told;
use crate::http::{Cx, Fault, Guard, Limit, Method4, Reply, Route, input, no_content, reply};
use crate::pages::language;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/me/factors", Guard::SignedIn, list).gives::<AppFactorList>(),
    Route::post("/api/v1/me/factors/{factor}", Guard::Enrolling, begin)
        .at(Limit::Attempt)
        .gives::<EnrollingAppFactor<'_>>(),
    Route::post("/api/v1/me/factors/{factor}/confirm", Guard::Enrolling, confirm)
        .at(Limit::Attempt)
        .takes::<ConfirmInput>()
        .gives::<Enrolled<'_>>(),
    Route::post("/api/v1/me/factors/{factor}", Guard::SignedIn, remove).by(Method4::Delete),
];

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let had = cx.auth.second_factors(cx.caller.user()?).await?.methods;
        let offered = cx.auth.0.app_factors.offered(&language(cx.auth, cx.request));
        let item = |(name, label)| AppFactorItem { name, label, enrolled: had.contains(&name) };
        reply::ok(&AppFactorList { factors: offered.into_iter().map(item).collect() })
    })
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (entry, name) = (cx.caller.entry()?, cx.params.get("factor"));
        let begun = cx.auth.begin_app_factor(entry, name, &cx.caller.client).await??;
        reply::ok(&EnrollingAppFactor { flow_id: begun.flow, shown: &begun.shown })
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmInput {
    flow_id: String,
    #[schemars(with = "String")]
    code: Secret,
}

fn confirm(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ConfirmInput { flow_id, code } = input::body(cx.request)?;
        let flow = FlowId::parse(&flow_id).ok_or(Refusal::CodeExpired)?;
        let (entry, name) = (cx.caller.entry()?, cx.params.get("factor"));
        let client = &cx.caller.client;
        told(&cx, &cx.auth.confirm_app_factor(entry, name, (flow, code), client).await??)
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (entry, name) = (cx.caller.entry()?, cx.params.get("factor"));
        cx.auth.remove_app_factor(entry, name, &cx.caller.client).await??;
        Ok(no_content())
    })
}
