//! API keys: see, make and end one's own.

use std::time::Duration;

use keyward_core::flow::api_key::ApiKeyTerms;
use keyward_core::id::CredentialId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde::Deserialize;

use super::render::Page;
use super::{go, nav};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::routes::api_keys::owner;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/account/api-keys", Guard::SignedIn, show),
    Route::post("/account/api-keys", Guard::SignedIn, create).at(Limit::Attempt),
    Route::post("/account/api-keys/end", Guard::SignedIn, end),
];

const HERE: &str = "/account/api-keys";
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let keys = cx.auth.api_keys(cx.caller.user()?).await?;
    Ok(Page::new(cx, "account_api_keys.html").with("here", "api_keys").with("keys", keys))
}

/// With what was typed, and nothing that is shown once.
fn form<'a>(page: Page<'a>, name: &str, permissions: &str, days: &str) -> Page<'a> {
    let page = page.with("name", name).with("permissions", permissions).with("days", days);
    page.with("made", "")
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { form(page(&cx).await?, "", "", "90").reply() })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    name: String,
    /// Patterns, apart by spaces; all that the account may, if none.
    #[serde(default)]
    permissions: String,
    /// Days for which it works; for good, if none.
    #[serde(default)]
    days: String,
}

impl Input {
    fn terms(&self, cx: &Cx<'_>) -> Result<ApiKeyTerms, Fault> {
        let permissions: Vec<String> =
            self.permissions.split_whitespace().map(str::to_owned).collect();
        let days: Option<u32> = match self.days.as_str() {
            "" => None,
            days => Some(days.parse().map_err(|_| Refusal::invalid("days", "time_invalid"))?),
        };
        Ok(ApiKeyTerms {
            name: self.name.clone(),
            permissions: (!permissions.is_empty()).then_some(permissions),
            expires_at: days.map(|days| cx.auth.now().plus(DAY.saturating_mul(days))),
            ..ApiKeyTerms::default()
        })
    }
}

fn create(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let given: Input = input::body(cx.request)?;
        let made = async {
            let terms = given.terms(&cx)?;
            Ok(cx.auth.create_api_key_for(owner(&cx)?, terms, &cx.caller.client).await??)
        };
        match made.await {
            Ok(made) => {
                let page = form(page(&cx).await?, "", "", "90");
                page.with("made", made.text.reveal()).reply()
            }
            Err(Fault::Refusal(Refusal::StepUpRequired { .. })) => {
                let back = format!("{}{HERE}", cx.auth.0.web.base);
                go(&cx, &nav::path("/account/step-up", &[("return_to", &back)]))
            }
            Err(fault) => {
                let Input { name, permissions, days } = &given;
                form(page(&cx).await?, name, permissions, days).refused(fault, cx.id)
            }
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndInput {
    key: String,
}

fn end(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let EndInput { key } = input::body(cx.request)?;
        let key = CredentialId::parse(&key).ok_or(Refusal::NotFound)?;
        match cx.auth.revoke_api_key_for(owner(&cx)?, Some(key), &cx.caller.client).await? {
            Ok(()) => go(&cx, "/account/api-keys?notice=key_ended"),
            Err(refusal) => form(page(&cx).await?, "", "", "90").refused(refusal.into(), cx.id),
        }
    })
}
