//! `keyward migrate`: the database's tables.

use clap::{Subcommand, ValueEnum};
use keyward::{Database, Migration, Progress};

use super::print::{self, Column};
use crate::args::Globals;
use crate::failure::{Failure, Outcome};
use crate::run::{block_on, open};
use crate::terminal::{answer, note};

/// What to do. A schema newer than this program is refused by all of them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what is applied and what is missing; exit code 1 if something is
    Status,
    /// Apply what is missing; refused while a server uses the data folder
    Up,
    /// Print the SQL that `up` would run
    Sql {
        /// For an empty database of this kind, without looking at the configured one
        #[arg(long, value_enum)]
        database: Option<Kind>,
    },
}

/// A kind of database.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    Mysql,
}

const COLUMNS: &[Column<Migration>] = &[
    ("NUMBER", |migration| migration.number.to_string()),
    ("STATE", |migration| state(migration.progress).to_owned()),
    ("FOR", |migration| migration.name.to_owned()),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::Status => block_on(status(globals)),
            Self::Up => block_on(up(globals)),
            Self::Sql { database: Some(kind) } => Ok(answer(kind.database().script().trim_end())?),
            Self::Sql { database: None } => block_on(sql(globals)),
        }
    }
}

impl Kind {
    fn database(self) -> Database {
        match self {
            Self::Sqlite => Database::Sqlite,
            Self::Postgres => Database::Postgres,
            Self::Mysql => Database::Mysql,
        }
    }
}

async fn status(globals: &Globals) -> Outcome {
    let all = open::settled(globals)?.migrations().await?;
    print::list(globals.output, &all, COLUMNS, "migrations")?;
    match all.iter().all(|migration| migration.progress == Progress::Done) {
        true => Ok(()),
        false => Err(Failure::no()),
    }
}

async fn up(globals: &Globals) -> Outcome {
    // Held until the end of this function.
    let (builder, _held) = open::alone(globals)?;
    let applied = builder.migrate_up().await?;
    if applied.is_empty() {
        note("nothing is missing");
    }
    print_applied(globals, &applied)
}

fn print_applied(globals: &Globals, applied: &[Migration]) -> Outcome {
    match applied {
        [] => Ok(()),
        _ => print::list(globals.output, applied, COLUMNS, "migrations"),
    }
}

async fn sql(globals: &Globals) -> Outcome {
    let text = open::settled(globals)?.migration_script().await?;
    if text.is_empty() {
        note("nothing is missing");
        return Ok(());
    }
    Ok(answer(text.trim_end())?)
}

fn state(progress: Progress) -> &'static str {
    match progress {
        Progress::Pending => "missing",
        Progress::Interrupted => "interrupted",
        Progress::Done => "applied",
    }
}
