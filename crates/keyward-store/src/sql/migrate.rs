//! Runs migrations under a lock, and refuses what it does not know.

use core::future::Future;

use keyward_core::Error;
use keyward_core::crypto::token;

use super::dialect::Dialect;
use super::schema::{BOOKS, MIGRATIONS, Migration};
use super::value::{Row, Value, params};
use crate::migrations::{State, Status};
use crate::open::Migrate;

/// One connection, for schema changes.
pub(crate) trait Connection: Send {
    /// What it speaks.
    fn dialect(&self) -> Dialect;

    /// Asks.
    fn query(
        &mut self,
        sql: &str,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Row>, Error>> + Send;

    /// Changes.
    fn execute(
        &mut self,
        sql: &str,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Changes the schema; having what is to be made already is fine.
    fn execute_again(&mut self, sql: &str) -> impl Future<Output = Result<(), Error>> + Send {
        self.execute(sql, vec![])
    }

    /// Waits until nobody else migrates, and begins a transaction where schema
    /// changes can be rolled back.
    fn lock(&mut self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Keeps what was done, and lets others go on.
    fn unlock(&mut self) -> impl Future<Output = Result<(), Error>> + Send;
}

/// What is done and what is not. Refuses a schema that is newer than this
/// program, or other than it remembers.
pub(crate) async fn status(db: &mut impl Connection) -> Result<Vec<Status>, Error> {
    let books = books_if_any(db).await?;
    compare(db.dialect(), &books)
}

/// Applies what is missing; answers with what it applied.
pub(crate) async fn up(db: &mut impl Connection) -> Result<Vec<Status>, Error> {
    db.lock().await?;
    let done = apply(db).await;
    // A transaction that failed is rolled back by closing its connection.
    if done.is_ok() {
        db.unlock().await?;
    }
    done
}

/// What an opening store does about its schema.
pub(crate) async fn prepare(db: &mut impl Connection, mode: Migrate) -> Result<(), Error> {
    if mode == Migrate::Off {
        return refuse_newer(&books_if_any(db).await?);
    }
    let pending = status(db).await?.into_iter().filter(|s| s.state != State::Done).count();
    match pending {
        0 => Ok(()),
        _ if mode == Migrate::Auto => up(db).await.map(|_| ()),
        1 => Err(refused("1 migration is missing; run `keyward migrate up`".to_owned())),
        _ => Err(refused(format!("{pending} migrations are missing; run `keyward migrate up`"))),
    }
}

async fn apply(db: &mut impl Connection) -> Result<Vec<Status>, Error> {
    let text = db.dialect().render(BOOKS);
    db.execute(&text, vec![]).await?;
    let books = books(db).await?;
    let mut applied = compare(db.dialect(), &books)?;
    applied.retain(|status| status.state != State::Done);
    for migration in MIGRATIONS {
        let begun = books.iter().find(|entry| entry.number == migration.number);
        if begun.is_none_or(|entry| !entry.finished) {
            run(db, migration, begun.map(|entry| entry.done)).await?;
        }
    }
    Ok(applied)
}

async fn run(
    db: &mut impl Connection,
    migration: &Migration,
    begun: Option<usize>,
) -> Result<(), Error> {
    let dialect = db.dialect();
    if begun.is_none() {
        let sql = "INSERT INTO kw_migrations (number, name, checksum, statements_done) \
                   VALUES (?, ?, ?, 0)";
        let params = params![migration.number, migration.name, checksum(dialect, migration)];
        db.execute(&dialect.render(sql), params).await?;
    }
    let tick = dialect.render("UPDATE kw_migrations SET statements_done = ? WHERE number = ?");
    for (at, template) in migration.statements().enumerate() {
        if begun.is_some_and(|done| at < done) {
            continue;
        }
        let text = dialect.render(template);
        // Only the statement at which it was cut off may have run before.
        match begun == Some(at) {
            true => db.execute_again(&text).await?,
            false => db.execute(&text, vec![]).await?,
        }
        let done = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1);
        db.execute(&tick, params![done, migration.number]).await?;
    }
    let end = dialect.render("UPDATE kw_migrations SET finished_at = {now} WHERE number = ?");
    db.execute(&end, params![migration.number]).await
}

/// What the database says it has.
struct Entry {
    number: i64,
    checksum: Vec<u8>,
    done: usize,
    finished: bool,
}

/// Same, where nothing may have been applied yet.
async fn books_if_any(db: &mut impl Connection) -> Result<Vec<Entry>, Error> {
    match books(db).await {
        Err(error) if is_missing_table(&error) => Ok(Vec::new()),
        found => found,
    }
}

async fn books(db: &mut impl Connection) -> Result<Vec<Entry>, Error> {
    let sql = "SELECT number, checksum, statements_done, finished_at FROM kw_migrations \
               ORDER BY number";
    let rows = db.query(sql, vec![]).await?;
    rows.into_iter().map(entry).collect()
}

fn entry(row: Row) -> Result<Entry, Error> {
    let [Value::Int(number), Value::Bytes(checksum), Value::Int(done), finished] = row.as_slice()
    else {
        return Err(refused("the table `kw_migrations` is not ours".to_owned()));
    };
    Ok(Entry {
        number: *number,
        checksum: checksum.clone(),
        done: usize::try_from(*done).unwrap_or(0),
        finished: *finished != Value::Null,
    })
}

fn refuse_newer(books: &[Entry]) -> Result<(), Error> {
    let known = MIGRATIONS.last().map_or(0, |m| m.number);
    let found = books.last().map_or(0, |entry| entry.number);
    if found <= known {
        return Ok(());
    }
    Err(refused(format!(
        "the database has schema version {found}, this program knows version {known}; \
         use a newer program"
    )))
}

fn compare(dialect: Dialect, books: &[Entry]) -> Result<Vec<Status>, Error> {
    refuse_newer(books)?;
    MIGRATIONS
        .iter()
        .map(|migration| {
            let entry = books.iter().find(|entry| entry.number == migration.number);
            if entry.is_some_and(|entry| entry.checksum != checksum(dialect, migration)) {
                return Err(refused(format!(
                    "migration {} was applied in another form than this program knows",
                    migration.number
                )));
            }
            let state = match entry {
                None => State::Pending,
                Some(entry) if entry.finished => State::Done,
                Some(_) => State::Interrupted,
            };
            Ok(Status { number: migration.number, name: migration.name, state })
        })
        .collect()
}

fn checksum(dialect: Dialect, migration: &Migration) -> [u8; 32] {
    let mut bytes = migration.number.to_be_bytes().to_vec();
    for template in migration.statements() {
        bytes.extend(dialect.render(template).bytes());
        bytes.push(0);
    }
    token::digest_bytes(&bytes)
}

fn refused(why: String) -> Error {
    Error::because("open the database", why)
}

fn is_missing_table(error: &Error) -> bool {
    use std::error::Error as _;
    error.source().is_some_and(|cause| {
        let text = cause.to_string().to_lowercase();
        // SQLite, PostgreSQL (which only says "db error" above the cause), MySQL.
        let below = cause.source().map(ToString::to_string).unwrap_or_default().to_lowercase();
        ["no such table", "does not exist", "doesn't exist"]
            .iter()
            .any(|said| text.contains(said) || below.contains(said))
    })
}

/// Everything that will run after the migrations up to `done`, as text.
pub(crate) fn script(dialect: Dialect, done: i64) -> String {
    let mut text = format!("{};\n", dialect.render(BOOKS));
    for migration in MIGRATIONS.iter().filter(|m| m.number > done) {
        text.push_str(&format!("\n-- {}: {}\n", migration.number, migration.name));
        for template in migration.statements() {
            text.push_str(&dialect.render(template));
            text.push_str(";\n");
        }
        text.push_str(&entered(dialect, migration));
    }
    text
}

/// The entry in the books, so that whoever ran the script by hand has migrated.
fn entered(dialect: Dialect, migration: &Migration) -> String {
    let hex: String = checksum(dialect, migration).iter().map(|b| format!("{b:02x}")).collect();
    let (number, name, count) = (migration.number, migration.name, migration.statements().count());
    let checksum = dialect.bytes(&hex);
    let now = dialect.render("{now}");
    format!(
        "INSERT INTO kw_migrations (number, name, checksum, statements_done, finished_at) \
         VALUES ({number}, '{name}', {checksum}, {count}, {now});\n"
    )
}
