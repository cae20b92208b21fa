//! A person's own account: overview, password, sessions.

use keyward_core::Secret;
use keyward_core::flow::admin::{Edit, EditPerson, Names};
use keyward_core::flow::anonymous::is_nobodys;
use keyward_core::flow::password::HasPassword;
use keyward_core::flow::verify::BeginVerification;
use keyward_core::id::SessionId;
use keyward_core::identifier::Kind;
use keyward_core::port::{EventQuery, Fut};
use keyward_core::record::Subject;
use keyward_core::refusal::Refusal;
use keyward_core::settings::Settings;
use serde::Deserialize;
use serde_json::{Value, json};

use super::profile::Given;
use super::render::Page;
use super::{go, nav, roster};
use crate::SecondFactors;
use crate::http::input::{self, Flag};
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route};
use crate::routes::account::{change_password, close_others, close_own, live_sessions};
use crate::routes::sign_in::{keep, remember_flow};
use crate::view::{EventView, UserView};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/account", Guard::SignedIn, show),
    Route::post("/account", Guard::SignedIn, save),
    Route::post("/account/verify", Guard::SignedIn, verify).at(Limit::Attempt),
    Route::get("/account/password", Guard::SignedIn, show_password),
    Route::post("/account/password", Guard::SignedIn, password).at(Limit::Attempt),
    Route::get("/account/sessions", Guard::SignedIn, show_sessions),
    Route::post("/account/sessions/close", Guard::SignedIn, close),
    Route::post("/account/sessions/close-others", Guard::SignedIn, close_rest),
    Route::get("/.well-known/change-password", Guard::Anyone, change_here),
];

/// Things that happened lately, at most.
const RECENT: usize = 8;

async fn overview<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let user = cx.caller.user()?;
    let subject = cx.auth.0.store.subject(user).await?.ok_or(Code::Unauthenticated)?;
    let query = EventQuery { subject: Some(user), limit: 50, ..EventQuery::default() };
    let events = cx.auth.0.store.events(&query).await?.data;
    let told = events.iter().map(EventView::new);
    let told = told.filter_map(|event| Some((roster::event_key(&event)?, event.at)));
    let recent: Vec<Value> =
        told.take(RECENT).map(|(text, at)| json!({ "text": text, "at": at })).collect();
    let view = UserView::new(&subject.user, &subject.identifiers);
    let view = view.for_owner(&cx.auth.0.settings);
    let factors = SecondFactors::of(&subject, &cx.auth.0.settings);
    Ok(Page::new(cx, "account.html")
        .with("here", "account")
        .with_fields(cx, &view.properties, true)
        .with("keep_by", is_nobodys(&subject).then(|| way_to_keep(&cx.auth.0.settings)))
        .with("user", view)
        .with("guard", guard(&subject, &factors))
        .with("codes_left", factors.recovery_codes_left)
        .with("recent", recent))
}

/// How well an account is guarded, as the end of a text's key: by two proofs, or by what
/// somebody may learn or get hold of.
fn guard(subject: &Subject, factors: &SecondFactors) -> &'static str {
    let has_password = subject.credential("password").is_some();
    match (factors.methods.is_empty(), factors.recovery_codes_left) {
        (false, ..FEW) => "few",
        (false, _) => "two",
        (true, _) if has_password => "password",
        (true, _) if factors.has_passkeys => "passkeys",
        (true, _) => "other",
    }
}

/// Recovery codes below which somebody should make new ones.
const FEW: usize = 3;

/// What somebody without a name is asked for first, to come back by: an address that
/// can be proven, or else a username, with which a password goes.
fn way_to_keep(settings: &Settings) -> &'static str {
    let ways = [Kind::Email, Kind::Phone, Kind::Username];
    let first = ways.into_iter().find(|kind| settings.identifiers.contains(kind));
    first.map_or("", Kind::as_str)
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { overview(&cx).await?.reply() })
}

#[derive(Debug, Deserialize)]
struct ProfileInput {
    name: String,
    /// Nothing but fields that the app defines.
    #[serde(flatten)]
    fields: Given,
}

