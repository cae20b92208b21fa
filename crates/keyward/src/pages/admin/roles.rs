//! The list of roles, and a form to add one.

use keyward_authz::RoleView;
use keyward_core::flow::role::RoleChange;
use keyward_core::port::Fut;
use serde_json::{Value, json};

use super::super::render::Page;
use super::super::{go, nav};
use crate::http::{Cx, Fault, Guard, Reply, Route, input};
use crate::routes::roles::{AddInput, change};

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/roles", Guard::Holding("roles:view"), list),
    Route::post("/admin/roles", Guard::Holding("roles:edit"), add),
];

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let policy = cx.auth.policy();
    let mut roles: Vec<RoleView<'_>> = policy.snapshot.roles().collect();
    roles.sort_unstable_by_key(|role| role.name());
    let row = |role: &RoleView<'_>| -> Value {
        let rules: Vec<_> = role.rules().collect();
        json!({
            "name": role.name(),
            "description": role.description(),
            "inherits": role.parents(&policy.snapshot).collect::<Vec<_>>(),
            "allows": rules.iter().filter(|(e, _)| *e == keyward_authz::Effect::Allow).count(),
            "denies": rules.iter().filter(|(e, _)| *e == keyward_authz::Effect::Deny).count(),
        })
    };
    Ok(Page::new(cx, "admin_roles.html")
        .with("here", "roles")
        .with("roles", roles.iter().map(row).collect::<Vec<_>>())
        .with("may_edit", nav::holds(cx.caller.entry()?, "roles:edit"))
        .keeping(&["name", "description"]))
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx).await?.reply() })
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (name, done) = match input::body(cx.request) {
            Ok(AddInput { name, description }) => {
                let done = change(&cx, &name, RoleChange::Add { description }).await;
                (name, done)
            }
            Err(fault) => (String::new(), Err(fault)),
        };
        match done {
            Ok(()) => go(&cx, &format!("/admin/roles/{name}?notice=saved")),
            Err(fault) => page(&cx).await?.refused(fault, cx.id),
        }
    })
}
