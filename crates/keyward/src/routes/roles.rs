//! Roles and their rules, for administrators.

use ::http::StatusCode;
use keyward_authz::Effect;
use keyward_core::flow::role::{ChangeRole, RoleChange, effect_name};
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Named, Part};
use super::people::query;
use crate::http::input::{self, Flag, Said};
use crate::http::{
    Code, Cx, Fault, Guard, Method4, Problem, Reply, Route, no_content, reply, version,
};
use crate::roles::RoleQuery;
use crate::view::RoleView;

const VIEW: Guard = Guard::Holding("roles:view");
const EDIT: Guard = Guard::Holding("roles:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/roles", VIEW, list).takes::<ListInput>().gives::<Part<RoleView>>(),
    Route::post("/api/v1/admin/roles", EDIT, add).takes::<AddInput>().gives::<Named>(),
    Route::get("/api/v1/admin/roles/{role}", VIEW, show).gives::<RoleView>(),
    Route::post("/api/v1/admin/roles/{role}", EDIT, remove)
        .by(Method4::Delete)
        .takes::<ForceInput>(),
    Route::post("/api/v1/admin/roles/{role}/inherits", EDIT, inherit)
        .by(Method4::Put)
        .takes::<InheritInput>(),
    Route::post("/api/v1/admin/roles/{role}/permissions", EDIT, rule)
        .by(Method4::Put)
        .takes::<RuleInput>(),
];

/// Which part of the roles; the same in the query of the API and of the page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListInput {
    /// Only roles whose name contains this text.
    #[serde(default)]
    pub(crate) q: String,
    /// The `next_cursor` of the part before.
    #[serde(default)]
    pub(crate) cursor: String,
    /// 1 to 200; 50 if not given.
    pub(crate) limit: Option<usize>,
}

impl ListInput {
    pub(crate) fn to_query(&self) -> Result<RoleQuery, Fault> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Problem::new(Code::ValidationFailed).field("limit", "wrong_type").into());
        }
        let after = (!self.cursor.is_empty()).then(|| self.cursor.clone());
        Ok(RoleQuery { text: self.q.clone(), after, limit })
    }
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListInput = query(&cx)?;
        let page = cx.auth.role_page(&input.to_query()?).await?;
        reply::ok(&Part { data: page.data, next_cursor: page.next })
    })
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let found = cx.auth.role(cx.params.get("role")).await?.ok_or(Code::NotFound)?;
        Ok(version::tagged(reply::ok(&found)?, found.version))
    })
}

/// What was seen of the definition that is changed, and whether it is changed
/// although nobody could administer any more.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) seen: Option<i64>,
    pub(crate) force: bool,
}

impl Terms {
    /// As a request says it: the version by its header.
    pub(super) fn of(cx: &Cx<'_>, force: Flag) -> Result<Self, Fault> {
        Ok(Self { seen: version::if_match(cx.request)?, force: force.0 })
    }

    /// As a form of ours says it.
    pub(crate) fn seen(text: &str) -> Result<Self, Fault> {
        let bad = |_| Problem::new(Code::ValidationFailed).field("version", "wrong_type");
        Ok(Self { seen: Some(text.parse().map_err(bad)?), force: false })
    }
}

/// Whether it is done although nobody could administer any more.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForceInput {
    /// Although nobody could administer any more.
    #[serde(default)]
    pub(super) force: Flag,
}

/// Changes a role. The one way for the API and the page.
pub(crate) async fn change(
    cx: &Cx<'_>,
    role: &str,
    change: RoleChange,
    terms: Terms,
) -> Result<(), Fault> {
    let Terms { seen, force } = terms;
    let actor = Some(cx.caller.user()?);
    let flow = ChangeRole { seen, force, actor, ..ChangeRole::new(role, change) };
    let answer = cx.auth.run(&flow, &cx.caller.client).await?;
    answer.map_err(|refusal| version::refused(refusal, seen))
}

/// A role or a group.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddInput {
    /// 1 to 64 of a-z, 0-9, dot, hyphen and underscore.
    #[schemars(example = &"editors")]
    pub(crate) name: String,
    /// What it is for.
    #[serde(default)]
    pub(crate) description: String,
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let AddInput { name, description } = input::body(cx.request)?;
        change(&cx, &name, RoleChange::Add { description }, Terms::default()).await?;
        reply::json(StatusCode::CREATED, &Named { name })
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ForceInput { force } = query(&cx)?;
        let terms = Terms::of(&cx, force)?;
        change(&cx, cx.params.get("role"), RoleChange::Remove, terms).await?;
        Ok(no_content())
    })
}

/// Roles whose rules a role has as well.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InheritInput {
    pub(crate) inherits: Vec<String>,
    /// Although nobody could administer any more.
    #[serde(default)]
    force: Flag,
}

fn inherit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let InheritInput { inherits, force } = input::body(cx.request)?;
        let terms = Terms::of(&cx, force)?;
        change(&cx, cx.params.get("role"), RoleChange::Inherit { inherits }, terms).await?;
        Ok(no_content())
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleInput {
    pub(crate) permission: String,
    /// `allow`, `deny`, or null to remove the rule.
    pub(crate) effect: Said,
    /// Although nobody could administer any more.
    #[serde(default)]
    force: Flag,
}

impl RuleInput {
    pub(crate) fn to_change(&self) -> Result<RoleChange, Fault> {
        let effect = effect_of(self.effect.0.as_deref())?;
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
        let terms = Terms::of(&cx, input.force)?;
        change(&cx, cx.params.get("role"), input.to_change()?, terms).await?;
        Ok(no_content())
    })
}
