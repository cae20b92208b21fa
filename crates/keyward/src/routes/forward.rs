//! Doors for proxies, and the way of a session to a site behind one.

use ::http::{HeaderValue, StatusCode, header};
use keyward_core::Secret;
use keyward_core::crypto::token;
use keyward_core::flow::hand_over::EndHandOver;
use keyward_core::port::Fut;
use serde::Deserialize;

use super::people::query;
use crate::forward::{
    COOKIE, Original, STATE, Site, Teller, check_unconnected, check_unspoofed, identified,
};
use crate::hex::to_hex;
use crate::http::{
    Body, Code, Cx, Fault, Guard, Limit, Method4, Problem, Reply, Route, cookie, reply, single,
};
use crate::pages::is_own_path;

const ENVOY: &str = "/api/v1/verify/ext-authz";

/// A proxy asks for each of its requests: nothing here is limited but by it.
pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/verify", Guard::Proxy, nginx).at(Limit::Free),
    Route::get("/api/v1/verify/forward", Guard::Proxy, forwarded).at(Limit::Free),
    envoy(Method4::Get, "/api/v1/verify/ext-authz/"),
    envoy(Method4::Post, "/api/v1/verify/ext-authz/"),
    envoy(Method4::Put, "/api/v1/verify/ext-authz/"),
    envoy(Method4::Patch, "/api/v1/verify/ext-authz/"),
    envoy(Method4::Delete, "/api/v1/verify/ext-authz/"),
    envoy(Method4::Get, "/api/v1/verify/ext-authz/{*path}"),
    envoy(Method4::Post, "/api/v1/verify/ext-authz/{*path}"),
    envoy(Method4::Put, "/api/v1/verify/ext-authz/{*path}"),
    envoy(Method4::Patch, "/api/v1/verify/ext-authz/{*path}"),
    envoy(Method4::Delete, "/api/v1/verify/ext-authz/{*path}"),
    Route::get("/.keyward/start", Guard::FromElsewhere, start),
    Route::get("/.keyward/enter", Guard::FromElsewhere, enter).at(Limit::Attempt),
];

const fn envoy(method: Method4, path: &'static str) -> Route {
    Route::get(path, Guard::Proxy, by_envoy).by(method).at(Limit::Free)
}

fn nginx(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { Ok(answer(&cx, Teller::Nginx).await) })
}

fn forwarded(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { Ok(answer(&cx, Teller::Forwarded).await) })
}

fn by_envoy(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { Ok(answer(&cx, Teller::Envoy).await) })
}

async fn answer(cx: &Cx<'_>, teller: Teller) -> Reply {
    match pass(cx, teller).await {
        Ok(reply) => reply,
        Err(fault) => refusal(fault.into_problem(cx.id), cx),
    }
}

/// nginx takes 401 and 403, and calls every other refusal broken machinery. So a
/// request that is no good is forbidden.
fn refusal(mut problem: Problem, cx: &Cx<'_>) -> Reply {
    let status = problem.code.status();
    if status.is_client_error() && !matches!(status.as_u16(), 401 | 403) {
        problem = Problem::new(Code::ProxyUnclear);
    }
    problem.reply(cx.id)
}

async fn pass(cx: &Cx<'_>, teller: Teller) -> Result<Reply, Fault> {
    let headers = cx.request.headers();
    check_unspoofed(headers)?;
    check_unconnected(headers)?;
    let original = Original::read(teller, cx.request, [&cx.auth.0.web.base, ENVOY])?;
    let site = cx.auth.0.web.sites.find(original.host).ok_or(Code::SiteUnknown)?;
    match cx.auth.may_pass(site, &original, headers, cx.address).await {
        Ok(known) => Ok(reply::fine(identified(known.as_ref().map(|known| &*known.entry)))),
        Err(fault) => {
            let problem = fault.into_problem(cx.id);
            match problem.code.status() {
                StatusCode::UNAUTHORIZED => to_sign_in(cx, teller, site, &original, &problem),
                _ => Err(problem.into()),
            }
        }
    }
}

/// The way to sign in, as the proxy can pass it on: people are sent there, programs
/// are told.
fn to_sign_in(
    cx: &Cx<'_>,
    teller: Teller,
    site: &Site,
    original: &Original<'_>,
    problem: &Problem,
) -> Result<Reply, Fault> {
    let page = original.wants_page(cx.request.headers());
    let mut reply = problem.clone().reply(cx.id);
    if page && teller != Teller::Nginx {
        reply = Reply::new(Body::empty());
        *reply.status_mut() = StatusCode::FOUND;
    }
    if page || teller == Teller::Nginx {
        let to = if is_own_path(original.target) && page { original.target } else { "/" };
        let way = cx.auth.way_in(site, to);
        let way = HeaderValue::from_str(&way).map_err(|_| Code::ProxyUnclear)?;
        reply.headers_mut().insert(header::LOCATION, way);
    }
    Ok(reply)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StartInput {
    to: String,
}

/// At the site: this browser is about to bring its session.
fn start(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let site = here(&cx)?;
        let StartInput { to } = query(&cx)?;
        if !is_own_path(&to) {
            return Err(Code::BadRequest.into());
        }
        let (secret, hash) = token::mint(&mut cx.auth.0.rng.clone());
        let state = to_hex(&hash);
        let pairs = [("site", site.host()), ("to", &*to), ("state", &*state)];
        let way = cx.auth.link(&crate::pages::path("/hand-over", &pairs), "");
        let mut reply = reply::see_other(&way)?;
        cookie::set_at(site, &mut reply, STATE, secret.reveal(), Some(STATE_LIFETIME));
        Ok(reply)
    })
}

/// Long enough to sign in, or to sign up.
const STATE_LIFETIME: std::time::Duration = std::time::Duration::from_secs(3600);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnterInput {
    code: Secret,
    to: String,
}

/// At the site again, with the code: from now on the browser has a cookie here. A
/// `GET` may spend the code, because it is worth nothing without this browser's secret.
fn enter(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let site = here(&cx)?;
        let EnterInput { code, to } = query(&cx)?;
        if !is_own_path(&to) {
            return Err(Code::BadRequest.into());
        }
        let browser = cookie::find_at(site, cx.request.headers(), STATE)?;
        let browser = browser.map(|secret| Secret::new(secret.to_owned()));
        let flow = EndHandOver { code, site: site.origin().to_owned(), browser };
        let session = cx.auth.run(&flow, &cx.caller.client).await??;
        let token = cx.auth.site_token(session, site, cx.auth.now()).await?;
        let mut reply = reply::see_other(&format!("{}{to}", site.origin()))?;
        cookie::set_at(site, &mut reply, COOKIE, &token, None);
        cookie::set_at(site, &mut reply, STATE, "", Some(std::time::Duration::ZERO));
        Ok(reply)
    })
}

/// The site that a request came to.
fn here<'a>(cx: &Cx<'a>) -> Result<&'a Site, Fault> {
    let host = single(cx.request.headers(), &header::HOST)?;
    let host = host.or_else(|| cx.request.uri().authority().map(|a| a.as_str()));
    let site = host.and_then(|host| cx.auth.0.web.sites.find(host));
    site.ok_or_else(|| Code::NotFound.into())
}
