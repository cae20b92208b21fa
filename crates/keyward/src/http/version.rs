//! Versions of rows as entity tags: RFC 9110 sections 8.8.3 and 13.1.1.

use ::http::{HeaderValue, header};
use keyward_core::refusal::Refusal;

use super::{Code, Fault, Reply, Request, single};

/// The version that `If-Match` asks for, if it is there.
pub(crate) fn if_match(request: &Request) -> Result<Option<i64>, Fault> {
    let Some(tag) = single(request.headers(), &header::IF_MATCH)? else { return Ok(None) };
    match tag.trim_matches('"').parse() {
        Ok(version) => Ok(Some(version)),
        // No row of ours was ever called so.
        Err(_) => Err(Code::PreconditionFailed.into()),
    }
}

/// How a refusal is told to whoever asked for the version that they `seen`.
pub(crate) fn refused(refusal: Refusal, seen: Option<i64>) -> Fault {
    match refusal {
        Refusal::Conflict if seen.is_some() => Code::PreconditionFailed.into(),
        refusal => refusal.into(),
    }
}

/// The reply with this version as its tag.
pub(crate) fn tagged(mut reply: Reply, version: i64) -> Reply {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        reply.headers_mut().insert(header::ETAG, tag);
    }
    reply
}
