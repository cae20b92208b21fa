//! On to a site behind a proxy, with the session.

use ::http::{HeaderName, StatusCode};
use keyward_core::flow::hand_over::BeginHandOver;
use keyward_core::port::Fut;
use serde::Deserialize;

use super::nav::{self, is_own_path};
use super::render::Page;
use crate::forward::Site;
use crate::hex::from_hex;
use crate::http::{Code, Cx, Fault, Guard, Reply, Route, reply, single};

pub(super) const ROUTES: &[Route] = &[Route::get("/hand-over", Guard::SignedIn, hand_over)];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    site: String,
    to: String,
    #[serde(default)]
    state: String,
}

fn hand_over(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Input { site, to, state } = nav::asked(&cx)?;
        let site = cx.auth.0.web.sites.find(&site).ok_or(Code::NotFound)?;
        if !is_own_path(&to) {
            return Err(Code::BadRequest.into());
        }
        let url = match cx.auth.shares_cookie_with(site) {
            true => format!("{}{to}", site.origin()),
            false => with_code(&cx, site, &to, &state).await?,
        };
        go_on(&cx, site, &url)
    })
}

async fn with_code(cx: &Cx<'_>, site: &Site, to: &str, state: &str) -> Result<String, Fault> {
    let browser = from_hex(state).and_then(|state| state.try_into().ok());
    let entry = cx.caller.entry()?;
    let flow = BeginHandOver {
        user: entry.user.id,
        session: entry.session.id,
        site: site.origin().to_owned(),
        browser: browser.ok_or(Code::BadRequest)?,
    };
    let code = cx.auth.run(&flow, &cx.caller.client).await??;
    let path = nav::path("/.keyward/enter", &[("code", code.reveal()), ("to", to)]);
    Ok(format!("{}{}{path}", site.origin(), cx.auth.0.web.base))
}

/// A redirect; but where a form of ours led here, a page that goes on by itself:
/// browsers let no form lead to another site, whatever lies between.
fn go_on(cx: &Cx<'_>, site: &Site, url: &str) -> Result<Reply, Fault> {
    let from = single(cx.request.headers(), &HeaderName::from_static("sec-fetch-site"))?;
    if from.is_some_and(|from| from != "same-origin") {
        return reply::see_other(url);
    }
    let page = Page::new(cx, "hand_over.html").status(StatusCode::OK);
    page.with("service", site.host()).with("url", url).reply()
}
