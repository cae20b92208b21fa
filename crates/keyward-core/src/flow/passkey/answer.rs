//! What a browser answers: `PublicKeyCredential.toJSON()` (WebAuthn level 3,
//! section 5.1.8). Members that we do not know are left alone, because browsers
//! add some; those that we know are parsed strictly.

use serde::Deserialize;
use serde_json::Value;

use super::decode;
use crate::crypto::webauthn::Assertion;
use crate::crypto::webauthn::authenticator_data::MAX_ID;
use crate::id::UserId;

/// A passkey that was just made.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    pub(super) id: Vec<u8>,
    pub(super) client_data: Vec<u8>,
    pub(super) attestation_object: Vec<u8>,
    /// How browsers reach it.
    pub(super) transports: Vec<String>,
}

/// A signature by a passkey.
#[derive(Clone, Debug)]
pub struct PasskeyAnswer {
    /// How the authenticator calls the passkey, base64url in its one spelling.
    pub(super) id: String,
    /// The account that the passkey was made for, if it says so.
    pub(super) user: Option<UserId>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

/// It is not what a browser answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Malformed;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<T> {
    id: String,
    raw_id: String,
    r#type: String,
    response: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Got {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user_handle: Option<String>,
}

impl NewPasskey {
    /// Reads what `navigator.credentials.create()` gave.
    pub fn parse(credential: Value) -> Result<Self, Malformed> {
        let (id, given): (_, Created) = outer(credential)?;
        let transports = given.transports.into_iter().filter(|t| is_transport(t));
        Ok(Self {
            id,
            client_data: bytes(&given.client_data)?,
            attestation_object: bytes(&given.attestation_object)?,
            transports: transports.take(MAX_TRANSPORTS).collect(),
        })
    }
}

impl PasskeyAnswer {
    /// Reads what `navigator.credentials.get()` gave.
    pub fn parse(credential: Value) -> Result<Self, Malformed> {
        let (id, given): (_, Got) = outer(credential)?;
        let user = match given.user_handle.as_deref() {
            None | Some("") => None,
            // Of another length it is nobody's that we made: unknown, not broken.
            Some(handle) => UserId::from_bytes(&bytes(handle)?).or(Some(UserId::NOBODY)),
        };
        Ok(Self {
            id: super::encode(&id),
            user,
            client_data: bytes(&given.client_data)?,
            authenticator_data: bytes(&given.authenticator_data)?,
            signature: bytes(&given.signature)?,
        })
    }

    pub(super) fn assertion(&self) -> Assertion<'_> {
        Assertion {
            client_data: &self.client_data,
            authenticator_data: &self.authenticator_data,
            signature: &self.signature,
        }
    }
}

/// A passkey is reached in a handful of ways.
const MAX_TRANSPORTS: usize = 8;

/// A word such as `internal`, `hybrid`, `smart-card`; it is shown and sent back.
fn is_transport(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// The id, said twice and alike, and what is inside.
fn outer<T: serde::de::DeserializeOwned>(credential: Value) -> Result<(Vec<u8>, T), Malformed> {
    let outer: Outer<T> = serde_json::from_value(credential).map_err(|_| Malformed)?;
    let id = bytes(&outer.id)?;
    let is_sane = outer.id == outer.raw_id
        && outer.r#type == "public-key"
        && (1..=MAX_ID).contains(&id.len());
    if is_sane { Ok((id, outer.response)) } else { Err(Malformed) }
}

fn bytes(text: &str) -> Result<Vec<u8>, Malformed> {
    decode(text).ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer() -> Value {
        json!({
            "id": "AQID", "rawId": "AQID", "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA",
                "userHandle": "AAAAAAAAAAAAAAAAAAAAAQ",
            },
        })
    }

    #[test]
    fn what_browsers_answer_is_read_and_nothing_else() {
        assert!(PasskeyAnswer::parse(answer()).is_ok());
        let check = |path: &str, value: Value| {
            let mut changed = answer();
            *changed.pointer_mut(path).unwrap() = value;
            assert_eq!(PasskeyAnswer::parse(changed.clone()).err(), Some(Malformed), "{changed}");
        };
        for value in [json!(null), json!(""), json!([]), json!({}), json!(0), json!(true)] {
            check("/id", value.clone());
            check("/rawId", value.clone());
            check("/type", value.clone());
            check("/response", value.clone());
            if value != json!("") {
                check("/response/signature", value.clone());
            }
        }
        check("/rawId", json!("AQIE"));
        check("/id", json!("AQID=="));
        check("/response/signature", json!("A*"));
        check("/response/clientDataJSON", json!("e30="));
        check("/id", json!("A".repeat(1368)));
    }

    #[test]
    fn a_user_handle_that_is_none_of_ours_is_nobodys() {
        let user = |handle: Value| {
            let mut changed = answer();
            changed["response"]["userHandle"] = handle;
            PasskeyAnswer::parse(changed).unwrap().user
        };
        assert_eq!(user(json!(null)), None);
        assert_eq!(user(json!("")), None);
        assert_eq!(user(json!("AQ")), Some(UserId::NOBODY));
        let one = user(json!("AAAAAAAAAAAAAAAAAAAAAQ"));
        assert_ne!(one, Some(UserId::NOBODY));
    }

    #[test]
    fn transports_are_words_and_few() {
        let new = |transports: Value| {
            let made = json!({
                "id": "AQID", "rawId": "AQID", "type": "public-key",
                "response": {
                    "clientDataJSON": "e30", "attestationObject": "oA", "transports": transports,
                },
            });
            NewPasskey::parse(made).map(|new| new.transports)
        };
        let words = json!(["internal", "smart-card", "<b>", "", "x".repeat(17)]);
        assert_eq!(new(words).unwrap(), ["internal", "smart-card"]);
        assert_eq!(new(json!(vec!["usb"; 100])).unwrap().len(), MAX_TRANSPORTS);
        assert_eq!(new(json!("usb")).err(), Some(Malformed));
    }
}
