//! The policy document: write, check, save what was seen.

use keyward_core::flow::policy::{ChangePolicy, EDIT};
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::render::Page;
use super::super::{go, nav};
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Reply, Route};
use crate::policy::{PolicyCheckView, PolicyView};
use crate::routes::policy::save;

const VIEW: Guard = Guard::Holding("policy:view");

pub(in crate::pages) const ROUTES: &[Route] = &[
    Route::get("/admin/policy", VIEW, show),
    Route::post("/admin/policy", Guard::Holding(EDIT), keep).with_text(),
    Route::post("/admin/policy/check", Guard::Holding(EDIT), check).with_text(),
];

/// What a browser sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    text: String,
    /// The version that was seen.
    version: String,
    #[serde(default)]
    force: Flag,
}

impl Typed {
    fn read(cx: &Cx<'_>) -> Result<Self, Fault> {
        let mut typed: Self = input::body_with_lines(cx.request, "text")?;
        // Lines of a form end as mail's do, the last one too.
        if !typed.text.is_empty() && !typed.text.ends_with('\n') {
            typed.text.push('\n');
        }
        Ok(typed)
    }

    fn to_change(&self, cx: &Cx<'_>) -> Result<ChangePolicy, Fault> {
        // No version of ours looks otherwise: it has changed since.
        let seen = Some(self.version.parse().unwrap_or(-1));
        let (text, actor) = (self.text.clone(), Some(cx.caller.user()?));
        Ok(ChangePolicy { text, seen, force: self.force.0, actor })
    }
}

fn page<'a>(cx: &'a Cx<'_>, stored: &PolicyView, text: &str) -> Result<Page<'a>, Fault> {
    Ok(Page::new(cx, "admin_policy.html")
        .with("here", "policy")
        .with("version", stored.version)
        .with("stored", &stored.text)
        .with("stale", false)
        .with("text", text)
        .with("review", Value::Null)
        .with("mistakes", Value::Null)
        .with("may_edit", nav::holds(cx.caller.entry()?, EDIT)))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let stored = cx.auth.policy_document().await?;
        page(&cx, &stored, &stored.text)?.reply()
    })
}

fn check(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let typed = Typed::read(&cx)?;
        let change = ChangePolicy { force: false, ..typed.to_change(&cx)? };
        let stored = cx.auth.policy_document().await?;
        let review = cx.auth.check_policy(&change).await?;
        let stale = change.seen != Some(stored.version);
        page(&cx, &stored, &typed.text)?
            .with("stale", stale)
            .with("mistakes", mistakes(&review, &typed.text))
            .with("review", review)
            .reply()
    })
}

/// Each mistake with the line that it is in.
fn mistakes(review: &PolicyCheckView, text: &str) -> Vec<Value> {
    let lines: Vec<&str> = text.lines().collect();
    let shown = review.mistakes.iter().map(|mistake| {
        let place = usize::try_from(mistake.line).unwrap_or(usize::MAX).saturating_sub(1);
        let source: String =
            lines.get(place).map(|line| line.chars().take(SHOWN).collect()).unwrap_or_default();
        json!({
            "line": mistake.line,
            "column": mistake.column,
            "message": sentence(&mistake.message),
            "suggestion": mistake.suggestion,
            "source": source,
        })
    });
    shown.collect()
}

/// What was said in passing, as a sentence.
fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    let end = if said.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}

/// Characters of a line that is shown beside its mistake.
const SHOWN: usize = 160;

fn keep(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let typed = Typed::read(&cx)?;
        match save(&cx, &typed.to_change(&cx)?).await? {
            Ok(_) => go(&cx, "/admin/policy?notice=saved"),
            Err(refusal) => {
                let stored = cx.auth.policy_document().await?;
                let stale = refusal == Refusal::Conflict;
                let page = page(&cx, &stored, &typed.text)?.with("stale", stale);
                page.typed().refused(refusal.into(), cx.id)
            }
        }
    })
}
