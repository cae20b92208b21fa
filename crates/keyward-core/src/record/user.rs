//! People, what they are called, and what they prove themselves with.

use crate::id::{CredentialId, TenantId, UserId};
use crate::identifier::Kind;
use crate::time::Timestamp;

/// An account. Its identifiers and credentials are rows of their own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Which population; [`TenantId::MAIN`] today.
    pub tenant: TenantId,
    /// What to call them; up to 200 characters, may be empty.
    pub name: String,
    /// Free properties of the app: a JSON object as text, at most 16 KiB.
    pub properties: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
    /// Since when the account may not sign in.
    pub locked_at: Option<Timestamp>,
    /// Why, in the words of whoever locked it.
    pub lock_reason: String,
    /// Since when the account counts as deleted; erased when that is
    /// [long enough](crate::settings::Settings::deletion_grace) ago.
    pub deleted_at: Option<Timestamp>,
    /// By whom; the owner can take back what the owner did.
    pub deleted_by: Option<DeletedBy>,
    /// The password must be changed before anything else.
    pub must_change_password: bool,
    /// Sessions opened under another epoch are dead.
    pub session_epoch: i64,
    /// Cached access of another version is stale; the session lives.
    pub access_version: i64,
    /// Bumped by every write to this row; what [`Write::SwapUser`](crate::port::Write) compares.
    pub version: i64,
}

/// Who deleted an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeletedBy {
    /// The person whose it is.
    Owner,
    /// An administrator, the command line or the app.
    Admin,
}

impl DeletedBy {
    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Owner, Self::Admin].into_iter().find(|by| by.as_str() == text)
    }
}

impl User {
    /// Whether the account may hold a session at all.
    pub fn is_active(&self) -> bool {
        self.locked_at.is_none() && self.deleted_at.is_none()
    }
}

/// One name of an account. Unique by tenant, kind and normalised text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identifier {
    /// Whose.
    pub user: UserId,
    /// Which population.
    pub tenant: TenantId,
    /// E-mail, username or phone.
    pub kind: Kind,
    /// The text that is compared.
    pub normal: String,
    /// The text as it was typed: mail goes here, byte for byte.
    pub value: String,
    /// UTS #39 skeleton, unique among usernames; absent for other kinds.
    pub skeleton: Option<String>,
    /// When its owner proved to hold it.
    pub verified_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Something an account can prove itself with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credential {
    /// Which.
    pub id: CredentialId,
    /// Whose.
    pub user: UserId,
    /// The method that reads `data`.
    pub kind: String,
    /// Opaque to everyone but its method; a PHC string for a password.
    pub data: Vec<u8>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// An account together with its names and everything enrolled for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Subject {
    /// Who.
    pub user: User,
    /// Every identifier, oldest first.
    pub identifiers: Vec<Identifier>,
    /// Every credential, oldest first.
    pub credentials: Vec<Credential>,
}

impl Subject {
    /// The first credential of `kind`.
    pub fn credential(&self, kind: &str) -> Option<&Credential> {
        self.credentials.iter().find(|c| c.kind == kind)
    }

    /// The first identifier of `kind`.
    pub fn identifier(&self, kind: Kind) -> Option<&Identifier> {
        self.identifiers.iter().find(|i| i.kind == kind)
    }

    /// Whether any identifier was ever verified.
    pub fn is_verified(&self) -> bool {
        self.identifiers.iter().any(|i| i.verified_at.is_some())
    }
}
