//! Answers that nearly every service reads. Whatever else the API answers is JSON, as the
//! description of the API says it. Fields of newer servers are passed over.

pub(crate) use crate::outcome::Outcome;

use serde::Deserialize;
use serde_json::{Map, Value};

/// An account.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// `usr_…`
    pub id: String,
    /// What to call them; may be empty.
    pub name: String,
    /// The first of each kind.
    #[serde(default)]
    pub email: Option<String>,
    /// The username.
    #[serde(default)]
    pub username: Option<String>,
    /// The phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// Every identifier.
    pub identifiers: Vec<Identifier>,
    /// `active`, `locked` or `deleted`.
    pub status: String,
    /// The application's own properties.
    pub properties: Value,
    /// When the account was made (RFC 3339).
    pub created_at: String,
    /// Of the account, for [`Call::if_match`](crate::Call::if_match).
    pub version: i64,
}

/// A name that somebody signs in with.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Identifier {
    /// `email`, `username` or `phone`.
    pub kind: String,
    /// As its owner typed it.
    pub value: String,
    /// Whether its owner proved to hold it.
    pub verified: bool,
}

/// A session, and whose it is.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Session {
    /// `ses_…`
    pub id: String,
    /// Whose it is.
    pub user: User,
    /// The roles held.
    pub roles: Vec<String>,
    /// What was proven, in order.
    pub methods: Vec<String>,
    /// Assurance level: 1, or 2 with a second factor.
    pub aal: u8,
    /// When they last proved who they are (RFC 3339).
    pub auth_time: String,
    /// When it was opened.
    pub created_at: String,
    /// When it ends by itself.
    pub expires_at: String,
    /// What the application keeps in it.
    pub data: Value,
    /// The administrator who acts as this person, if one does.
    #[serde(default)]
    pub impersonated_by: Option<String>,
}

/// An answer to one question.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// What was asked.
    pub permission: String,
    /// Yes or no; nothing when it cannot be decided right now, which is neither.
    #[serde(default)]
    pub allowed: Option<bool>,
    /// `allowed`, or one of the codes of problems.
    pub code: String,
    /// What the policy's author wrote for whoever is denied.
    #[serde(default)]
    pub reason: Option<String>,
    /// What would help: `step_up`.
    #[serde(default)]
    pub advice: Option<String>,
    /// Numeric limits of the roles held.
    #[serde(default)]
    pub limits: Map<String, Value>,
}
