//! In which language to answer: `?lang=`, then the cookie, then what the browser asks for.

use ::http::header;

use super::texts::{LANGUAGES, known};
use crate::engine::Keyward;
use crate::http::{Request, cookie};

/// The language to answer in.
pub(crate) fn language(auth: &Keyward, request: &Request) -> &'static str {
    chosen(request)
        .or_else(|| remembered(auth, request))
        .or_else(|| preferred(request))
        .or_else(|| LANGUAGES.first().map(|l| l.code))
        .unwrap_or("en")
}

/// What `?lang=` says.
pub(super) fn chosen(request: &Request) -> Option<&'static str> {
    let query = request.uri().query().filter(|q| q.contains("lang="))?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "lang").and_then(|(_, value)| known(&value))
}

fn remembered(auth: &Keyward, request: &Request) -> Option<&'static str> {
    // A malformed cookie is refused where it matters; here it says nothing.
    known(&cookie::get(auth, request.headers(), cookie::LANGUAGE).ok()??)
}

/// The best of `Accept-Language` (RFC 9110 section 12.5.4) that we speak.
fn preferred(request: &Request) -> Option<&'static str> {
    let asked = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    best(asked)
}

fn best(asked: &str) -> Option<&'static str> {
    let mut best: Option<(u32, &'static str)> = None;
    for part in asked.split(',').take(20) {
        let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
        let weight = weight.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
        let Some(code) = known(tag).filter(|_| weight > 0.0) else { continue };
        // Thousandths: as many digits as the header may have.
        let weight = (weight * 1000.0) as u32;
        if best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, code));
        }
    }
    best.map(|(_, code)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_we_speak_wins() {
        let check = |asked: &str, spoken: Option<&str>| assert_eq!(best(asked), spoken, "{asked}");
        check("de", Some("de"));
        check("fr, de-AT;q=0.5, en;q=0.8", Some("en"));
        check("en;q=0, de;q=0.1", Some("de"));
        check("fr", None);
        check("de;q=x", None);
        check("", None);
    }
}
