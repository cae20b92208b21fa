//! From rows to records.

use core::time::Duration;
use std::vec;

use keyward_authz::Effect;
use keyward_core::Error;
use keyward_core::id::{
    CredentialId, EventId, FlowId, InvitationId, MessageId, SessionId, TenantId, UserId,
};
use keyward_core::identifier::Kind;
use keyward_core::record::{
    AclRow, Assignment, Challenge, Channel, Credential, DeletedBy, EventRow, Family, Grant, Group,
    Identifier, Identity, Impersonator, Invitation, Membership, Message, MessageState,
    PolicyDocument, Purpose, Role, RoleRule, Session, SessionKind, Tuple, User,
};
use keyward_core::time::Timestamp;

use super::value::{Row, Value};

/// The columns of a row, read from left to right.
pub(crate) struct Cells(vec::IntoIter<Value>);

/// A record that a row can be read as.
pub(crate) trait Record: Sized {
    /// Reads its columns.
    fn read(cells: &mut Cells) -> Result<Self, Error>;
}

/// Every row as a record.
pub(crate) fn records<T: Record>(rows: Vec<Row>) -> Result<Vec<T>, Error> {
    rows.into_iter().map(record).collect()
}

/// The first row as a record.
pub(crate) fn first<T: Record>(rows: Vec<Row>) -> Result<Option<T>, Error> {
    rows.into_iter().next().map(record).transpose()
}

fn record<T: Record>(row: Row) -> Result<T, Error> {
    T::read(&mut Cells(row.into_iter()))
}

fn odd() -> Error {
    Error::because("read a stored row", "a column holds what this version does not know")
}

impl Cells {
    fn next(&mut self) -> Value {
        self.0.next().unwrap_or(Value::Null)
    }

    fn opt<T>(&mut self, read: impl FnOnce(Value) -> Result<T, Error>) -> Result<Option<T>, Error> {
        match self.next() {
            Value::Null => Ok(None),
            value => read(value).map(Some),
        }
    }

    fn int(&mut self) -> Result<i64, Error> {
        int(self.next())
    }

    fn text(&mut self) -> Result<String, Error> {
        text(self.next())
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        bytes(self.next())
    }

    fn hash(&mut self) -> Result<[u8; 32], Error> {
        hash(self.next())
    }

    fn time(&mut self) -> Result<Timestamp, Error> {
        time(self.next())
    }

    fn duration(&mut self) -> Result<Duration, Error> {
        self.int().map(|n| Duration::from_micros(u64::try_from(n).unwrap_or(0)))
    }

    fn flag(&mut self) -> Result<bool, Error> {
        self.int().map(|n| n != 0)
    }

    fn id<T>(&mut self, from: fn(&[u8]) -> Option<T>) -> Result<T, Error> {
        id(self.next(), from)
    }

    fn opt_id<T>(&mut self, from: fn(&[u8]) -> Option<T>) -> Result<Option<T>, Error> {
        self.opt(|value| id(value, from))
    }

    fn opt_time(&mut self) -> Result<Option<Timestamp>, Error> {
        self.opt(time)
    }

    fn parsed<T>(&mut self, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
        parse(&self.text()?).ok_or_else(odd)
    }
}

fn int(value: Value) -> Result<i64, Error> {
    match value {
        Value::Int(n) => Ok(n),
        _ => Err(odd()),
    }
}

fn text(value: Value) -> Result<String, Error> {
    match value {
        Value::Text(text) => Ok(text),
        // MySQL does not tell text from bytes.
        Value::Bytes(bytes) => String::from_utf8(bytes).map_err(|_| odd()),
        _ => Err(odd()),
    }
}

fn bytes(value: Value) -> Result<Vec<u8>, Error> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(odd()),
    }
}

fn family(value: Value) -> Result<Family, Error> {
    Family::from_bytes(&bytes(value)?).ok_or_else(odd)
}

fn hash(value: Value) -> Result<[u8; 32], Error> {
    bytes(value)?.try_into().map_err(|_| odd())
}

