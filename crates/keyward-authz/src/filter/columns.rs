//! How a table holds what decisions look at.

use super::predicate::{Bind, Predicate};
use crate::condition::{Kind, Value};

/// A column, or what stands for one. Its text is put into SQL as it is, so it must
/// come from the program and never from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    exact: Box<str>,
    near: Option<Box<str>>,
}

impl Column {
    /// An expression that compares as a check does: text byte by byte.
    pub fn new(exact: &str) -> Self {
        Self { exact: exact.into(), near: None }
    }

    /// One that the database has an index of. It must equal a value wherever the
    /// exact expression does, and may equal it elsewhere; both are asked.
    #[must_use]
    pub fn near(mut self, near: &str) -> Self {
        self.near = Some(near.into());
        self
    }

    /// The expression that compares exactly.
    pub fn exact(&self) -> &str {
        &self.exact
    }

    pub(super) fn equals(&self, value: Bind) -> Predicate {
        self.within(vec![value])
    }

    /// Whether it has one of these values.
    pub(super) fn within(&self, values: Vec<Bind>) -> Predicate {
        match &self.near {
            Some(near) => {
                Predicate::within(near, values.clone()).and(Predicate::within(&self.exact, values))
            }
            None => Predicate::within(&self.exact, values),
        }
    }
}

impl From<&str> for Column {
    fn from(exact: &str) -> Self {
        Self::new(exact)
    }
}

/// Where an attribute of the resource comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Column(Column, Kind),
    /// The same in every row.
    Same(Value),
}

/// How a table holds what decisions look at. Names are put into SQL as they
/// are, so they must come from the program and never from a request.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    attributes: Vec<(Box<str>, Source)>,
    pub(super) id: Option<Column>,
    pub(super) owner: Option<Column>,
    pub(super) visibility: Option<Column>,
    pub(super) shared: Option<Box<str>>,
    pub(super) bare: Option<Box<str>>,
    pub(super) related: Option<Vec<Bind>>,
    pub(super) no_own_lists: bool,
    pub(super) no_own_relations: bool,
}

impl Columns {
    /// Starts without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// The column of an attribute of the resource; where it is NULL, the
    /// attribute is missing. Moments and spans are kept in microseconds.
    pub fn attribute(&mut self, name: &str, column: impl Into<Column>, kind: Kind) -> &mut Self {
        self.attributes.push((name.into(), Source::Column(column.into(), kind)));
        self
    }

    /// An attribute that is the same in every row.
    pub fn same(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.attributes.push((name.into(), Source::Same(value.into())));
        self
    }

    /// The column of the id, for relations: `roof` of `document:roof`.
    pub fn id(&mut self, column: impl Into<Column>) -> &mut Self {
        self.id = Some(column.into());
        self
    }

    /// The columns of an item's owner and visibility, and a condition with one
    /// `?` for whether it is shared with a subject.
    pub fn item(
        &mut self,
        owner: impl Into<Column>,
        visibility: impl Into<Column>,
        shared: &str,
    ) -> &mut Self {
        (self.owner, self.visibility) = (Some(owner.into()), Some(visibility.into()));
        self.shared = Some(shared.into());
        self
    }

    /// A condition for the rows that are no items: tables of items have no say
    /// about those. Without it every row is one.
    pub fn bare(&mut self, condition: &str) -> &mut Self {
        self.bare = Some(condition.into());
        self
    }

    /// The ids of the objects with which a relation that grants what is wanted is
    /// had, found by whoever asks; the tuples of the question are not looked at then.
    pub fn related(&mut self, ids: impl IntoIterator<Item = Bind>) -> &mut Self {
        self.related = Some(ids.into_iter().collect());
        self
    }

    /// No row has an access control list of its own, before those of the question. Unless
    /// this is said, each might have any list of the policy: where that could change the
    /// answer, each row must be checked.
    pub fn no_own_lists(&mut self) -> &mut Self {
        self.no_own_lists = true;
        self
    }

    /// A check of a row looks at no further relations than those that the ids of
    /// [`related`](Self::related), or the tuples of the question, were found by. Unless
    /// this is said, each row must be checked where one more could exclude somebody.
    pub fn no_own_relations(&mut self) -> &mut Self {
        self.no_own_relations = true;
        self
    }

    /// Where an attribute comes from; of two of one name the first counts.
    pub(super) fn source(&self, attribute: &str) -> Option<&Source> {
        let found = self.attributes.iter().find(|(name, _)| **name == *attribute);
        found.map(|(_, source)| source)
    }
}
