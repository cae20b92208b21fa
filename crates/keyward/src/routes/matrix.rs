//! The matrix of roles and permissions, and who holds what, for administrators.

use keyward_authz::Pattern;
use keyward_core::flow::matrix::{Cell, ChangeMatrix};
use keyward_core::id::UserId;
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Changed;
use super::people::query;
use super::roles::effect_of;
use crate::engine::policy::parse;
use crate::http::input::{self, Flag, Said};
use crate::http::{Code, Cx, Fault, Guard, Method4, Problem, Reply, Route, reply};
use crate::matrix::{HolderQuery, HoldersView, MatrixQuery, MatrixView, ReviewView};

const VIEW: Guard = Guard::Holding("roles:view");
const EDIT: Guard = Guard::Holding("roles:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/matrix", VIEW, show).takes::<MatrixInput>().gives::<MatrixView>(),
    Route::post("/api/v1/admin/matrix", EDIT, save)
        .by(Method4::Put)
        .takes::<ChangesInput>()
        .gives::<Changed>(),
    Route::post("/api/v1/admin/matrix/review", EDIT, review)
        .takes::<ChangesInput>()
        .gives::<ReviewView>(),
    // Who holds what is about people.
    Route::get("/api/v1/admin/holders", Guard::Holding("users:view"), holders)
        .takes::<HolderInput>()
        .gives::<HoldersView>(),
];

/// Which part of the matrix; the same in the query of the API and of the page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatrixInput {
    /// Only permissions that contain this text.
    #[serde(default)]
    pub(crate) q: String,
    /// Only roles whose name contains this text.
    #[serde(default)]
    pub(crate) role: String,
    /// The `next_cursor` of the part before.
    #[serde(default)]
    pub(crate) cursor: String,
    /// The `next_role` of the part before.
    #[serde(default)]
    pub(crate) roles_cursor: String,
    /// A permission or pattern that is shown in any case.
    #[serde(default)]
    pub(crate) also: String,
    /// Permissions in one part: 1 to 200; 100 if not given.
    pub(crate) limit: Option<usize>,
    /// Roles in one part: 1 to 50; 20 if not given.
    pub(crate) roles_limit: Option<usize>,
}

impl MatrixInput {
    pub(crate) fn to_query(&self) -> Result<MatrixQuery, Fault> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let also = match self.also.as_str() {
            "" => None,
            text => Some(Pattern::parse(text).map_err(|_| {
                Problem::new(Code::ValidationFailed).field("also", "permission_invalid")
            })?),
        };
        let base = MatrixQuery::default();
        Ok(MatrixQuery {
            permission: self.q.clone(),
            role: self.role.clone(),
            after: given(&self.cursor),
            roles_after: given(&self.roles_cursor),
            also,
            limit: within(self.limit, base.limit, 200, "limit")?,
            roles_limit: within(self.roles_limit, base.roles_limit, 50, "roles_limit")?,
        })
    }
}

fn within(given: Option<usize>, base: usize, most: usize, field: &str) -> Result<usize, Fault> {
    let wanted = given.unwrap_or(base);
    if (1..=most).contains(&wanted) {
        return Ok(wanted);
    }
    Err(Problem::new(Code::ValidationFailed).field(field, "wrong_type").into())
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: MatrixInput = query(&cx)?;
        reply::ok(&cx.auth.matrix(&input.to_query()?).await?)
    })
}

/// Cells to set, and the version of the definitions that they were chosen by.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChangesInput {
    /// The `version` that the matrix had.
    version: i64,
    /// At most 200 cells, each once.
    changes: Vec<ChangeInput>,
    /// Although nobody could administer any more.
    #[serde(default)]
    force: Flag,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChangeInput {
    role: String,
    permission: String,
    /// `allow`, `deny`, or null for no rule.
    effect: Said,
}

impl ChangesInput {
    fn read(cx: &Cx<'_>) -> Result<ChangeMatrix, Fault> {
        let input: Self = input::body(cx.request)?;
        let cells = input.changes.into_iter().map(|ChangeInput { role, permission, effect }| {
            Ok(Cell { role, pattern: permission, effect: effect_of(effect.0.as_deref())? })
        });
        let cells = cells.collect::<Result<_, Fault>>()?;
        let (seen, force, actor) = (input.version, input.force.0, Some(cx.caller.user()?));
        Ok(ChangeMatrix { seen, cells, force, actor })
    }
}

/// Saves the cells. The one way for the API and the page.
pub(crate) async fn change(cx: &Cx<'_>, flow: &ChangeMatrix) -> Result<usize, Fault> {
    Ok(cx.auth.run(flow, &cx.caller.client).await??)
}

fn save(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = ChangesInput::read(&cx)?;
        let changed = change(&cx, &flow).await?;
        reply::ok(&Changed { changed })
    })
}

fn review(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = ChangesInput::read(&cx)?;
        reply::ok(&reviewed(&cx, &flow).await?)
    })
}

/// What the cells would change, if there are not more than may be changed at once.
pub(crate) async fn reviewed(cx: &Cx<'_>, flow: &ChangeMatrix) -> Result<ReviewView, Fault> {
    flow.is_sized()?;
    Ok(cx.auth.review_matrix(flow).await?)
}

/// Who holds a permission; the same in the query of the API and of the page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolderInput {
    /// The permission.
    #[serde(default)]
    pub(crate) permission: String,
    /// Only holders of this role.
    #[serde(default)]
    pub(crate) role: String,
    /// The `next_cursor` of the part before.
    #[serde(default)]
    pub(crate) cursor: String,
    /// Accounts that are looked at: 1 to 200; 100 if not given.
    pub(crate) limit: Option<u32>,
}

impl HolderInput {
    pub(crate) fn to_query(&self) -> Result<HolderQuery, Fault> {
        let bad = |field, code| Problem::new(Code::ValidationFailed).field(field, code);
        let permission =
            parse(&self.permission).map_err(|_| bad("permission", "permission_invalid"))?;
        let after = match self.cursor.as_str() {
            "" => None,
            text => Some(UserId::parse(text).ok_or_else(|| bad("cursor", "wrong_type"))?),
        };
        let limit = self.limit.unwrap_or(100);
        if !(1..=200).contains(&limit) {
            return Err(bad("limit", "wrong_type").into());
        }
        let role = (!self.role.is_empty()).then(|| self.role.clone());
        Ok(HolderQuery { permission, role, after, limit })
    }
}

fn holders(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: HolderInput = query(&cx)?;
        reply::ok(&cx.auth.holders(&input.to_query()?).await?)
    })
}
