//! A table of the app's own, as decisions see its rows.

use keyward_authz::Permission;
use keyward_authz::condition::Kind;
use keyward_authz::filter::{Bind, Column, Columns, Placeholder};
use keyward_authz::items::Visibility;
use keyward_core::Error;

use crate::resource::is_kind;

/// The database that a table is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Flavour {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

/// Which columns of the app's table hold what decisions look at: the same that
/// [`Protected`](crate::Protected) tells of one row, so that
/// [`filter`](crate::Keyward::filter) finds the rows that checks of each would allow.
///
/// Names of columns are letters, digits and `_`; they are quoted, and everything else
/// is bound. What a column holds NULL for is missing.
///
/// ```
/// # use keyward::{Flavour, Table, authz::condition::Kind};
/// let posts = Table::new("posts", Flavour::Sqlite)
///     .numeric_id("id")
///     .owner("author")
///     .visibility("visibility")
///     .shared_in("post_readers", "post", "reader")
///     .attribute("status", "status", Kind::Text)
///     .acl("site")
///     .no_own_lists();
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    kind: String,
    flavour: Flavour,
    name: String,
    id: Option<(String, Id)>,
    owner: Option<String>,
    visibility: Option<String>,
    shared: Option<[String; 3]>,
    attributes: Vec<(String, String, Kind)>,
    acl: Vec<String>,
    no_own_lists: bool,
    no_own_relations: bool,
    bad: Option<String>,
}

/// What ids are kept as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Id {
    Text,
    Number,
    Other,
}

impl Table {
    /// The table of the resources of this type, which is called like the type unless
    /// [`called`](Self::called) says otherwise.
    pub fn new(kind: &str, flavour: Flavour) -> Self {
        let mut table = Self {
            kind: kind.to_owned(),
            flavour,
            name: kind.to_owned(),
            id: None,
            owner: None,
            visibility: None,
            shared: None,
            attributes: Vec::new(),
            acl: Vec::new(),
            no_own_lists: false,
            no_own_relations: false,
            bad: None,
        };
        if !is_kind(kind) {
            table.bad = Some(format!("`{}` is no type", kind.escape_debug()));
        }
        table
    }

    /// What the query calls the table: its name, or its alias there.
    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// The column of the id, a text.
    #[must_use]
    pub fn id(self, column: &str) -> Self {
        self.with_id(column, Id::Text)
    }

    /// The column of the id, a whole number.
    #[must_use]
    pub fn numeric_id(self, column: &str) -> Self {
        self.with_id(column, Id::Number)
    }

    /// The column of the id, of some other type. It is compared as the text that the
    /// database makes of it, without its index.
    #[must_use]
    pub fn other_id(self, column: &str) -> Self {
        self.with_id(column, Id::Other)
    }

    fn with_id(mut self, column: &str, held: Id) -> Self {
        self.id = Some((column.to_owned(), held));
        self
    }

    /// The column that says whose it is, a text: see
    /// [`Resource::owned_by`](crate::Resource::owned_by).
    #[must_use]
    pub fn owner(mut self, column: &str) -> Self {
        self.owner = Some(column.to_owned());
        self
    }

    /// The column of the visibility: `public`, `unlisted`, `shared` or `private`. Any
    /// other text there is none.
    #[must_use]
    pub fn visibility(mut self, column: &str) -> Self {
        self.visibility = Some(column.to_owned());
        self
    }

    /// The table that says with whom resources are shared, and its columns of the id
    /// and of the person, a text. It needs the column of the id.
    #[must_use]
    pub fn shared_in(mut self, table: &str, item: &str, person: &str) -> Self {
        self.shared = Some([table, item, person].map(str::to_owned));
        self
    }

    /// The column of an attribute for conditions: true or false, a whole number, a
    /// text, or a moment or span in microseconds. A condition that looks at an
    /// attribute without one leaves each row to be checked.
    #[must_use]
    pub fn attribute(mut self, name: &str, column: &str, kind: Kind) -> Self {
        if OURS.contains(&name) {
            self.bad.get_or_insert_with(|| format!("`{name}` has a method of its own"));
        }
        if matches!(kind, Kind::Set | Kind::Net) {
            self.bad.get_or_insert_with(|| format!("no column holds what `{name}` is"));
        }
        self.attributes.push((name.to_owned(), column.to_owned(), kind));
        self
    }

