//! Roles and their rules, for administrators.

use ::http::StatusCode;
use keyward_authz::Effect;
use keyward_core::flow::role::{ChangeRole, RoleChange, effect_name};
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{List, Named};
use crate::http::{
    Code, Cx, Fault, Guard, Method4, Problem, Reply, Route, input, no_content, reply,
};
use crate::view::RoleView;

const VIEW: Guard = Guard::Holding("roles:view");
const EDIT: Guard = Guard::Holding("roles:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/roles", VIEW, list).gives::<List<RoleView>>(),
    Route::post("/api/v1/admin/roles", EDIT, add).takes::<AddInput>().gives::<Named>(),
    Route::post("/api/v1/admin/roles/{role}", EDIT, remove).by(Method4::Delete),
    Route::post("/api/v1/admin/roles/{role}/inherits", EDIT, inherit)
        .by(Method4::Put)
        .takes::<InheritInput>(),
    Route::post("/api/v1/admin/roles/{role}/permissions", EDIT, rule)
        .by(Method4::Put)
        .takes::<RuleInput>(),
];

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let roles = cx.auth.role_list().await?;
        reply::ok(&List { data: roles })
    })
}

/// Changes a role. The one way for the API and the page.
pub(crate) async fn change(cx: &Cx<'_>, role: &str, change: RoleChange) -> Result<(), Fault> {
    let actor = Some(cx.caller.user()?);
    let flow = ChangeRole { role: role.to_owned(), change, actor };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddInput {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let AddInput { name, description } = input::body(cx.request)?;
        change(&cx, &name, RoleChange::Add { description }).await?;
        reply::json(StatusCode::CREATED, &Named { name })
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        change(&cx, cx.params.get("role"), RoleChange::Remove).await?;
        Ok(no_content())
    })
}

/// Roles whose rules a role has as well.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InheritInput {
    pub(crate) inherits: Vec<String>,
}

fn inherit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let InheritInput { inherits } = input::body(cx.request)?;
        change(&cx, cx.params.get("role"), RoleChange::Inherit { inherits }).await?;
        Ok(no_content())
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleInput {
    pub(crate) permission: String,
    /// `allow`, `deny`, or nothing to remove the rule.
    #[serde(default)]
    pub(crate) effect: Option<String>,
}

impl RuleInput {
    pub(crate) fn to_change(&self) -> Result<RoleChange, Fault> {
        let effect = effect_of(self.effect.as_deref())?;
        Ok(RoleChange::Rule { effect, pattern: self.permission.clone() })
    }
}

/// `allow` or `deny`; nothing, or an empty field, for no rule.
pub(crate) fn effect_of(given: Option<&str>) -> Result<Option<Effect>, Fault> {
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
    let found = [Effect::Allow, Effect::Deny].into_iter().find(|e| effect_name(*e) == text);
    let bad = || Problem::new(Code::ValidationFailed).field("effect", "wrong_type");
    Ok(Some(found.ok_or_else(bad)?))
}

fn rule(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: RuleInput = input::body(cx.request)?;
        change(&cx, cx.params.get("role"), input.to_change()?).await?;
        Ok(no_content())
    })
}
