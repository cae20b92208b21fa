//! `keyward can`: may they?

use std::collections::BTreeMap;

use keyward::authz::limits::Limit;
use keyward::authz::{Decision, Permission};
use keyward::{Context, Resource, Ruling};
use serde_json::{Value, json};

use super::{beside, person, print};
use crate::args::{Globals, Output};
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::{answer, note};

/// Who, what, and perhaps to what. Exit code 1 means no, 3 that it cannot be
/// decided.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, e-mail address, username or phone number
    #[arg(value_name = "SUBJECT")]
    user: String,
    /// Such as `posts:edit`
    #[arg(value_parser = permission)]
    permission: String,
    /// Asked about this: `posts:42`, or JSON as `/api/v1/can` takes it
    #[arg(long, value_name = "TYPE:ID|JSON", value_parser = resource)]
    resource: Option<Resource>,
    /// Under these circumstances: a JSON object of facts for conditions
    #[arg(long, value_name = "JSON", value_parser = context)]
    context: Option<Context>,
    /// Say which rule decided, what would have allowed it and what to change
    #[arg(long)]
    why: bool,
    /// The same as `-o json`
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.user).await?.id;
            let context = self.context.clone().unwrap_or_default();
            let resource = self.resource.as_ref();
            let ruling = auth.ask(user, &self.permission, resource, &context).await?;
            let why = match self.why {
                true => auth.why(user, &self.permission, resource, &context).await?,
                false => None,
            };
            if self.json || globals.output == Output::Json {
                let why = why.map(|why| why.to_json());
                print::json(&rendered(user, &self.permission, &ruling, why))?;
            } else {
                answer(&why.map_or_else(|| ruling.decision.to_string(), |why| why.to_string()))?;
                ruling.reason.iter().for_each(|reason| note(reason));
            }
            outcome(ruling.decision)
        })
    }
}

pub(super) fn outcome(decision: Decision) -> Outcome {
    match decision {
        Decision::Allow => Ok(()),
        Decision::Deny => Err(Failure::no()),
        Decision::Indeterminate => Err(Failure::new(Exit::Unreachable, "it cannot be decided")),
    }
}

fn rendered(
    user: keyward::id::UserId,
    permission: &str,
    ruling: &Ruling,
    why: Option<Value>,
) -> Value {
    json!({
        "user": user, "permission": permission, "allowed": ruling.allowed().ok(),
        "code": ruling.code, "reason": ruling.reason, "advice": ruling.advice,
        "limits": limits(&ruling.limits), "why": why,
    })
}

fn limits(limits: &BTreeMap<String, Limit>) -> Value {
    let shown = limits.iter().map(|(name, limit)| match limit {
        Limit::Below(value) => (name.clone(), json!({ "below": value })),
        Limit::Above(value) => (name.clone(), json!({ "above": value })),
    });
    shown.collect()
}

pub(super) fn permission(text: &str) -> Result<String, String> {
    Permission::parse(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

pub(super) fn resource(text: &str) -> Result<Resource, String> {
    text.parse().map_err(|error| told(&error))
}

pub(super) fn context(text: &str) -> Result<Context, String> {
    text.parse().map_err(|error| told(&error))
}

/// An error with its cause.
fn told(error: &keyward::Error) -> String {
    use std::error::Error as _;
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}")
}
