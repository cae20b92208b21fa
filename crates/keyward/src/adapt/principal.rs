//! What a handler may ask for, in whatever framework.

use std::sync::Arc;

use keyward_authz::{Access, Decision};
use keyward_core::Error;
use keyward_core::id::{SessionId, UserId};
use keyward_core::identifier::Kind;
use keyward_core::record::Identifier;
use serde::Serialize;

use crate::engine::cache::Entry;
use crate::engine::policy::parse;

/// Whoever is signed in. As an extractor it refuses with 401 if nobody is;
/// `Option<User>` is `None` then. Serialises without secrets.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// `usr_…`
    pub id: UserId,
    /// What to call them; may be empty.
    pub name: String,
    /// Their e-mail address, if they have one.
    pub email: Option<String>,
    /// Their username, if they have one.
    pub username: Option<String>,
    #[serde(skip)]
    access: Arc<Access>,
}

impl User {
    pub(super) fn new(entry: &Entry) -> Self {
        let first = |kind| {
            let mut all = entry.identifiers.iter();
            all.find(|i| i.kind == kind).map(|i: &Identifier| i.value.clone())
        };
        Self {
            id: entry.user.id,
            name: entry.user.name.clone(),
            email: first(Kind::Email),
            username: first(Kind::Username),
            access: Arc::clone(&entry.access),
        }
    }

    /// Whether they may do `permission`. What cannot be decided is an error,
    /// never a no.
    pub fn can(&self, permission: &str) -> Result<bool, Error> {
        match self.access.check(&parse(permission)?) {
            Decision::Allow => Ok(true),
            Decision::Deny => Ok(false),
            Decision::Indeterminate => Err(Error::new("decide the permission")),
        }
    }
}

/// The session of whoever is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// `ses_…`
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Authenticator assurance level.
    pub aal: u8,
    /// What was proven.
    pub methods: Vec<String>,
    /// The app's own data: a JSON object.
    pub data: serde_json::Value,
}

impl Session {
    pub(super) fn new(entry: &Entry) -> Self {
        Self {
            id: entry.session.id,
            user: entry.user.id,
            aal: entry.session.aal,
            methods: entry.session.methods.clone(),
            data: serde_json::from_str(&entry.session.data).unwrap_or_default(),
        }
    }
}

/// Whoever or whatever the request comes from.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Nobody that is known.
    Anonymous,
    /// A person.
    User(User),
}

impl Principal {
    pub(super) fn new(entry: Option<&Entry>) -> Self {
        entry.map_or(Self::Anonymous, |entry| Self::User(User::new(entry)))
    }
}
