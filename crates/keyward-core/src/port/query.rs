//! Questions that answer with a page.

use crate::id::{EventId, UserId};
use crate::identifier::Kind;
use crate::record::Tuple;
use crate::time::Timestamp;

/// One page, and where the next one starts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Page<T, C> {
    /// The rows.
    pub data: Vec<T>,
    /// Pass as `after` for the next page; `None` on the last.
    pub next: Option<C>,
}

/// Which accounts, by state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// Neither locked nor deleted.
    Active,
    /// Locked and not deleted.
    Locked,
    /// Deleted, not yet erased.
    Deleted,
}

/// Which accounts, newest first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PeopleQuery {
    /// Only these, at most 200, deleted or not; none stands for everybody.
    pub ids: Vec<UserId>,
    /// Literal text contained in a normalised identifier or, ignoring ASCII case, in the name.
    pub text: String,
    /// Only in this state; without it, all but the deleted.
    pub status: Option<Status>,
    /// Only those to whom this role was given, not by a group.
    pub role: Option<String>,
    /// Only with an identifier of this kind and exactly this normalised text.
    pub identifier: Option<(Kind, String)>,
    /// Only made at this time or later.
    pub created_after: Option<Timestamp>,
    /// Only deleted at this time or earlier.
    pub deleted_before: Option<Timestamp>,
    /// Only those that were begun without a name, at this time or earlier, and that
    /// nobody can come back to: no name, no session, none of [`WAYS_BACK`].
    pub abandoned_before: Option<Timestamp>,
    /// Only older than this account (ids sort by creation).
    pub after: Option<UserId>,
    /// At most this many; 1 to 200.
    pub limit: u32,
}

/// Kind of the credential that marks an account as begun without a name.
pub const ANONYMOUS: &str = "anonymous";

/// Kinds of credential that lead to an account without a name of it.
pub const WAYS_BACK: [&str; 3] = ["passkey", "oauth", "api_key"];

/// Which events, newest first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EventQuery {
    /// Only about this account.
    pub subject: Option<UserId>,
    /// Only of this kind, or of this family when it ends in `.`.
    pub kind: Option<String>,
    /// Only at this time or later.
    pub since: Option<Timestamp>,
    /// Only older than this event.
    pub after: Option<EventId>,
    /// At most this many; 1 to 500.
    pub limit: u32,
}

/// Which active accounts hold something for good: begun, and without end.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LastingQuery {
    /// One of these roles, given directly and everywhere,
    pub roles: Vec<String>,
    /// or a place in one of these groups.
    pub groups: Vec<String>,
    /// Begun by this moment.
    pub now: Timestamp,
    /// At most this many; 1 to 200.
    pub limit: u32,
}

/// One of several things to hold: one of these roles, given directly and
/// everywhere, or a place in one of these groups.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holding {
    /// One of these roles,
    pub roles: Vec<String>,
    /// or a place in one of these groups.
    pub groups: Vec<String>,
}

/// Which accounts, whatever their state, hold two of several things, now or later.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SeveralQuery {
    /// The things.
    pub things: Vec<Holding>,
    /// What ended by this moment does not count.
    pub now: Timestamp,
    /// Only after this account.
    pub after: Option<UserId>,
    /// At most this many; 1 to 200.
    pub limit: u32,
}

/// Who is in a group, by id.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MemberQuery {
    /// Which group.
    pub group: String,
    /// Only after this account.
    pub after: Option<UserId>,
    /// At most this many; 1 to 200.
    pub limit: u32,
}

/// Which stored relations, sorted. What is left out is not asked.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TupleQuery {
    /// Only of objects of this type.
    pub object_type: Option<String>,
    /// Only of objects of this id.
    pub object_id: Option<String>,
    /// Only this relation.
    pub relation: Option<String>,
    /// Only of subjects of this type.
    pub subject_type: Option<String>,
    /// Only of subjects of this id, sets among them.
    pub subject_id: Option<String>,
    /// Only after this one.
    pub after: Option<Tuple>,
    /// At most this many; 1 to 200.
    pub limit: u32,
}

/// A relation with an object.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Related {
    /// Type of the object.
    pub object_type: String,
    /// Id of the object.
    pub object_id: String,
    /// The relation.
    pub relation: String,
}

/// The stored relations that a decision looks at next.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RelatedQuery {
    /// Of these: the one with the subject, the one with everybody of its type, and
    /// those with sets.
    pub members: Vec<Related>,
    /// Of these: those with objects.
    pub objects: Vec<Related>,
    /// Type of the subject.
    pub subject_type: String,
    /// Id of the subject.
    pub subject_id: String,
    /// With more than this many there is no answer.
    pub limit: u32,
}
