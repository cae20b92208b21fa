//! The stored policy document, for administrators.

use keyward_core::flow::policy::{self, ChangePolicy};
use keyward_core::port::Fut;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::{Code, Cx, Fault, Guard, Method4, Problem, Reply, Route, input, reply, version};
use crate::people::Answer;
use crate::policy::{PolicyCheckView, PolicyView};

const VIEW: Guard = Guard::Holding("policy:view");
const EDIT: Guard = Guard::Holding(policy::EDIT);

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/policy", VIEW, show).gives::<PolicyView>(),
    Route::post("/api/v1/admin/policy", EDIT, put)
        .by(Method4::Put)
        .with_text()
        .takes::<PolicyInput>()
        .gives::<Saved>(),
    Route::post("/api/v1/admin/policy/check", EDIT, check)
        .with_text()
        .takes::<TextInput>()
        .gives::<PolicyCheckView>(),
];

/// The policy document, and what it takes the place of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PolicyInput {
    /// At most 256 KiB, in the form of a policy file; empty for no document.
    text: String,
    /// The version that was seen; here or in `If-Match`.
    #[serde(default)]
    version: Option<i64>,
    /// Although no administrator could undo it any more.
    #[serde(default)]
    force: bool,
}

/// A text that is looked at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TextInput {
    /// In the form of a policy file.
    text: String,
}

/// What was saved.
#[derive(Debug, JsonSchema, Serialize)]
struct Saved {
    /// The version of the document from now on.
    version: i64,
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let document = cx.auth.policy_document().await?;
        Ok(version::tagged(reply::ok(&document)?, document.version))
    })
}

/// Saves the document. The one way for the API and the page.
pub(crate) async fn save(cx: &Cx<'_>, change: &ChangePolicy) -> Answer<i64> {
    cx.auth.run(change, &cx.caller.client).await
}

fn put(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: PolicyInput = input::body_with_lines(cx.request, "text")?;
        let tag = version::if_match(cx.request)?;
        let missing = || Problem::new(Code::ValidationFailed).field("version", "missing");
        let seen = Some(tag.or(input.version).ok_or_else(missing)?);
        let (actor, PolicyInput { text, force, .. }) = (Some(cx.caller.user()?), input);
        let change = ChangePolicy { text, seen, force, actor };
        let answer = save(&cx, &change).await?;
        let version = answer.map_err(|refusal| version::refused(refusal, tag))?;
        Ok(version::tagged(reply::ok(&Saved { version })?, version))
    })
}

fn check(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let TextInput { text } = input::body_with_lines(cx.request, "text")?;
        let actor = Some(cx.caller.user()?);
        let change = ChangePolicy { text, seen: None, force: false, actor };
        reply::ok(&cx.auth.check_policy(&change).await?)
    })
}
