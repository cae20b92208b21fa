//! The one way to write: a batch, applied whole or not at all.

use core::time::Duration;
use std::sync::Arc;

use keyward_authz::Effect;

use crate::Error;
use crate::id::{CredentialId, EventId, FlowId, InvitationId, MessageId, SessionId, UserId};
use crate::identifier::Kind;
use crate::record::{
    AclRow, Assignment, Challenge, Credential, Event, ExclusiveSet, Family, Grant, Group,
    Identifier, Identity, Invitation, Membership, Message, MessageState, Role, RoleRule, Session,
    Tuple, User,
};
use crate::time::Timestamp;

/// Everything one decision wants remembered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Batch {
    /// Applied in order.
    pub writes: Vec<Write>,
    /// Appended to the log in the same transaction.
    pub events: Vec<Event>,
}

impl Batch {
    /// Nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.events.is_empty()
    }

    /// Whether a power cut may take it back, though no kill of the process may:
    /// it counts, leases or tidies, and what it did is done again or not missed.
    /// A store need not wait for the disk then.
    pub fn may_be_lost(&self) -> bool {
        self.events.is_empty() && self.writes.iter().all(Write::may_be_lost)
    }
}

/// Takes one unit from a limit (GCRA: a bucket of `burst` units that refills
/// with one unit each `period`). Evaluated inside the transaction, so that
/// parallel attempts cannot slip past it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Take {
    /// SHA-256 over the limit's name and what it counts.
    pub key: [u8; 32],
    /// Now; a stored time further ahead than a full bucket is clamped to it.
    pub now: Timestamp,
    /// Time to refill one unit.
    pub period: Duration,
    /// Units in a full bucket; at least 1.
    pub burst: u32,
}

/// A position in the audit chain, and what stands there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Link {
    /// Which event.
    pub event: EventId,
    /// Its place; the first is 1, without gaps.
    pub position: i64,
    /// Keyed hash over the previous hash and the event.
    pub hash: [u8; 32],
}

/// What a decoy is like. It says nothing of anybody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decoy {
    /// An account.
    User(User),
    /// A name; in a population of its own, so that it is nobody else's.
    Identifier(Identifier),
    /// A credential.
    Credential(Credential),
}

