//! The audit log and the outbox.

use keyward_core::port::Fut;
use serde_json::{Value, json};

use super::super::nav;
use super::super::render::Page;
use super::super::words::Words;
use super::told::{self, Names};
use crate::http::{Cx, Fault, Guard, Reply, Route};
use crate::routes::audit::ListInput;
use crate::view::{EventView, MessageView};

const AUDIT: Guard = Guard::Holding("audit:view");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/audit", AUDIT, list),
    Route::get("/admin/audit/chain", AUDIT, chain),
    Route::get("/admin/messages", Guard::Holding("messages:view"), messages),
];

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let input: ListInput = nav::asked(cx)?;
    let found = cx.auth.0.store.events(&input.to_query()?).await?;
    let events: Vec<EventView> = found.data.iter().map(EventView::new).collect();
    let whom = events.iter().flat_map(|event| [event.actor, event.subject]);
    let (names, words) = (Names::of(cx, whom).await?, Words::of(cx));
    let events: Vec<Value> = events.iter().map(|it| told::entry(it, &names, &words)).collect();
    let (user, kind) = (input.user.unwrap_or_default(), input.r#type.unwrap_or_default());
    let next = found.next.map(|next| next.to_string()).unwrap_or_default();
    let limit = input.limit.map(|n| n.to_string()).unwrap_or_default();
    let more = [("user", user.as_str()), ("type", &kind), ("limit", &limit), ("cursor", &next)];
    Ok(Page::new(cx, "admin_audit.html")
        .with("here", "audit")
        .with("filter", json!({ "user": user, "type": kind }))
        .with("first", input.cursor.is_none_or(|c| c.is_empty()))
        .with("next", (!next.is_empty()).then(|| nav::path("/admin/audit", &more)))
        .with("report", ())
        .with("events", events))
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx).await?.reply() })
}

/// The log with the verdict on its chain. It walks every event, so it is
/// asked for and not shown on every look.
fn chain(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let report = cx.auth.verify_audit().await?;
        page(&cx).await?.with("report", report).reply()
    })
}

fn messages(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let found = cx.auth.0.store.messages(None, 100).await?;
        let rows: Vec<MessageView> = found.iter().map(MessageView::new).collect();
        let names = Names::of(&cx, rows.iter().map(|row| row.user)).await?;
        let (words, brand) = (Words::of(&cx), &cx.auth.0.settings.brand);
        let told = rows.iter().map(|row| told::message(row, &names, &words, brand));
        let rows: Vec<Value> = told.collect();
        Page::new(&cx, "admin_messages.html")
            .with("here", "messages")
            .with("messages", rows)
            .reply()
    })
}
