//! Buttons that lead to other services, the way back, and the connected ones.

use ::http::{Method, header};
use keyward_core::Secret;
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::provider::Aim;
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::render::Page;
use super::{go, mfa, nav, to_code};
use crate::engine::Keyward;
use crate::http::input::{self, Flag};
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route, cookie, no_content, reply};
use crate::providers::{Authorized, CameBack, Way};
use crate::routes::providers::{
    come_back, connect_own, connecting, read_back, remember_browser, remove_own, set_out,
};
use crate::routes::sign_in::{Holding, keep, opening};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/login/with/{provider}", Guard::Anyone, leave).at(Limit::Attempt),
    Route::get("/login/with/{provider}/callback", Guard::Anyone, back).at(Limit::Attempt),
    Route::post("/login/with/{provider}/callback", Guard::FromElsewhere, posted_back)
        .at(Limit::Attempt),
    Route::get("/account/connections", Guard::SignedIn, show),
    Route::post("/account/connections", Guard::SignedIn, connect).at(Limit::Attempt),
    Route::post("/account/connections/remove", Guard::SignedIn, remove),
];

const CONNECTIONS: &str = "/account/connections";

/// The buttons: name and title of each service.
pub(super) fn buttons(auth: &Keyward) -> Vec<Value> {
    let all = auth.providers().into_iter();
    all.map(|p| json!({ "name": p.name, "title": p.title })).collect()
}

/// The services that an account is connected to, each once: whoever has nothing else
/// proves who they are by signing in there again.
pub(super) async fn connected_ones(cx: &Cx<'_>) -> Result<Vec<Value>, Fault> {
    let own = cx.auth.connections(cx.caller.user()?).await?;
    let all = cx.auth.providers().into_iter();
    let connected = all.filter(|p| own.iter().any(|connection| connection.provider == p.name));
    Ok(connected.map(|p| json!({ "name": p.name, "title": p.title })).collect())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeaveInput {
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    again: Flag,
    #[serde(default, rename = "return_to")]
    _return_to: String,
}

fn leave(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LeaveInput { remember, again, .. } = input::body(cx.request)?;
        let (provider, back) = (cx.params.get("provider"), nav::return_to(cx.request));
        let way = Way { return_to: &back, remember: remember.0, again: again.0 };
        match set_out(&cx, provider, Aim::SignIn, way).await {
            Ok(out) => onward(&cx, provider, &out),
            Err(fault) => failed(&cx, fault),
        }
    })
}

/// A page that leads on by itself. A redirect would not do: our forms may lead to
/// pages of ours only, and browsers hold a redirect to that as well.
fn onward(cx: &Cx<'_>, provider: &str, out: &Authorized) -> Result<Reply, Fault> {
    // Nothing of it may be told by how well it is compressed.
    let page = Page::new(cx, "login_away.html").with("token", "");
    let mut reply = page.with("service", title(cx, provider)).with("url", &out.url).reply()?;
    remember_browser(cx, &mut reply, out);
    Ok(reply)
}

fn title(cx: &Cx<'_>, provider: &str) -> String {
    let all = cx.auth.providers().into_iter();
    all.filter(|p| p.name == provider).map(|p| p.title).next().unwrap_or_default()
}

/// What went wrong, and the way back to the beginning.
fn failed(cx: &Cx<'_>, fault: Fault) -> Result<Reply, Fault> {
    let service = title(cx, cx.params.get("provider"));
    if service.is_empty() {
        return Err(fault);
    }
    let page = Page::new(cx, "login_failed.html").with("service", service);
    let page = page.with("signed_in", cx.caller.known.is_some());
    let mut reply = page.refused(fault, cx.id)?;
    cookie::clear(cx.auth, &mut reply, cookie::PROVIDER);
    Ok(reply)
}

fn back(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        // A look spends nothing.
        if cx.request.method() == Method::HEAD {
            return Ok(no_content());
        }
        match came(&cx).await {
            Ok(reply) => Ok(reply),
            Err(fault) => failed(&cx, fault),
        }
    })
}

