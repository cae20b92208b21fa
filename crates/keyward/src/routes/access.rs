//! May I?

use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Allowed, Held};
use crate::context::Context;
use crate::engine::policy::parse;
use crate::http::{Code, Cx, Fault, Guard, Problem, Reply, Route, input, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/can", Guard::SignedIn, can).takes::<CanInput>().gives::<Allowed>(),
    Route::get("/api/v1/me/permissions", Guard::SignedIn, permissions).gives::<Held<'_>>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CanInput {
    permission: String,
}

fn can(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let CanInput { permission } = input::body(cx.request)?;
        let wanted = parse(&permission).map_err(|_| {
            Problem::new(Code::ValidationFailed).field("permission", "permission_invalid")
        })?;
        let ruling = cx.auth.rule(cx.caller.asker()?, &wanted, None, &Context::new()).await?;
        let allowed = ruling.allowed().map_err(|_| Code::DecisionUnavailable)?;
        reply::ok(&Allowed { permission, allowed })
    })
}

fn permissions(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let access = &cx.caller.entry()?.access;
        let roles = access.roles().iter().map(|r| r.to_string()).collect();
        reply::ok(&Held { roles, allow: access.list(), deny: access.denied() })
    })
}
