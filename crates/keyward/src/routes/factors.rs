//! What a person enrols as a second factor.

use keyward_core::Secret;
use keyward_core::flow::factor::codes;
use keyward_core::flow::totp::Enrolled as EnrolledNow;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Codes, CodesLeft, Enrolled, Enrolling};
use super::sign_in::{Holding, keep};
use crate::http::{Cx, Fault, Guard, Limit, Method4, Reply, Route, input, no_content, reply};
use crate::totp::qr_svg;

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/me/totp", Guard::Enrolling, begin)
        .at(Limit::Attempt)
        .gives::<Enrolling<'_>>(),
    Route::post("/api/v1/me/totp/confirm", Guard::Enrolling, confirm)
        .at(Limit::Attempt)
        .takes::<ConfirmInput>()
        .gives::<Enrolled<'_>>(),
    Route::post("/api/v1/me/totp", Guard::SignedIn, remove).by(Method4::Delete),
    Route::get("/api/v1/me/recovery-codes", Guard::SignedIn, count).gives::<CodesLeft>(),
    Route::post("/api/v1/me/recovery-codes", Guard::SignedIn, renew)
        .at(Limit::Attempt)
        .gives::<Codes<'_>>(),
];

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let begun = cx.auth.begin_totp_for(cx.caller.entry()?, &cx.caller.client).await??;
        reply::ok(&Enrolling {
            flow_id: begun.flow,
            secret: begun.secret.reveal(),
            uri: begun.uri.reveal(),
            qr: qr_svg(begun.uri.reveal()).unwrap_or_default(),
        })
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
        let flow = keyward_core::id::FlowId::parse(&flow_id).ok_or(Refusal::CodeExpired)?;
        let entry = cx.caller.entry()?;
        let enrolled = cx.auth.confirm_totp_for(entry, flow, code, &cx.caller.client).await??;
        told(&cx, &enrolled)
    })
}

/// What a second factor that was enrolled is answered with.
pub(super) fn told(cx: &Cx<'_>, enrolled: &EnrolledNow) -> Result<Reply, Fault> {
    let opened = &enrolled.opened;
    let holding = Holding::of(opened.session.kind);
    let mut reply = reply::ok(&Enrolled {
        session_id: opened.session.id,
        token: (holding == Holding::Token).then(|| opened.token.reveal()),
        recovery_codes: enrolled.codes.iter().map(Secret::reveal).collect(),
    })?;
    if holding == Holding::Cookie {
        keep(cx, &mut reply, opened);
    }
    Ok(reply)
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let entry = cx.caller.entry()?;
        cx.auth.remove_factor_for(entry, "totp", &cx.caller.client).await??;
        Ok(no_content())
    })
}

fn count(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let factors = cx.auth.second_factors(cx.caller.user()?).await?;
        reply::ok(&CodesLeft { left: factors.recovery_codes_left, of: codes::COUNT })
    })
}

fn renew(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let made = cx.auth.renew_codes_for(cx.caller.entry()?, &cx.caller.client).await??;
        reply::ok(&Codes { recovery_codes: made.iter().map(Secret::reveal).collect() })
    })
}
