//! Why attempts are turned away.

use serde::{Deserialize, Serialize};

/// Why an attempt was turned away. The person sees less than this.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody has this identifier.
    UnknownIdentifier,
    /// The account exists, the secret was wrong.
    WrongSecret,
    /// The account has no credential of this kind.
    NoCredential,
    /// The account is locked.
    Locked,
    /// The account is deleted.
    Deleted,
    /// No identifier is verified yet.
    Unverified,
    /// The password was right, and must be changed first.
    PasswordExpired,
    /// The second factor was not there.
    NoSecondFactor,
    /// Too many attempts.
    TooMany,
    /// It was wrong too often in a row, and is right no more until it is set anew.
    TooManyInARow,
    /// The challenge had expired.
    Expired,
    /// The challenge was for another browser, purpose or epoch.
    WrongFlow,
    /// A hook of the app said no.
    Hook,
    /// It was right, and the doors were closed for maintenance.
    Maintenance,
    /// A passkey was asked for by a page of another origin, or made for another domain.
    WrongOrigin,
    /// The authenticator did not verify its owner, and must.
    NotVerified,
    /// The signature counter went back: somebody may hold a copy of the passkey.
    Cloned,
}
