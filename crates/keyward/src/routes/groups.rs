//! Groups and their members, and roles that exclude each other, for administrators.

use ::http::StatusCode;
use keyward_core::flow::group::{ChangeExclusive, ChangeGroup, ChangeMembership, GroupChange};
use keyward_core::id::UserId;
use keyward_core::port::{Fut, MemberQuery};
use keyward_core::record::Term;
use keyward_core::time::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{List, Named, Part};
use super::people::query;
use super::roles::{AddInput, ForceInput, Terms};
use crate::http::input::{self, Flag};
use crate::http::{
    Code, Cx, Fault, Guard, Method4, Problem, Reply, Route, no_content, reply, version,
};
use crate::view::{ExclusiveView, GroupView, MemberView};

const VIEW: Guard = Guard::Holding("groups:view");
const EDIT: Guard = Guard::Holding("groups:edit");
/// A place in a group gives what the group gives.
const GRANT: Guard = Guard::Holding("groups:grant");
const SEE_ROLES: Guard = Guard::Holding("roles:view");
const EDIT_ROLES: Guard = Guard::Holding("roles:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/groups", VIEW, list).gives::<List<GroupView>>(),
    Route::post("/api/v1/admin/groups", EDIT, add).takes::<AddInput>().gives::<Named>(),
    Route::get("/api/v1/admin/groups/{group}", VIEW, show).gives::<GroupView>(),
    Route::post("/api/v1/admin/groups/{group}", EDIT, remove)
        .by(Method4::Delete)
        .takes::<ForceInput>(),
    Route::post("/api/v1/admin/groups/{group}/roles", EDIT, set_roles)
        .by(Method4::Put)
        .takes::<GivenInput>(),
    Route::get("/api/v1/admin/groups/{group}/members", VIEW, members)
        .takes::<MembersInput>()
        .gives::<Part<MemberView>>(),
    Route::post("/api/v1/admin/groups/{group}/members/{user}", GRANT, join)
        .by(Method4::Put)
        .takes::<TermInput>(),
    Route::post("/api/v1/admin/groups/{group}/members/{user}", GRANT, leave).by(Method4::Delete),
    Route::get("/api/v1/admin/exclusive-roles", SEE_ROLES, list_exclusive)
        .gives::<List<ExclusiveView>>(),
    Route::get("/api/v1/admin/exclusive-roles/{set}", SEE_ROLES, show_exclusive)
        .gives::<ExclusiveView>(),
    Route::post("/api/v1/admin/exclusive-roles/{set}", EDIT_ROLES, set_exclusive)
        .by(Method4::Put)
        .takes::<RolesInput>(),
    Route::post("/api/v1/admin/exclusive-roles/{set}", EDIT_ROLES, remove_exclusive)
        .by(Method4::Delete),
];

/// When something that is given counts: RFC 3339 in UTC, or a date; an empty
/// field is none.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TermInput {
    /// Counts from this moment on.
    #[serde(default)]
    pub(crate) not_before: Option<String>,
    /// Counts until this moment.
    #[serde(default)]
    pub(crate) expires_at: Option<String>,
}

impl TermInput {
    pub(crate) fn to_term(&self) -> Result<Term, Fault> {
        Ok(Term {
            not_before: moment("not_before", self.not_before.as_deref())?,
            expires_at: moment("expires_at", self.expires_at.as_deref())?,
        })
    }
}

fn moment(field: &str, given: Option<&str>) -> Result<Option<Timestamp>, Fault> {
    let Some(text) = given.filter(|text| !text.is_empty()) else { return Ok(None) };
    let bad = || Problem::new(Code::ValidationFailed).field(field, "wrong_type");
    Ok(Some(Timestamp::parse(text).ok_or_else(bad)?))
}

/// The names of roles.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RolesInput {
    #[schemars(example = &["approver", "payer"])]
    pub(crate) roles: Vec<String>,
}

/// The roles that a group gives.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GivenInput {
    roles: Vec<String>,
    /// Although nobody could administer any more.
    #[serde(default)]
    force: Flag,
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let groups = cx.auth.group_list().await?;
        reply::ok(&List { data: groups })
    })
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let found = cx.auth.group(cx.params.get("group")).await?.ok_or(Code::NotFound)?;
        Ok(version::tagged(reply::ok(&found)?, found.version))
    })
}

