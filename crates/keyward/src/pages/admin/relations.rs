//! Stored relations: found by their object or their subject, added and removed.

use keyward_core::id::UserId;
use keyward_core::port::Fut;
use keyward_core::record::Tuple;
use keyward_core::refusal::{Flaw, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::render::Page;
use super::super::{go, nav};
use crate::http::{Cx, Fault, Guard, Reply, Route, input};
use crate::routes::relations::{ChangeInput, ListInput, RelationInput, run};

const VIEW: Guard = Guard::Holding("relations:view");
const EDIT: Guard = Guard::Holding("relations:edit");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/relations", VIEW, show),
    Route::post("/admin/relations", EDIT, add),
    Route::post("/admin/relations/remove", EDIT, remove),
];

/// What is looked for; a form sends what is empty as well.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[serde(default)]
    object: String,
    #[serde(default)]
    relation: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    cursor: String,
}

impl Filter {
    fn to_list(&self) -> ListInput {
        let Self { object, relation, subject, cursor } = self.clone();
        ListInput::of(object, relation, subject, cursor)
    }

    /// This list from there on.
    fn path(&self, cursor: &str) -> String {
        let pairs = [
            ("object", self.object.as_str()),
            ("relation", &self.relation),
            ("subject", &self.subject),
            ("cursor", cursor),
        ];
        nav::path("/admin/relations", &pairs)
    }
}

/// A relation as a row, with whose account it is about.
fn row(tuple: &Tuple) -> Value {
    let is_one = tuple.subject_type == "user" && tuple.subject_relation.is_empty();
    let person = UserId::parse(&tuple.subject_id).filter(|_| is_one);
    json!({
        "object": tuple.object(),
        "relation": tuple.relation,
        "subject": tuple.subject(),
        "person": person.map(|id| id.to_string()),
    })
}

/// The page without what was looked for.
fn bare<'a>(cx: &'a Cx<'_>, filter: &Filter) -> Result<Page<'a>, Fault> {
    let Filter { object, relation, subject, .. } = filter;
    Ok(Page::new(cx, "admin_relations.html")
        .with("here", "relations")
        .with("filter", json!({ "object": object, "relation": relation, "subject": subject }))
        .with("relations", Value::Null)
        .with("next", "")
        .with("first", filter.cursor.is_empty())
        .with("searching", true)
        .with("may_edit", nav::holds(cx.caller.entry()?, "relations:edit"))
        .keeping(&["object", "relation", "subject"]))
}

async fn page<'a>(cx: &'a Cx<'_>, filter: &Filter) -> Result<Page<'a>, Fault> {
    let found = cx.auth.relations(&filter.to_list().to_query()?).await?;
    let next = found.next.map(|tuple| filter.path(&tuple.to_string())).unwrap_or_default();
    let rows: Vec<Value> = found.data.iter().map(row).collect();
    Ok(bare(cx, filter)?.with("relations", rows).with("next", next))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let filter: Filter = nav::asked(&cx)?;
        match page(&cx, &filter).await {
            Ok(page) => page.with("values", json!({})).reply(),
            Err(fault) => bare(&cx, &filter)?.with("values", json!({})).refused(fault, cx.id),
        }
    })
}

/// Flaws of the one relation that a form adds or removes, by its fields.
fn of_form(fault: Fault) -> Fault {
    let Fault::Refusal(Refusal::Flawed(flaws)) = fault else { return fault };
    let flaws = flaws.into_iter().map(|flaw| {
        let field = flaw.field.rsplit('.').next().unwrap_or_default().to_owned();
        Flaw { field, ..flaw }
    });
    Refusal::Flawed(flaws.collect()).into()
}

/// Does it, and goes on to the relations of the same object.
async fn change(cx: &Cx<'_>, object: String, change: ChangeInput) -> Result<Reply, Fault> {
    match run(cx, change).await {
        Ok(_) => {
            let pairs = [("object", object.as_str()), ("notice", "done")];
            go(cx, &nav::path("/admin/relations", &pairs))
        }
        Err(fault) => {
            let page = page(cx, &Filter::default()).await?.with("searching", false);
            page.refused(of_form(fault), cx.id)
        }
    }
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let one: RelationInput = input::body(cx.request)?;
        let object = one.object().to_owned();
        change(&cx, object, ChangeInput::adding(one)).await
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let one: RelationInput = input::body(cx.request)?;
        let object = one.object().to_owned();
        change(&cx, object, ChangeInput::removing(one)).await
    })
}
