//! An event as it is stored: the exact bytes that are hashed, and what can be erased.

use serde::Serialize;

use super::{Event, Personal, What};
use crate::crypto::hex::hex;
use crate::crypto::token::digest_bytes;
use crate::id::{EventId, UserId};
use crate::time::Timestamp;

/// An event as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EventRow {
    /// Which.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// The stable name.
    pub kind: String,
    /// The version of the body's shape.
    pub version: i64,
    /// Who did it.
    pub actor: Option<UserId>,
    /// To whom.
    pub subject: Option<UserId>,
    /// The exact bytes that are hashed: a JSON object.
    pub body: Vec<u8>,
    /// Salt and JSON of the personal side row, unless erased.
    pub personal: Option<(Vec<u8>, Vec<u8>)>,
    /// Place in the chain and hash there, once chained.
    pub chained: Option<(i64, [u8; 32])>,
}

impl Event {
    /// The stored form. Pure: the same event always gives the same bytes.
    pub fn to_row(&self) -> EventRow {
        let personal = (self.personal != Personal::default())
            .then(|| serde_json::to_vec(&self.personal).unwrap_or_default());
        let digest = personal.as_ref().map(|json| hex(&personal_digest(&self.salt, json)));
        let body = Body {
            id: self.id,
            r#type: self.what.kind(),
            version: self.what.version(),
            at: self.at,
            actor: self.actor,
            subject: self.subject,
            data: &self.what,
            personal: digest,
        };
        EventRow {
            id: self.id,
            at: self.at,
            kind: self.what.kind().to_owned(),
            version: self.what.version(),
            actor: self.actor,
            subject: self.subject,
            body: serde_json::to_vec(&body).unwrap_or_default(),
            personal: personal.map(|json| (self.salt.to_vec(), json)),
            chained: None,
        }
    }
}

/// What became of the personal part of an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PersonalPart {
    /// It is as it was, or there never was one.
    True,
    /// There was one, and is none: right where the account was erased.
    Gone,
    /// It is another one.
    Changed,
}

impl EventRow {
    /// Whether the personal part is the one that the event was stored with.
    pub fn personal_part(&self) -> PersonalPart {
        let digest = self.personal.as_ref().map(|(salt, json)| hex(&personal_digest(salt, json)));
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        match (body.get("personal").and_then(|d| d.as_str()), digest.as_deref()) {
            (stored, found) if stored == found => PersonalPart::True,
            (Some(_), None) => PersonalPart::Gone,
            _ => PersonalPart::Changed,
        }
    }

    /// Whether the columns say what the hashed body says.
    pub fn columns_are_true(&self) -> bool {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(|v| v.as_str()).map(str::to_owned);
        text("id") == Some(self.id.to_string())
            && text("type").as_deref() == Some(&self.kind)
            && text("at") == Some(self.at.to_string())
            && text("actor") == self.actor.map(|id| id.to_string())
            && text("subject") == self.subject.map(|id| id.to_string())
            && body.get("version").and_then(serde_json::Value::as_i64) == Some(self.version)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    id: EventId,
    r#type: &'static str,
    version: i64,
    at: Timestamp,
    actor: Option<UserId>,
    subject: Option<UserId>,
    data: &'a What,
    #[serde(skip_serializing_if = "Option::is_none")]
    personal: Option<String>,
}

fn personal_digest(salt: &[u8], json: &[u8]) -> [u8; 32] {
    digest_bytes(&[salt, json].concat())
}