    /// The next access control list in the chain of all rows, as in
    /// [`Resource::acl`](crate::Resource::acl). Lists that only single rows have come
    /// before it; see [`no_own_lists`](Self::no_own_lists).
    #[must_use]
    pub fn acl(mut self, name: &str) -> Self {
        self.acl.push(name.to_owned());
        self
    }

    /// No row has a list of its own: what is told of one row names just the lists that
    /// are named here, in this order. Unless this is said, each row might name any list
    /// of the policy first; where one of them would change the answer for whoever asks,
    /// the filter is [`Mixed`](keyward_authz::filter::Filter::Mixed), and each row that is
    /// found must be checked.
    #[must_use]
    pub fn no_own_lists(mut self) -> Self {
        self.no_own_lists = true;
        self
    }

    /// All relations are stored: what is told of one row adds none by
    /// [`Resource::relation`](crate::Resource::relation). Unless this is said, the filter
    /// is [`Mixed`](keyward_authz::filter::Filter::Mixed) where a further relation could
    /// exclude somebody (`but not`).
    #[must_use]
    pub fn no_own_relations(mut self) -> Self {
        self.no_own_relations = true;
        self
    }

    /// How the database writes the places of values.
    pub fn placeholder(&self) -> Placeholder {
        match self.flavour {
            Flavour::Postgres => Placeholder::Dollar(1),
            Flavour::Sqlite | Flavour::Mysql => Placeholder::Question,
        }
    }

    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    pub(crate) fn lists(&self) -> &[String] {
        &self.acl
    }

    /// Looks whether it may be put into SQL.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let bad = |flaw: String| Err(Error::because("use the table", flaw));
        if let Some(flaw) = &self.bad {
            return bad(flaw.clone());
        }
        if self.shared.is_some() && self.id.is_none() {
            return bad("what is shared needs the column of the id".to_owned());
        }
        match self.names().find(|name| !is_column(name)) {
            Some(name) => bad(format!("`{}` is no name of a column", name.escape_debug())),
            None => Ok(()),
        }
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        let one = [Some(&self.name), self.owner.as_ref(), self.visibility.as_ref()];
        let id = self.id.iter().map(|(column, _)| column);
        let shared = self.shared.iter().flatten();
        let attributes = self.attributes.iter().map(|(_, column, _)| column);
        one.into_iter().flatten().chain(id).chain(shared).chain(attributes)
    }

    /// The columns as the filter takes them. Relations that give what is wanted are
    /// had with the objects of these ids; without the column of the id there is no
    /// saying so.
    pub(crate) fn columns(
        &self,
        wanted: &Permission,
        related: &[String],
    ) -> Result<Columns, Error> {
        let mut columns = Columns::new();
        columns.same("type", self.kind.as_str());
        if self.no_own_lists {
            columns.no_own_lists();
        }
        if self.no_own_relations {
            columns.no_own_relations();
        }
        match &self.id {
            Some((id, held)) => self.put_id(id, *held, related, &mut columns),
            None if related.is_empty() => {}
            None => return Err(Error::new("use the table: relations need the column of the id")),
        }
        let owner = self.owner.as_deref().map(|owner| self.text(owner));
        let visibility = self.visibility.as_deref().map(|it| self.known_visibility(it));
        let ours = [("owner", &owner), ("visibility", &visibility)];
        for (name, column) in ours {
            if let Some(column) = column {
                columns.attribute(name, column.clone(), Kind::Text);
            }
        }
        for (name, column, kind) in &self.attributes {
            let column = match kind {
                Kind::Text => self.text(column),
                _ => Column::new(&self.quoted(column)),
            };
            columns.attribute(name, column, *kind);
        }
        // A table of items has a say about its own type only.
        let own = wanted.as_str().split(':').next() == Some(&self.kind);
        if own && (owner.is_some() || visibility.is_some()) {
            let none = || Column::new("NULL");
            let (owner, visibility) = (owner.unwrap_or_else(none), visibility.unwrap_or_else(none));
            let bare = [&owner, &visibility].map(|it| format!("{} IS NULL", it.exact()));
            columns.bare(&bare.join(" AND "));
            columns.item(owner, visibility, &self.is_shared());
        }
        Ok(columns)
    }

    fn put_id(&self, id: &str, held: Id, related: &[String], columns: &mut Columns) {
        let (plain, exact) = (self.quoted(id), self.exact(&self.quoted(id)));
        let text = |id: &String| Bind::Text(id.clone());
        match held {
            Id::Text => columns.id(self.text(id)).related(related.iter().map(text)),
            Id::Other => columns.id(Column::new(&exact)).related(related.iter().map(text)),
            Id::Number => {
                let number =
                    |id: &String| id.parse::<i64>().ok().filter(|it| it.to_string() == *id);
                columns
                    .id(Column::new(&plain))
                    .related(related.iter().filter_map(number).map(Bind::Int))
            }
        };
        let text = if held == Id::Text { self.text(id) } else { Column::new(&exact) };
        columns.attribute("id", text, Kind::Text);
    }

    /// A condition with one `?`, for a subject.
    fn is_shared(&self) -> String {
        let (Some([table, item, person]), Some((id, _))) = (&self.shared, &self.id) else {
            // The value must stand somewhere.
            return "(NULL = ?)".to_owned();
        };
        let [table, item, person] = [table, item, person].map(|it| self.flavour.quote(it));
        let (id, person) = (self.quoted(id), self.exact(&format!("kw_shared.{person}")));
        format!(
            "EXISTS (SELECT 1 FROM {table} AS kw_shared \
             WHERE kw_shared.{item} = {id} AND {person} = ?)"
        )
    }

    /// Missing where it is none that there is.
    fn known_visibility(&self, column: &str) -> Column {
        let column = self.exact(&self.quoted(column));
        let known = Visibility::ALL.map(|it| format!("'{}'", it.name())).join(", ");
        Column::new(&format!("(CASE WHEN {column} IN ({known}) THEN {column} END)"))
    }

    /// A column of text. Indexes are of the column as it is; what compares byte by
    /// byte, whatever collation it has, is not.
    fn text(&self, column: &str) -> Column {
        let plain = self.quoted(column);
        Column::new(&self.exact(&plain)).near(&plain)
    }

    fn exact(&self, column: &str) -> String {
        match self.flavour {
            Flavour::Sqlite => format!("(CAST({column} AS TEXT) COLLATE BINARY)"),
            Flavour::Postgres => format!("(CAST({column} AS TEXT) COLLATE \"C\")"),
            Flavour::Mysql => format!("CAST(CONVERT({column} USING utf8mb4) AS BINARY)"),
        }
    }

    fn quoted(&self, column: &str) -> String {
        format!("{}.{}", self.flavour.quote(&self.name), self.flavour.quote(column))
    }
}

