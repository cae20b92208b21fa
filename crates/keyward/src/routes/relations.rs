//! Stored relations, for administrators.

use keyward_core::flow::relation::{ChangeRelations, Relation};
use keyward_core::port::{Fut, TupleQuery};
use keyward_core::record::{Tuple, is_name, object_of};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Part;
use super::asked::bad;
use super::people::query;
use crate::http::{Cx, Fault, Guard, Method4, Reply, Route, input, no_content, reply};
use crate::view::RelationView;

const VIEW: Guard = Guard::Holding("relations:view");
const EDIT: Guard = Guard::Holding("relations:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/relations", VIEW, list)
        .takes::<ListInput>()
        .gives::<Part<RelationView>>(),
    Route::post("/api/v1/admin/relations", EDIT, change).takes::<ChangeInput>(),
    Route::post("/api/v1/admin/relations", EDIT, remove)
        .by(Method4::Delete)
        .takes::<RelationInput>(),
];

/// Which part of which relations.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListInput {
    /// Only with this object, `document:roof`, or with objects of this type.
    object: Option<String>,
    relation: Option<String>,
    /// Only with this subject, `user:usr_…`, its sets included, or of this type.
    subject: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl ListInput {
    /// The first page of these, or the one behind the cursor; what is empty is not
    /// asked.
    pub(crate) fn of(object: String, relation: String, subject: String, cursor: String) -> Self {
        let [object, relation, subject, cursor] = [object, relation, subject, cursor].map(Some);
        Self { object, relation, subject, cursor, limit: None }
    }

    pub(crate) fn to_query(&self) -> Result<TupleQuery, Fault> {
        let (object_type, object_id) = kind_and_id("object", self.object.as_deref())?;
        let (subject_type, subject_id) = kind_and_id("subject", self.subject.as_deref())?;
        let relation = given(self.relation.as_deref()).map(str::to_owned);
        if relation.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(bad("relation", "relation_invalid"));
        }
        let after = given(self.cursor.as_deref())
            .map(|text| Tuple::parse(text).ok_or_else(|| bad("cursor", "wrong_type")));
        let (after, limit) = (after.transpose()?, self.limit.unwrap_or(50));
        if !(1..=200).contains(&limit) {
            return Err(bad("limit", "wrong_type"));
        }
        Ok(TupleQuery { object_type, object_id, relation, subject_type, subject_id, after, limit })
    }
}

/// What was given; an empty field is none.
fn given(field: Option<&str>) -> Option<&str> {
    field.filter(|text| !text.is_empty())
}

/// `document:roof`, or the type alone.
fn kind_and_id(field: &str, text: Option<&str>) -> Result<(Option<String>, Option<String>), Fault> {
    match given(text) {
        None => Ok((None, None)),
        Some(kind) if is_name(kind) => Ok((Some(kind.to_owned()), None)),
        Some(text) => match object_of(text) {
            Some((kind, id)) => Ok((Some(kind), Some(id))),
            None => Err(bad(field, "relation_invalid")),
        },
    }
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let page = cx.auth.relations(&query::<ListInput>(&cx)?.to_query()?).await?;
        let next_cursor = page.next.map(|tuple| tuple.to_string());
        let data = page.data.iter().map(RelationView::from).collect();
        reply::ok(&Part { data, next_cursor })
    })
}

/// Who has which relation with what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelationInput {
    /// `document:roof`
    object: String,
    /// `viewer`
    relation: String,
    /// `user:usr_…`, `user:*` or `group:builders#member`
    subject: String,
}

impl RelationInput {
    /// As it was typed.
    pub(crate) fn object(&self) -> &str {
        &self.object
    }

    fn read(self) -> Relation {
        let Self { object, relation, subject } = self;
        Relation { object, relation, subject }
    }
}

/// What to add and what to remove, 100 together at most: all of it or nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeInput {
    #[serde(default)]
    add: Vec<RelationInput>,
    #[serde(default)]
    remove: Vec<RelationInput>,
}

impl ChangeInput {
    pub(crate) fn adding(one: RelationInput) -> Self {
        Self { add: vec![one], remove: vec![] }
    }

    pub(crate) fn removing(one: RelationInput) -> Self {
        Self { add: vec![], remove: vec![one] }
    }
}

pub(crate) async fn run(cx: &Cx<'_>, input: ChangeInput) -> Result<Reply, Fault> {
    let read = |all: Vec<RelationInput>| all.into_iter().map(RelationInput::read).collect();
    let (add, remove) = (read(input.add), read(input.remove));
    let flow = ChangeRelations { add, remove, actor: Some(cx.caller.user()?) };
    cx.auth.run(&flow, &cx.caller.client).await??;
    Ok(no_content())
}

fn change(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { run(&cx, input::body(cx.request)?).await })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let one: RelationInput = query(&cx)?;
        run(&cx, ChangeInput::removing(one)).await
    })
}
