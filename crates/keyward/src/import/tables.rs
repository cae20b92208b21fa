//! People in the tables of a database, with what hangs on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::port::Fut;
use keyward_store::{OtherColumn, OtherDatabase, OtherFlaw, OtherKey, OtherRow, Reading};

use super::columns::Columns;
use super::row::Row;
use super::source::{Fault, Found, FoundPage, PAGE, Source};
use super::systems::{Hung, Layout, Tables};
use keyward_core::flow::import::Person;

/// A database, and how its people are read.
pub(super) struct TableSource {
    name: String,
    db: OtherDatabase,
    people: Reading,
    names: Arc<[String]>,
    hung: Vec<Hanging>,
    system: Option<Box<dyn Tables>>,
    /// Columns that are null of nobody there.
    never_null: &'static [&'static str],
    after: Option<OtherKey>,
    read: u64,
    total: u64,
    /// Rows that are on no page and left to tell, and why nobody can be made of them.
    untold: (u64, Fault),
    /// Whether every page was read.
    is_through: bool,
    fingerprint: String,
}

/// Rows that hang on people, of one table; `None` where there is no such table.
type Hanging = Option<(Reading, Arc<[String]>, &'static str)>;

/// Rows that hang on one page, at most; more are read person by person.
const MAX_HUNG: usize = 20_000;
/// Rows that hang on one person, at most.
const MAX_HUNG_EACH: usize = 200;
/// Rows of a table that is read as a whole, at most.
const MAX_SMALL: usize = 10_000;

impl TableSource {
    /// Looks whether the tables are there, and reads the small one.
    pub(super) async fn open(
        name: String,
        db: OtherDatabase,
        place: &str,
        mut system: Box<dyn Tables>,
    ) -> Result<Self, Error> {
        let Layout { table, key, needed, wanted, never_null, bytes, hung, small } = system.layout();
        let there = db.columns_of(table).await?;
        let is_there = |column: &&str| there.iter().any(|known| known == column);
        let must = [&[key], needed].concat();
        if let Some(missing) = must.iter().find(|column| !is_there(column)) {
            let what = format!("there is no column `{missing}` in a table `{table}`");
            return Err(Error::because("find this system's tables", what));
        }
        let found = wanted.iter().filter(|column| is_there(column));
        let columns: Vec<&str> = must.iter().chain(found).copied().collect();
        let (people, names) = reading(table, key, &columns, bytes);
        let mut hanging = vec![];
        for hung in hung {
            hanging.push(hanging_in(&db, hung).await?);
        }
        if let Some((table, key, wanted)) = small {
            learn(&db, (table, key, wanted), &mut *system).await?;
        }
        let total = db.count(table).await?;
        let fingerprint = format!("table {place} {table}");
        Ok(Self {
            name,
            db,
            people,
            names,
            hung: hanging,
            system: Some(system),
            never_null,
            after: None,
            read: 0,
            total,
            untold: (0, Fault::NO_ID),
            is_through: false,
            fingerprint,
        })
    }

    /// A table of any system, with columns as the operator named them.
    pub(super) async fn of_columns(
        name: String,
        db: OtherDatabase,
        place: &str,
        columns: &Columns,
    ) -> Result<Self, Error> {
        const WHAT: &str = "read the table";
        columns.check().map_err(|why| Error::because(WHAT, why))?;
        let table = columns.table.clone();
        let there = db.columns_of(&table).await?;
        let missing = columns.named.values().find(|column| !there.contains(column));
        if there.is_empty() || missing.is_some() {
            let what = missing.map_or_else(
                || format!("there is no table `{table}`"),
                |column| format!("there is no column `{column}` in the table `{table}`"),
            );
            return Err(Error::because(WHAT, what));
        }
        let id = columns.named.get("id").map_or("id", String::as_str);
        let wanted = columns.wanted(&there);
        if !wanted.iter().any(|column| column == id) {
            let what = format!("there is no column `{id}`: name the one that is unique as `id`");
            return Err(Error::because(WHAT, what));
        }
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let (people, names) = reading(&table, id, &wanted, &[]);
        let total = db.count(&table).await?;
        let fingerprint = format!("table {place} {table}");
        let system: Box<dyn Tables> = Box::new(Any(columns.clone()));
        Ok(Self {
            name,
            db,
            people,
            names,
            hung: vec![],
            system: Some(system),
            never_null: &[],
            after: None,
            read: 0,
            total,
            untold: (0, Fault::NO_ID),
            is_through: false,
            fingerprint,
        })
    }

    async fn page(&mut self) -> Result<Option<FoundPage>, Error> {
        if let Some(page) = self.tell() {
            return Ok(Some(page));
        }
        let found = self.db.page(&self.people, self.after.as_ref(), PAGE).await?;
        let Some(last) = found.last() else {
            if !core::mem::replace(&mut self.is_through, true) {
                self.untold = (self.db.count_without(&self.people).await?, Fault::NO_ID);
            }
            return Ok(self.tell());
        };
        self.untold = (self.repeated(&found, &last.key).await?, Fault::REPEATED);
        self.after = Some(last.key.clone());
        let at = self.people.columns.iter().position(|it| it.name == self.people.key);
        let keys: Vec<String> = found
            .iter()
            .map(|row| at.and_then(|at| row.cells.get(at).cloned().flatten()).unwrap_or_default())
            .collect();
        let mut hung = vec![];
        for hanging in &self.hung {
            hung.push(self.hanging_on(hanging, &keys).await?);
        }
        let first = self.read + 1;
        self.read += found.len() as u64;
        let rows = self.people_of(found, keys, hung, first).await?;
        Ok(Some(FoundPage { rows, position: self.position() }))
    }

    /// How many rows behind a full page have the key of its last one. The next page begins
    /// behind them.
    async fn repeated(&self, found: &[OtherRow], last: &OtherKey) -> Result<u64, Error> {
        if found.len() < PAGE {
            return Ok(0);
        }
        let here = found.iter().filter(|row| row.key == *last).count() as u64;
        Ok(self.db.count_with(&self.people, last).await?.saturating_sub(here))
    }

    /// The next rows that are on no page.
    fn tell(&mut self) -> Option<FoundPage> {
        let (left, fault) = self.untold;
        let count = left.min(PAGE as u64);
        let places = self.read + 1..=self.read + count;
        let rows = places.map(|place| Found { place, person: Err(fault) }).collect();
        self.read += count;
        self.untold.0 = left - count;
        (count > 0).then(|| FoundPage { rows, position: self.position() })
    }

    fn position(&self) -> String {
        let key = self.after.as_ref().map(OtherKey::to_text);
        format!("{} {}", self.read, key.unwrap_or_default())
    }

    /// Who they are, found on a thread that may take its time.
    async fn people_of(
        &mut self,
        found: Vec<OtherRow>,
        keys: Vec<String>,
        hung: Vec<BTreeMap<String, Vec<Row>>>,
        first: u64,
    ) -> Result<Vec<Found>, Error> {
        let lost = || Error::new("go on with a database that could not be read");
        let mut system = self.system.take().ok_or_else(lost)?;
        let (names, never_null) = (Arc::clone(&self.names), self.never_null);
        let work = move || {
            let mut rows = vec![];
            for ((row, key), place) in found.into_iter().zip(&keys).zip(first..) {
                let own = hung.iter().map(|of| of.get(key).cloned().unwrap_or_default());
                let (flaw, row) = (row.flaw, Row::new(Arc::clone(&names), row.cells));
                let person = match flaw {
                    Some(OtherFlaw::Cut) => Err(Fault::TOO_LONG),
                    Some(OtherFlaw::NotText) => Err(Fault::NOT_UTF8),
                    None if never_null.iter().any(|name| row.is_null(name)) => Err(Fault::NO_VALUE),
                    None => system.person(&row, &own.collect::<Vec<_>>()),
                };
                rows.push(Found { place, person });
            }
            (rows, system)
        };
        let done = tokio::task::spawn_blocking(work).await;
        let (rows, system) = done.map_err(|error| Error::because("read people", error))?;
        self.system = Some(system);
        Ok(rows)
    }

    /// The rows that hang on each of these people.
    async fn hanging_on(
        &self,
        hanging: &Hanging,
        keys: &[String],
    ) -> Result<BTreeMap<String, Vec<Row>>, Error> {
        let mut of = BTreeMap::<String, Vec<Row>>::new();
        let Some((reading, names, person)) = hanging else { return Ok(of) };
        let mut rows = self.db.matching(reading, person, keys, MAX_HUNG).await?;
        if rows.len() >= MAX_HUNG {
            rows.clear();
            for key in keys {
                let only = std::slice::from_ref(key);
                rows.extend(self.db.matching(reading, person, only, MAX_HUNG_EACH).await?);
            }
        }
        for row in rows.into_iter().filter(|row| row.flaw.is_none()) {
            let row = Row::new(Arc::clone(names), row.cells);
            if let Some(whose) = row.text(person).map(str::to_owned) {
                let own = of.entry(whose).or_default();
                if own.len() < MAX_HUNG_EACH {
                    own.push(row);
                }
            }
        }
        Ok(of)
    }
}

fn reading(table: &str, key: &str, columns: &[&str], bytes: &[&str]) -> (Reading, Arc<[String]>) {
    let column =
        |name: &&str| OtherColumn { name: (*name).to_owned(), is_bytes: bytes.contains(name) };
    let reading = Reading {
        table: table.to_owned(),
        key: key.to_owned(),
        columns: columns.iter().map(column).collect(),
    };
    (reading, columns.iter().map(|name| (*name).to_owned()).collect())
}

async fn hanging_in(db: &OtherDatabase, hung: &Hung) -> Result<Hanging, Error> {
    let there = db.columns_of(hung.table).await?;
    let is_there = |column: &str| there.iter().any(|known| known == column);
    if !is_there(hung.person) || !is_there(hung.key) {
        return Ok(None);
    }
    let wanted = hung.wanted.iter().copied().filter(|column| is_there(column));
    let columns: Vec<&str> = [hung.person].into_iter().chain(wanted).collect();
    let (reading, names) = reading(hung.table, hung.key, &columns, &[]);
    Ok(Some((reading, names, hung.person)))
}

/// Reads a small table, as far as it is one.
async fn learn(
    db: &OtherDatabase,
    (table, key, wanted): (&str, &str, &[&str]),
    system: &mut dyn Tables,
) -> Result<(), Error> {
    let there = db.columns_of(table).await?;
    let is_there = |column: &&str| there.iter().any(|known| known == column);
    let columns: Vec<&str> =
        [key].iter().chain(wanted).copied().filter(|column| is_there(column)).collect();
    if !columns.contains(&key) {
        return Ok(());
    }
    let (reading, names) = reading(table, key, &columns, &[]);
    let (mut after, mut count) = (None, 0);
    while count < MAX_SMALL {
        let page = db.page(&reading, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        count += page.len();
        for row in page.into_iter().filter(|row| row.flaw.is_none()) {
            system.learn(&Row::new(Arc::clone(&names), row.cells));
        }
    }
    Ok(())
}

/// Any table, with columns as the operator named them.
struct Any(Columns);

impl Tables for Any {
    fn layout(&self) -> Layout {
        Layout::default()
    }

    fn person(&mut self, row: &Row, _: &[Vec<Row>]) -> Result<Person, Fault> {
        self.0.person(row)
    }
}

impl Source for TableSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn fingerprint(&self) -> Option<String> {
        Some(self.fingerprint.clone())
    }

    fn seek<'a>(&'a mut self, position: &'a str) -> Fut<'a, Result<(), Error>> {
        Box::pin(async move {
            let parts = position.split_once(' ').and_then(|(read, key)| {
                let key = if key.is_empty() { None } else { Some(OtherKey::parse(key)?) };
                Some((read.parse().ok()?, key))
            });
            let wrong = || Error::new("go on in the middle of a table");
            (self.read, self.after) = parts.ok_or_else(wrong)?;
            Ok(())
        })
    }

    fn next(&mut self) -> Fut<'_, Result<Option<FoundPage>, Error>> {
        Box::pin(self.page())
    }

    fn read(&self) -> (u64, Option<u64>) {
        (self.read, Some(self.total))
    }
}
