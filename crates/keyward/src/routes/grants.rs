//! Permissions given to one account directly, for administrators.

use keyward_authz::Effect;
use keyward_core::flow::role::ChangeGrant;
use keyward_core::port::Fut;
use keyward_core::record::Term;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::List;
use super::groups::TermInput;
use super::people::{query, target};
use super::roles::effect_of;
use crate::http::{
    Code, Cx, Fault, Guard, Method4, Problem, Reply, Route, input, no_content, reply,
};
use crate::view::GrantView;

const PATH: &str = "/api/v1/admin/users/{id}/permissions";
/// The same as for a role: it gives what somebody may.
const GRANT: Guard = Guard::Holding("roles:grant");

pub(super) const ROUTES: &[Route] = &[
    Route::get(PATH, Guard::Holding("users:view"), list).gives::<List<GrantView>>(),
    Route::post(PATH, GRANT, give).by(Method4::Put).takes::<GrantInput>(),
    Route::post(PATH, GRANT, take).by(Method4::Delete).takes::<TakeInput>(),
];

/// What is given, and when it counts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantInput {
    /// Such as `posts:edit` or `posts:*`.
    permission: String,
    /// `allow` or `deny`.
    effect: String,
    /// Counts from this moment on: RFC 3339 in UTC, or a date.
    #[serde(default)]
    not_before: Option<String>,
    /// Counts until this moment.
    #[serde(default)]
    expires_at: Option<String>,
}

/// What is taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeInput {
    /// As it was given.
    permission: String,
    /// `allow` or `deny`.
    effect: String,
}

/// A direct permission with when it counts; without, it is taken.
pub(crate) struct Wish {
    effect: Effect,
    pattern: String,
    term: Option<Term>,
}

impl GrantInput {
    pub(crate) fn to_wish(&self) -> Result<Wish, Fault> {
        let (not_before, expires_at) = (self.not_before.clone(), self.expires_at.clone());
        let term = Some(TermInput { not_before, expires_at }.to_term()?);
        Ok(Wish { effect: effect(&self.effect)?, pattern: self.permission.clone(), term })
    }
}

impl TakeInput {
    pub(crate) fn to_wish(&self) -> Result<Wish, Fault> {
        let effect = effect(&self.effect)?;
        Ok(Wish { effect, pattern: self.permission.clone(), term: None })
    }
}

fn effect(text: &str) -> Result<Effect, Fault> {
    let missing = || Problem::new(Code::ValidationFailed).field("effect", "missing");
    Ok(effect_of(Some(text))?.ok_or_else(missing)?)
}

/// Gives a permission for a time, or takes it. The one way for the API and the page.
pub(crate) async fn change(cx: &Cx<'_>, wish: Wish) -> Result<(), Fault> {
    let Wish { effect, pattern, term } = wish;
    let (user, actor) = (target(cx)?, Some(cx.caller.user()?));
    let (give, term) = (term.is_some(), term.unwrap_or_default());
    let flow = ChangeGrant { user, effect, pattern, give, term, actor };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let user = target(&cx)?;
        cx.auth.0.store.user(user).await?.ok_or(Code::NotFound)?;
        reply::ok(&List { data: cx.auth.holdings(user).await?.grants })
    })
}

fn give(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        change(&cx, input::body::<GrantInput>(cx.request)?.to_wish()?).await?;
        Ok(no_content())
    })
}

fn take(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        change(&cx, query::<TakeInput>(&cx)?.to_wish()?).await?;
        Ok(no_content())
    })
}
