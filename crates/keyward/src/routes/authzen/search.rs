//! Who may, what may be done, and to what: section 8. Candidates are looked at a
//! page at a time, so a page may hold fewer results than it may and still have
//! another behind it; nothing is cut off.

use keyward_authz::Decision;
use keyward_core::id::UserId;
use keyward_core::port::{Fut, PeopleQuery};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::asked::bad;
use super::message::{Action, Entity, Properties, circumstances};
use super::{Subject, malformed, read};
use crate::http::{Cx, Fault, Reply, reply};
use crate::resource::is_id;

/// Candidates of one page.
const PAGE: u32 = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageInput {
    /// Where the page before ended.
    #[serde(default)]
    token: Option<String>,
    /// 1 to 100 candidates.
    #[serde(default)]
    limit: Option<u32>,
}

impl PageInput {
    fn limit(&self) -> Result<u32, Fault> {
        let limit = self.limit.unwrap_or(PAGE);
        let fine = (1..=PAGE).contains(&limit);
        if fine { Ok(limit) } else { Err(malformed(bad("page.limit", "too_large"))) }
    }

    /// Where to begin; an empty token is the beginning.
    fn after(&self) -> Result<Option<&str>, Fault> {
        match self.token.as_deref().filter(|token| !token.is_empty()) {
            Some(token) if !is_id(token) => Err(bad_token()),
            token => Ok(token),
        }
    }
}

fn bad_token() -> Fault {
    malformed(bad("page.token", "wrong_type"))
}

#[derive(Debug, Serialize)]
struct Reported {
    results: Vec<Value>,
    page: PageView,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Value>,
}

/// Who or what was found on a page.
#[derive(Debug, Default)]
struct Found {
    results: Vec<Value>,
    /// Candidates of which it cannot be decided; they are not among the results.
    undecided: usize,
}

#[derive(Debug, Serialize)]
struct PageView {
    /// Empty on the last page.
    next_token: String,
    count: usize,
}

impl Found {
    fn add(&mut self, decision: Decision, result: impl FnOnce() -> Value) {
        match decision {
            Decision::Allow => self.results.push(result()),
            Decision::Deny => {}
            Decision::Indeterminate => self.undecided += 1,
        }
    }

    fn reply(self, next_token: Option<String>) -> Result<Reply, Fault> {
        let next_token = next_token.unwrap_or_default();
        let page = PageView { next_token, count: self.results.len() };
        let context = (self.undecided > 0).then(|| json!({ "undecided": self.undecided }));
        reply::ok(&Reported { results: self.results, page, context })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    subject: Entity,
    action: Action,
    resource: Entity,
    #[serde(default)]
    context: Properties,
    #[serde(default)]
    page: PageInput,
}

/// The accounts that may do something to a resource.
pub(super) fn subjects(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let search: Search = read(&cx)?;
        search.subject.check_type("subject")?;
        let told = search.resource.resource()?;
        let context = search.action.context(&search.subject.properties, &search.context)?;
        let after = search.page.after()?;
        let after = after.map(|it| UserId::parse(it).ok_or_else(bad_token)).transpose()?;
        let limit = search.page.limit()?;
        let wanted = search.action.permission(&told.kind);
        let (Some(wanted), "user") = (wanted, search.subject.r#type.as_str()) else {
            return Found::default().reply(None);
        };
        let resource = cx.auth.as_the_app_knows(Some(told)).await?;
        let query = PeopleQuery { after, limit, ..PeopleQuery::default() };
        let page = cx.auth.0.store.people(&query).await?;
        let mut found = Found::default();
        for (user, _) in &page.data {
            let Some(account) = cx.auth.account(user.id).await? else { continue };
            let asker = account.asker();
            let decision = cx.auth.decision(asker, &wanted, resource.as_ref(), &context).await?;
            found.add(decision, || json!({ "type": "user", "id": user.id }));
        }
        found.reply(page.next.map(|id| id.to_string()))
    })
}

/// The resources of a type that an account may do something to: of those that
/// the app tells of.
pub(super) fn resources(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let search: Search = read(&cx)?;
        let mut known = Subject::default();
        let account = known.account(&cx, &search.subject).await?;
        search.resource.check_type("resource")?;
        let kind = search.resource.r#type.as_str();
        let context = search.action.context(&search.subject.properties, &search.context)?;
        let (after, limit) = (search.page.after()?, search.page.limit()? as usize);
        let (Some(account), Some(wanted)) = (account, search.action.permission(kind)) else {
            return Found::default().reply(None);
        };
        let asker = account.asker();
        let candidates = cx.auth.resources_after(kind, after, limit).await?;
        let mut found = Found::default();
        for it in &candidates {
            let decision = cx.auth.decision(asker, &wanted, Some(it), &context).await?;
            found.add(decision, || json!({ "type": it.kind, "id": it.id }));
        }
        let is_full = candidates.len() >= limit;
        let next = candidates.last().filter(|_| is_full).map(|last| last.id.clone());
        found.reply(next)
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionSearch {
    subject: Entity,
    resource: Entity,
    #[serde(default)]
    context: Properties,
    #[serde(default)]
    page: PageInput,
}

/// What an account may do to a resource: of what the catalogue has for its type.
pub(super) fn actions(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let search: ActionSearch = read(&cx)?;
        // Types have fewer actions than a page has room for, or they are all told.
        search.page.limit()?;
        search.page.after()?;
        let mut known = Subject::default();
        let account = known.account(&cx, &search.subject).await?;
        let told = search.resource.resource()?;
        let context = circumstances(&search.subject.properties, &search.context)?;
        let Some(account) = account else { return Found::default().reply(None) };
        let prefix = format!("{}:", told.kind);
        let resource = cx.auth.as_the_app_knows(Some(told)).await?;
        let mut found = Found::default();
        let asker = account.asker();
        for (_, wanted) in account.policy.snapshot.catalogue().iter() {
            let Some(name) = wanted.as_str().strip_prefix(&prefix) else { continue };
            let decision = cx.auth.decision(asker, wanted, resource.as_ref(), &context).await?;
            found.add(decision, || json!({ "name": name }));
        }
        found.reply(None)
    })
}
