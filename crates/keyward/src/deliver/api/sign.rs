//! Requests to AWS, signed (Signature Version 4).

use ::http::{HeaderValue, Request};
use bytes::Bytes;
use keyward_core::Secret;
use keyward_core::crypto::mac::hmac_sha256;
use keyward_core::crypto::token::digest_bytes;
use keyward_core::time::Timestamp;

/// Whose request it is, and for which service.
pub(super) struct Signer<'a> {
    pub(super) access_key: &'a str,
    pub(super) secret: &'a Secret,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// Adds `Host`, `X-Amz-Date` and `Authorization`. `None` if the request has no host,
/// or a query, which none of ours has.
pub(super) fn signed(
    mut request: Request<Bytes>,
    by: &Signer<'_>,
    now: Timestamp,
) -> Option<Request<Bytes>> {
    let uri = request.uri().clone();
    let host = uri.authority().filter(|_| uri.query().is_none())?.to_string();
    // `20150830T123600Z`
    let time: String =
        now.to_string().chars().filter(|c| !matches!(c, '-' | ':')).take(15).chain(['Z']).collect();
    let day = time.get(..8)?;
    let canonical = format!(
        "{}\n{}\n\nhost:{host}\nx-amz-date:{time}\n\n{HEADERS}\n{}",
        request.method(),
        uri.path(),
        hex(&digest_bytes(request.body())),
    );
    let scope = format!("{day}/{}/{}/{TERMINATOR}", by.region, by.service);
    let text =
        format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&digest_bytes(canonical.as_bytes())));
    let signature = hex(&hmac_sha256(&key(by, day), text.as_bytes()));
    let line = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={HEADERS}, Signature={signature}",
        by.access_key
    );
    let headers = request.headers_mut();
    headers.insert("host", HeaderValue::from_str(&host).ok()?);
    headers.insert("x-amz-date", HeaderValue::from_str(&time).ok()?);
    headers.insert("authorization", HeaderValue::from_str(&line).ok()?);
    Some(request)
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
const HEADERS: &str = "host;x-amz-date";

/// A key for one day, one region and one service.
fn key(by: &Signer<'_>, day: &str) -> [u8; 32] {
    let first = format!("AWS4{}", by.secret.reveal());
    let day = hmac_sha256(first.as_bytes(), day.as_bytes());
    let steps = [by.region, by.service, TERMINATOR];
    steps.iter().fold(day, |key, step| hmac_sha256(&key, step.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer<'a>(secret: &'a Secret, region: &'a str, service: &'a str) -> Signer<'a> {
        Signer { access_key: "AKIDEXAMPLE", secret, region, service }
    }

    /// The example of a derived key in the documentation of AWS.
    #[test]
    fn keys_are_derived_as_aws_does() {
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let found = key(&signer(&secret, "us-east-1", "iam"), "20120215");
        let wanted = "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d";
        assert_eq!(hex(&found), wanted);
    }

    /// `get-vanilla` and `post-vanilla` of the test suite of AWS.
    #[test]
    fn requests_are_signed_as_aws_does() {
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let by = signer(&secret, "us-east-1", "service");
        // 2015-08-30T12:36:00Z
        let now = Timestamp::from_secs(1_440_938_160);
        let check = |method: &str, signature: &str| {
            let request = Request::builder().method(method).uri("https://example.amazonaws.com/");
            let request = signed(request.body(Bytes::new()).unwrap(), &by, now).unwrap();
            assert_eq!(request.headers()["x-amz-date"], "20150830T123600Z");
            let line = request.headers()["authorization"].to_str().unwrap();
            let head = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/\
                        aws4_request, SignedHeaders=host;x-amz-date, Signature=";
            assert_eq!(line, format!("{head}{signature}"), "{method}");
        };
        check("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
        check("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    }

    #[test]
    fn what_cannot_be_signed_is_not_sent() {
        let secret = Secret::new("s");
        let by = signer(&secret, "r", "s");
        for uri in ["/path", "https://example.com/?a=b"] {
            let request = Request::get(uri).body(Bytes::new()).unwrap();
            assert!(signed(request, &by, Timestamp::from_secs(0)).is_none(), "{uri}");
        }
    }
}
