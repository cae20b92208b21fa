//! Holes in the wall: the traits the outside world fills in.

mod batch;
mod bucket;
mod query;
mod store;

use core::future::Future;
use core::pin::Pin;

use crate::time::Timestamp;

pub use batch::{Batch, CommitError, Decoy, Link, Take, Write};
pub use query::{
    ANONYMOUS, EventQuery, Holding, LastingQuery, MemberQuery, Page, PeopleQuery, Related,
    RelatedQuery, SeveralQuery, Status, TupleQuery, WAYS_BACK,
};
pub use store::{Changes, MembersPage, PeoplePage, Store};

/// A boxed future, so that ports stay usable as `dyn`.
pub type Fut<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Knows what time it is.
pub trait Clock: Send + Sync {
    /// Wall-clock time; may step backwards.
    fn now(&self) -> Timestamp;
}

/// Source of unpredictable bytes.
pub trait Random: Send {
    /// Fills `buf` completely.
    fn fill(&mut self, buf: &mut [u8]);
}
