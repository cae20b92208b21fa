//! The records of the search suite, in a database.

use std::collections::BTreeMap;

use keyward_authz::condition::{Cell, Kind};
use keyward_authz::filter::{Bind, Columns, Placeholder, Sql};
use rusqlite::Connection;
use rusqlite::types::Value;
use serde::Deserialize;

use super::Attributes;
use crate::Result;

#[derive(Deserialize)]
pub(super) struct Record {
    department: String,
    owner: String,
}

impl Record {
    pub(super) fn attributes(&self) -> Attributes<'_> {
        vec![("department", Cell::Text(&self.department)), ("owner", Cell::Text(&self.owner))]
    }
}

/// A table of records.
pub(super) struct Table(Connection);

impl Table {
    pub(super) fn of(records: &BTreeMap<String, Record>) -> Result<Self> {
        let database = Connection::open_in_memory()?;
        database.execute("CREATE TABLE records (id TEXT, department TEXT, owner TEXT)", [])?;
        for (id, Record { department, owner }) in records {
            let row = (id, department, owner);
            database.execute("INSERT INTO records VALUES (?, ?, ?)", row)?;
        }
        Ok(Self(database))
    }

    /// What of a record is in which column.
    pub(super) fn columns() -> Columns {
        let mut columns = Columns::new();
        for name in ["department", "owner"] {
            columns.attribute(name, name, Kind::Text);
        }
        columns
    }

    /// The ids of the records for which this is true.
    pub(super) fn find(&self, condition: &Sql) -> Result<Vec<String>> {
        let text = condition.text(Placeholder::Question);
        let mut found = self.0.prepare(&format!("SELECT id FROM records WHERE {text}"))?;
        let binds = rusqlite::params_from_iter(condition.binds().iter().map(value));
        let ids = found.query_map(binds, |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }
}

fn value(bind: &Bind) -> Value {
    match bind {
        Bind::Bool(it) => Value::Integer(i64::from(*it)),
        Bind::Int(it) => Value::Integer(*it),
        Bind::Text(it) => Value::Text(it.clone()),
    }
}
