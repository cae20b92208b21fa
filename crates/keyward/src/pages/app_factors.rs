//! Second factors of the app's own, for whoever wants one.

use keyward_core::Secret;
use keyward_core::id::FlowId;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::factors::shown;
use super::render::Page;
use super::{go, language, nav};
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::routes::sign_in::keep;

pub(super) const ROUTES: &[Route] = &[
    Route::get("/account/factors/{factor}", Guard::Enrolling, show),
    Route::post("/account/factors/{factor}", Guard::Enrolling, begin).at(Limit::Attempt),
    Route::post("/account/factors/{factor}/confirm", Guard::Enrolling, confirm).at(Limit::Attempt),
    Route::post("/account/factors/{factor}/remove", Guard::SignedIn, remove),
];

/// Those that the app has, and whether an account that has `methods` has them.
pub(super) fn others(cx: &Cx<'_>, methods: &[&str]) -> Vec<Value> {
    let offered = cx.auth.0.app_factors.offered(language::language(cx.auth, cx.request));
    let item = |(name, label): (&str, String)| json!({ "name": name, "label": label, "enrolled": methods.contains(&name) });
    offered.into_iter().map(item).collect()
}

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let (factor, _) = cx.auth.0.app_factors.find(cx.params.get("factor")).ok_or(Code::NotFound)?;
    let factors = cx.auth.second_factors(cx.caller.user()?).await?;
    let demanded = cx.caller.entry()?.mfa.is_demanded;
    Ok(Page::new(cx, "account_factor.html")
        .with("here", "totp")
        .with("name", factor.name())
        .with("label", factor.label(language::language(cx.auth, cx.request)))
        .with("enrolled", factors.methods.contains(&factor.name()))
        .with("guarded", !factors.methods.is_empty())
        .with("demanded", demanded)
        .with("stays", demanded && factors.only == Some(factor.name()))
        .with("return_to", nav::return_to(cx.request)))
}

/// Without what is shown once.
fn blank(page: Page<'_>) -> Page<'_> {
    page.with("flow", "").with("shown", "")
}

fn here(cx: &Cx<'_>) -> String {
    format!("/account/factors/{}", cx.params.get("factor"))
}

/// What was refused, on the page where it was asked for. Whoever must prove again who they
/// are does so first, and comes back.
async fn refused(cx: &Cx<'_>, refusal: Refusal) -> Result<Reply, Fault> {
    if matches!(refusal, Refusal::StepUpRequired { .. }) {
        let back = format!("{}{}", cx.auth.0.web.base, here(cx));
        return go(cx, &nav::path("/account/step-up", &[("return_to", &back)]));
    }
    blank(page(cx).await?).refused(refusal.into(), cx.id)
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { blank(page(&cx).await?).reply() })
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let page = page(&cx).await?;
        let (entry, name) = (cx.caller.entry()?, cx.params.get("factor"));
        match cx.auth.begin_app_factor(entry, name, &cx.caller.client).await? {
            Ok(begun) => page.with("flow", begun.flow).with("shown", begun.shown).reply(),
            Err(refusal) => refused(&cx, refusal).await,
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfirmInput {
    flow: String,
    code: Secret,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn confirm(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ConfirmInput { flow, code, .. } = input::body(cx.request)?;
        let Some(id) = FlowId::parse(&flow) else {
            return refused(&cx, Refusal::CodeExpired).await;
        };
        let (entry, name) = (cx.caller.entry()?, cx.params.get("factor"));
        match cx.auth.confirm_app_factor(entry, name, (id, code), &cx.caller.client).await? {
            Ok(enrolled) => {
                let mut reply = shown(&cx, &enrolled.codes).await?;
                keep(&cx, &mut reply, &enrolled.opened);
                Ok(reply)
            }
            // It is set up by now: another answer will do.
            Err(refusal @ Refusal::CodeInvalid) => {
                blank(page(&cx).await?).with("flow", flow).refused(refusal.into(), cx.id)
            }
            Err(refusal) => refused(&cx, refusal).await,
        }
    })
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (entry, name) = (cx.caller.entry()?, cx.params.get("factor"));
        match cx.auth.remove_app_factor(entry, name, &cx.caller.client).await? {
            Ok(()) => go(&cx, "/account/totp?notice=done"),
            Err(refusal) => refused(&cx, refusal).await,
        }
    })
}