fn time(value: Value) -> Result<Timestamp, Error> {
    int(value).map(Timestamp::from_micros)
}

fn id<T>(value: Value, from: fn(&[u8]) -> Option<T>) -> Result<T, Error> {
    from(&bytes(value)?).ok_or_else(odd)
}

/// The stored form of an effect.
pub(crate) fn effect_str(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    }
}

/// Both columns or neither.
fn impersonator(cells: &mut Cells) -> Result<Option<Impersonator>, Error> {
    let user = cells.opt_id(UserId::from_bytes)?;
    let session = cells.opt_id(SessionId::from_bytes)?;
    match (user, session) {
        (None, None) => Ok(None),
        (Some(user), Some(session)) => Ok(Some(Impersonator { user, session })),
        _ => Err(odd()),
    }
}

fn deleted_by(value: Value) -> Result<DeletedBy, Error> {
    DeletedBy::parse(&text(value)?).ok_or_else(odd)
}

fn effect(text: &str) -> Option<Effect> {
    [Effect::Allow, Effect::Deny].into_iter().find(|e| effect_str(*e) == text)
}

fn texts(text: &str) -> Option<Vec<String>> {
    serde_json::from_str(text).ok()
}

macro_rules! records {
    ($($name:ident($cells:ident) { $($field:ident: $read:expr),* $(,)? })*) => {$(
        impl Record for $name {
            fn read($cells: &mut Cells) -> Result<Self, Error> {
                Ok(Self { $($field: $read?),* })
            }
        }
    )*};
}

records! {
    User(c) {
        id: c.id(UserId::from_bytes), tenant: c.id(TenantId::from_bytes), name: c.text(),
        properties: c.text(), created_at: c.time(), updated_at: c.time(),
        locked_at: c.opt_time(), lock_reason: c.text(), deleted_at: c.opt_time(),
        deleted_by: c.opt(deleted_by), must_change_password: c.flag(), session_epoch: c.int(), access_version: c.int(),
        version: c.int(),
    }
    Identifier(c) {
        user: c.id(UserId::from_bytes), tenant: c.id(TenantId::from_bytes),
        kind: c.parsed(Kind::parse), normal: c.text(), value: c.text(), skeleton: c.opt(text),
        verified_at: c.opt_time(), created_at: c.time(),
    }
    Credential(c) {
        id: c.id(CredentialId::from_bytes), user: c.id(UserId::from_bytes), kind: c.text(),
        data: c.bytes(), created_at: c.time(),
    }
    Identity(c) {
        tenant: c.id(TenantId::from_bytes), issuer: c.text(), subject: c.text(),
        user: c.id(UserId::from_bytes), credential: c.id(CredentialId::from_bytes),
        created_at: c.time(),
    }
    Session(c) {
        id: c.id(SessionId::from_bytes), user: c.id(UserId::from_bytes), secret_hash: c.hash(),
        kind: c.parsed(SessionKind::parse), epoch: c.int(),
        aal: c.int().and_then(|n| u8::try_from(n).map_err(|_| odd())),
        methods: c.parsed(texts), auth_time: c.time(), created_at: c.time(),
        seen_at: c.time(), idle: c.duration(), expires_at: c.time(), remember: c.flag(),
        client: c.text(), address: c.text(), data: c.text(), impersonator: impersonator(c),
        family: c.opt(family),
    }
    Challenge(c) {
        id: c.id(FlowId::from_bytes), purpose: c.parsed(Purpose::parse),
        user: c.opt_id(UserId::from_bytes), kind: c.parsed(Kind::parse), normal: c.text(),
        code_hash: c.hash(), link_hash: c.hash(), browser_hash: c.opt(hash),
        attempts_left: c.int(), created_at: c.time(), expires_at: c.time(), sent_at: c.time(),
        epoch: c.int(), data: c.text(),
    }
    Message(c) {
        id: c.id(MessageId::from_bytes), flow: c.opt_id(FlowId::from_bytes),
        user: c.opt_id(UserId::from_bytes), channel: c.parsed(Channel::parse),
        template: c.text(), payload: c.bytes(), state: c.parsed(MessageState::parse),
        created_at: c.time(), due_at: c.time(), expires_at: c.time(), attempts: c.int(),
        last_error: c.text(),
    }
    Invitation(c) {
        id: c.id(InvitationId::from_bytes), secret_hash: c.hash(), email: c.text(),
        normal: c.text(), roles: c.parsed(texts), is_mailed: c.flag(),
        made_by: c.opt_id(UserId::from_bytes), created_at: c.time(), expires_at: c.time(),
        used_by: c.opt_id(UserId::from_bytes), used_at: c.opt_time(), revoked_at: c.opt_time(),
    }
    Role(c) {
        name: c.text(), description: c.text(), created_at: c.time(), inherits: elsewhere(),
    }
    Group(c) { name: c.text(), description: c.text(), created_at: c.time(), roles: elsewhere() }
    Membership(c) {
        user: c.id(UserId::from_bytes), group: c.text(), not_before: c.opt_time(),
        expires_at: c.opt_time(), granted_by: c.opt_id(UserId::from_bytes),
        created_at: c.time(),
    }
    AclRow(c) { name: c.text(), entries: c.parsed(texts), version: c.int() }
    PolicyDocument(c) { version: c.int(), text: c.text().map(Into::into) }
    Tuple(c) {
        object_type: c.text(), object_id: c.text(), relation: c.text(),
        subject_relation: c.text(), subject_type: c.text(), subject_id: c.text(),
    }
    RoleRule(c) { role: c.text(), effect: c.parsed(effect), pattern: c.text() }
    Assignment(c) {
        user: c.id(UserId::from_bytes), role: c.text(), scope: c.text(),
        not_before: c.opt_time(), expires_at: c.opt_time(),
        granted_by: c.opt_id(UserId::from_bytes), created_at: c.time(),
    }
    Grant(c) {
        user: c.id(UserId::from_bytes), effect: c.parsed(effect), pattern: c.text(),
        not_before: c.opt_time(), expires_at: c.opt_time(),
        granted_by: c.opt_id(UserId::from_bytes), created_at: c.time(),
    }
}

