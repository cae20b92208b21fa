//! One group: who is in it, for how long, and which roles it gives.

use keyward_core::flow::group::GroupChange;
use keyward_core::id::UserId;
use keyward_core::port::Fut;
use keyward_core::record::Term;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::render::Page;
use super::super::{go, nav};
use super::listed::{ListedInput, SeenInput};
use crate::http::{Code, Cx, Fault, Guard, Problem, Reply, Route, input};
use crate::routes::groups::{MembersInput, TermInput, change, change_member};
use crate::routes::roles::Terms;
use crate::view::{GroupView, MemberView};

const EDIT: Guard = Guard::Holding("groups:edit");
const GRANT: Guard = Guard::Holding("groups:grant");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/groups/{group}", Guard::Holding("groups:view"), show),
    Route::post("/admin/groups/{group}/roles", EDIT, set_roles),
    Route::post("/admin/groups/{group}/remove", EDIT, remove),
    Route::post("/admin/groups/{group}/join", GRANT, join),
    Route::post("/admin/groups/{group}/leave", GRANT, leave),
];

async fn group(cx: &Cx<'_>) -> Result<GroupView, Fault> {
    Ok(cx.auth.group(cx.params.get("group")).await?.ok_or(Code::NotFound)?)
}

async fn page<'a>(cx: &'a Cx<'_>, input: &MembersInput) -> Result<Page<'a>, Fault> {
    let group = group(cx).await?;
    let members = cx.auth.group_members(&input.to_query(&group.name)?).await?;
    let own = format!("/admin/groups/{}", group.name);
    let next = members.next.map(|next| nav::path(&own, &[("cursor", &next.to_string())]));
    let entry = cx.caller.entry()?;
    let roles = cx.auth.role_names().await?.into_iter();
    let free: Vec<String> = roles.filter(|role| !group.roles.contains(role)).collect();
    Ok(Page::new(cx, "admin_group.html")
        .with("here", "groups")
        .with("members", members.data.iter().map(|it| row(cx, it)).collect::<Vec<_>>())
        .with("next", next)
        .with("first", input.cursor.is_none())
        .with("free", free)
        .with("group", group)
        .with("may_edit", nav::holds(entry, "groups:edit"))
        .with("may_grant", nav::holds(entry, "groups:grant"))
        .keeping(&["person", "not_before", "expires_at"]))
}

/// A member, and whether the membership counts now.
fn row(cx: &Cx<'_>, member: &MemberView) -> Value {
    let MemberView { user, not_before, expires_at } = member;
    let term = Term { not_before: *not_before, expires_at: *expires_at };
    let counts = term.covers(cx.auth.now());
    json!({ "user": user, "not_before": not_before, "expires_at": expires_at, "counts": counts })
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx, &nav::asked(&cx)?).await?.reply() })
}

/// Back to the group, with what was done or why not.
async fn told(cx: &Cx<'_>, done: Result<(), Fault>) -> Result<Reply, Fault> {
    match done {
        Ok(()) => go(cx, &format!("/admin/groups/{}?notice=saved", cx.params.get("group"))),
        Err(fault) => page(cx, &MembersInput::default()).await?.refused(fault, cx.id),
    }
}

fn set_roles(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListedInput = input::body(cx.request)?;
        let (terms, was) = (input.terms()?, group(&cx).await?);
        let wish = GroupChange::Roles { roles: input.apply(was.roles) };
        let done = change(&cx, &was.name, wish, terms).await;
        told(&cx, done).await
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let SeenInput { version } = input::body(cx.request)?;
        let terms = Terms::seen(&version)?;
        match change(&cx, cx.params.get("group"), GroupChange::Remove, terms).await {
            Ok(()) => go(&cx, "/admin/groups?notice=group_removed"),
            Err(fault) => told(&cx, Err(fault)).await,
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinInput {
    /// By any identifier.
    person: String,
    #[serde(default)]
    not_before: String,
    #[serde(default)]
    expires_at: String,
}

impl JoinInput {
    fn to_term(&self) -> Result<Term, Fault> {
        let (not_before, expires_at) = (self.not_before.clone(), self.expires_at.clone());
        TermInput { not_before: Some(not_before), expires_at: Some(expires_at) }.to_term()
    }
}

async fn joined(cx: &Cx<'_>) -> Result<(), Fault> {
    let input: JoinInput = input::body(cx.request)?;
    let unknown = || Problem::new(Code::ValidationFailed).field("person", "subject_unknown");
    let person = cx.auth.find_person(&input.person).await?.ok_or_else(unknown)?;
    change_member(cx, person.id, cx.params.get("group"), Some(input.to_term()?)).await
}

fn join(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let done = joined(&cx).await;
        told(&cx, done).await
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeaveInput {
    user: String,
}

fn leave(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LeaveInput { user } = input::body(cx.request)?;
        let user = UserId::parse(&user).ok_or(Code::NotFound)?;
        let done = change_member(&cx, user, cx.params.get("group"), None).await;
        told(&cx, done).await
    })
}
