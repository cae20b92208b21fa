//! Development only: the inbox as a page, with its simulated mail scanner.

use ::http::{HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use keyward_core::flow::challenge::Answer;
use keyward_core::port::Fut;
use keyward_core::secret::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::render::Page;
use super::{go, nav};
use crate::deliver::Outgoing;
use crate::http::{Body, Code, Cx, Fault, Guard, Limit, Reply, Request, Route, input};
use crate::routes::dev::inbox;

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dev/inbox", Guard::Anyone, show).at(Limit::Free),
    Route::get("/dev/inbox/html", Guard::Anyone, html).at(Limit::Free),
    Route::post("/dev/inbox/scan", Guard::Anyone, scan).at(Limit::Free),
    Route::post("/dev/inbox/clear", Guard::Anyone, clear).at(Limit::Free),
];

/// A mail may style itself, and nothing else: it runs no script, loads
/// nothing, and is framed by us alone.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

/// The messages, and the one that is looked at: the newest, unless said otherwise.
fn page<'a>(cx: &'a Cx<'_>, wanted: Option<&str>) -> Result<Page<'a>, Fault> {
    let messages = inbox(cx)?.all();
    let shown = match wanted {
        Some(id) => messages.iter().find(|m| m.id == id),
        None => messages.first(),
    };
    let rows: Vec<Value> = messages
        .iter()
        .map(|m| json!({ "id": m.id, "kind": m.channel.as_str(), "to": m.to, "subject": title(m) }))
        .collect();
    let shown = shown.map(|m| {
        json!({
            "id": m.id, "kind": m.channel.as_str(), "to": m.to, "subject": title(m), "text": m.text,
            "html": !m.html.is_empty(), "code": m.code, "link": m.link,
        })
    });
    Ok(Page::new(cx, "dev_inbox.html")
        .with("messages", rows)
        .with("shown", shown)
        .with("scan", Value::Null))
}

/// The subject, or how a text message begins.
fn title(message: &Outgoing) -> String {
    match message.subject.as_str() {
        "" => message.text.chars().take(48).collect(),
        subject => subject.to_owned(),
    }
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let wanted = nav::query(cx.request, "id");
        page(&cx, wanted.as_deref())?.reply()
    })
}

/// The HTML of one message, for the frame.
fn html(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let id = nav::query(cx.request, "id").unwrap_or_default();
        let message = inbox(&cx)?.find(&id).ok_or(Code::NotFound)?;
        let mut reply = Reply::new(Body::from(message.html));
        let headers = reply.headers_mut();
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, kind);
        let policy = HeaderValue::from_static(MAIL_POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
        Ok(reply)
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScanInput {
    id: String,
}

/// Does what mail scanners do with a link, `HEAD` and `GET`, and looks
/// whether its secret still works.
fn scan(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ScanInput { id } = input::body(cx.request)?;
        let message = inbox(&cx)?.find(&id).ok_or(Code::NotFound)?;
        let link = message.link.ok_or(Code::NotFound)?;
        let before = works(&cx, &link).await?;
        let mut visits = vec![];
        for method in [Method::HEAD, Method::GET] {
            let status = visit(&cx, method.clone(), &link).await?;
            visits.push(json!({ "method": method.as_str(), "status": status.as_u16() }));
        }
        let after = works(&cx, &link).await?;
        let scan = json!({ "visits": visits, "before": before, "after": after });
        page(&cx, Some(&id))?.with("scan", scan).reply()
    })
}

/// Whether the secret of a link is still waiting to be spent.
async fn works(cx: &Cx<'_>, link: &str) -> Result<bool, Fault> {
    let secret = link.rsplit('/').next().unwrap_or_default();
    let waiting = Answer::Link(Secret::new(secret)).challenge(&*cx.auth.0.store).await?;
    Ok(waiting.is_some())
}

async fn visit(cx: &Cx<'_>, method: Method, link: &str) -> Result<StatusCode, Fault> {
    let host = cx.request.headers().get(header::HOST).cloned();
    let mut visit = Request::new(Bytes::new());
    *visit.method_mut() = method;
    *visit.uri_mut() = link.parse().map_err(|_| Code::BadRequest)?;
    visit.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    if let Some(host) = host {
        visit.headers_mut().insert(header::HOST, host);
    }
    Ok(cx.auth.handle(visit, None).await.status())
}

fn clear(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        inbox(&cx)?.clear();
        go(&cx, "/dev/inbox")
    })
}
