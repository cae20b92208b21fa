//! The audit log and the outbox, for administrators.

use keyward_core::id::{EventId, UserId};
use keyward_core::port::{EventQuery, Fut};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{List, Part};
use super::people::query;
use crate::engine::chain::AuditReport;
use crate::http::{Code, Cx, Fault, Guard, Problem, Reply, Route, reply};
use crate::view::{EventView, MessageView};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/audit", Guard::Holding("audit:view"), list)
        .takes::<ListInput>()
        .gives::<Part<EventView>>(),
    Route::get("/api/v1/admin/audit/verify", Guard::Holding("audit:view"), verify)
        .gives::<AuditReport>(),
    Route::get("/api/v1/admin/messages", Guard::Holding("messages:view"), messages)
        .gives::<List<MessageView>>(),
];

/// What the log is asked for; the same for the API and the page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListInput {
    pub(crate) user: Option<String>,
    pub(crate) r#type: Option<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Option<u32>,
    /// Looked at where every page's language is chosen.
    #[serde(rename = "lang")]
    pub(crate) _lang: Option<String>,
}

impl ListInput {
    pub(crate) fn to_query(&self) -> Result<EventQuery, Fault> {
        let bad = |field: &str| {
            Fault::from(Problem::new(Code::ValidationFailed).field(field, "wrong_type"))
        };
        let subject = match self.user.as_deref() {
            None | Some("") => None,
            Some(text) => Some(UserId::parse(text).ok_or_else(|| bad("user"))?),
        };
        let after = match self.cursor.as_deref() {
            None | Some("") => None,
            Some(text) => Some(EventId::parse(text).ok_or_else(|| bad("cursor"))?),
        };
        let limit = self.limit.unwrap_or(50);
        if !(1..=500).contains(&limit) {
            return Err(bad("limit"));
        }
        let kind = self.r#type.clone().filter(|t| !t.is_empty());
        Ok(EventQuery { subject, kind, since: None, after, limit })
    }
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListInput = query(&cx)?;
        let page = cx.auth.0.store.events(&input.to_query()?).await?;
        let rows: Vec<EventView> = page.data.iter().map(EventView::new).collect();
        reply::ok(&Part { data: rows, next_cursor: page.next.map(|id| id.to_string()) })
    })
}

fn verify(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { reply::ok(&cx.auth.verify_audit().await?) })
}

fn messages(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let found = cx.auth.0.store.messages(None, 100).await?;
        let rows: Vec<MessageView> = found.iter().map(MessageView::new).collect();
        reply::ok(&List { data: rows })
    })
}
