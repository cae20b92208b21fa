//! What clients see of the records. One shape for the API, the pages and the
//! library.

mod access;
mod limits;
mod lists;

use keyward_authz::Access;
use keyward_core::id::{EventId, MessageId, SessionId, UserId};
use keyward_core::identifier::Kind;
use keyward_core::record::{EventRow, Identifier, Message, Session, User};
use keyward_core::settings::Settings;
use keyward_core::time::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub use access::{
    AssignmentView, ExclusiveView, GrantView, GroupView, Holdings, MemberView, MembershipView,
    RoleView,
};
pub use limits::LimitRow;
pub use lists::{AclView, RelationView};

/// An identifier.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct IdentifierView {
    /// `email`, `username` or `phone`.
    #[schemars(with = "String")]
    pub kind: Kind,
    /// As its owner typed it.
    pub value: String,
    /// Whether its owner proved to hold it.
    pub verified: bool,
}

impl IdentifierView {
    fn new(found: &Identifier) -> Self {
        let (kind, value) = (found.kind, found.value.clone());
        Self { kind, value, verified: found.verified_at.is_some() }
    }
}

/// An account.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct UserView {
    /// `usr_…`
    #[schemars(with = "String")]
    pub id: UserId,
    /// What to call them; may be empty.
    pub name: String,
    /// The first of each kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The username.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Every identifier.
    pub identifiers: Vec<IdentifierView>,
    /// `active`, `locked` or `deleted`.
    pub status: &'static str,
    /// The app's free properties.
    pub properties: Value,
    /// When the account was made.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// The row's version, for `If-Match`.
    pub version: i64,
}

impl UserView {
    /// An account with its identifiers.
    pub fn new(user: &User, identifiers: &[Identifier]) -> Self {
        let first = |kind| {
            identifiers.iter().find(|i| i.kind == kind).map(|i: &Identifier| i.value.clone())
        };
        Self {
            id: user.id,
            name: user.name.clone(),
            email: first(Kind::Email),
            username: first(Kind::Username),
            phone: first(Kind::Phone),
            identifiers: identifiers.iter().map(IdentifierView::new).collect(),
            status: status(user),
            properties: object(&user.properties),
            created_at: user.created_at,
            version: user.version,
        }
    }
}

impl UserView {
    /// As the person whose account it is may see it.
    #[must_use]
    pub(crate) fn for_owner(mut self, settings: &Settings) -> Self {
        keyward_core::profile::seen_by_owner(&settings.profile, &mut self.properties);
        self
    }
}

/// `active`, `locked` or `deleted`.
pub(crate) fn status(user: &User) -> &'static str {
    match (user.deleted_at, user.locked_at) {
        (Some(_), _) => "deleted",
        (None, Some(_)) => "locked",
        (None, None) => "active",
    }
}

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::Object(serde_json::Map::new()))
}

/// The body of `GET /session`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SessionView {
    /// `ses_…`
    #[schemars(with = "String")]
    pub id: SessionId,
    /// Whose.
    pub user: UserView,
    /// Roles that are held.
    pub roles: Vec<String>,
    /// What was proven.
    pub methods: Vec<String>,
    /// Assurance level.
    pub aal: u8,
    /// When the person last proved who they are.
    #[schemars(with = "String")]
    pub auth_time: Timestamp,
    /// When it was opened.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it ends, whatever happens.
    #[schemars(with = "String")]
    pub expires_at: Timestamp,
    /// The app's own data.
    pub data: Value,
    /// Who acts in it, where that is not the person whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub impersonated_by: Option<UserId>,
}