/// One change. Stores match on this exhaustively, so adding a variant is a
/// deliberate, compiler-checked edit to every store.
///
/// *Expects one* means: exactly one row must change, else the whole batch is a
/// [`CommitError::Conflict`]. A unique key that is taken is a conflict as well.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Write {
    /// Adds an account.
    AddUser(User),
    /// Replaces the row if its version is still `was`, and stores `was + 1`
    /// as the new version. Expects one.
    SwapUser {
        /// Version seen while gathering.
        was: i64,
        /// The row to store; its own version is ignored.
        now: User,
    },
    /// Erases a deleted account whose version is still `was`: its names, credentials,
    /// sessions, challenges, messages and what it holds, and the personal part of the
    /// events that it did or that are about it. Expects one.
    EraseUser {
        /// Whom.
        user: UserId,
        /// Version seen while gathering.
        was: i64,
    },
    /// Bumps the access version (not the row's version). Expects one.
    BumpAccess(UserId),
    /// Bumps the access version if it is still `was`. Expects one: whoever looked
    /// at all that an account holds adds to that and to nothing else.
    SwapAccess {
        /// Whose.
        user: UserId,
        /// Access version seen while gathering.
        was: i64,
    },
    /// Adds a name. Unique by (tenant, kind, normal), and by (tenant, skeleton) if it has one.
    AddIdentifier(Identifier),
    /// Removes a name. Expects one.
    RemoveIdentifier {
        /// Whose.
        user: UserId,
        /// Which kind.
        kind: Kind,
        /// Which.
        normal: String,
    },
    /// Marks a name as verified, keeping an earlier mark. Expects one.
    VerifyIdentifier {
        /// Whose.
        user: UserId,
        /// Which kind.
        kind: Kind,
        /// Which.
        normal: String,
        /// When.
        at: Timestamp,
    },
    /// Adds a credential.
    AddCredential(Credential),
    /// Replaces the data if it still equals `was`. Expects one.
    SwapCredential {
        /// Which.
        id: CredentialId,
        /// Data seen while gathering.
        was: Vec<u8>,
        /// Data to store.
        now: Vec<u8>,
    },
    /// Removes a credential, and the identity that leads to it. Expects one.
    SpendCredential(CredentialId),
    /// Adds what a credential is found by. Unique by (tenant, issuer, subject).
    AddIdentity(Identity),
    /// Adds a session if the account's session epoch is still the session's,
    /// and the account is neither locked nor deleted. Expects one.
    OpenSession(Session),
    /// Stores when a session was last used. A missing one is fine; time only moves forward.
    TouchSession {
        /// Which.
        id: SessionId,
        /// When.
        seen_at: Timestamp,
    },
    /// Replaces the app's data if it still equals `was`. Expects one.
    SwapSessionData {
        /// Which.
        id: SessionId,
        /// Data seen while gathering.
        was: String,
        /// Data to store.
        now: String,
    },
    /// Gives a family of tokens its next refresh token, if the newest is still `was`:
    /// its session gets another hash and another family, and was seen. Expects one. The
    /// epoch stays as it was when the family began, so one of an older epoch stays dead.
    RotateFamily {
        /// Which.
        id: SessionId,
        /// Hash of the newest secret, seen while gathering.
        was: [u8; 32],
        /// Hash of the next secret.
        now: [u8; 32],
        /// When.
        seen_at: Timestamp,
        /// The family to store.
        family: Family,
    },
    /// Removes a session; a missing one is fine.
    CloseSession(SessionId),
    /// Removes an account's sessions; none is fine.
    CloseSessionsOf {
        /// Whose.
        user: UserId,
        /// This one stays.
        except: Option<SessionId>,
    },
    /// Adds a challenge.
    AddChallenge(Challenge),
    /// Takes one wrong answer. Expects one with attempts left.
    TakeAttempt(FlowId),
    /// Replaces both secrets if the old code hash is still `was`. Attempts and
    /// expiry stay. Expects one.
    RenewChallenge {
        /// Which.
        id: FlowId,
        /// Code hash seen while gathering.
        was: [u8; 32],
        /// New code hash.
        code_hash: [u8; 32],
        /// New link hash.
        link_hash: [u8; 32],
        /// When the new message was asked for.
        sent_at: Timestamp,
    },
    /// Removes a challenge. Expects one: this is how a one-time secret is spent.
    SpendChallenge(FlowId),
    /// Removes an account's challenges of this purpose for this address, so that a
    /// new request kills the old one. None is fine.
    KillChallenges {
        /// Whose.
        user: UserId,
        /// What for.
        purpose: crate::record::Purpose,
        /// Kind of the address.
        kind: Kind,
        /// The address.
        normal: String,
    },
    /// Removes every challenge of an account. None is fine.
    KillChallengesOf(UserId),
    /// Adds an invitation.
    AddInvitation(Invitation),
    /// Notes who came by an invitation. Expects one that nobody came by and that was
    /// not taken back.
    SpendInvitation {
        /// Which.
        id: InvitationId,
        /// Who came.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// Takes an invitation back. Expects one that nobody came by and that was not
    /// taken back.
    RevokeInvitation {
        /// Which.
        id: InvitationId,
        /// When.
        at: Timestamp,
    },
    /// Puts a message in the outbox.
    AddMessage(Message),
    /// Erases the pending messages of a flow. None is fine.
    KillMessagesOf(FlowId),
    /// Takes a pending message for sending: moves `due_at` from `was` to
    /// `until`, and counts the attempt. Expects one.
    LeaseMessage {
        /// Which.
        id: MessageId,
        /// `due_at` seen while gathering.
        was: Timestamp,
        /// When the lease ends, and the next attempt may be made.
        until: Timestamp,
    },
    /// Ends a message's journey and erases its payload. Expects one that is pending.
    FinishMessage {
        /// Which.
        id: MessageId,
        /// Sent, failed or expired.
        state: MessageState,
        /// What went wrong, if anything.
        error: String,
    },
    /// Notes why an attempt failed and when to try again. Expects one that is pending.
    RetryMessage {
        /// Which.
        id: MessageId,
        /// When.
        due_at: Timestamp,
        /// What went wrong, without secrets.
        error: String,
    },
    /// Takes one unit, or fails the batch with [`CommitError::Limited`].
    Take(Take),
    /// Gives one unit back; a missing row is fine.
    GiveBack {
        /// Which limit.
        key: [u8; 32],
        /// What one unit is worth.
        period: Duration,
    },
    /// Adds a role and bumps the policy version.
    AddRole(Role),
    /// Removes a role with its rules and assignments, and from every role, group
    /// and set of exclusive roles that names it; bumps the access version of those
    /// it was assigned to, and the policy version. Expects one.
    RemoveRole(String),
    /// Replaces what a role inherits and bumps the policy version. Expects the role.
    SetInherited {
        /// Which.
        role: String,
        /// Roles whose rules it has as well.
        inherits: Vec<String>,
    },
    /// Adds a group and bumps the policy version.
    AddGroup(Group),
    /// Removes a group with its memberships; bumps its members' access versions
    /// and the policy version. Expects one.
    RemoveGroup(String),
    /// Replaces the roles of a group and bumps the policy version. Expects the group.
    SetGroupRoles {
        /// Which.
        group: String,
        /// Roles that its members hold.
        roles: Vec<String>,
    },
    /// Adds a set of exclusive roles, or replaces it, and bumps the policy
    /// version. A set without roles is none.
    PutExclusive(ExclusiveSet),
    /// Removes a set of exclusive roles (not having it is fine) and bumps the
    /// policy version.
    RemoveExclusive(String),
    /// Adds an access control list, replaces it or removes it, if it is still what
    /// was seen, and bumps the policy version. Expects one.
    SwapAcl {
        /// Which.
        name: String,
        /// Version seen while gathering; `None` if there was none.
        was: Option<i64>,
        /// The list to store, of that name; `None` for none.
        now: Option<AclRow>,
    },
    /// Adds stored relations (having one already is fine) and removes others (not
    /// having one is fine).
    Relate {
        /// Those to add, sorted.
        add: Vec<Tuple>,
        /// Those to remove, sorted.
        remove: Vec<Tuple>,
    },
    /// Puts an account into a group, replacing its membership; bumps its access
    /// version. Expects the group.
    PutMembership(Membership),
    /// Takes an account out of a group; bumps its access version. Expects one.
    RemoveMembership {
        /// Whose.
        user: UserId,
        /// Which.
        group: String,
    },
    /// Adds a rule (having it already is fine) and bumps the policy version.
    AddRule(RoleRule),
    /// Removes a rule (not having it is fine) and bumps the policy version.
    RemoveRule(RoleRule),
    /// Bumps the policy version if it is still `was`. Expects one: whoever
    /// reviewed definitions changes those and no others.
    SwapPolicy {
        /// Version seen while gathering.
        was: i64,
    },
    /// Holds the policy version as it is until the batch is applied, if it is still
    /// `was`. Expects one: what was decided by these definitions is written beside no
    /// others. Comes before what else the batch locks.
    SeePolicy {
        /// Version seen while gathering.
        was: i64,
    },
    /// Replaces the policy document if its version is still `was`, and stores
    /// `was + 1` as the new version; bumps the policy version. Expects one.
    SwapPolicyDocument {
        /// Version seen while gathering; 0 if there was none.
        was: i64,
        /// The text to store; an empty one says nothing.
        text: Arc<str>,
    },
    /// Gives a role, replacing an assignment of the same role and scope; bumps
    /// the holder's access version.
    PutAssignment(Assignment),
    /// Takes a role; bumps the holder's access version. Expects one.
    RemoveAssignment {
        /// Whose.
        user: UserId,
        /// Which.
        role: String,
        /// Where.
        scope: String,
    },
    /// Gives a permission directly, replacing the same one; bumps the holder's access version.
    PutGrant(Grant),
    /// Takes a direct permission; bumps the holder's access version. Expects one.
    RemoveGrant {
        /// Whose.
        user: UserId,
        /// Allow or deny.
        effect: Effect,
        /// The pattern.
        pattern: String,
    },
    /// Assigns places in the audit chain; each event must be unchained and
    /// each place free. Expects one each.
    Chain(Vec<Link>),
    /// Sets a named value if it is still `was`. Expects one.
    SwapMeta {
        /// Its name, at most 64 bytes.
        name: String,
        /// Value seen while gathering; `None` if there was none.
        was: Option<Vec<u8>>,
        /// Value to store.
        now: Vec<u8>,
    },
    /// Sets a named value, whatever it was.
    SetMeta {
        /// Its name, at most 64 bytes.
        name: String,
        /// Value to store.
        now: Vec<u8>,
    },
    /// Like [`SwapMeta`](Self::SwapMeta), for how far some work has come: a step back does no harm.
    Advance {
        /// Its name, at most 64 bytes.
        name: String,
        /// Value seen while gathering; `None` if there was none.
        was: Option<Vec<u8>>,
        /// Value to store.
        now: Vec<u8>,
    },
    /// Tells other nodes that what they cache of this account is stale.
    NoteChange(UserId),
    /// Adds a row that is nobody's, at the cost of the row that it is like: what must
    /// look as if an account were made costs as much. No query finds it, and
    /// [`Purge`](Self::Purge) removes it. Unique as what it is like, among decoys.
    AddDecoy(Decoy),
    /// Removes what ended before `before`, a bounded number of rows of each
    /// kind: sessions, challenges, finished messages, old changes, decoys; and of each second
    /// a sixteenth of the full limits.
    Purge {
        /// Ended before.
        before: Timestamp,
    },
}

