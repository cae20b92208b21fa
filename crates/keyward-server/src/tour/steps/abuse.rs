//! Requests that no well-behaved client sends.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Full;
use serde_json::Value;

use crate::tour::journey::Journey;
use crate::tour::trouble::{Trouble, ensure};

/// A body that is cut off, lies, hides something, or is far too large.
const JSON: &str = "application/json";

/// Each is refused with a problem that has a stable code, and none with a 5xx.
pub(in crate::tour) async fn bad_input(tour: &mut Journey) -> Result<String, Trouble> {
    let requests = requests()?;
    let (count, mut browser) = (requests.len(), tour.browser.stranger());
    for (what, request) in requests {
        let reply = browser.send(request).await?;
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

fn requests() -> Result<Vec<(&'static str, Request<Full<Bytes>>)>, Trouble> {
    let check = "/api/v1/password/check";
    let large = format!(r#"{{"password":"{}"}}"#, "x".repeat(1 << 20));
    let deep = format!(r#"{{"password":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let bodies: [(&'static str, &str, Vec<u8>); 11] = [
        ("cut off JSON", JSON, br#"{"password":"#.to_vec()),
        ("no JSON at all", JSON, b"password=x".to_vec()),
        ("an unknown field", JSON, br#"{"password":"x","is_admin":true}"#.to_vec()),
        ("a repeated field", JSON, br#"{"password":"x","password":"y"}"#.to_vec()),
        ("a wrong type", JSON, br#"{"password":{"$ne":null}}"#.to_vec()),
        ("a missing field", JSON, b"{}".to_vec()),
        ("bytes that are not UTF-8", JSON, b"{\"password\":\"\xff\xfe\"}".to_vec()),
        ("NUL in an identifier", JSON, br#"{"identifier":"a\u0000b","password":"x"}"#.to_vec()),
        ("JSON without a bottom", JSON, deep.into_bytes()),
        ("a megabyte of password", JSON, large.into_bytes()),
        ("a foreign kind of body", "application/xml", b"<password/>".to_vec()),
    ];
    let posts = bodies.into_iter().map(|(what, kind, body)| {
        let path = if what.contains("identifier") { "/api/v1/sign-in" } else { check };
        Ok((what, request(Method::POST, path, &[("content-type", kind)], body)?))
    });
    let mut all: Vec<_> = posts.collect::<Result<_, Trouble>>()?;
    let two = [("authorization", "Bearer a"), ("authorization", "Bearer b")];
    let gets: [(&'static str, Method, &str, &[(&str, &str)]); 5] = [
        ("two Authorization headers", Method::GET, "/api/v1/session", &two),
        ("a bearer that is none", Method::GET, "/api/v1/session", &[("authorization", "Bearer x")]),
        (
            "a cookie that is none",
            Method::GET,
            "/api/v1/session",
            &[("cookie", "kw_session=%00;;=")],
        ),
        ("a wrong verb", Method::DELETE, "/api/v1/sign-in", &[]),
        ("a path that is not there", Method::GET, "/api/v1/..%2f..%2fetc", &[]),
    ];
    for (what, method, path, headers) in gets {
        all.push((what, request(method, path, headers, vec![])?));
    }
    Ok(all)
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
