//! Remembers. Reads are many and small; there is one way to write.

use crate::Error;
use crate::id::{EventId, FlowId, InvitationId, MessageId, SessionId, UserId};
use crate::identifier::{Kind, Normalised};
use crate::port::{
    Batch, CommitError, EventQuery, Fut, LastingQuery, MemberQuery, Page, PeopleQuery,
    RelatedQuery, SeveralQuery, TupleQuery,
};
use crate::record::{
    Challenge, Channel, Definitions, EventRow, Held, Identifier, Identity, Invitation, Membership,
    Message, Session, Subject, Tuple, User,
};
use crate::time::Timestamp;

/// What happened in the change feed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Changes {
    /// The newest position.
    pub last: i64,
    /// Accounts whose cached facts are stale.
    pub users: Vec<UserId>,
    /// The policy version.
    pub policy_version: i64,
}

/// Accounts, newest first, each with its identifiers.
pub type PeoplePage = Page<(User, Vec<Identifier>), UserId>;

/// Members of a group, by id, ended or not begun yet included.
pub type MembersPage = Page<(Membership, User, Vec<Identifier>), UserId>;

/// Everything that is remembered. Every read sees every batch whose commit was
/// answered before the read began.
pub trait Store: Send + Sync + 'static {
    /// What it is, for the console: `sqlite`, `postgres`, …
    fn name(&self) -> &'static str;

    /// An account.
    fn user(&self, id: UserId) -> Fut<'_, Result<Option<User>, Error>>;
    /// An account with its identifiers and credentials.
    fn subject(&self, id: UserId) -> Fut<'_, Result<Option<Subject>, Error>>;
    /// An account by a normalised identifier, with identifiers and credentials.
    fn subject_by<'a>(
        &'a self,
        kind: Kind,
        normal: &'a str,
    ) -> Fut<'a, Result<Option<Subject>, Error>>;
    /// Whether a normalised identifier, or the skeleton of a username, is taken.
    fn is_taken<'a>(
        &'a self,
        kind: Kind,
        normal: &'a str,
        skeleton: Option<&'a str>,
    ) -> Fut<'a, Result<bool, Error>>;
    /// Whose account somebody is that this issuer calls so.
    fn identity<'a>(
        &'a self,
        issuer: &'a str,
        subject: &'a str,
    ) -> Fut<'a, Result<Option<Identity>, Error>>;
    /// Whether each of these names, or the skeleton of a username, is taken, in their
    /// order.
    fn are_taken<'a>(&'a self, names: &'a [Normalised]) -> Fut<'a, Result<Vec<bool>, Error>> {
        Box::pin(async move {
            let mut all = Vec::with_capacity(names.len());
            for Normalised { kind, text, skeleton } in names {
                all.push(self.is_taken(*kind, text, skeleton.as_deref()).await?);
            }
            Ok(all)
        })
    }
    /// As [`identity`](Self::identity), for many that one issuer calls so, in their order.
    fn identities<'a>(
        &'a self,
        issuer: &'a str,
        subjects: &'a [String],
    ) -> Fut<'a, Result<Vec<Option<Identity>>, Error>> {
        Box::pin(async move {
            let mut all = Vec::with_capacity(subjects.len());
            for subject in subjects {
                all.push(self.identity(issuer, subject).await?);
            }
            Ok(all)
        })
    }
    /// Accounts, newest first, each with its identifiers.
    fn people<'a>(&'a self, query: &'a PeopleQuery) -> Fut<'a, Result<PeoplePage, Error>>;

    /// A session, ended or not, with its account.
    fn session(&self, id: SessionId) -> Fut<'_, Result<Option<(Session, User)>, Error>>;
    /// An account's sessions, newest first, at most 500.
    fn sessions_of(&self, user: UserId) -> Fut<'_, Result<Vec<Session>, Error>>;

    /// A challenge, ended or not.
    fn challenge(&self, id: FlowId) -> Fut<'_, Result<Option<Challenge>, Error>>;

    /// When the buckets of these limits will be full again, in the order of the
    /// keys; `None` for one that nothing was taken from.
    fn limits<'a>(&'a self, keys: &'a [[u8; 32]])
    -> Fut<'a, Result<Vec<Option<Timestamp>>, Error>>;
    /// An invitation, open or not.
    fn invitation(&self, id: InvitationId) -> Fut<'_, Result<Option<Invitation>, Error>>;
    /// Invitations, newest first, older than `after`, at most `limit`.
    fn invitations(
        &self,
        after: Option<InvitationId>,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Invitation>, Error>>;

    /// Every role, rule, group, set of exclusive roles and access control list, and
    /// the policy document.
    fn definitions(&self) -> Fut<'_, Result<Definitions, Error>>;
    /// What an account holds, ended or not begun yet included.
    fn access(&self, user: UserId) -> Fut<'_, Result<Held, Error>>;
    /// Active accounts that hold something for good, by id.
    fn lasting_holders<'a>(
        &'a self,
        query: &'a LastingQuery,
    ) -> Fut<'a, Result<Vec<UserId>, Error>>;
    /// Accounts that hold two of several things, by id.
    fn holders_of_several<'a>(
        &'a self,
        query: &'a SeveralQuery,
    ) -> Fut<'a, Result<Vec<UserId>, Error>>;
    /// Members of a group that are not deleted, by id, each with its identifiers.
    fn members<'a>(&'a self, query: &'a MemberQuery) -> Fut<'a, Result<MembersPage, Error>>;

    /// Stored relations, sorted.
    fn tuples<'a>(&'a self, query: &'a TupleQuery) -> Fut<'a, Result<Page<Tuple, Tuple>, Error>>;
    /// The stored relations that a decision looks at next; nothing when there are
    /// more than the limit.
    fn related<'a>(&'a self, query: &'a RelatedQuery)
    -> Fut<'a, Result<Option<Vec<Tuple>>, Error>>;

    /// Pending messages of one channel that are due, oldest first, at most `limit`.
    fn due_messages(
        &self,
        channel: Channel,
        now: Timestamp,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Message>, Error>>;
    /// A message.
    fn message(&self, id: MessageId) -> Fut<'_, Result<Option<Message>, Error>>;
    /// Messages, newest first, older than `after`, at most `limit`.
    fn messages(
        &self,
        after: Option<MessageId>,
        limit: u32,
    ) -> Fut<'_, Result<Vec<Message>, Error>>;

    /// Events, newest first.
    fn events<'a>(
        &'a self,
        query: &'a EventQuery,
    ) -> Fut<'a, Result<Page<EventRow, EventId>, Error>>;
    /// Events not yet in the audit chain, oldest first, at most `limit`.
    fn unchained(&self, limit: u32) -> Fut<'_, Result<Vec<EventRow>, Error>>;
    /// Events in the audit chain after `position`, in order, at most `limit`.
    fn chain(&self, position: i64, limit: u32) -> Fut<'_, Result<Vec<EventRow>, Error>>;

    /// A named value.
    fn meta<'a>(&'a self, name: &'a str) -> Fut<'a, Result<Option<Vec<u8>>, Error>>;
    /// What changed after position `after`; the newest position alone when `after` is negative.
    fn changes(&self, after: i64) -> Fut<'_, Result<Changes, Error>>;

    /// Applies the whole batch or none of it. When it answers, the batch survives
    /// a power cut, or if it [may be lost](Batch::may_be_lost), the end of the process.
    fn commit<'a>(&'a self, batch: &'a Batch) -> Fut<'a, Result<(), CommitError>>;
    /// Answers if the store can be read and written right now.
    fn ping(&self) -> Fut<'_, Result<(), Error>>;
    /// Finishes what was begun and lets go of files and connections.
    fn close(&self) -> Fut<'_, ()>;
}
