//! What an authenticator says of whoever sent a request.

use keyward_core::crypto::token;
use keyward_core::id::{SessionId, UserId};
use keyward_core::time::Timestamp;

/// An account that a request comes from, as an authenticator found it. It opens no
/// session: what needs one (a person's own settings, say) is refused with 403
/// `session_required`. A locked or deleted account is nobody, whoever claims it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claim {
    pub(crate) user: UserId,
    pub(crate) method: String,
    pub(crate) aal: u8,
    pub(crate) permissions: Option<Vec<String>>,
    pub(crate) epoch: Option<i64>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

impl Claim {
    /// This account, by a method of this name: a word of `a-z`, digits and `_`, which
    /// stands in [`Session::methods`](crate::Session).
    pub fn new(user: UserId, method: &str) -> Self {
        let method = method.to_owned();
        Self { user, method, aal: 1, permissions: None, epoch: None, since: None, until: None }
    }

    /// The request may do no more than these patterns, and no more than its account:
    /// `posts:*`. None at all is nothing. One that is malformed lets nobody in (503).
    #[must_use]
    pub fn within<S: Into<String>>(mut self, permissions: impl IntoIterator<Item = S>) -> Self {
        self.permissions = Some(permissions.into_iter().map(Into::into).collect());
        self
    }

    /// Two factors were proven: authenticator assurance level 2 (NIST SP 800-63B).
    #[must_use]
    pub fn with_two_factors(mut self) -> Self {
        self.aal = 2;
        self
    }

    /// Made when the account had this [`session_epoch`](crate::Keyward::session_epoch):
    /// it ends when all sessions of the account do.
    #[must_use]
    pub fn of_epoch(mut self, epoch: i64) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// The person proved who they are then.
    #[must_use]
    pub fn since(mut self, moment: Timestamp) -> Self {
        self.since = Some(moment);
        self
    }

    /// Nobody's any more from this moment.
    #[must_use]
    pub fn until(mut self, moment: Timestamp) -> Self {
        self.until = Some(moment);
        self
    }

    /// The name under which it is kept in memory, in place of a session's: equal claims
    /// have the same one.
    pub(crate) fn id(&self) -> Option<SessionId> {
        let Self { user, method, aal, permissions, epoch, since, until } = self;
        let micros = |moment: &Option<Timestamp>| moment.map(Timestamp::as_micros);
        let times = (epoch, micros(since), micros(until));
        let text = format!("{user} {method:?} {aal} {permissions:?} {times:?}");
        id_of(&token::digest(&text))
    }
}

/// Half of a hash in place of a session's id; no session has it, since those are drawn
/// at random.
pub(crate) fn id_of(hash: &[u8; 32]) -> Option<SessionId> {
    SessionId::from_bytes(hash.first_chunk::<16>()?)
}