fn save(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match change_name(&cx).await {
            Ok(()) => go(&cx, "/account?notice=saved"),
            Err(fault) => overview(&cx).await?.refused(fault, cx.id),
        }
    })
}

async fn change_name(cx: &Cx<'_>) -> Result<(), Fault> {
    let user = cx.caller.user()?;
    let ProfileInput { name, fields } = input::body(cx.request)?;
    let names = Names::default();
    let properties = Some(fields.read(cx)?).filter(|given| !given.is_empty());
    let edit = EditPerson { name: Some(name), properties, names, version: None };
    cx.auth.run(&Edit { user, edit, actor: Some(user) }, &cx.caller.client).await??;
    Ok(())
}

/// Sends a code to the first address that is not proven.
fn verify(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let flow = BeginVerification { user: cx.caller.user()? };
        match cx.auth.run(&flow, &cx.caller.client).await? {
            Ok(asked) => {
                let flow = asked.flow.to_string();
                let mut reply = go(&cx, &nav::path("/verify", &[("flow", &flow)]))?;
                remember_flow(&cx, &mut reply, &asked.browser);
                Ok(reply)
            }
            Err(refusal) => overview(&cx).await?.refused(refusal.into(), cx.id),
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordInput {
    #[serde(default)]
    current_password: Option<Secret>,
    new_password: Secret,
    #[serde(default)]
    sign_out_others: Flag,
    /// For password managers; who it is, the session says.
    #[serde(default, rename = "username")]
    _username: String,
}

/// The form; whoever has no password yet is asked for none.
async fn password_form<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let entry = cx.caller.entry()?;
    let name = entry.identifiers.first().map(|i| i.value.clone()).unwrap_or_default();
    let has_one = cx.auth.run(&HasPassword { user: entry.user.id }, &cx.caller.client).await??;
    let page = Page::new(cx, "account_password.html").with("here", "password");
    Ok(page.with("username", name).with("has_password", has_one))
}

fn show_password(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { password_form(&cx).await?.reply() })
}

fn password(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match set_password(&cx).await {
            Ok(reply) => Ok(reply),
            // A first password, by whoever proved who they are too long ago; or another on
            // a device that was spared the second factor.
            Err(Fault::Refusal(Refusal::StepUpRequired { .. })) => {
                let back = format!("{}/account/password", cx.auth.0.web.base);
                go(&cx, &nav::path("/account/step-up", &[("return_to", &back)]))
            }
            Err(fault) => password_form(&cx).await?.refused(fault, cx.id),
        }
    })
}

async fn set_password(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let input: PasswordInput = input::body(cx.request)?;
    let keep_others = !input.sign_out_others.0;
    let PasswordInput { current_password, new_password, .. } = input;
    let opened = change_password(cx, current_password, new_password, keep_others).await?;
    let mut reply = go(cx, "/account?notice=password")?;
    keep(cx, &mut reply, &opened);
    Ok(reply)
}

async fn sessions<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let entry = cx.caller.entry()?;
    let rows = live_sessions(cx, entry.user.id, Some(entry.session.id)).await?;
    let devices = cx.auth.trusted_devices_for(entry.user.id, &cx.caller.client).await?;
    Ok(Page::new(cx, "account_sessions.html")
        .with("here", "sessions")
        .with("sessions", rows)
        .with("devices", devices))
}

fn show_sessions(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { sessions(&cx).await?.reply() })
}

/// The session that a form names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionInput {
    session: String,
}

impl SessionInput {
    pub(super) fn read(cx: &Cx<'_>) -> Result<SessionId, Fault> {
        let Self { session } = input::body(cx.request)?;
        SessionId::parse(&session).ok_or_else(|| Code::NotFound.into())
    }
}

fn close(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        close_own(&cx, SessionInput::read(&cx)?).await?;
        go(&cx, "/account/sessions?notice=session_ended")
    })
}

fn close_rest(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        close_others(&cx).await?;
        go(&cx, "/account/sessions?notice=others_ended")
    })
}

/// Where password managers send people (W3C, A Well-Known URL for Changing Passwords).
fn change_here(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { go(&cx, "/account/password") })
}
