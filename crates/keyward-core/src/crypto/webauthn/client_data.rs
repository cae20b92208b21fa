//! `clientDataJSON` (section 5.8.1): what the browser saw.

use serde::Deserialize;

use super::{Expected, Fault};
use crate::crypto::token;

/// What the browser says of a ceremony. It is signed along, byte for byte.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    pub r#type: String,
    /// Base64url without padding.
    pub challenge: String,
    /// Who asked: `https://example.com`.
    pub origin: String,
    /// Whether whoever asked is inside a page of another origin.
    #[serde(default)]
    pub cross_origin: bool,
    /// That other origin.
    #[serde(default)]
    pub top_origin: Option<String>,
}

/// Which ceremony.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ceremony {
    /// A registration.
    Create,
    /// A sign-in.
    Get,
}

impl Ceremony {
    /// What `type` must be.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// Longest text that is looked at; browsers send about 200 bytes.
const MAX_BYTES: usize = 4096;

impl ClientData {
    /// Reads it. Members that we do not know are fine: browsers add some on
    /// purpose (section 5.8.1.1). A member that we know must not come twice.
    pub fn parse(json: &[u8]) -> Result<Self, Fault> {
        if json.len() > MAX_BYTES {
            return Err(Fault::Malformed);
        }
        serde_json::from_slice(json).map_err(|_| Fault::Malformed)
    }

    /// Whether it is of this ceremony, answers this challenge, and was asked
    /// for by an origin that may.
    pub fn check(&self, ceremony: Ceremony, expected: &Expected<'_>) -> Result<(), Fault> {
        if self.r#type != ceremony.as_str() {
            return Err(Fault::WrongCeremony);
        }
        let is_ours = token::eq(self.challenge.as_bytes(), expected.challenge.as_bytes());
        if !is_ours || self.challenge.is_empty() {
            return Err(Fault::WrongChallenge);
        }
        let may_ask = expected.origins.contains(&self.origin);
        if !may_ask || self.cross_origin || self.top_origin.is_some() {
            return Err(Fault::WrongOrigin);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "AAECAwQFBgcICQoLDA0ODw";

    fn check(json: &str) -> Result<(), Fault> {
        let expected = Expected {
            rp_id: "example.com",
            origins: &["https://example.com".into(), "https://www.example.com".into()],
            challenge: CHALLENGE,
            user_verified: false,
        };
        ClientData::parse(json.as_bytes())?.check(Ceremony::Get, &expected)
    }

    fn from(origin: &str) -> String {
        format!(r#"{{"type":"webauthn.get","challenge":"{CHALLENGE}","origin":"{origin}"}}"#)
    }

    #[test]
    fn only_an_origin_of_the_list_may_ask() {
        for (origin, yes) in [
            ("https://example.com", true),
            ("https://www.example.com", true),
            ("http://example.com", false),
            ("https://example.com/", false),
            ("https://example.com:443", false),
            ("https://example.com:8443", false),
            ("https://EXAMPLE.com", false),
            ("https://badexample.com", false),
            ("https://login.example.com", false),
            ("https://example.com.evil.example", false),
            ("https://example.com@evil.example", false),
            ("null", false),
            ("", false),
        ] {
            let judged = check(&from(origin));
            assert_eq!(judged.is_ok(), yes, "{origin}");
            assert!(yes || judged == Err(Fault::WrongOrigin), "{origin}");
        }
    }

    #[test]
    fn a_page_inside_another_may_not_ask() {
        let inside = from("https://example.com").replace('}', r#","crossOrigin":true}"#);
        assert_eq!(check(&inside), Err(Fault::WrongOrigin));
        let inside =
            from("https://example.com").replace('}', r#","topOrigin":"https://example.com"}"#);
        assert_eq!(check(&inside), Err(Fault::WrongOrigin));
        let plain = from("https://example.com").replace('}', r#","crossOrigin":false}"#);
        assert_eq!(check(&plain), Ok(()));
    }

    #[test]
    fn what_browsers_add_is_no_fault_and_what_they_repeat_is_one() {
        let added = from("https://example.com")
            .replace('}', r#","other_keys_can_be_added_here":"do not compare"}"#);
        assert_eq!(check(&added), Ok(()));
        let twice =
            from("https://evil.example").replace('}', r#","origin":"https://example.com"}"#);
        assert_eq!(check(&twice), Err(Fault::Malformed));
    }

    #[test]
    fn another_ceremony_or_challenge_is_refused() {
        let right = from("https://example.com");
        let wrong = |from: &str, to: &str| check(&right.replace(from, to));
        assert_eq!(wrong("webauthn.get", "webauthn.create"), Err(Fault::WrongCeremony));
        assert_eq!(wrong("webauthn.get", "WEBAUTHN.GET"), Err(Fault::WrongCeremony));
        assert_eq!(wrong(CHALLENGE, ""), Err(Fault::WrongChallenge));
        assert_eq!(wrong("AAEC", "AAED"), Err(Fault::WrongChallenge));
        assert_eq!(wrong("DA0ODw", "DA0ODw=="), Err(Fault::WrongChallenge));
    }

    #[test]
    fn only_json_of_this_shape_is_read() {
        for bad in ["", "{}", "[]", "null", r#"{"type":1,"challenge":"","origin":""}"#, "{\"type\""]
        {
            assert_eq!(ClientData::parse(bad.as_bytes()), Err(Fault::Malformed), "{bad}");
        }
        let long = from(&"x".repeat(MAX_BYTES));
        assert_eq!(ClientData::parse(long.as_bytes()), Err(Fault::Malformed));
        assert_eq!(ClientData::parse(b"\xff\xfe"), Err(Fault::Malformed));
    }
}
