//! Act as somebody else, and stop.

use keyward_core::flow::open::Opened;
use keyward_core::id::UserId;
use keyward_core::port::Fut;
use keyward_core::record::SessionKind;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Outcome, Status};
use super::people::target;
use super::sign_in::Holding;
use crate::http::{Code, Cx, Fault, Guard, Reply, Route, cookie, input, no_content, reply};
use crate::view::UserView;

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/admin/users/{id}/impersonate", Guard::Holding("users:impersonate"), start)
        .takes::<Input>()
        .gives::<Outcome>(),
    Route::post("/api/v1/impersonation/stop", Guard::Enrolling, stop),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Why: 1 to 300 characters, for the log.
    reason: String,
    #[serde(default)]
    session: Holding,
}

/// Begins to act as the person of the path. The one way for the API and the page.
pub(crate) async fn begin(
    cx: &Cx<'_>,
    reason: String,
    holding: Holding,
) -> Result<Box<Opened>, Fault> {
    let kind = match holding {
        Holding::Cookie => SessionKind::Browser,
        Holding::Token => SessionKind::Token,
    };
    let entry = cx.caller.entry()?;
    Ok(cx.auth.impersonate_for(entry, target(cx)?, reason, kind, &cx.caller.client).await??)
}

/// Keeps the session beside the administrator's own, which is there again when it
/// ends.
pub(crate) fn keep(cx: &Cx<'_>, reply: &mut Reply, opened: &Opened) {
    let lasts = opened.session.expires_at.since(opened.session.created_at);
    cookie::set(cx.auth, reply, cookie::IMPERSONATE, opened.token.reveal(), Some(lasts));
}

/// Stops acting as somebody else; says as whom. The one way for the API and the page.
pub(crate) async fn end(cx: &Cx<'_>) -> Result<UserId, Fault> {
    let session = cx.caller.entry()?.session.id;
    Ok(cx.auth.stop_impersonating_for(session, &cx.caller.client).await??)
}

fn start(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Input { reason, session } = input::body(cx.request)?;
        let opened = begin(&cx, reason, session).await?;
        let subject = cx.auth.0.store.subject(opened.user.id).await?.ok_or(Code::NotFound)?;
        let token = (session == Holding::Token).then(|| opened.token.reveal().to_owned());
        let mut reply = reply::ok(&Outcome {
            session_id: Some(opened.session.id),
            user: Some(UserView::new(&subject.user, &subject.identifiers)),
            token,
            ..Outcome::new(Status::Complete)
        })?;
        if session == Holding::Cookie {
            keep(&cx, &mut reply, &opened);
        }
        Ok(reply)
    })
}

fn stop(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        end(&cx).await?;
        let mut reply = no_content();
        cookie::clear(cx.auth, &mut reply, cookie::IMPERSONATE);
        Ok(reply)
    })
}
