//! The list of people: search, filters, pages, and a form to add one.

use keyward_core::port::Fut;
use keyward_core::record::{Identifier, User};
use serde_json::{Value, json};

use super::super::render::Page;
use super::super::{go, nav};
use super::person::is_unproven;
use crate::http::{Cx, Fault, Guard, Reply, Route, input};
use crate::routes::people::{AddInput, ListInput, add_person};
use crate::view::UserView;

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/people", Guard::Holding("users:view"), list),
    Route::get("/admin/people/add", Guard::Holding("users:edit"), show_add),
    Route::post("/admin/people/add", Guard::Holding("users:edit"), add),
];

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListInput = nav::asked(&cx)?;
        let page = cx.auth.0.store.people(&input.to_query()?).await?;
        let settings = &cx.auth.0.settings;
        let row = |(user, names): &(User, Vec<Identifier>)| {
            json!({
                "person": UserView::new(user, names),
                "unproven": is_unproven(user, names, settings),
            })
        };
        let rows: Vec<Value> = page.data.iter().map(row).collect();
        let (status, role) = (input.status.unwrap_or_default(), input.role.unwrap_or_default());
        let next = page.next.map(|next| next.to_string()).unwrap_or_default();
        let limit = input.limit.map(|n| n.to_string()).unwrap_or_default();
        let more = [
            ("q", input.q.as_str()),
            ("status", &status),
            ("role", &role),
            ("limit", &limit),
            ("cursor", &next),
        ];
        Page::new(&cx, "admin_people.html")
            .with("here", "people")
            .with("filter", json!({ "q": input.q, "status": status, "role": role }))
            .with("filtered", !input.q.is_empty() || !status.is_empty() || !role.is_empty())
            .with("first", input.cursor.is_none_or(|c| c.is_empty()))
            .with("next", (!next.is_empty()).then(|| nav::path("/admin/people", &more)))
            .with("roles", cx.auth.role_names().await?)
            .with("people", rows)
            .reply()
    })
}

fn form<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "admin_person_add.html")
        .with("here", "people")
        .keeping(&["email", "username", "phone", "name", "verified"])
}

fn show_add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { form(&cx).reply() })
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let added = match input::body::<AddInput>(cx.request) {
            Ok(input) => add_person(&cx, input).await,
            Err(fault) => Err(fault),
        };
        match added {
            Ok(person) => go(&cx, &format!("/admin/people/{}?notice=person_added", person.id)),
            Err(fault) => form(&cx).refused(fault, cx.id),
        }
    })
}