impl Flavour {
    /// In SQLite a name in double quotes that no column has is a text.
    fn quote(self, name: &str) -> String {
        match self {
            Self::Postgres => format!("\"{name}\""),
            Self::Sqlite | Self::Mysql => format!("`{name}`"),
        }
    }
}

/// Attributes that have methods of their own.
const OURS: [&str; 4] = ["type", "id", "owner", "visibility"];

/// Bytes of a name; the longest that all databases know.
const MAX_NAME: usize = 63;

/// Letters, digits and `_`, not beginning with a digit.
fn is_column(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=MAX_NAME).contains(&name.len())
        && name.bytes().all(plain)
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_become_text() {
        let table = || Table::new("posts", Flavour::Sqlite);
        assert!(table().id("id").check().is_ok());
        for bad in ["", "a b", "a`b", "a\"b", "a.b", "1a", "é", "a?", "id;--", &"a".repeat(64)] {
            for table in [
                table().called(bad),
                table().id(bad),
                table().owner(bad),
                table().visibility(bad),
                table().attribute("size", bad, Kind::Int),
                table().id("id").shared_in(bad, "post", "reader"),
                table().id("id").shared_in("shares", bad, "reader"),
                table().id("id").shared_in("shares", "post", bad),
                Table::new(&format!("{bad} "), Flavour::Sqlite).called("posts"),
            ] {
                assert!(table.check().is_err(), "{table:?}");
            }
        }
    }

    #[test]
    fn what_no_table_can_say_is_refused() {
        let table = || Table::new("posts", Flavour::Postgres);
        assert!(table().attribute("owner", "author", Kind::Text).check().is_err());
        assert!(table().attribute("tags", "tags", Kind::Set).check().is_err());
        assert!(table().shared_in("shares", "post", "reader").check().is_err());
        let wanted = Permission::parse("posts:view").unwrap();
        assert!(table().columns(&wanted, &["1".to_owned()]).is_err());
    }
}
