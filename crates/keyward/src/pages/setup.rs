//! The first administrator. The secret of the link stands in its fragment, so
//! that no log sees it; a script puts it into the form, or a person does.

use keyward_core::Secret;
use keyward_core::port::Fut;
use serde::Deserialize;

use super::go;
use super::render::Page;
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, input};
use crate::routes::setup;
use crate::routes::sign_in::{Holding, keep};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/setup", Guard::Anyone, show),
    Route::post("/setup", Guard::Anyone, submit).at(Limit::Attempt),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    token: String,
    email: String,
    password: Secret,
    #[serde(default)]
    name: String,
}

fn form<'a>(cx: &'a Cx<'_>) -> Page<'a> {
    Page::new(cx, "setup.html").keeping(&["token", "email", "name"])
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { form(&cx).reply() })
}

fn submit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match finish(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => form(&cx).refused(fault, cx.id),
        }
    })
}

async fn finish(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let Input { token, email, password, name } = input::body(cx.request)?;
    // Whoever pastes the whole link means its end.
    let secret = token.rsplit('#').next().unwrap_or_default().trim();
    let token = Secret::new(secret);
    let wish = setup::Input { token, email, password, name, session: Holding::Cookie };
    let opened = setup::attempt(cx, wish).await?;
    let mut reply = go(cx, "/admin")?;
    keep(cx, &mut reply, &opened);
    Ok(reply)
}
