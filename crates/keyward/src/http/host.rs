//! Which host names are ours.

use ::http::header;

use super::{Code, Fault, Request, single};
use crate::engine::Keyward;

/// `http(s)://HOST[:PORT]` without a path, in lower case.
pub(crate) fn public_url(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/').to_ascii_lowercase();
    let uri: ::http::Uri = text.parse().ok()?;
    let sane = matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.host().is_some_and(|h| !h.is_empty())
        && !text.contains('@')
        && matches!(uri.path_and_query().map(|p| p.as_str()), None | Some("/"));
    sane.then_some(text)
}

/// The address of a page, without a fragment; in the clear on this machine only:
/// the secret behind it is for nobody else.
pub(crate) fn page_url(text: &str) -> Option<String> {
    let uri: ::http::Uri = text.parse().ok()?;
    let host = uri.host().filter(|host| !host.is_empty())?;
    let here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let sane = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => here,
        _ => false,
    };
    let plain = text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['#', '@']);
    (sane && plain).then(|| text.to_owned())
}

/// Refuses a request for another host: links, cookies and redirects are for ours.
pub(super) fn check(auth: &Keyward, request: &Request) -> Result<(), Fault> {
    let Some(ours) = auth.0.web.public_url.get() else { return Ok(()) };
    let named = single(request.headers(), &header::HOST)?;
    let asked = named.or_else(|| request.uri().authority().map(|a| a.as_str()));
    let ours = ours.split_once("://").map_or("", |(_, host)| host);
    match asked {
        None => Err(Code::HostNotAllowed.into()),
        Some(host) if is_ours(host, ours) => Ok(()),
        Some(_) => Err(Code::HostNotAllowed.into()),
    }
}

/// The public host, or this machine by its number where the public host is `localhost`.
fn is_ours(host: &str, ours: &str) -> bool {
    if host.eq_ignore_ascii_case(ours) {
        return true;
    }
    let (name, port) = split(host);
    let (own_name, own_port) = split(ours);
    own_name == "localhost" && port == own_port && matches!(name, "127.0.0.1" | "[::1]")
}

fn split(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_for_links_is_https_or_here() {
        for good in ["https://app.example.com/enter", "http://localhost:3000/enter?x=1"] {
            assert_eq!(page_url(good).as_deref(), Some(good));
        }
        for bad in [
            "http://app.example.com/enter",
            "https://app.example.com/enter#top",
            "https://user@app.example.com/",
            "https:///enter",
            "/enter",
            "javascript:alert(1)",
            "https://app.example.com/a b",
        ] {
            assert_eq!(page_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_our_own_names_are_ours() {
        let check = |host: &str, ours: &str, expected: bool| {
            assert_eq!(is_ours(host, ours), expected, "{host} for {ours}");
        };
        check("localhost:8080", "localhost:8080", true);
        check("127.0.0.1:8080", "localhost:8080", true);
        check("[::1]:8080", "localhost:8080", true);
        check("127.0.0.1:8081", "localhost:8080", false);
        check("evil.example.com", "auth.example.com", false);
        check("AUTH.example.com", "auth.example.com", true);
        check("127.0.0.1", "auth.example.com", false);
    }

    #[test]
    fn a_public_url_is_scheme_and_host() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(public_url(text).as_deref(), expected, "{text}");
        };
        check("https://Auth.example.com/", Some("https://auth.example.com"));
        check("http://localhost:8080", Some("http://localhost:8080"));
        check("https://auth.example.com/path", None);
        check("https://user@auth.example.com", None);
        check("ftp://auth.example.com", None);
        check("auth.example.com", None);
    }
}
