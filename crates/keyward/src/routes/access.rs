//! May I?

use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::Held;
use super::asked::{Allowed, bad, context, limit_views, named, permission, resource};
use super::people::query;
use crate::context::Context;
use crate::engine::ask::{Asker, HIDDEN, Ruling, limits, public_code};
use crate::http::{Code, Cx, Fault, Guard, Problem, Reply, Route, input, reply};
use crate::resource::{Resource, ResourceInput};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/can", Guard::Known, can_by_name).takes::<NameInput>().gives::<Allowed>(),
    Route::post("/api/v1/can", Guard::Known, can).takes::<CanInput>().gives::<Allowed>(),
    Route::post("/api/v1/can/batch", Guard::Known, batch).takes::<BatchInput>().gives::<Answers>(),
    Route::post("/api/v1/can/explain", Guard::Known, explain)
        .takes::<ExplainInput>()
        .gives::<Explained>(),
    Route::get("/api/v1/me/permissions", Guard::Known, permissions).gives::<Held<'_>>(),
];

/// Who may see why somebody else may do something, or all of why they may.
pub(super) const EXPLAIN: &str = "access:explain";
/// Questions in one batch.
const MAX_BATCH: usize = 100;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NameInput {
    permission: String,
    /// `type:id`
    resource: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CanInput {
    permission: String,
    #[serde(default)]
    resource: Option<ResourceInput>,
    /// For conditions. What Keyward knows itself cannot be told otherwise.
    #[serde(default)]
    context: Map<String, Value>,
}

fn can_by_name(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: NameInput = query(&cx)?;
        let resource = input.resource.as_deref().map(named).transpose()?;
        answer(&cx, &input.permission, resource, &Context::new()).await
    })
}

fn can(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: CanInput = input::body(cx.request)?;
        let resource = resource(input.resource.as_ref())?;
        answer(&cx, &input.permission, resource, &context(&input.context)?).await
    })
}

async fn answer(
    cx: &Cx<'_>,
    wanted: &str,
    resource: Option<Resource>,
    context: &Context,
) -> Result<Reply, Fault> {
    let ruling = judge(cx, cx.caller.asker()?, wanted, resource, context).await?;
    ruling.allowed().map_err(|_| Code::DecisionUnavailable)?;
    reply::ok(&Allowed::new(wanted, ruling))
}

/// Decides what a request asks. What the app knows of the resource goes before
/// what the request tells of it.
async fn judge(
    cx: &Cx<'_>,
    asker: Asker<'_>,
    wanted: &str,
    resource: Option<Resource>,
    context: &Context,
) -> Result<Ruling, Fault> {
    let wanted = permission(wanted)?;
    cx.auth.check_known(asker, &wanted)?;
    let resource = cx.auth.as_the_app_knows(resource).await?;
    Ok(cx.auth.rule(asker, &wanted, resource.as_ref(), context).await?)
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BatchInput {
    /// At most 100.
    questions: Vec<QuestionInput>,
    #[serde(default)]
    context: Map<String, Value>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuestionInput {
    permission: String,
    #[serde(default)]
    resource: Option<ResourceInput>,
}

/// An answer to each question, in their order.
#[derive(Debug, JsonSchema, Serialize)]
struct Answers {
    answers: Vec<Allowed>,
}

fn batch(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: BatchInput = input::body(cx.request)?;
        if input.questions.len() > MAX_BATCH {
            return Err(bad("questions", "too_large"));
        }
        let (asker, context) = (cx.caller.asker()?, context(&input.context)?);
        let mut answers = Vec::with_capacity(input.questions.len());
        for question in &input.questions {
            let resource = resource(question.resource.as_ref())?;
            let judged = judge(&cx, asker, &question.permission, resource, &context).await;
            // One that cannot be decided leaves the others their answers.
            let ruling = match judged {
                Err(Fault::Error(error)) => {
                    tracing::warn!(?error, "a question of several cannot be decided");
                    Ruling::undecided()
                }
                judged => judged?,
            };
            answers.push(Allowed::new(&question.permission, ruling));
        }
        reply::ok(&Answers { answers })
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExplainInput {
    permission: String,
    #[serde(default)]
    resource: Option<ResourceInput>,
    #[serde(default)]
    context: Map<String, Value>,
    /// Somebody else: id, e-mail address, username or phone number. Needs the
    /// permission `access:explain`.
    #[serde(default)]
    subject: Option<String>,
}

/// Why. Whoever lacks `access:explain` sees the decision, its code and what the
/// policy's author wrote for people.
#[derive(Debug, JsonSchema, Serialize)]
struct Explained {
    decision: String,
    code: &'static str,
    http: u16,
    /// What the policy's author wrote for whoever is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// `decided_by`, `path`, `would_allow`, `ceilings`, `near_miss`, `to_fix`
    /// and `epoch`.
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Explained {
    fn new(explanation: &keyward_authz::Explanation, is_whole: bool) -> Self {
        let more = match (is_whole, explanation.to_json()) {
            (true, Value::Object(mut all)) => {
                all.retain(|name, _| !["decision", "code", "http"].contains(&name.as_str()));
                all
            }
            _ => Map::new(),
        };
        let (http, reason) = (explanation.http, explanation.public_reason());
        Self {
            decision: explanation.decision.to_string(),
            code: if is_whole { explanation.code } else { public_code(explanation.code, http) },
            http,
            reason: reason.filter(|_| is_whole || http != HIDDEN).map(str::to_owned),
            more,
        }
    }
}

fn explain(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ExplainInput = input::body(cx.request)?;
        let (own, wanted) = (cx.caller.asker()?, permission(&input.permission)?);
        let resource = resource(input.resource.as_ref())?;
        let context = context(&input.context)?;
        let sees_all = cx.auth.demand(own, &permission(EXPLAIN)?);
        let resource = cx.auth.as_the_app_knows(resource).await?;
        let Some(name) = &input.subject else {
            let why = cx.auth.reasons(own, &wanted, resource.as_ref(), &context).await?;
            return reply::ok(&Explained::new(&why, sees_all.is_ok()));
        };
        sees_all?;
        let person = cx.auth.find_person(name).await?.ok_or_else(nobody)?;
        let account = cx.auth.account(person.id).await?.ok_or_else(nobody)?;
        let asker = account.asker();
        let why = cx.auth.reasons(asker, &wanted, resource.as_ref(), &context).await?;
        reply::ok(&Explained::new(&why, true))
    })
}

fn nobody() -> Fault {
    Problem::new(Code::NotFound).detail("Nobody is called so.").into()
}

/// The patterns of what it is asked with, if that is bound.
fn within(asker: Asker<'_>) -> Option<Vec<String>> {
    let patterns = asker.ceilings.iter().flat_map(|ceiling| ceiling.patterns());
    let patterns = || patterns.map(ToString::to_string).collect();
    (!asker.ceilings.is_empty()).then(patterns)
}

fn permissions(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let asker = cx.caller.asker()?;
        let (access, is_banned) = (asker.access, asker.groups.listed.are_none());
        reply::ok(&Held {
            roles: access.roles().iter().map(|role| role.to_string()).collect(),
            within: within(asker),
            groups: asker.groups.names.iter().map(|name| name.to_string()).collect(),
            allow: if is_banned { vec![] } else { access.list() },
            deny: access.denied(),
            complete: cx.auth.patterns_say_all(asker),
            permissions: cx.auth.permitted(asker)?,
            limits: limit_views(&limits(asker)),
        })
    })
}
