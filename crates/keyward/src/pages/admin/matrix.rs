//! The matrix of roles and permissions: choose, review, save.

use keyward_core::flow::matrix::{Cell, ChangeMatrix};
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde_json::{Map, Value, json};

use super::super::render::Page;
use super::super::{go, nav};
use crate::http::{Code, Cx, Fault, Guard, Problem, Reply, Route, input};
use crate::matrix::MatrixView;
use crate::routes::matrix::{MatrixInput, change, reviewed};
use crate::routes::roles::effect_of;

const VIEW: Guard = Guard::Holding("roles:view");
const EDIT: Guard = Guard::Holding("roles:edit");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/matrix", VIEW, show),
    Route::post("/admin/matrix", EDIT, save),
    Route::post("/admin/matrix/review", EDIT, review),
];

/// What fits a screen; the query may ask for more.
const ROWS: usize = 40;
const COLUMNS: usize = 6;

/// The part of the matrix that is looked at; it stays the same while one edits.
const FILTER: [&str; 4] = ["q", "role", "cursor", "roles_cursor"];

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let mut input: MatrixInput = nav::asked(&cx)?;
        input.limit = input.limit.or(Some(ROWS));
        input.roles_limit = input.roles_limit.or(Some(COLUMNS));
        let also = input.also.clone();
        let part = input.to_query();
        // A permission that cannot be read is told beside its field.
        let refused = part.is_err() && !also.is_empty();
        if refused {
            input.also.clear();
        }
        let view = cx.auth.matrix(&if refused { input.to_query()? } else { part? }).await?;
        let page = page(&cx, &input, &view)?.with("also", also);
        match refused {
            true => page.refused(
                Problem::new(Code::ValidationFailed).field("also", "permission_invalid").into(),
                cx.id,
            ),
            false => page.reply(),
        }
    })
}

fn page<'a>(cx: &'a Cx<'_>, input: &MatrixInput, view: &MatrixView) -> Result<Page<'a>, Fault> {
    let filter = [
        ("q", input.q.as_str()),
        ("role", &input.role),
        ("cursor", &input.cursor),
        ("roles_cursor", &input.roles_cursor),
    ];
    let turned = |name: &str, to: &str| {
        let pairs: Vec<_> =
            filter.iter().map(|(n, v)| (*n, if *n == name { to } else { *v })).collect();
        nav::path("/admin/matrix", &pairs)
    };
    let next = view.next_cursor.as_deref().map(|next| turned("cursor", next));
    let next_roles = view.next_role.as_deref().map(|next| turned("roles_cursor", next));
    Ok(Page::new(cx, "admin_matrix.html")
        .with("here", "matrix")
        .with("filter", filter.iter().copied().collect::<std::collections::BTreeMap<_, _>>())
        .with("filtered", !input.q.is_empty() || !input.role.is_empty())
        .with("matrix", view)
        .with("next", next)
        .with("next_roles", next_roles)
        .with("first", (!input.cursor.is_empty()).then(|| turned("cursor", "")))
        .with("first_roles", (!input.roles_cursor.is_empty()).then(|| turned("roles_cursor", "")))
        .with("may_edit", nav::holds(cx.caller.entry()?, "roles:edit")))
}

/// The fields of a form whose names are not known before.
struct Typed(Map<String, Value>);

impl Typed {
    fn read(cx: &Cx<'_>) -> Result<Self, Fault> {
        Ok(Self(input::body(cx.request)?))
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// What was chosen: cells of the matrix that differ from what they showed
    /// (`cell.ROW.COLUMN.WAS`), or the list of a review (`change.N`).
    fn to_change(&self, cx: &Cx<'_>) -> Result<ChangeMatrix, Fault> {
        let bad = |field| Problem::new(Code::ValidationFailed).field(field, "wrong_type");
        let seen = self.text("version").parse().map_err(|_| bad("version"))?;
        let mut cells = Vec::new();
        for (name, value) in &self.0 {
            let value = value.as_str().unwrap_or_default();
            if let Some(place) = name.strip_prefix("cell.") {
                cells.extend(self.cell(place, value)?);
            } else if name.starts_with("change.") {
                cells.push(listed(value)?);
            }
        }
        Ok(ChangeMatrix { seen, cells, force: false, actor: Some(cx.caller.user()?) })
    }

    fn cell(&self, place: &str, chosen: &str) -> Result<Option<Cell>, Fault> {
        let mut parts = place.splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        let (row, column, was) = (part(), part(), part());
        if was == chosen {
            return Ok(None);
        }
        let role = self.text(&format!("role.{column}")).to_owned();
        let pattern = self.text(&format!("permission.{row}")).to_owned();
        Ok(Some(Cell { role, pattern, effect: effect_of(Some(chosen))? }))
    }

    /// Back to the part of the matrix that was looked at.
    fn back(&self, notice: &'static str) -> String {
        let filter = FILTER.iter().map(|name| (*name, self.text(name)));
        let pairs: Vec<_> = filter.chain([("notice", notice)]).collect();
        nav::path("/admin/matrix", &pairs)
    }
}

/// `allow editor posts:*`; `none` for no rule. A pattern may have spaces.
fn listed(text: &str) -> Result<Cell, Fault> {
    let mut parts = text.splitn(3, ' ');
    let (Some(effect), Some(role), Some(pattern)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(Code::BadRequest.into());
    };
    let effect = if effect == "none" { None } else { effect_of(Some(effect))? };
    Ok(Cell { role: role.to_owned(), pattern: pattern.to_owned(), effect })
}

async fn review_page<'a>(
    cx: &'a Cx<'_>,
    typed: &Typed,
    flow: &ChangeMatrix,
) -> Result<Page<'a>, Fault> {
    let review = reviewed(cx, flow).await?;
    let filter: Map<String, Value> =
        FILTER.iter().map(|name| ((*name).to_owned(), json!(typed.text(name)))).collect();
    Ok(Page::new(cx, "admin_matrix_review.html")
        .with("here", "matrix")
        .with("filter", filter)
        .with("back", typed.back(""))
        .with("stale", false)
        .with("review", review))
}

fn review(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let typed = Typed::read(&cx)?;
        let flow = typed.to_change(&cx)?;
        if flow.cells.is_empty() {
            return go(&cx, &typed.back("unchanged"));
        }
        review_page(&cx, &typed, &flow).await?.reply()
    })
}

fn save(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let typed = Typed::read(&cx)?;
        let flow = typed.to_change(&cx)?;
        match change(&cx, &flow).await {
            Ok(_) => go(&cx, &typed.back("saved")),
            // With what it would do now, to be looked at again.
            Err(fault) => {
                let stale = matches!(fault, Fault::Refusal(Refusal::Conflict));
                let page = review_page(&cx, &typed, &flow).await?;
                page.with("stale", stale).typed().refused(fault, cx.id)
            }
        }
    })
}