/// Names that are rows of a table of their own.
fn elsewhere() -> Result<Vec<String>, Error> {
    Ok(Vec::new())
}

impl Record for EventRow {
    fn read(c: &mut Cells) -> Result<Self, Error> {
        let mut row = Self {
            id: c.id(EventId::from_bytes)?,
            at: c.time()?,
            kind: c.text()?,
            version: c.int()?,
            actor: c.opt_id(UserId::from_bytes)?,
            subject: c.opt_id(UserId::from_bytes)?,
            body: c.bytes()?,
            personal: None,
            chained: None,
        };
        row.personal = c.opt(bytes)?.zip(c.opt(bytes)?);
        row.chained = c.opt(int)?.zip(c.opt(hash)?);
        Ok(row)
    }
}

impl Record for (Session, User) {
    fn read(cells: &mut Cells) -> Result<Self, Error> {
        Ok((Session::read(cells)?, User::read(cells)?))
    }
}

impl Record for (Membership, User) {
    fn read(cells: &mut Cells) -> Result<Self, Error> {
        Ok((Membership::read(cells)?, User::read(cells)?))
    }
}

/// A row and one of its names.
impl Record for (String, String) {
    fn read(cells: &mut Cells) -> Result<Self, Error> {
        Ok((cells.text()?, cells.text()?))
    }
}

impl Record for UserId {
    fn read(cells: &mut Cells) -> Result<Self, Error> {
        cells.id(UserId::from_bytes)
    }
}

impl Record for (i64, UserId) {
    fn read(cells: &mut Cells) -> Result<Self, Error> {
        Ok((cells.int()?, cells.id(UserId::from_bytes)?))
    }
}

impl Record for i64 {
    fn read(cells: &mut Cells) -> Result<Self, Error> {
        cells.int()
    }
}

impl Record for Vec<u8> {
    fn read(cells: &mut Cells) -> Result<Self, Error> {
        cells.bytes()
    }
}
