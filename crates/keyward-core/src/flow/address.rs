//! What an account is reached by: change an address, remove one, take a change
//! back; and the username.
//!
//! A new address changes nothing before it is proven. Whoever reads an older one
//! hears of the change, and can take it back for some days: a session that was
//! stolen for a minute must not be an account that is lost.

mod begin;
mod confirm;
mod remove;
mod undo;
mod username;

pub use begin::{ChangeAddress, ResendAddress};
pub use confirm::{CancelAddress, ConfirmAddress};
pub use remove::RemoveAddress;
pub use undo::{SeeUndo, UndoAddress};
pub use username::ChangeUsername;

use serde::{Deserialize, Serialize};

use crate::identifier::Kind;
use crate::record::{Challenge, Identifier, Subject};
use crate::settings::{Ask, Settings, VerifyMode};

/// What a change remembers until it is proven.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Wanted {
    /// The new address as it was typed.
    value: String,
}

impl Wanted {
    fn of(found: &Challenge) -> Self {
        serde_json::from_str(&found.data).unwrap_or_default()
    }
}

/// Whether `holder` keeps this address when somebody else proves to hold it: a
/// claim that was never proven gives way to one that is, where claims have to be
/// proven at all.
pub(super) fn keeps(holder: &Subject, kind: Kind, normal: &str, settings: &Settings) -> bool {
    let mut names = holder.identifiers.iter();
    let name = names.find(|i| i.kind == kind && i.normal == normal);
    // Usernames are never proven.
    let proven = name.is_none_or(|name| name.verified_at.is_some() || kind == Kind::Username);
    proven || settings.verify == VerifyMode::None
}

/// Whether an account with only these names can still be signed in to.
fn suffices(names: &[&Identifier], settings: &Settings) -> bool {
    let signs_in = names.iter().any(|name| settings.identifiers.contains(&name.kind));
    let left: Vec<Identifier> = names.iter().map(|name| (*name).clone()).collect();
    let must = |kind: &Kind| settings.sign_up_asks.of(*kind) == Ask::Always;
    let complete =
        Kind::ALL.iter().filter(|kind| must(kind)).all(|k| left.iter().any(|i| i.kind == *k));
    signs_in && complete && settings.verify.lacks(&left).is_empty()
}

/// The field of a request that names this kind.
fn field(kind: Kind) -> &'static str {
    kind.as_str()
}
