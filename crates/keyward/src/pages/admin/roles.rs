//! The list of roles, and a form to add one.

use keyward_core::flow::role::RoleChange;
use keyward_core::port::Fut;

use super::super::render::Page;
use super::super::{go, nav};
use crate::http::{Cx, Fault, Guard, Reply, Route, input};
use crate::routes::roles::{AddInput, ListInput, Terms, change};

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/roles", Guard::Holding("roles:view"), list),
    Route::post("/admin/roles", Guard::Holding("roles:edit"), add),
];

async fn page<'a>(cx: &'a Cx<'_>, input: &ListInput) -> Result<Page<'a>, Fault> {
    let page = cx.auth.role_page(&input.to_query()?).await?;
    let filter = [("q", input.q.as_str())];
    let next =
        page.next.as_deref().map(|next| nav::path("/admin/roles", &[filter[0], ("cursor", next)]));
    let first = (!input.cursor.is_empty()).then(|| nav::path("/admin/roles", &filter));
    Ok(Page::new(cx, "admin_roles.html")
        .with("here", "roles")
        .with("roles", page.data)
        .with("q", &input.q)
        .with("next", next)
        .with("first", first)
        .with("may_edit", nav::holds(cx.caller.entry()?, "roles:edit"))
        .keeping(&["name", "description"]))
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx, &nav::asked(&cx)?).await?.reply() })
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (name, done) = match input::body(cx.request) {
            Ok(AddInput { name, description }) => {
                let done =
                    change(&cx, &name, RoleChange::Add { description }, Terms::default()).await;
                (name, done)
            }
            Err(fault) => (String::new(), Err(fault)),
        };
        match done {
            Ok(()) => go(&cx, &format!("/admin/roles/{name}?notice=saved")),
            Err(fault) => page(&cx, &ListInput::default()).await?.refused(fault, cx.id),
        }
    })
}
