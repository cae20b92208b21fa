//! Invitations, for administrators.

use ::http::StatusCode;
use keyward_core::id::InvitationId;
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::answer::Part;
use super::people::query;
use crate::http::{Code, Cx, Fault, Guard, Limit, Method4, Reply, Route, input, no_content, reply};
use crate::invitations::{InvitationView, MadeInvitation, NewInvitation};

const VIEW: Guard = Guard::Holding("invitations:view");
const EDIT: Guard = Guard::Holding("invitations:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/invitations", VIEW, list)
        .takes::<ListQuery>()
        .gives::<Part<InvitationView>>(),
    Route::post("/api/v1/admin/invitations", EDIT, make)
        .at(Limit::Attempt)
        .takes::<Input>()
        .gives::<Made>(),
    Route::post("/api/v1/admin/invitations/{id}", EDIT, revoke).by(Method4::Delete),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// The `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ListQuery { cursor } = query(&cx)?;
        let after = after(cursor.as_deref())?;
        let page = cx.auth.invitations(after).await?;
        let next_cursor = page.next.map(|id| id.to_string());
        reply::ok(&Part { data: page.data, next_cursor })
    })
}

/// Where a page begins.
pub(crate) fn after(cursor: Option<&str>) -> Result<Option<InvitationId>, Fault> {
    let given = cursor.filter(|cursor| !cursor.is_empty());
    given.map(|id| InvitationId::parse(id).ok_or_else(|| Code::NotFound.into())).transpose()
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Whose address it is for: the link is mailed there and shown to nobody else.
    #[serde(default)]
    email: Option<String>,
    /// Roles that the account will hold.
    #[serde(default)]
    roles: Vec<String>,
    /// How long it can be used, in seconds.
    #[serde(default)]
    expires_in: Option<u64>,
}

/// An invitation that was made.
#[derive(Debug, JsonSchema, Serialize)]
struct Made {
    #[serde(flatten)]
    invitation: InvitationView,
    /// The link, where nobody was mailed it: shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// Invites somebody. The one way for the API and the page.
pub(crate) async fn invite(cx: &Cx<'_>, new: NewInvitation) -> Result<MadeInvitation, Fault> {
    let actor = Some(cx.caller.user()?);
    Ok(cx.auth.invite_for(actor, new, &cx.caller.client).await??)
}

/// Takes an invitation back. The one way for the API and the page.
pub(crate) async fn take_back(cx: &Cx<'_>, id: &str) -> Result<(), Fault> {
    let id = InvitationId::parse(id).ok_or(Code::NotFound)?;
    let actor = Some(cx.caller.user()?);
    Ok(cx.auth.revoke_invitation_for(actor, id, &cx.caller.client).await??)
}

fn make(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Input { email, roles, expires_in } = input::body(cx.request)?;
        let lifetime = expires_in.map(Duration::from_secs);
        let MadeInvitation { invitation, link } =
            invite(&cx, NewInvitation { email, roles, lifetime }).await?;
        let link = link.map(|link| link.reveal().to_owned());
        reply::json(StatusCode::CREATED, &Made { invitation, link })
    })
}

fn revoke(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        take_back(&cx, cx.params.get("id")).await?;
        Ok(no_content())
    })
}
