//! The list of groups, a form to add one, and the roles that exclude each other.

use keyward_core::flow::group::GroupChange;
use keyward_core::port::Fut;

use super::super::render::Page;
use super::super::{go, nav};
use crate::http::{Cx, Fault, Guard, Reply, Route, input};
use crate::routes::groups::change;
use crate::routes::roles::{AddInput, Terms};

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/groups", Guard::Holding("groups:view"), list),
    Route::post("/admin/groups", Guard::Holding("groups:edit"), add),
];

pub(super) async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let entry = cx.caller.entry()?;
    let may_see_roles = nav::holds(entry, "roles:view");
    let exclusive = if may_see_roles { cx.auth.exclusive_list().await? } else { vec![] };
    let mut roles = if may_see_roles { cx.auth.role_names().await? } else { vec![] };
    roles.sort_unstable();
    Ok(Page::new(cx, "admin_groups.html")
        .with("here", "groups")
        .with("groups", cx.auth.group_list().await?)
        .with("exclusive", exclusive)
        .with("roles", roles)
        .with("may_edit_roles", may_see_roles && nav::holds(entry, "roles:edit"))
        .with("may_see_roles", may_see_roles)
        .with("may_edit", nav::holds(entry, "groups:edit"))
        .keeping(&["name", "description", "set", "first", "second"]))
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx).await?.reply() })
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (name, done) = match input::body(cx.request) {
            Ok(AddInput { name, description }) => {
                let done =
                    change(&cx, &name, GroupChange::Add { description }, Terms::default()).await;
                (name, done)
            }
            Err(fault) => (String::new(), Err(fault)),
        };
        match done {
            Ok(()) => go(&cx, &format!("/admin/groups/{name}?notice=saved")),
            Err(fault) => page(&cx).await?.refused(fault, cx.id),
        }
    })
}
