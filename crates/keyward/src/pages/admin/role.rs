//! One role: what it says itself, what it inherits, and who has it.

use keyward_authz::RoleView;
use keyward_core::flow::role::{RoleChange, effect_name};
use keyward_core::flow::setup::ADMIN_ROLE;
use keyward_core::port::{Fut, PeopleQuery};
use serde_json::{Value, json};

use super::super::render::Page;
use super::super::{go, nav};
use super::listed::{ListedInput, SeenInput};
use crate::http::{Code, Cx, Fault, Guard, Reply, Route, input};
use crate::matrix::lineage;
use crate::routes::roles::{RuleInput, Terms, change};
use crate::view::UserView;

const EDIT: Guard = Guard::Holding("roles:edit");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/roles/{role}", Guard::Holding("roles:view"), show),
    Route::post("/admin/roles/{role}/rule", EDIT, rule),
    Route::post("/admin/roles/{role}/inherits", EDIT, inherit),
    Route::post("/admin/roles/{role}/remove", EDIT, remove),
];

/// Holders that are shown; the list of people has them all.
const SHOWN: u32 = 20;

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let name = cx.params.get("role");
    let roles = cx.auth.role_list().await?;
    let stored = roles.iter().find(|role| role.name == name && !role.read_only);
    let version = stored.map(|role| role.version);
    let policy = cx.auth.policy();
    let role = policy.snapshot.role(name).ok_or(Code::NotFound)?;
    let lineage = lineage(&policy.snapshot, role);
    let inherited: Vec<Value> = lineage.iter().skip(1).map(|role| rules(*role)).collect();
    let heirs: Vec<&str> = policy
        .snapshot
        .roles()
        .filter(|heir| heir.parents(&policy.snapshot).any(|parent| parent == name))
        .map(RoleView::name)
        .collect();
    let parents: Vec<&str> = role.parents(&policy.snapshot).collect();
    let others = cx.auth.role_names().await?.into_iter();
    let is_free = |it: &String| it != name && !parents.contains(&it.as_str());
    let free: Vec<String> = others.filter(is_free).collect();
    let entry = cx.caller.entry()?;
    let may_see_people = nav::holds(entry, "users:view");
    let people = if may_see_people { holders(cx, name).await? } else { vec![] };
    Ok(Page::new(cx, "admin_role.html")
        .with("here", "roles")
        .with("role", rules(role))
        .with("version", version)
        .with("parents", parents)
        .with("free", free)
        .with("heirs", heirs)
        .with("inherited", inherited)
        .with("people", people)
        .with("may_see_people", may_see_people)
        .with("may_edit", stored.is_some() && name != ADMIN_ROLE && nav::holds(entry, "roles:edit"))
        .with("known", cx.auth.known_permissions())
        .keeping(&["permission"]))
}

fn rules(role: RoleView<'_>) -> Value {
    let rules: Vec<Value> = role
        .rules()
        .map(|(effect, pattern)| {
            json!({ "effect": effect_name(effect), "pattern": pattern.as_str() })
        })
        .collect();
    json!({
        "name": role.name(),
        "description": role.description(),
        "superuser": role.is_superuser(),
        "locked": role.is_locked(),
        "rules": rules,
    })
}

async fn holders(cx: &Cx<'_>, role: &str) -> Result<Vec<UserView>, Fault> {
    let query = PeopleQuery { role: Some(role.to_owned()), limit: SHOWN, ..PeopleQuery::default() };
    Ok(cx.auth.people(&query).await?.data)
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx).await?.reply() })
}

/// Back to the role, with what was done or why not.
async fn told(cx: &Cx<'_>, done: Result<(), Fault>) -> Result<Reply, Fault> {
    match done {
        Ok(()) => go(cx, &format!("/admin/roles/{}?notice=saved", cx.params.get("role"))),
        Err(fault) => page(cx).await?.refused(fault, cx.id),
    }
}

fn rule(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let wish = input::body(cx.request).and_then(|input: RuleInput| input.to_change());
        let role = cx.params.get("role");
        let done = match wish {
            Ok(wish) => change(&cx, role, wish, Terms::default()).await,
            Err(fault) => Err(fault),
        };
        told(&cx, done).await
    })
}

fn inherit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListedInput = input::body(cx.request)?;
        let (terms, name) = (input.terms()?, cx.params.get("role"));
        let was = cx.auth.role(name).await?.ok_or(Code::NotFound)?;
        let wish = RoleChange::Inherit { inherits: input.apply(was.inherits) };
        let done = change(&cx, name, wish, terms).await;
        told(&cx, done).await
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let SeenInput { version } = input::body(cx.request)?;
        let terms = Terms::seen(&version)?;
        match change(&cx, cx.params.get("role"), RoleChange::Remove, terms).await {
            Ok(()) => go(&cx, "/admin/roles?notice=role_removed"),
            Err(fault) => page(&cx).await?.refused(fault, cx.id),
        }
    })
}