async fn came(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let given = read_back(cx.request.uri().query().unwrap_or_default().as_bytes())?;
    let came = come_back(cx, cx.params.get("provider"), given, None).await?;
    let mut reply = match came.connect {
        Some(_) => connected(cx, came).await?,
        None => entered(cx, came).await?,
    };
    cookie::clear(cx.auth, &mut reply, cookie::PROVIDER);
    Ok(reply)
}

async fn connected(cx: &Cx<'_>, came: CameBack) -> Result<Reply, Fault> {
    let to = came.return_to.clone();
    match connect_own(cx, came).await {
        Ok(()) if to.is_empty() => go(cx, "/account/connections?notice=done"),
        Ok(()) => reply::see_other(&to),
        Err(Fault::Refusal(Refusal::StepUpRequired { .. })) => step_up(cx),
        Err(fault) => Err(fault),
    }
}

async fn entered(cx: &Cx<'_>, came: CameBack) -> Result<Reply, Fault> {
    let (open, to) = (opening(cx, Holding::Cookie, came.remember), came.return_to.clone());
    match cx.auth.sign_in_with_provider(came, open, &cx.caller.client).await?? {
        SignedIn::Complete { opened, .. } => {
            let mut reply = match to.as_str() {
                "" => go(cx, "/account")?,
                to => reply::see_other(to)?,
            };
            keep(cx, &mut reply, &opened);
            Ok(reply)
        }
        SignedIn::NeedsVerification { flow, browser } => to_code(cx, flow, &browser, &to),
        SignedIn::NeedsMfa { flow, browser, .. } => mfa::ask(cx, flow, &browser, &to),
        SignedIn::Checked(_) => go(cx, "/login"),
    }
}

/// A service that answers by a form of its own page (Apple does): the browser sends no
/// cookies with it, so it is sent on to where it does.
fn posted_back(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let kind = cx.request.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
        if !kind.is_some_and(|kind| kind.starts_with(b"application/x-www-form-urlencoded")) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let given = read_back(cx.request.body())?;
        let code = given.code.as_ref().map(Secret::reveal).unwrap_or_default();
        let state = given.state.as_ref().map(Secret::reveal).unwrap_or_default();
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        let (iss, error, user) = (text(&given.iss), text(&given.error), text(&given.user));
        let pairs =
            [("code", code), ("state", state), ("iss", &iss), ("error", &error), ("user", &user)];
        let provider = crate::providers::percent(cx.params.get("provider"));
        let to = nav::path(&format!("/login/with/{provider}/callback"), &pairs);
        match to.len() <= MAX_LOCATION {
            true => go(&cx, &to),
            false => Err(Code::BadRequest.into()),
        }
    })
}

/// Bytes of an address that browsers and servers take.
const MAX_LOCATION: usize = 8 * 1024;

fn step_up(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let back = format!("{}{CONNECTIONS}", cx.auth.0.web.base);
    go(cx, &nav::path("/account/step-up", &[("return_to", &back)]))
}

async fn page<'a>(cx: &'a Cx<'_>) -> Result<Page<'a>, Fault> {
    let connections = cx.auth.connections(cx.caller.user()?).await?;
    Ok(Page::new(cx, "account_connections.html")
        .with("here", "connections")
        .with("connections", connections)
        .with("providers", buttons(cx.auth)))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { page(&cx).await?.reply() })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectInput {
    provider: String,
}

fn connect(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ConnectInput { provider } = input::body(cx.request)?;
        match set_out(&cx, &provider, connecting(&cx)?, Way::default()).await {
            Ok(out) => onward(&cx, &provider, &out),
            Err(fault) => refused(&cx, fault).await,
        }
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveInput {
    connection: String,
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let RemoveInput { connection } = input::body(cx.request)?;
        match remove_own(&cx, &connection).await {
            Ok(()) => go(&cx, "/account/connections?notice=done"),
            Err(fault) => refused(&cx, fault).await,
        }
    })
}

/// On the page where it was asked for. Whoever must prove again who they are does so
/// first, and comes back.
async fn refused(cx: &Cx<'_>, fault: Fault) -> Result<Reply, Fault> {
    match fault {
        Fault::Refusal(Refusal::StepUpRequired { .. }) => step_up(cx),
        fault => page(cx).await?.refused(fault, cx.id),
    }
}
