//! Requests that no well-behaved client sends.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::Value;

use crate::tour::journey::Journey;
use crate::tour::trouble::{Trouble, ensure};

/// The kind of body that is accepted.
const JSON: &str = "application/json";
/// Takes one password, from anyone.
const CHECK: &str = "/api/v1/password/check";
/// For those who are signed in.
const SESSION: &str = "/api/v1/session";

/// What is wrong with a request, and the request.
type Case = (&'static str, Result<Request<Full<Bytes>>, Trouble>);

/// Each is refused with a problem that has a stable code, and none with a 5xx.
pub(in crate::tour) async fn bad_input(tour: &mut Journey) -> Result<String, Trouble> {
    let cases: Vec<Case> = bodies().into_iter().chain(heads()).collect();
    let (count, mut browser) = (cases.len(), tour.browser.stranger());
    for (what, request) in cases {
        let reply = browser.send(request?).await?;
        let status = reply.status;
        ensure!(status.is_client_error(), "{what}: {status}");
        let kind = reply.headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
        ensure!(kind == Some(b"application/problem+json"), "{what}: {status} is no problem");
        let problem: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let code = problem.get("code").and_then(Value::as_str).unwrap_or_default();
        ensure!(!code.is_empty(), "{what}: {status} has no code");
    }
    Ok(format!("{count} of {count} refused"))
}

fn bodies() -> Vec<Case> {
    let post = |path, kind, body: &[u8]| {
        request(Method::POST, path, &[("content-type", kind)], body.to_vec())
    };
    let check = |body: &[u8]| post(CHECK, JSON, body);
    let large = format!(r#"{{"password":"{}"}}"#, "x".repeat(1 << 20));
    let deep = format!(r#"{{"password":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let nul = br#"{"identifier":"a\u0000b","password":"x"}"#;
    vec![
        ("cut off JSON", check(br#"{"password":"#)),
        ("no JSON at all", check(b"password=x")),
        ("an unknown field", check(br#"{"password":"x","is_admin":true}"#)),
        ("a repeated field", check(br#"{"password":"x","password":"y"}"#)),
        ("a wrong type", check(br#"{"password":{"$ne":null}}"#)),
        ("a missing field", check(b"{}")),
        ("bytes that are not UTF-8", check(b"{\"password\":\"\xff\xfe\"}")),
        ("NUL in an identifier", post("/api/v1/sign-in", JSON, nul)),
        ("JSON without a bottom", check(deep.as_bytes())),
        ("a megabyte of password", check(large.as_bytes())),
        ("a foreign kind of body", post(CHECK, "application/xml", b"<password/>")),
    ]
}

fn heads() -> Vec<Case> {
    let get = |headers: &[(&str, &str)]| request(Method::GET, SESSION, headers, vec![]);
    let bare = |method, path| request(method, path, &[], vec![]);
    vec![
        (
            "two Authorization headers",
            get(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]),
        ),
        ("a bearer that is none", get(&[("authorization", "Bearer x")])),
        ("a cookie that is none", get(&[("cookie", "kw_session=%00;;=")])),
        ("a wrong verb", bare(Method::DELETE, "/api/v1/sign-in")),
        ("a path that is not there", bare(Method::GET, "/api/v1/..%2f..%2fetc")),
    ]
}

fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Result<Request<Full<Bytes>>, Trouble> {
    let start = Request::builder().method(method).uri(path).header(header::ACCEPT, JSON);
    let request = headers.iter().fold(start, |all, (name, value)| all.header(*name, *value));
    request.body(Full::from(body)).map_err(|error| Trouble::failed(error.to_string()))
}

/// Neither with a victim's cookie nor to sign a victim in to another account.
pub(in crate::tour) async fn cross_site(tour: &mut Journey) -> Result<String, Trouble> {
    let mut seen = vec![];
    for headers in [
        [("content-type", "text/plain"), ("sec-fetch-site", "cross-site")],
        [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://example.org")],
    ] {
        let body = b"identifier=a&password=b".to_vec();
        let request = request(Method::POST, "/api/v1/sign-in", &headers, body)?;
        let status = tour.browser.send(request).await?.status;
        ensure!(status == 403, "{headers:?}: {status}");
        seen.push(status.as_str().to_owned());
    }
    Ok(seen.join(", "))
}
