//! Roles with what they allow and deny.

use keyward_core::flow::role::RoleChange;
use keyward_core::port::Fut;

use super::super::render::Page;
use super::super::{go, nav};
use crate::http::{Cx, Fault, Guard, Reply, Route, input};
use crate::routes::roles::{AddInput, RuleInput, change};

const EDIT: Guard = Guard::Holding("roles:edit");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/roles", Guard::Holding("roles:view"), list),
    Route::post("/admin/roles", EDIT, add),
    Route::post("/admin/roles/{role}/rule", EDIT, rule),
    Route::post("/admin/roles/{role}/remove", EDIT, remove),
];

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let roles = cx.auth.role_list().await?;
    Ok(Page::new(cx, "admin_roles.html")
        .with("here", "roles")
        .with("roles", roles)
        .with("may_edit", nav::holds(cx.caller.entry()?, "roles:edit"))
        .keeping(&["name", "description"]))
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx).await?.reply() })
}

async fn told(cx: &Cx<'_>, done: Result<(), Fault>) -> Result<Reply, Fault> {
    match done {
        Ok(()) => go(cx, "/admin/roles?notice=saved"),
        Err(fault) => page(cx).await?.refused(fault, cx.id),
    }
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let done = match input::body(cx.request) {
            Ok(AddInput { name, description }) => {
                change(&cx, &name, RoleChange::Add { description }).await
            }
            Err(fault) => Err(fault),
        };
        told(&cx, done).await
    })
}

fn rule(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let wish = input::body(cx.request).and_then(|input: RuleInput| input.to_change());
        let done = match wish {
            Ok(wish) => change(&cx, cx.params.get("role"), wish).await,
            Err(fault) => Err(fault),
        };
        told(&cx, done).await
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let done = change(&cx, cx.params.get("role"), RoleChange::Remove).await;
        told(&cx, done).await
    })
}
