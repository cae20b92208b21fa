//! Style and script: small, named by their content, compressed once.

use std::io::Write as _;

use ::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use keyward_core::crypto::token;
use keyward_core::port::Fut;

use crate::http::{Body, Code, Cx, Fault, Guard, Limit, Reply, Request, Route};

pub(super) const ROUTES: &[Route] =
    &[Route::get("/kw-assets/{file}", Guard::Anyone, serve).at(Limit::Free)];

/// A name never means other bytes, so it may be kept for ever.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// The embedded files: stem, ending, media type, content.
const FILES: &[(&str, &str, &str, &str)] = &[
    ("kw", "css", "text/css; charset=utf-8", include_str!("../../pages/assets/kw.css")),
    ("kw", "js", SCRIPT, include_str!("../../pages/assets/kw.js")),
    ("passkeys", "js", SCRIPT, include_str!("../../pages/assets/passkeys.js")),
    #[cfg(feature = "captcha")]
    ("captcha", "js", SCRIPT, include_str!("../../pages/assets/captcha.js")),
    #[cfg(feature = "captcha")]
    ("captcha_service", "js", SCRIPT, include_str!("../../pages/assets/captcha_service.js")),
    ("admin", "css", "text/css; charset=utf-8", include_str!("../../pages/assets/admin.css")),
    ("admin", "js", SCRIPT, include_str!("../../pages/assets/admin.js")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Every asset.
pub(crate) struct Assets(Vec<Asset>);

struct Asset {
    /// Such as `kw.css`.
    file: String,
    name: String,
    media: &'static str,
    plain: Bytes,
    gzip: Bytes,
}

impl Assets {
    /// Names and compresses the embedded files.
    pub(crate) fn load() -> Self {
        let asset = |(stem, ending, media, text): &(&str, &str, &'static str, &'static str)| {
            let hash: String =
                token::digest(text).iter().take(6).map(|b| format!("{b:02x}")).collect();
            Asset {
                file: format!("{stem}.{ending}"),
                name: format!("{stem}.{hash}.{ending}"),
                media,
                plain: Bytes::from_static(text.as_bytes()),
                gzip: gzip(text.as_bytes(), Compression::best()),
            }
        };
        Self(FILES.iter().map(asset).collect())
    }

    /// The path of this file, below the mount point.
    pub(super) fn path(&self, file: &str) -> String {
        let found = self.0.iter().find(|a| a.file == file);
        found.map(|a| format!("/kw-assets/{}", a.name)).unwrap_or_default()
    }
}

fn serve(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let wanted = cx.params.get("file");
        let asset = cx.auth.0.pages.assets.0.iter().find(|a| a.name == wanted);
        let asset = asset.ok_or(Code::NotFound)?;
        let zipped = accepts_gzip(cx.request);
        let body = if zipped { asset.gzip.clone() } else { asset.plain.clone() };
        let mut reply = Reply::new(Body::Full(body));
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOREVER));
        mark(headers, zipped);
        Ok(reply)
    })
}

/// Says how the body is encoded, and that it depends on who asks.
pub(super) fn mark(headers: &mut HeaderMap, zipped: bool) {
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if zipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
}

/// Whether `Accept-Encoding` (RFC 9110 section 12.5.3) names gzip and does not rule it out.
pub(super) fn accepts_gzip(request: &Request) -> bool {
    let asked = request.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok());
    asked.unwrap_or_default().split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|q| q > 0.0)
    })
}

/// The bytes as a gzip stream (RFC 1952).
pub(super) fn gzip(bytes: &[u8], level: Compression) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), level);
    // Writing to memory cannot fail.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}
