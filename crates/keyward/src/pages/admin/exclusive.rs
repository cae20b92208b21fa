//! One set of roles that exclude each other, and the form that makes one.

use keyward_core::port::Fut;
use serde::Deserialize;

use super::super::render::Page;
use super::super::{go, nav};
use super::groups;
use super::listed::{ListedInput, SeenInput};
use crate::http::{Code, Cx, Fault, Guard, Reply, Route, input};
use crate::routes::groups::change_exclusive;
use crate::routes::roles::Terms;
use crate::view::ExclusiveView;

const EDIT: Guard = Guard::Holding("roles:edit");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::post("/admin/exclusive", EDIT, add),
    Route::get("/admin/exclusive/{set}", Guard::Holding("roles:view"), show),
    Route::post("/admin/exclusive/{set}/roles", EDIT, set_roles),
    Route::post("/admin/exclusive/{set}/remove", EDIT, remove),
];

/// Those that a set begins with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddInput {
    set: String,
    first: String,
    second: String,
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let AddInput { set, first, second } = input::body(cx.request)?;
        // Only where there is none of this name.
        match change_exclusive(&cx, &set, Some(vec![first, second]), Some(0)).await {
            Ok(()) => go(&cx, &format!("/admin/exclusive/{set}?notice=saved")),
            Err(fault) => groups::page(&cx).await?.refused(fault, cx.id),
        }
    })
}

async fn found(cx: &Cx<'_>) -> Result<ExclusiveView, Fault> {
    let sets = cx.auth.exclusive_list().await?;
    let found = sets.into_iter().find(|set| set.name == cx.params.get("set"));
    Ok(found.ok_or(Code::NotFound)?)
}

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let set = found(cx).await?;
    let roles = cx.auth.role_names().await?.into_iter();
    let free: Vec<String> = roles.filter(|role| !set.roles.contains(role)).collect();
    Ok(Page::new(cx, "admin_exclusive.html")
        .with("here", "groups")
        .with("free", free)
        .with("set", set)
        .with("may_edit", nav::holds(cx.caller.entry()?, "roles:edit")))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx).await?.reply() })
}

fn set_roles(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListedInput = input::body(cx.request)?;
        let (terms, was) = (input.terms()?, found(&cx).await?);
        let roles = Some(input.apply(was.roles));
        match change_exclusive(&cx, &was.name, roles, terms.seen).await {
            Ok(()) => go(&cx, &format!("/admin/exclusive/{}?notice=saved", was.name)),
            Err(fault) => page(&cx).await?.refused(fault, cx.id),
        }
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let SeenInput { version } = input::body(cx.request)?;
        let terms = Terms::seen(&version)?;
        match change_exclusive(&cx, cx.params.get("set"), None, terms.seen).await {
            Ok(()) => go(&cx, "/admin/groups?notice=set_removed"),
            Err(fault) => page(&cx).await?.refused(fault, cx.id),
        }
    })
}