/// Changes a group. The one way for the API and the page.
pub(crate) async fn change(
    cx: &Cx<'_>,
    group: &str,
    change: GroupChange,
    terms: Terms,
) -> Result<(), Fault> {
    let Terms { seen, force } = terms;
    let actor = Some(cx.caller.user()?);
    let flow = ChangeGroup { seen, force, actor, ..ChangeGroup::new(group, change) };
    let answer = cx.auth.run(&flow, &cx.caller.client).await?;
    answer.map_err(|refusal| version::refused(refusal, seen))
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let AddInput { name, description } = input::body(cx.request)?;
        change(&cx, &name, GroupChange::Add { description }, Terms::default()).await?;
        reply::json(StatusCode::CREATED, &Named { name })
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ForceInput { force } = query(&cx)?;
        let terms = Terms::of(&cx, force)?;
        change(&cx, cx.params.get("group"), GroupChange::Remove, terms).await?;
        Ok(no_content())
    })
}

fn set_roles(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let GivenInput { roles, force } = input::body(cx.request)?;
        let terms = Terms::of(&cx, force)?;
        change(&cx, cx.params.get("group"), GroupChange::Roles { roles }, terms).await?;
        Ok(no_content())
    })
}

/// Which part of the members.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MembersInput {
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Option<u32>,
}

impl MembersInput {
    pub(crate) fn to_query(&self, group: &str) -> Result<MemberQuery, Fault> {
        let bad =
            |field| Fault::from(Problem::new(Code::ValidationFailed).field(field, "wrong_type"));
        let after = match self.cursor.as_deref() {
            None | Some("") => None,
            Some(text) => Some(UserId::parse(text).ok_or_else(|| bad("cursor"))?),
        };
        let limit = self.limit.unwrap_or(50);
        match (1..=200).contains(&limit) {
            true => Ok(MemberQuery { group: group.to_owned(), after, limit }),
            false => Err(bad("limit")),
        }
    }
}

fn members(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let wanted = query::<MembersInput>(&cx)?.to_query(cx.params.get("group"))?;
        cx.auth.group(&wanted.group).await?.ok_or(Code::NotFound)?;
        let page = cx.auth.group_members(&wanted).await?;
        let next_cursor = page.next.map(|id| id.to_string());
        reply::ok(&Part { data: page.data, next_cursor })
    })
}

/// Puts an account into a group for a time, or takes it out. The one way for the
/// API and the page.
pub(crate) async fn change_member(
    cx: &Cx<'_>,
    user: UserId,
    group: &str,
    term: Option<Term>,
) -> Result<(), Fault> {
    let (actor, group) = (Some(cx.caller.user()?), group.to_owned());
    let (give, term) = (term.is_some(), term.unwrap_or_default());
    let flow = ChangeMembership { user, group, give, term, actor };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

async fn member(cx: &Cx<'_>, term: Option<Term>) -> Result<Reply, Fault> {
    let user = UserId::parse(cx.params.get("user")).ok_or(Code::NotFound)?;
    change_member(cx, user, cx.params.get("group"), term).await?;
    Ok(no_content())
}

fn join(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let term = input::body_or_nothing::<TermInput>(cx.request)?.to_term()?;
        member(&cx, Some(term)).await
    })
}

fn leave(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { member(&cx, None).await })
}

fn list_exclusive(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let sets = cx.auth.exclusive_list().await?;
        reply::ok(&List { data: sets })
    })
}

fn show_exclusive(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let sets = cx.auth.exclusive_list().await?;
        let found = sets.into_iter().find(|set| set.name == cx.params.get("set"));
        let found = found.ok_or(Code::NotFound)?;
        Ok(version::tagged(reply::ok(&found)?, found.version))
    })
}

/// Replaces a set of exclusive roles, or removes it. The one way for the API and
/// the page.
pub(crate) async fn change_exclusive(
    cx: &Cx<'_>,
    set: &str,
    roles: Option<Vec<String>>,
    seen: Option<i64>,
) -> Result<(), Fault> {
    let actor = Some(cx.caller.user()?);
    let flow = ChangeExclusive { set: set.to_owned(), roles, seen, actor };
    let answer = cx.auth.run(&flow, &cx.caller.client).await?;
    answer.map_err(|refusal| version::refused(refusal, seen))
}

fn set_exclusive(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let RolesInput { roles } = input::body(cx.request)?;
        let seen = version::if_match(cx.request)?;
        change_exclusive(&cx, cx.params.get("set"), Some(roles), seen).await?;
        Ok(no_content())
    })
}

fn remove_exclusive(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let seen = version::if_match(cx.request)?;
        change_exclusive(&cx, cx.params.get("set"), None, seen).await?;
        Ok(no_content())
    })
}
