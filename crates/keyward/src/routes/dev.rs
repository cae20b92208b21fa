//! Development only: the inbox, for programs.

use std::time::Duration;

use keyward_core::Error;
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

/// Messages, newest first. `?wait=5s` waits for the first one, and for what is on its way:
/// whoever asked for another code a moment ago means that one.
fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListInput = query(&cx)?;
        let inbox = inbox(&cx)?;
        let seconds = input.wait.as_deref().map(|w| w.trim_end_matches('s').parse::<u64>());
        let wait = seconds.transpose().map_err(|_| Code::ValidationFailed)?.unwrap_or(0).min(30);
        let wait = Duration::from_secs(wait);
        // In vain is no fault: there is what there is.
        tokio::time::timeout(wait, settled(&cx, inbox, &input)).await.unwrap_or(Ok(()))?;
        reply::ok(&json!({ "data": matching(inbox, &input) }))
    })
}

/// Waits until there is something, and nothing more is on its way.
async fn settled(cx: &Cx<'_>, inbox: &Inbox, input: &ListInput) -> Result<(), Error> {
    loop {
        let arrival = inbox.arrival();
        if cx.auth.waiting().await? == 0 && !matching(inbox, input).is_empty() {
            return Ok(());
        }
        // It is counted as sent a moment after it arrived.
        tokio::time::timeout(LOOK_AGAIN, arrival).await.ok();
    }
}

const LOOK_AGAIN: Duration = Duration::from_millis(10);

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