impl Write {
    /// See [`Batch::may_be_lost`].
    fn may_be_lost(&self) -> bool {
        match self {
            // Who turns the power off gains some guesses.
            Self::Take(_) | Self::GiveBack { .. } => true,
            // The message is sent again: at least once.
            Self::LeaseMessage { .. } | Self::RetryMessage { .. } => true,
            // The events are there, and are chained again.
            Self::Chain(_) | Self::Advance { .. } => true,
            Self::TouchSession { .. } | Self::Purge { .. } => true,
            _ => false,
        }
    }
}

/// Why a batch was not applied.
#[derive(Debug)]
pub enum CommitError {
    /// Somebody else got there first. Gather again and decide again.
    Conflict,
    /// A limit is exhausted.
    Limited {
        /// How long to wait until one unit is there.
        retry_after: Duration,
    },
    /// The store is unwell.
    Broken(Error),
}

impl From<Error> for CommitError {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(writes: &[Write]) -> Batch {
        Batch { writes: writes.to_vec(), events: vec![] }
    }

    #[test]
    fn a_batch_lasts_as_long_as_the_most_lasting_of_its_writes() {
        let take = Write::GiveBack { key: [0; 32], period: Duration::from_secs(1) };
        let (name, was, now) = ("cursor".to_owned(), None, vec![1]);
        let advance = Write::Advance { name: name.clone(), was: was.clone(), now: now.clone() };
        let swap = Write::SwapMeta { name, was, now };
        assert!(batch(&[take.clone(), advance.clone(), Write::Chain(vec![])]).may_be_lost());
        assert!(!batch(&[take, swap]).may_be_lost());
        assert!(
            !batch(&[advance, Write::BumpAccess(UserId::from_bytes(&[1; 16]).unwrap())])
                .may_be_lost()
        );
    }
}
