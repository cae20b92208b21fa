//! One person: who they are, what they may, what they did, what is to be done.

use std::collections::BTreeMap;

use keyward_core::flow::admin::Act;
use keyward_core::flow::role::effect_name;
use keyward_core::id::UserId;
use keyward_core::identifier::Kind;
use keyward_core::port::{EventQuery, Fut};
use keyward_core::record::{Grant, Identifier, Term, User};
use keyward_core::settings::Settings;
use keyward_core::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::account::SessionInput;
use super::super::render::Page;
use super::super::words::Words;
use super::super::{go, language, nav};
use super::told;
use crate::SecondFactors;
use crate::http::{Code, Cx, Fault, Guard, Reply, Route, input};
use crate::routes::people::{
    LockInput, PasswordInput, act, assign, close_session, sign_out_everywhere, target,
};
use crate::view::{IdentifierView, UserView};

const VIEW: Guard = Guard::Holding("users:view");
const EDIT: Guard = Guard::Holding("users:edit");
const GRANT: Guard = Guard::Holding("roles:grant");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/people/{id}", VIEW, show),
    Route::post("/admin/people/{id}/lock", EDIT, lock),
    Route::post("/admin/people/{id}/unlock", EDIT, unlock),
    Route::post("/admin/people/{id}/verify", EDIT, verify),
    Route::post("/admin/people/{id}/delete", EDIT, delete),
    Route::post("/admin/people/{id}/restore", EDIT, restore),
    Route::post("/admin/people/{id}/reset-mfa", EDIT, reset_mfa),
    Route::post("/admin/people/{id}/set-password", EDIT, set_password),
    Route::post("/admin/people/{id}/sign-out", EDIT, sign_out),
    Route::post("/admin/people/{id}/close", EDIT, close),
    Route::post("/admin/people/{id}/grant", GRANT, grant),
    Route::post("/admin/people/{id}/revoke", GRANT, revoke),
];

async fn person<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let user = target(cx)?;
    let store = &cx.auth.0.store;
    let subject = store.subject(user).await?.ok_or(Code::NotFound)?;
    let holdings = store.access(user).await?;
    let held: Vec<&str> = holdings.roles.iter().map(|r| r.role.as_str()).collect();
    let names = cx.auth.role_names().await?.into_iter();
    let free: Vec<String> = names.filter(|name| !held.contains(&name.as_str())).collect();
    let now = cx.auth.now();
    let grants: Vec<Value> = holdings.grants.iter().map(|grant| direct(grant, now)).collect();
    let groups: Vec<&str> = holdings.groups.iter().map(|g| g.group.as_str()).collect();
    let admin = cx.caller.entry()?;
    let happened = happened(cx, user).await?;
    let view = UserView::new(&subject.user, &subject.identifiers);
    let is_reached = |it: &&IdentifierView| it.kind != Kind::Username && !it.verified;
    let language = language::language(cx.auth, cx.request);
    let labels: BTreeMap<_, _> = cx.auth.0.app_factors.offered(language).into_iter().collect();
    let factors = SecondFactors::of(&subject, &cx.auth.0.settings);
    Ok(Page::new(cx, "admin_person.html")
        .with("here", "people")
        .with("unproven", is_unproven(&subject.user, &subject.identifiers, &cx.auth.0.settings))
        .with("unconfirmed", view.identifiers.iter().any(|it| is_reached(&it)))
        .with("person", view)
        .with("lock_reason", &subject.user.lock_reason)
        .with("held", &held)
        .with("free", free)
        .with("grants", grants)
        .with("groups", groups)
        .with("happened", happened)
        .with("sessions", cx.auth.session_list(user).await?)
        .with("factors", &factors.methods)
        .with("codes_left", factors.recovery_codes_left)
        .with("labels", labels)
        .with("passkeys_kept", subject.credentials.iter().filter(|it| it.kind == "passkey").count())
        .with("may_impersonate", nav::holds(admin, "users:impersonate") && user != admin.user.id)
        .with("may_edit", nav::holds(admin, "users:edit"))
        .with("may_grant", nav::holds(admin, "roles:grant"))
        .with("known", cx.auth.known_permissions())
        .keeping(&["permission", "effect", "not_before", "expires_at"]))
}

