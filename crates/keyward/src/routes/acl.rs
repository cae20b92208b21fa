//! Access control lists, for administrators.

use keyward_core::flow::acl::ChangeAcl;
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::List;
use crate::http::{
    Code, Cx, Fault, Guard, Method4, Reply, Route, input, no_content, reply, version,
};
use crate::view::AclView;

const VIEW: Guard = Guard::Holding("acl:view");
const EDIT: Guard = Guard::Holding("acl:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/acl", VIEW, list).gives::<List<AclView>>(),
    Route::get("/api/v1/admin/acl/{name}", VIEW, show).gives::<AclView>(),
    Route::post("/api/v1/admin/acl/{name}", EDIT, put)
        .by(Method4::Put)
        .takes::<EntriesInput>()
        .gives::<AclView>(),
    Route::post("/api/v1/admin/acl/{name}", EDIT, remove).by(Method4::Delete),
];

/// The entries of a list, in order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntriesInput {
    /// At most 100, such as `allow staff posts:view,posts:edit`.
    pub(crate) entries: Vec<String>,
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { reply::ok(&List { data: cx.auth.acl_list().await? }) })
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let found = cx.auth.acl(cx.params.get("name")).await?.ok_or(Code::NotFound)?;
        Ok(version::tagged(reply::ok(&found)?, found.version))
    })
}

/// Makes, replaces or removes a list. The one way for the API and the page.
pub(crate) async fn change(
    cx: &Cx<'_>,
    name: &str,
    entries: Option<Vec<String>>,
    seen: Option<i64>,
) -> Result<Option<AclView>, Fault> {
    let flow = ChangeAcl { name: name.to_owned(), entries, seen, actor: Some(cx.caller.user()?) };
    let answer = cx.auth.run(&flow, &cx.caller.client).await?;
    let row = answer.map_err(|refusal| version::refused(refusal, seen))?;
    Ok(row.as_ref().map(AclView::new))
}

fn put(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let EntriesInput { entries } = input::body(cx.request)?;
        let seen = version::if_match(cx.request)?;
        let stored = change(&cx, cx.params.get("name"), Some(entries), seen).await?;
        let stored = stored.ok_or(Code::NotFound)?;
        Ok(version::tagged(reply::ok(&stored)?, stored.version))
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let seen = version::if_match(cx.request)?;
        change(&cx, cx.params.get("name"), None, seen).await?;
        Ok(no_content())
    })
}
