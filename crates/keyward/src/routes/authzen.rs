//! The OpenID AuthZEN Authorization API 1.0: Keyward as a policy decision point
//! for whoever holds `access:evaluate`. `type` and `action.name` together are
//! the permission, `todo:read` say; an action that holds a colon is one alone.

mod evaluate;
mod message;
mod search;

use keyward_core::port::Fut;
use serde_json::json;

use crate::engine::ask::Account;
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route, input, reply};
use message::Entity;

const EVALUATE: Guard = Guard::Holding("access:evaluate");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/.well-known/authzen-configuration", Guard::Anyone, configuration).at(Limit::Free),
    Route::post("/access/v1/evaluation", EVALUATE, evaluate::one),
    Route::post("/access/v1/evaluations", EVALUATE, evaluate::many),
    Route::post("/access/v1/search/subject", EVALUATE, search::subjects),
    Route::post("/access/v1/search/resource", EVALUATE, search::resources),
    Route::post("/access/v1/search/action", EVALUATE, search::actions),
];

/// Section 9: where everything is.
fn configuration(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let point = format!("{}{}", cx.auth.public_url(), cx.auth.0.web.base);
        let at = |path: &str| format!("{point}/access/v1/{path}");
        reply::ok(&json!({
            "policy_decision_point": point,
            "access_evaluation_endpoint": at("evaluation"),
            "access_evaluations_endpoint": at("evaluations"),
            "search_subject_endpoint": at("search/subject"),
            "search_resource_endpoint": at("search/resource"),
            "search_action_endpoint": at("search/action"),
        }))
    })
}

/// The message, read. What cannot be read is a 400 here, whatever is wrong.
fn read<T: serde::de::DeserializeOwned>(cx: &Cx<'_>) -> Result<T, Fault> {
    input::body(cx.request).map_err(malformed)
}

fn malformed(fault: Fault) -> Fault {
    match fault {
        Fault::Problem(mut problem)
            if matches!(problem.code, Code::ValidationFailed | Code::UnknownField) =>
        {
            problem.code = Code::BadRequest;
            Fault::Problem(problem)
        }
        other => other,
    }
}

/// The account that a message is about, while it is the same.
#[derive(Default)]
struct Subject(Option<((String, String), Option<Account>)>);

impl Subject {
    /// The account of an entity: looked up once for questions in a row, which are
    /// so decided on one snapshot. Only accounts are subjects here.
    async fn account(&mut self, cx: &Cx<'_>, of: &Entity) -> Result<Option<&Account>, Fault> {
        of.check_type("subject")?;
        let key = (of.r#type.clone(), of.id("subject")?.to_owned());
        if self.0.as_ref().is_none_or(|(known, _)| *known != key) {
            let person = match key.0.as_str() {
                "user" => cx.auth.find_person(&key.1).await?,
                _ => None,
            };
            let account = match person {
                Some(person) => cx.auth.account(person.id).await?,
                None => None,
            };
            self.0 = Some((key, account));
        }
        Ok(self.0.as_ref().and_then(|(_, account)| account.as_ref()))
    }
}
