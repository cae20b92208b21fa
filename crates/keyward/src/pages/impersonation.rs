//! Act as somebody else, and stop, by the button that stands on every page.

use keyward_core::port::Fut;
use serde::Deserialize;

use super::{admin, go};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, cookie, input};
use crate::routes::impersonation::{begin, end, keep};
use crate::routes::sign_in::Holding;

pub(super) const ROUTES: &[Route] = &[
    Route::post("/admin/people/{id}/impersonate", Guard::Holding("users:impersonate"), start)
        .at(Limit::Attempt),
    Route::post("/impersonation/stop", Guard::Enrolling, stop),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    reason: String,
}

fn start(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match act(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => admin::person_refused(&cx, fault).await,
        }
    })
}

async fn act(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { reason } = input::body(cx.request)?;
    let opened = begin(cx, reason, Holding::Cookie).await?;
    let mut reply = go(cx, "/account")?;
    keep(cx, &mut reply, &opened);
    Ok(reply)
}

fn stop(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let user = end(&cx).await?;
        let mut reply = go(&cx, &format!("/admin/people/{user}?notice=done"))?;
        cookie::clear(cx.auth, &mut reply, cookie::IMPERSONATE);
        Ok(reply)
    })
}