impl SessionView {
    pub(crate) fn new(
        session: &Session,
        user: &User,
        identifiers: &[Identifier],
        access: &Access,
        settings: &Settings,
    ) -> Self {
        Self {
            id: session.id,
            user: UserView::new(user, identifiers).for_owner(settings),
            roles: access.roles().iter().map(|r| r.to_string()).collect(),
            methods: session.methods.clone(),
            aal: session.aal,
            auth_time: session.auth_time,
            created_at: session.created_at,
            expires_at: session.expires_at,
            data: object(&session.data),
            impersonated_by: session.impersonator.map(|by| by.user),
        }
    }
}

/// A session in a list.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SessionRow {
    /// `ses_…`
    #[schemars(with = "String")]
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The client's own description of itself.
    pub client: String,
    /// The client's address when it was opened.
    pub address: String,
    /// What was proven.
    pub methods: Vec<String>,
    /// When it was opened.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it was last used, within a minute.
    #[schemars(with = "String")]
    pub seen_at: Timestamp,
    /// When it ends if it is not used again.
    #[schemars(with = "String")]
    pub ends_at: Timestamp,
}

impl SessionRow {
    pub(crate) fn new(session: &Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id,
            current: current == Some(session.id),
            client: session.client.clone(),
            address: session.address.clone(),
            methods: session.methods.clone(),
            created_at: session.created_at,
            seen_at: session.seen_at,
            ends_at: session.ends_at(),
        }
    }
}

/// The types of events, as the audit log names them: `user.created`.
pub fn event_types() -> impl Iterator<Item = &'static str> {
    keyward_core::record::What::ROSTER.iter().map(|(kind, ..)| *kind)
}

/// An entry of the audit log.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct EventView {
    /// `evt_…`
    #[schemars(with = "String")]
    pub id: EventId,
    /// The stable name: `sign_in.failed`.
    pub r#type: String,
    /// The version of the data's shape.
    pub version: i64,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Who did it.
    #[schemars(with = "Option<String>")]
    pub actor: Option<UserId>,
    /// To whom.
    #[schemars(with = "Option<String>")]
    pub subject: Option<UserId>,
    /// What.
    pub data: Value,
    /// Address, client and identifier, unless erased.
    #[serde(skip_serializing_if = "Value::is_null")]
    #[schemars(default)]
    pub personal: Value,
    /// Its place in the audit chain, once it has one.
    pub position: Option<i64>,
}

impl EventView {
    pub(crate) fn new(row: &EventRow) -> Self {
        let body: Value = serde_json::from_slice(&row.body).unwrap_or_default();
        let personal = row.personal.as_ref();
        Self {
            id: row.id,
            r#type: row.kind.clone(),
            version: row.version,
            at: row.at,
            actor: row.actor,
            subject: row.subject,
            data: body.get("data").cloned().unwrap_or_default(),
            personal: personal
                .and_then(|(_, json)| serde_json::from_slice(json).ok())
                .unwrap_or_default(),
            position: row.chained.map(|(position, _)| position),
        }
    }
}

/// A message of the outbox, without its content.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MessageView {
    /// `msg_…`
    #[schemars(with = "String")]
    pub id: MessageId,
    /// `mail` or `sms`.
    pub channel: &'static str,
    /// Which template.
    pub template: String,
    /// `pending`, `sent`, `failed` or `expired`.
    pub state: &'static str,
    /// To whom, if they have an account.
    #[schemars(with = "Option<String>")]
    pub user: Option<UserId>,
    /// Times it was tried.
    pub attempts: i64,
    /// What went wrong last.
    pub last_error: String,
    /// When it was asked for.
    #[schemars(with = "String")]
    pub created_at: Timestamp,
    /// When it is tried next.
    #[schemars(with = "String")]
    pub due_at: Timestamp,
}

impl MessageView {
    pub(crate) fn new(message: &Message) -> Self {
        Self {
            id: message.id,
            channel: message.channel.as_str(),
            template: message.template.clone(),
            state: message.state.as_str(),
            user: message.user,
            attempts: message.attempts,
            last_error: message.last_error.clone(),
            created_at: message.created_at,
            due_at: message.due_at,
        }
    }
}