/// Attempts to sign in, limits, and what else happened lately.
async fn happened(cx: &Cx<'_>, user: UserId) -> Result<Value, Fault> {
    let words = Words::of(cx);
    let query = EventQuery { subject: Some(user), limit: LATELY, ..EventQuery::default() };
    let (lately, attempts) = (cx.auth.audit(&query).await?, cx.auth.sign_in_attempts(user).await?);
    let attempts = attempts.iter().take(LATELY as usize).map(|it| told::attempt(it, &words));
    let limits = cx.auth.limits_of(user).await?;
    Ok(json!({
        "attempts": attempts.collect::<Vec<_>>(),
        "limits": limits.iter().map(|row| told::limit(row, &words)).collect::<Vec<_>>(),
        "lately": lately.iter().map(|it| told::happening(it, &words)).collect::<Vec<_>>(),
    }))
}

/// Events that are shown, at most; the log has them all.
const LATELY: u32 = 10;

/// Whether somebody made an account and has not proven yet what signing in needs.
pub(super) fn is_unproven(user: &User, names: &[Identifier], settings: &Settings) -> bool {
    user.is_active() && !names.is_empty() && !settings.verify.lacks(names).is_empty()
}

/// A direct permission, and whether it counts now.
fn direct(grant: &Grant, now: Timestamp) -> Value {
    json!({
        "effect": effect_name(grant.effect),
        "permission": grant.pattern,
        "not_before": grant.not_before,
        "expires_at": grant.expires_at,
        "counts": grant.term().covers(now),
    })
}

/// What was refused, on the page of the person.
pub(in crate::pages) async fn refused(cx: &Cx<'_>, fault: Fault) -> Result<Reply, Fault> {
    person(cx).await?.refused(fault, cx.id)
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { person(&cx).await?.reply() })
}

/// Back to the person, with what was done or why not.
pub(super) async fn told(
    cx: &Cx<'_>,
    done: Result<(), Fault>,
    notice: &str,
) -> Result<Reply, Fault> {
    match done {
        Ok(()) => go(cx, &format!("/admin/people/{}?notice={notice}", target(cx)?)),
        Err(fault) => person(cx).await?.refused(fault, cx.id),
    }
}

async fn acted(cx: Cx<'_>, what: Result<Act, Fault>, notice: &'static str) -> Result<Reply, Fault> {
    let done = match what {
        Ok(what) => act(&cx, what).await.map(drop),
        Err(fault) => Err(fault),
    };
    told(&cx, done, notice).await
}

fn lock(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    let input = input::body(cx.request);
    Box::pin(acted(cx, input.map(|LockInput { reason }| Act::Lock { reason }), "person_locked"))
}

fn unlock(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(acted(cx, Ok(Act::Unlock), "person_unlocked"))
}

fn verify(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(acted(cx, Ok(Act::Verify), "person_verified"))
}

fn delete(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(acted(cx, Ok(Act::Delete), "person_deleted"))
}

fn restore(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(acted(cx, Ok(Act::Restore), "person_restored"))
}

fn reset_mfa(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(acted(cx, Ok(Act::ResetMfa), "person_reset"))
}

fn set_password(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    let input = input::body(cx.request);
    let what = |PasswordInput { password, temporary }| Act::SetPassword {
        password,
        temporary: temporary.0,
    };
    Box::pin(acted(cx, input.map(what), "person_password"))
}

fn sign_out(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let done = sign_out_everywhere(&cx).await;
        told(&cx, done, "person_signed_out").await
    })
}

fn close(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let done = close_session(&cx, SessionInput::read(&cx)?).await;
        told(&cx, done, "session_ended").await
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleInput {
    role: String,
}

async fn assigned(cx: Cx<'_>, give: bool) -> Result<Reply, Fault> {
    let RoleInput { role } = input::body(cx.request)?;
    let done = assign(&cx, role, give.then_some(Term::ALWAYS)).await;
    told(&cx, done, if give { "role_given" } else { "role_taken" }).await
}

fn grant(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(assigned(cx, true))
}

fn revoke(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(assigned(cx, false))
}
