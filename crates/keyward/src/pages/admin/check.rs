//! May this person do that, and why?

use keyward_core::port::Fut;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::nav;
use super::super::render::Page;
use super::explained::explained;
use crate::engine::policy::parse;
use crate::http::{Code, Cx, Fault, Guard, Problem, Reply, Route};

pub(in crate::pages) const ROUTES: &[Route] =
    &[Route::get("/admin/check", Guard::Holding("users:view"), show)];

/// The question, in the query: it can be sent to a colleague.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CheckInput {
    subject: String,
    permission: String,
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: CheckInput = nav::asked(&cx)?;
        let page = Page::new(&cx, "admin_check.html")
            .with("here", "check")
            .with("asked", json!({ "subject": input.subject, "permission": input.permission }))
            .with("known", cx.auth.known_permissions());
        if input.subject.is_empty() && input.permission.is_empty() {
            return page.with("answer", ()).reply();
        }
        match answer(&cx, &input).await {
            Ok(answer) => page.with("answer", answer).reply(),
            Err(fault) => page.with("answer", ()).refused(fault, cx.id),
        }
    })
}

/// The decision and its reasons, about whoever goes by this name.
async fn answer(cx: &Cx<'_>, input: &CheckInput) -> Result<Value, Fault> {
    let wrong = |field, code| Problem::new(Code::ValidationFailed).field(field, code);
    let person = cx.auth.find_person(&input.subject).await?;
    let person = person.ok_or_else(|| wrong("subject", "subject_unknown"))?;
    let wanted = parse(&input.permission).map_err(|_| wrong("permission", "permission_invalid"))?;
    let policy = cx.auth.policy();
    let access = cx.auth.access_of(person.id).await?;
    let roles: Vec<String> = access.roles().iter().map(ToString::to_string).collect();
    let why = access.explain(&policy.snapshot, &wanted);
    Ok(json!({ "person": person, "roles": roles, "why": explained(&why) }))
}
