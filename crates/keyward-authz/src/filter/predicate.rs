//! Conditions over rows, with their values apart from their text.

use super::Filter;

/// A condition for `WHERE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    /// What stands between the values; one more than there are values.
    pieces: Vec<String>,
    binds: Vec<Bind>,
}

/// A value to bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// True or false.
    Bool(bool),
    /// A number, or a moment or span in microseconds.
    Int(i64),
    /// Text.
    Text(String),
}

/// How a database writes the places of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `?`
    Question,
    /// `$n`, from this number on.
    Dollar(usize),
}

impl Sql {
    /// A condition without values.
    pub(super) fn plain(text: &str) -> Self {
        Self { pieces: vec![text.to_owned()], binds: Vec::new() }
    }

    /// The text of the condition, in parentheses.
    pub fn text(&self, placeholder: Placeholder) -> String {
        let mut text = String::from("(");
        for (nth, piece) in self.pieces.iter().enumerate() {
            match placeholder {
                _ if nth == 0 => {}
                Placeholder::Question => text.push('?'),
                Placeholder::Dollar(first) => text.push_str(&format!("${}", first + nth - 1)),
            }
            text.push_str(piece);
        }
        text + ")"
    }

    /// The values, in the order of the text.
    pub fn binds(&self) -> &[Bind] {
        &self.binds
    }

    fn join(mut self, sign: &str, other: Self) -> Self {
        self.push(sign);
        self.glue(other);
        self
    }

    fn push(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(last) => last.push_str(text),
            None => self.pieces.push(text.to_owned()),
        }
    }

    fn glue(&mut self, other: Self) {
        let mut pieces = other.pieces.into_iter();
        self.push(&pieces.next().unwrap_or_default());
        self.pieces.extend(pieces);
        self.binds.extend(other.binds);
    }

    fn wrapped(self) -> Self {
        let mut sql = Self { pieces: vec!["(".to_owned()], binds: Vec::new() };
        sql.glue(self);
        sql.push(")");
        sql
    }
}

/// Whether a predicate finds just the rows, or some that are to be checked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Exactness {
    lost: bool,
}

impl Exactness {
    /// Something could not be said; what stands for it finds too many rows.
    pub(super) fn lose(&mut self) {
        self.lost = true;
    }
}

/// A condition that may be known already.
#[derive(Clone, Debug)]
pub(super) enum Predicate {
    True,
    False,
    Sql(Sql),
}

impl Predicate {
    /// A text in which each `?` is a value.
    pub(super) fn of(text: &str, binds: Vec<Bind>) -> Self {
        let pieces = text.split('?').map(str::to_owned).collect();
        Self::Sql(Sql { pieces, binds })
    }

    /// Whether a column has one of these values.
    pub(super) fn within(column: &str, values: Vec<Bind>) -> Self {
        match values.len() {
            0 => return Self::False,
            1 => return Self::of(&format!("{column} = ?"), values),
            _ => {}
        }
        let places = vec!["?"; values.len()].join(", ");
        Self::of(&format!("{column} IN ({places})"), values)
    }

    pub(super) fn all(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::True, Self::and)
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, it) | (it, Self::True) => it,
            (Self::Sql(one), Self::Sql(two)) => {
                Self::Sql(one.wrapped().join(" AND ", two.wrapped()))
            }
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, it) | (it, Self::False) => it,
            (Self::Sql(one), Self::Sql(two)) => {
                Self::Sql(one.wrapped().join(" OR ", two.wrapped()))
            }
        }
    }

    pub(super) fn into_filter(self, exact: Exactness) -> Filter {
        match (self, exact.lost) {
            (Self::False, _) => Filter::None,
            (Self::True, false) => Filter::All,
            (Self::True, true) => Filter::Mixed(Sql::plain("1 = 1")),
            (Self::Sql(sql), false) => Filter::Sql(sql),
            (Self::Sql(sql), true) => Filter::Mixed(sql),
        }
    }
}

impl From<bool> for Predicate {
    fn from(known: bool) -> Self {
        if known { Self::True } else { Self::False }
    }
}
