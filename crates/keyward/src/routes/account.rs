//! What people do to their own account.

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::admin::{Edit, EditPerson, Names};
use keyward_core::flow::open::Opened;
use keyward_core::flow::password::ChangePassword;
use keyward_core::flow::session::{CloseSession, CloseSessions};
use keyward_core::id::SessionId;
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::{List, Outcome};
use super::sign_in::Holding;
use super::signed_in::complete;
use crate::http::input::{self, Flag};
use crate::http::{Code, Cx, Fault, Guard, Limit, Method4, Reply, Route, no_content, reply};
use crate::view::{SessionRow, UserView};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/me", Guard::Known, show).gives::<UserView>(),
    Route::post("/api/v1/me", Guard::SignedIn, edit)
        .by(Method4::Patch)
        .takes::<EditInput>()
        .gives::<UserView>(),
    Route::post("/api/v1/me/password", Guard::SignedIn, password)
        .by(Method4::Put)
        .at(Limit::Attempt)
        .takes::<PasswordInput>()
        .gives::<Outcome>(),
    Route::get("/api/v1/me/sessions", Guard::SignedIn, sessions).gives::<List<SessionRow>>(),
    Route::post("/api/v1/me/sessions", Guard::SignedIn, close_rest).by(Method4::Delete),
    Route::post("/api/v1/me/sessions/{id}", Guard::SignedIn, close).by(Method4::Delete),
];

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        // In memory, as everything that is known of whoever asks.
        let entry = cx.caller.entry()?;
        if let Some(told) = entry.rendered.me.get() {
            return Ok(reply::json_bytes(StatusCode::OK, told.clone()));
        }
        let own = UserView::new(&entry.user, &entry.identifiers).for_owner(&cx.auth.0.settings);
        let own = reply::rendered(&own)?;
        Ok(reply::json_bytes(StatusCode::OK, entry.rendered.me.get_or_init(|| own).clone()))
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EditInput {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
}

fn edit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let user = cx.caller.user()?;
        let EditInput { name, properties } = input::body(cx.request)?;
        let edit = EditPerson { name, properties, names: Names::default(), version: None };
        cx.auth.run(&Edit { user, edit, actor: Some(user) }, &cx.caller.client).await??;
        let subject = cx.auth.0.store.subject(user).await?.ok_or(Code::NotFound)?;
        reply::ok(
            &UserView::new(&subject.user, &subject.identifiers).for_owner(&cx.auth.0.settings),
        )
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PasswordInput {
    /// Absent for an account that has none yet.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    current_password: Option<Secret>,
    #[schemars(with = "String")]
    new_password: Secret,
    #[serde(default)]
    keep_other_sessions: Flag,
}

/// Changes the caller's password. The one way for the API and the pages.
pub(crate) async fn change_password(
    cx: &Cx<'_>,
    current: Option<Secret>,
    new: Secret,
    keep_others: bool,
) -> Result<Box<Opened>, Fault> {
    let entry = cx.caller.entry()?;
    let flow = ChangePassword {
        user: entry.user.id,
        session: entry.session.id,
        current,
        new,
        keep_others,
    };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn password(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: PasswordInput = input::body(cx.request)?;
        let PasswordInput { current_password, new_password, keep_other_sessions } = input;
        let keep = keep_other_sessions.0;
        let opened = change_password(&cx, current_password, new_password, keep).await?;
        complete(&cx, &opened, Holding::of(opened.session.kind)).await
    })
}

fn sessions(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let entry = cx.caller.entry()?;
        let rows = live_sessions(&cx, entry.user.id, Some(entry.session.id)).await?;
        reply::ok(&List { data: rows })
    })
}

/// The live sessions of an account, newest first.
pub(crate) async fn live_sessions(
    cx: &Cx<'_>,
    user: keyward_core::id::UserId,
    current: Option<SessionId>,
) -> Result<Vec<SessionRow>, Fault> {
    Ok(cx.auth.live_sessions(user, current).await?)
}

/// Closes one session of the caller's. The one way for the API and the page.
pub(crate) async fn close_own(cx: &Cx<'_>, session: SessionId) -> Result<(), Fault> {
    let user = cx.caller.user()?;
    let flow = CloseSession { user, session, actor: Some(user), by: "owner" };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

/// Closes every session of the caller's but this. The one way for the API and the page.
pub(crate) async fn close_others(cx: &Cx<'_>) -> Result<(), Fault> {
    let entry = cx.caller.entry()?;
    let (user, except) = (entry.user.id, Some(entry.session.id));
    let flow = CloseSessions { user, except, actor: Some(user), by: "owner" };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn close(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let session = SessionId::parse(cx.params.get("id")).ok_or(Code::NotFound)?;
        close_own(&cx, session).await?;
        Ok(no_content())
    })
}

fn close_rest(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        close_others(&cx).await?;
        Ok(no_content())
    })
}
