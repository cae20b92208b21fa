//! Where people come from.

use keyward_core::Error;
use keyward_core::flow::import::Person;
use keyward_core::port::Fut;

/// People of another system, in an order that stays the same.
///
/// To bring people in from a system that is not known here: implement this, and give it
/// to [`Keyward::import`](crate::Keyward::import).
pub trait Source: Send {
    /// The name under which its people are recognised when they come again: 1 to 32 of
    /// `a-z 0-9 . _ -`. An id of one name is nobody under another.
    fn name(&self) -> &str;

    /// What tells this source from another one, and from itself once it has changed so
    /// that positions mean something else; an import that was cut off goes on with the
    /// same alone. `None` begins anew each time.
    fn fingerprint(&self) -> Option<String>;

    /// Goes on behind a [position](FoundPage::position) that it told before.
    fn seek<'a>(&'a mut self, position: &'a str) -> Fut<'a, Result<(), Error>>;

    /// The next people, at most [`PAGE`]; `None` behind the last.
    fn next(&mut self) -> Fut<'_, Result<Option<FoundPage>, Error>>;

    /// How much was read, and how much there is, if that is known: bytes or rows.
    fn read(&self) -> (u64, Option<u64>);
}

/// Rows of a page, at most: they share a transaction.
pub const PAGE: usize = 200;

/// Rows that were read together.
#[derive(Debug)]
pub struct FoundPage {
    /// In their order.
    pub rows: Vec<Found>,
    /// Where to go on behind them.
    pub position: String,
}

/// A row.
#[derive(Debug)]
pub struct Found {
    /// Its line in a file, or its number in a table, from 1.
    pub place: u64,
    /// Who it is, or why that cannot be said.
    pub person: Result<Person, Fault>,
}

/// Why nobody can be made of a row: a stable code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fault(pub &'static str);

impl Fault {
    /// It is not written as such files are.
    pub const MALFORMED: Self = Self("malformed");
    /// It has more bytes than are ever read.
    pub const TOO_LONG: Self = Self("too_long");
    /// It is no UTF-8.
    pub const NOT_UTF8: Self = Self("not_utf8");
    /// It says nobody's name.
    pub const NO_ID: Self = Self("id_missing");
    /// There is nothing where that system always has something.
    pub const NO_VALUE: Self = Self("value_missing");
    /// What should say yes or no says neither.
    pub const NO_FLAG: Self = Self("flag_invalid");
    /// What should be a point in time is none.
    pub const NO_TIME: Self = Self("time_invalid");
    /// What should be JSON of one form is not.
    pub const NO_JSON: Self = Self("json_invalid");
    /// A row before it has the same id.
    pub const REPEATED: Self = Self("id_repeated");
    /// The other system counts them as deleted.
    pub const DELETED: Self = Self("deleted");
    /// It is not somebody, but an account of that system's own.
    pub const NOBODY: Self = Self("system_account");
}
