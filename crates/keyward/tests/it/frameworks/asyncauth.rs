//! Problems as asyncauth tells them: `message`, `status_code`, and in `content` the class
//! of its error with that class's own words. Its clients go on reading what they read.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use keyward::ProblemView;
use serde_json::json;

/// For [`Builder::on_error`](keyward::Builder::on_error).
pub(crate) fn envelope(problem: &ProblemView, _: &Request<()>) -> Option<Response<Bytes>> {
    let (class, status, summary) = of_asyncauth(problem.code)?;
    let body = json!({
        "message": "An error has occurred.",
        "status_code": status,
        "content": { "error": class, "summary": summary },
    });
    let mut reply = Response::new(body.to_string().into());
    *reply.status_mut() = StatusCode::from_u16(status).ok()?;
    let kind = HeaderValue::from_static("application/json");
    reply.headers_mut().insert(header::CONTENT_TYPE, kind);
    Some(reply)
}

/// The class of its error, that error's status, and what it says. Problems that asyncauth
/// does not have stay as they are.
fn of_asyncauth(code: &str) -> Option<(&'static str, u16, &'static str)> {
    Some(match code {
        "unauthenticated" => ("DecodeError", 403, "Session is not available."),
        "session_revoked" => ("InvalidError", 401, "Session is invalid."),
        "session_expired" => ("ExpiredError", 401, "Session has expired"),
        "invalid_credentials" => {
            ("IncorrectPasswordError", 401, "The password provided is incorrect.")
        }
        "account_unverified" => ("UnverifiedError", 401, "Account requires verification."),
        "code_invalid" | "captcha_invalid" => {
            ("CrosscheckError", 401, "Session crosschecking attempt was incorrect")
        }
        "code_attempts_exceeded" => {
            ("MaximumAttemptsError", 403, "You've reached the maximum amount of attempts.")
        }
        "missing_role" => {
            ("InsufficientRoleError", 403, "You do not have the required role for this action.")
        }
        "missing_permission" => (
            "InsufficientPermissionError",
            403,
            "You do not have the required permissions for this action.",
        ),
        _ => return None,
    })
}
