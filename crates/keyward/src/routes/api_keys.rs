//! API keys: one's own, an account's, and those that were found somewhere.

use std::time::Duration;

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::api_key::{ApiKeyTerms, Holder};
use keyward_core::id::CredentialId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::List;
use super::people::target;
use crate::api_keys::{ApiKeyView, NewApiKey};
use crate::http::{Code, Cx, Fault, Guard, Limit, Method4, Reply, Route, input, no_content, reply};

const VIEW: Guard = Guard::Holding("users:view");
const EDIT: Guard = Guard::Holding("users:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/me/api-keys", Guard::SignedIn, list).gives::<List<ApiKeyView>>(),
    Route::post("/api/v1/me/api-keys", Guard::SignedIn, create)
        .at(Limit::Attempt)
        .takes::<KeyInput>()
        .gives::<Made>(),
    Route::post("/api/v1/me/api-keys", Guard::SignedIn, revoke_all).by(Method4::Delete),
    Route::post("/api/v1/me/api-keys/{key}", Guard::SignedIn, revoke).by(Method4::Delete),
    Route::post("/api/v1/me/api-keys/{key}/rotate", Guard::SignedIn, rotate)
        .at(Limit::Attempt)
        .takes::<RotateInput>()
        .gives::<Made>(),
    Route::get("/api/v1/admin/users/{id}/api-keys", VIEW, list_of).gives::<List<ApiKeyView>>(),
    Route::post("/api/v1/admin/users/{id}/api-keys", EDIT, create_of)
        .takes::<KeyInput>()
        .gives::<Made>(),
    Route::post("/api/v1/admin/users/{id}/api-keys", EDIT, revoke_all_of).by(Method4::Delete),
    Route::post("/api/v1/admin/users/{id}/api-keys/{key}", EDIT, revoke_of).by(Method4::Delete),
    Route::post("/api/v1/admin/users/{id}/api-keys/{key}/rotate", EDIT, rotate_of)
        .takes::<RotateInput>()
        .gives::<Made>(),
    Route::post("/api/v1/api-keys/refresh", Guard::Anyone, refresh)
        .at(Limit::Attempt)
        .takes::<RefreshInput>()
        .gives::<Made>(),
    Route::post("/api/v1/api-keys/report", Guard::Anyone, report)
        .at(Limit::Attempt)
        .takes::<ReportInput>(),
];

/// What a key is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyInput {
    /// What to call it; 1 to 100 characters.
    name: String,
    /// Patterns of what it may at most do; all that the account may, if absent.
    #[serde(default)]
    permissions: Option<Vec<String>>,
    /// Names of scopes of the policy, which bind it as well; no such bound, if absent.
    #[serde(default)]
    scopes: Option<Vec<String>>,
    /// Where it may come from, as `192.0.2.0/24`; everywhere, if empty.
    #[serde(default)]
    networks: Vec<String>,
    /// When it begins to work (RFC 3339 in UTC); at once, if absent.
    #[serde(default)]
    not_before: Option<String>,
    /// When it ends (RFC 3339 in UTC); never, if absent.
    #[serde(default)]
    expires_at: Option<String>,
    /// Requests a minute; as many as the address may, if absent.
    #[serde(default)]
    per_minute: Option<u32>,
    /// Requests a day, counted for all processes; no such bound, if absent.
    #[serde(default)]
    per_day: Option<u32>,
    /// Until when (RFC 3339 in UTC) a token that is shown beside it gives it anew, each
    /// time for as long as it was made for; no such token, if absent. Needs `expires_at`.
    #[serde(default)]
    refresh_until: Option<String>,
}

impl KeyInput {
    fn into_terms(self) -> Result<ApiKeyTerms, Fault> {
        Ok(ApiKeyTerms {
            not_before: moment(self.not_before.as_deref(), "not_before")?,
            expires_at: moment(self.expires_at.as_deref(), "expires_at")?,
            refresh_until: moment(self.refresh_until.as_deref(), "refresh_until")?,
            name: self.name,
            permissions: self.permissions,
            scopes: self.scopes,
            networks: self.networks,
            per_minute: self.per_minute,
            per_day: self.per_day,
        })
    }
}

fn moment(text: Option<&str>, field: &'static str) -> Result<Option<Timestamp>, Fault> {
    let read = |text| Timestamp::parse(text).ok_or(Refusal::invalid(field, "time_invalid").into());
    text.map(read).transpose()
}

