//! API keys: make one, change it for a new one, have it given anew, revoke it.
//!
//! A key is as good as its account, or less: it may name what it is for, where it
//! may come from and how long. It is no session: nothing about how an account is
//! guarded can be changed with one.

mod change;
mod create;
mod refresh;
mod report;
mod stored;

pub use change::{RevokeApiKey, RotateApiKey};
pub use create::{ApiKeyTerms, CreateApiKey, MAX_KEYS, Minted};
pub use refresh::RefreshApiKey;
pub use report::ReportApiKey;
pub use stored::{ApiKey, KIND};

use super::beyond::is_beyond_for_good;
use super::enrolled::allowed;
use super::step_up::Facts;
use super::{Decide, Gather};
use crate::Error;
use crate::id::{SessionId, UserId};
use crate::record::Subject;
use crate::refusal::Refusal;

/// Whose key it is about, and who asks.
#[derive(Clone, Copy, Debug)]
pub enum Holder {
    /// Its owner, from this session; a recent proof is asked for.
    Owner {
        /// Who.
        user: UserId,
        /// The session they ask from.
        session: SessionId,
    },
    /// The command line or the app, about this account.
    Operator(UserId),
    /// An administrator, about this account. Asked for before: that they hold as much.
    Administrator {
        /// Whose key.
        user: UserId,
        /// Who asks.
        actor: UserId,
    },
}

impl Holder {
    /// Whose key.
    pub fn user(self) -> UserId {
        match self {
            Self::Owner { user, .. } | Self::Operator(user) | Self::Administrator { user, .. } => {
                user
            }
        }
    }

    /// Whether an administrator asks: a new key of another's account is a way into it.
    fn is_elses(self) -> bool {
        matches!(self, Self::Administrator { .. })
    }

    fn actor(self) -> Option<UserId> {
        match self {
            Self::Owner { user, .. } => Some(user),
            Self::Operator(_) => None,
            Self::Administrator { actor, .. } => Some(actor),
        }
    }

    async fn gather(self, cx: Gather<'_>) -> Result<HolderFacts, Error> {
        let by_owner = matches!(self, Self::Owner { .. });
        let is_beyond = match self {
            Self::Administrator { user, actor } => {
                is_beyond_for_good(Some(actor), user, cx).await?
            }
            _ => false,
        };
        // One's own is made where a session says how it was proven.
        let is_own = matches!(self, Self::Administrator { user, actor } if user == actor);
        let facts = match self {
            Self::Owner { user, session } => Facts::gather(user, session, cx).await?,
            _ => Facts { subject: cx.store.subject(self.user()).await?, session: None },
        };
        Ok(HolderFacts { facts, by_owner, is_beyond, is_own })
    }
}

/// What is known of whoever holds the key, and of whoever asks.
#[derive(Debug)]
pub struct HolderFacts {
    facts: Facts,
    by_owner: bool,
    /// Whether the account may do more than whoever asks.
    is_beyond: bool,
    /// Whether an administrator asks about themselves.
    is_own: bool,
}

impl HolderFacts {
    /// The account, for taking keys from it: that needs no recent proof, and is done to
    /// nobody who may do more.
    fn revocable(self) -> Result<Subject, Refusal> {
        match self.is_beyond {
            true => Err(Refusal::OutsideCeiling),
            false => self.facts.subject.ok_or(Refusal::NotFound),
        }
    }

    /// The account and the assurance level of whoever speaks for it.
    fn allowed(self, cx: &Decide<'_>) -> Result<(Subject, u8), Refusal> {
        if self.by_owner {
            return allowed(self.facts, cx).map(|(subject, session)| (subject, session.aal));
        }
        if self.is_beyond || self.is_own {
            return Err(Refusal::OutsideCeiling);
        }
        let there = self.facts.subject.filter(|subject| subject.user.deleted_at.is_none());
        there.map(|subject| (subject, 2)).ok_or(Refusal::NotFound)
    }
}
