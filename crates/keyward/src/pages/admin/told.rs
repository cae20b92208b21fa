//! Rows of administrators' pages: what happened, was sent and is limited, in words.

use std::collections::{BTreeSet, HashMap};

use keyward_core::id::UserId;
use keyward_core::port::PeopleQuery;
use serde_json::{Value, json};

use super::super::nav;
use super::super::words::Words;
use crate::http::{Cx, Fault};
use crate::view::{EventView, LimitRow, MessageView, UserView};

/// What accounts are called, by their ids.
pub(super) struct Names(HashMap<UserId, UserView>);

impl Names {
    /// Looks them up together; for whoever may see people.
    pub(super) async fn of(
        cx: &Cx<'_>,
        ids: impl Iterator<Item = Option<UserId>>,
    ) -> Result<Self, Fault> {
        let ids: BTreeSet<UserId> = ids.flatten().collect();
        let ids: Vec<UserId> = ids.into_iter().take(TOGETHER).collect();
        if ids.is_empty() || !nav::holds(cx.caller.entry()?, "users:view") {
            return Ok(Self(HashMap::new()));
        }
        let query = PeopleQuery { ids, limit: 200, ..PeopleQuery::default() };
        let found = cx.auth.people(&query).await?.data;
        Ok(Self(found.into_iter().map(|person| (person.id, person)).collect()))
    }

    /// Who it is: the account, or its id alone where nothing more is known.
    fn who(&self, id: Option<UserId>) -> Value {
        let known = id.and_then(|id| self.0.get(&id));
        known.map_or_else(|| json!(id.map(|id| json!({ "id": id }))), |person| json!(person))
    }
}

/// As many as one page of people has.
const TOGETHER: usize = 200;

/// An entry of the log.
pub(super) fn entry(event: &EventView, names: &Names, words: &Words<'_>) -> Value {
    let said = words.event(event);
    let details = event.data.as_object().into_iter().flatten();
    let details = details.filter_map(|(name, value)| Some((name, detail(name, value, words)?)));
    json!({
        "position": event.position,
        "type": event.r#type,
        "said": (said != event.r#type).then_some(said),
        "by": names.who(event.actor),
        "about": names.who(event.subject),
        "details": details.collect::<Vec<_>>(),
        "at": event.at,
    })
}

/// One detail as a text; nothing where there is nothing in it. An id is shortened.
fn detail(name: &str, value: &Value, words: &Words<'_>) -> Option<String> {
    let text = match value {
        Value::Null => String::new(),
        Value::String(code) if name == "reason" => words.reason(code),
        Value::String(code) if name == "method" => words.method(code),
        Value::String(text) => brief(text),
        Value::Array(all) => {
            let all = all.iter().filter_map(|one| detail("", one, words));
            all.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The ends of an id; any other text whole.
fn brief(text: &str) -> String {
    let is_id = text.len() == 30 && text.get(3..4) == Some("_");
    match (text.get(..8), text.get(26..)) {
        (Some(start), Some(end)) if is_id => format!("{start}…{end}"),
        _ => text.to_owned(),
    }
}

/// A sign-in, or an attempt, of one person.
pub(super) fn attempt(event: &EventView, words: &Words<'_>) -> Value {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let more = [
        text(&event.data, "reason").map(|code| words.reason(&code)),
        text(&event.data, "method").map(|name| words.method(&name)),
        text(&event.personal, "address"),
    ];
    let more = more.into_iter().flatten().filter(|text| !text.is_empty());
    json!({
        "said": words.event(event),
        "look": match event.r#type.as_str() {
            "sign_in.succeeded" => "good",
            kind if kind.ends_with(".failed") => "bad",
            _ => "",
        },
        "more": more.collect::<Vec<_>>(),
        "at": event.at,
    })
}

/// Something that happened to one person.
pub(super) fn happening(event: &EventView, words: &Words<'_>) -> Value {
    json!({ "said": words.event(event), "at": event.at })
}

/// A limit, and how much of it is used.
pub(super) fn limit(row: &LimitRow, words: &Words<'_>) -> Value {
    let LimitRow { limit, used, of, until } = row;
    json!({ "said": words.limit(limit), "used": used, "of": of, "until": until })
}

/// A message of the outbox. One that was over before it began went to nobody, so that
/// asking for it costs what it costs for an address that somebody has: nothing failed.
pub(super) fn message(row: &MessageView, names: &Names, words: &Words<'_>, brand: &str) -> Value {
    let is_unsent = row.state == "failed" && row.attempts == 0;
    json!({
        "channel": row.channel,
        "said": words.letter(&row.template, brand),
        "to": names.who(row.user),
        "state": if is_unsent { "unsent" } else { row.state },
        "last_error": row.last_error,
        "created_at": row.created_at,
    })
}
