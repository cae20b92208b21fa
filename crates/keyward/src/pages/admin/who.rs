//! Who has this permission.

use keyward_core::port::Fut;
use serde_json::json;

use super::super::nav;
use super::super::render::Page;
use crate::http::{Cx, Fault, Guard, Reply, Route};
use crate::routes::matrix::HolderInput;

pub(in crate::pages) const ROUTES: &[Route] =
    &[Route::get("/admin/who", Guard::Holding("users:view"), show)];

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: HolderInput = nav::asked(&cx)?;
        let page = Page::new(&cx, "admin_who.html")
            .with("here", "matrix")
            .with("filter", json!({ "permission": input.permission, "role": input.role }))
            .with("known", cx.auth.known_permissions())
            .with("first", input.cursor.is_empty());
        if input.permission.is_empty() {
            return page.with("found", ()).with("next", ()).reply();
        }
        let wanted = match input.to_query() {
            Ok(wanted) => wanted,
            Err(fault) => return page.with("found", ()).with("next", ()).refused(fault, cx.id),
        };
        let found = cx.auth.holders(&wanted).await?;
        let next = found.next_cursor.as_deref().map(|next| {
            let asked = [("permission", input.permission.as_str()), ("role", &input.role)];
            let pairs: Vec<_> = asked.into_iter().chain([("cursor", next)]).collect();
            nav::path("/admin/who", &pairs)
        });
        page.with("found", found).with("next", next).reply()
    })
}