/// A key, shown once.
#[derive(Debug, JsonSchema, Serialize)]
struct Made {
    /// `kwk_…`: it is stored nowhere.
    api_key: String,
    /// `kwf_…`: gives it anew once, if it was made so. It is stored nowhere as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(flatten)]
    key: ApiKeyView,
}

fn made(new: &NewApiKey) -> Result<Reply, Fault> {
    reply::json(StatusCode::CREATED, &shown(new))
}

fn shown(new: &NewApiKey) -> Made {
    let text = |secret: &Secret| secret.reveal().to_owned();
    let refresh_token = new.refresh.as_ref().map(text);
    Made { api_key: text(&new.text), refresh_token, key: new.key.clone() }
}

/// Whoever is signed in, about their own keys.
pub(crate) fn owner(cx: &Cx<'_>) -> Result<Holder, Fault> {
    let session = &cx.caller.entry()?.session;
    Ok(Holder::Owner { user: session.user, session: session.id })
}

/// An administrator, about the account of the path.
fn administrator(cx: &Cx<'_>) -> Result<Holder, Fault> {
    Ok(Holder::Administrator { user: target(cx)?, actor: cx.caller.user()? })
}

fn key_of(cx: &Cx<'_>) -> Result<CredentialId, Fault> {
    CredentialId::parse(cx.params.get("key")).ok_or_else(|| Code::NotFound.into())
}

async fn all(cx: &Cx<'_>, holder: Holder) -> Result<Reply, Fault> {
    reply::ok(&List { data: cx.auth.api_keys(holder.user()).await? })
}

async fn make(cx: &Cx<'_>, holder: Holder) -> Result<Reply, Fault> {
    let terms = input::body::<KeyInput>(cx.request)?.into_terms()?;
    made(&cx.auth.create_api_key_for(holder, terms, &cx.caller.client).await??)
}

async fn end(cx: &Cx<'_>, holder: Holder, key: Option<CredentialId>) -> Result<Reply, Fault> {
    cx.auth.revoke_api_key_for(holder, key, &cx.caller.client).await??;
    Ok(no_content())
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RotateInput {
    /// Seconds for which the old key still works; 30 days at most.
    #[serde(default)]
    overlap: u32,
}

async fn change(cx: &Cx<'_>, holder: Holder) -> Result<Reply, Fault> {
    let RotateInput { overlap } = input::body(cx.request)?;
    let (key, overlap) = (key_of(cx)?, Duration::from_secs(overlap.into()));
    made(&cx.auth.rotate_api_key_for(holder, key, overlap, &cx.caller.client).await??)
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { all(&cx, owner(&cx)?).await })
}

fn create(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { make(&cx, owner(&cx)?).await })
}

fn revoke(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { end(&cx, owner(&cx)?, Some(key_of(&cx)?)).await })
}

fn revoke_all(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { end(&cx, owner(&cx)?, None).await })
}

fn rotate(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { change(&cx, owner(&cx)?).await })
}

fn list_of(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { all(&cx, administrator(&cx)?).await })
}

fn create_of(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { make(&cx, administrator(&cx)?).await })
}

fn revoke_of(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { end(&cx, administrator(&cx)?, Some(key_of(&cx)?)).await })
}

fn revoke_all_of(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { end(&cx, administrator(&cx)?, None).await })
}

fn rotate_of(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { change(&cx, administrator(&cx)?).await })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReportInput {
    /// What was found.
    #[schemars(with = "String")]
    api_key: Secret,
    /// Where; at most 500 characters.
    #[serde(default)]
    place: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RefreshInput {
    /// `kwf_…`, as it was shown beside the key.
    #[schemars(with = "String")]
    refresh_token: Secret,
}

/// Whoever holds the token needs no more.
fn refresh(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let RefreshInput { refresh_token } = input::body(cx.request)?;
        let made = cx.auth.refresh_api_key(refresh_token.reveal(), &cx.caller.client).await??;
        reply::ok(&shown(&made))
    })
}

/// The same answer whether it was a key or not.
fn report(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ReportInput { api_key, place } = input::body(cx.request)?;
        cx.auth.report_api_key(api_key.reveal(), &place, &cx.caller.client).await??;
        Ok(no_content())
    })
}
