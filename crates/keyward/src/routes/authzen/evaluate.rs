//! One decision, or several at once: sections 6 and 7.

use keyward_core::port::Fut;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::asked::{LimitViews, bad, limit_views};
use super::message::{Action, Entity, Properties};
use super::{Subject, malformed, read};
use crate::engine::ask::Ruling;
use crate::http::{Code, Cx, Fault, Reply, reply};
use crate::resource::is_id;

/// Evaluations in one message.
const MAX_EVALUATIONS: usize = 100;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evaluation {
    subject: Option<Entity>,
    action: Option<Action>,
    resource: Option<Entity>,
    context: Option<Properties>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Evaluations {
    subject: Option<Entity>,
    action: Option<Action>,
    resource: Option<Entity>,
    context: Option<Properties>,
    #[serde(default)]
    evaluations: Vec<Evaluation>,
    #[serde(default)]
    options: Options,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(default)]
    evaluations_semantic: Semantic,
}

/// When to stop.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Semantic {
    #[default]
    ExecuteAll,
    DenyOnFirstDeny,
    PermitOnFirstPermit,
}

impl Semantic {
    fn is_done(self, decision: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !decision,
            Self::PermitOnFirstPermit => decision,
        }
    }
}

/// A decision. Whatever is not a yes is `false` here.
#[derive(Debug, Serialize)]
struct Decision {
    decision: bool,
    context: Said,
}

/// What goes with it.
#[derive(Debug, Serialize)]
struct Said {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    #[serde(skip_serializing_if = "LimitViews::is_empty")]
    limits: LimitViews,
    /// Why there is no decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

impl Decision {
    fn new(ruling: Ruling) -> Self {
        let failed = ruling.allowed().is_err();
        let error = || json!({ "status": 503, "message": "It cannot be decided right now." });
        Self {
            decision: ruling.decision.allowed(),
            context: Said {
                code: ruling.code,
                limits: limit_views(&ruling.limits),
                reason: ruling.reason,
                advice: ruling.advice,
                error: failed.then(error),
            },
        }
    }
}

impl Evaluation {
    /// What it leaves out is the message's.
    fn or(self, message: &Evaluations) -> Self {
        Self {
            subject: self.subject.or_else(|| message.subject.clone()),
            action: self.action.or_else(|| message.action.clone()),
            resource: self.resource.or_else(|| message.resource.clone()),
            context: self.context.or_else(|| message.context.clone()),
        }
    }

    async fn decide(&self, cx: &Cx<'_>, known: &mut Subject) -> Result<Ruling, Fault> {
        let missing = |field: &str| malformed(bad(field, "missing"));
        let subject = self.subject.as_ref().ok_or_else(|| missing("subject"))?;
        let action = self.action.as_ref().ok_or_else(|| missing("action"))?;
        let resource = self.resource.as_ref().ok_or_else(|| missing("resource"))?;
        let empty = Properties::new();
        let context = self.context.as_ref().unwrap_or(&empty);
        let context = action.context(&subject.properties, context)?;
        let told = resource.resource()?;
        if !is_id(&action.name) {
            return Err(missing("action.name"));
        }
        let Some(account) = known.account(cx, subject).await? else { return Ok(Ruling::nobody()) };
        let Some(wanted) = action.permission(&told.kind) else { return Ok(Ruling::unheard_of()) };
        let resource = cx.auth.as_the_app_knows(Some(told)).await?;
        let asker = account.asker();
        cx.auth.check_known(asker, &wanted)?;
        Ok(cx.auth.rule(asker, &wanted, resource.as_ref(), &context).await?)
    }
}

pub(super) fn one(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let evaluation: Evaluation = read(&cx)?;
        alone(&cx, &evaluation).await
    })
}

/// Alone, what cannot be decided is a 503.
async fn alone(cx: &Cx<'_>, evaluation: &Evaluation) -> Result<Reply, Fault> {
    let ruling = evaluation.decide(cx, &mut Subject::default()).await?;
    ruling.allowed().map_err(|_| Code::DecisionUnavailable)?;
    reply::ok(&Decision::new(ruling))
}

pub(super) fn many(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let mut message: Evaluations = read(&cx)?;
        let evaluations = std::mem::take(&mut message.evaluations);
        if evaluations.is_empty() {
            return alone(&cx, &Evaluation::default().or(&message)).await;
        }
        if evaluations.len() > MAX_EVALUATIONS {
            return Err(malformed(bad("evaluations", "too_large")));
        }
        let mut known = Subject::default();
        let mut decisions = Vec::with_capacity(evaluations.len());
        for evaluation in evaluations {
            let ruling = evaluation.or(&message).decide(&cx, &mut known).await?;
            let decision = Decision::new(ruling);
            let is_last = message.options.evaluations_semantic.is_done(decision.decision);
            decisions.push(decision);
            if is_last {
                break;
            }
        }
        reply::ok(&json!({ "evaluations": decisions }))
    })
}
