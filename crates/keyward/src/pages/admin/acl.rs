//! Access control lists: all of them, and one with its entries in order.

use keyward_core::port::Fut;
use keyward_core::refusal::{Flaw, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::render::Page;
use super::super::roster::field_key;
use super::super::{go, nav};
use super::listed::SeenInput;
use crate::http::input;
use crate::http::{Code, Cx, Fault, Guard, Reply, Route};
use crate::routes::acl::change;
use crate::routes::roles::Terms;
use crate::view::AclView;

const VIEW: Guard = Guard::Holding("acl:view");
const EDIT: Guard = Guard::Holding("acl:edit");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/acl", VIEW, list),
    Route::post("/admin/acl", EDIT, add).with_text(),
    Route::get("/admin/acl/{name}", VIEW, show),
    Route::post("/admin/acl/{name}", EDIT, save).with_text(),
    Route::post("/admin/acl/{name}/remove", EDIT, remove),
];

/// A list as it is typed: an entry on each line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    name: String,
    entries: String,
    /// The version that was seen; 0 for a new one.
    version: String,
}

impl Typed {
    fn read(cx: &Cx<'_>) -> Result<Self, Fault> {
        input::body_with_lines(cx.request, "entries")
    }

    /// The entries with the line that each stands in, from 1.
    fn lines(&self) -> Vec<(usize, &str)> {
        let lines = self.entries.lines().map(str::trim).enumerate();
        lines.filter(|(_, line)| !line.is_empty()).map(|(nth, line)| (nth + 1, line)).collect()
    }

    async fn store(&self, cx: &Cx<'_>, name: &str) -> Result<(), Fault> {
        let entries = self.lines().into_iter().map(|(_, line)| line.to_owned()).collect();
        let seen = Terms::seen(&self.version)?.seen;
        change(cx, name, Some(entries), seen).await.map(drop)
    }

    /// What is wrong, by the line that it stands in, and what is left to tell.
    fn flaws(&self, fault: Fault) -> (Vec<Value>, Fault) {
        let Fault::Refusal(Refusal::Flawed(flaws)) = fault else { return (vec![], fault) };
        let lines = self.lines();
        let told = flaws.iter().map(|Flaw { field, code, message }| {
            let nth = field.strip_prefix("entries.").and_then(|nth| nth.parse::<usize>().ok());
            let (line, source) = nth.and_then(|nth| lines.get(nth)).copied().unwrap_or_default();
            json!({ "line": line, "source": source, "text": field_key(code), "more": message })
        });
        (told.collect(), Refusal::invalid("entries", "entries_invalid").into())
    }
}

async fn lists<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    Ok(Page::new(cx, "admin_acls.html")
        .with("here", "acl")
        .with("lists", cx.auth.acl_list().await?)
        .with("may_edit", nav::holds(cx.caller.entry()?, "acl:edit"))
        .with("typed", "")
        .with("flaws", Value::Null)
        .keeping(&["name"]))
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { lists(&cx).await?.reply() })
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let typed = Typed::read(&cx)?;
        match typed.store(&cx, &typed.name).await {
            Ok(()) => go(&cx, &format!("/admin/acl/{}?notice=saved", typed.name)),
            Err(fault) => {
                let (flaws, fault) = typed.flaws(fault);
                let page = lists(&cx).await?.with("typed", &typed.entries).with("flaws", flaws);
                page.typed().refused(fault, cx.id)
            }
        }
    })
}

async fn found(cx: &Cx<'_>) -> Result<AclView, Fault> {
    Ok(cx.auth.acl(cx.params.get("name")).await?.ok_or(Code::NotFound)?)
}

async fn page<'a>(cx: &'a Cx<'_>, typed: Option<&str>) -> Result<Page<'a>, Fault> {
    let list = found(cx).await?;
    let stored = list.entries.join("\n");
    let may_edit = !list.read_only && nav::holds(cx.caller.entry()?, "acl:edit");
    Ok(Page::new(cx, "admin_acl.html")
        .with("here", "acl")
        .with("typed", typed.unwrap_or(&stored))
        .with("flaws", Value::Null)
        .with("may_edit", may_edit)
        .with("list", list))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx, None).await?.reply() })
}

fn save(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let typed = Typed::read(&cx)?;
        let name = found(&cx).await?.name;
        match typed.store(&cx, &name).await {
            Ok(()) => go(&cx, &format!("/admin/acl/{name}?notice=saved")),
            Err(fault) => {
                let (flaws, fault) = typed.flaws(fault);
                let page = page(&cx, Some(&typed.entries)).await?.with("flaws", flaws);
                page.typed().refused(fault, cx.id)
            }
        }
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let SeenInput { version } = input::body(cx.request)?;
        let terms = Terms::seen(&version)?;
        match change(&cx, cx.params.get("name"), None, terms.seen).await {
            Ok(_) => go(&cx, "/admin/acl?notice=list_removed"),
            Err(fault) => page(&cx, None).await?.refused(fault, cx.id),
        }
    })
}
