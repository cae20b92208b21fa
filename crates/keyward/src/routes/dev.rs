//! Development only: the inbox, for programs.

use keyward_core::port::Fut;
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::query;
use crate::deliver::Outgoing;
use crate::deliver::inbox::Inbox;
use crate::http::{Code, Cx, Fault, Guard, Limit, Method4, Reply, Route, no_content, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/dev/inbox.json", Guard::Anyone, list).at(Limit::Free),
    Route::post("/dev/inbox.json", Guard::Anyone, clear).by(Method4::Delete).at(Limit::Free),
];

pub(crate) fn inbox<'a>(cx: &Cx<'a>) -> Result<&'a Inbox, Fault> {
    cx.auth.inbox().ok_or_else(|| Code::NotFound.into())
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListInput {
    to: Option<String>,
    kind: Option<String>,
    wait: Option<String>,
}

impl ListInput {
    fn matches(&self, message: &Outgoing) -> bool {
        let to = self.to.as_deref().is_none_or(|to| message.to == to);
        to && self.kind.as_deref().is_none_or(|kind| message.channel.as_str() == kind)
    }
}

/// Messages, newest first. `?wait=5s` waits for the first one.
fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListInput = query(&cx)?;
        let inbox = inbox(&cx)?;
        let seconds = input.wait.as_deref().map(|w| w.trim_end_matches('s').parse::<u64>());
        let wait = seconds.transpose().map_err(|_| Code::ValidationFailed)?.unwrap_or(0).min(30);
        let wait = std::time::Duration::from_secs(wait);
        let found = tokio::time::timeout(wait, first(inbox, &input)).await;
        let rows = found.unwrap_or_else(|_| matching(inbox, &input));
        reply::ok(&json!({ "data": rows }))
    })
}

async fn first(inbox: &Inbox, input: &ListInput) -> Vec<Value> {
    loop {
        let arrival = inbox.arrival();
        let rows = matching(inbox, input);
        if !rows.is_empty() {
            return rows;
        }
        arrival.await;
    }
}

fn matching(inbox: &Inbox, input: &ListInput) -> Vec<Value> {
    inbox.all().iter().filter(|m| input.matches(m)).map(message).collect()
}

fn message(message: &Outgoing) -> Value {
    json!({
        "id": message.id, "kind": message.channel.as_str(), "to": message.to, "subject": message.subject,
        "text": message.text, "code": message.code, "link": message.link,
    })
}

fn clear(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        inbox(&cx)?.clear();
        Ok(no_content())
    })
}
