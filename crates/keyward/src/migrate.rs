//! The tables of a database: what is applied, what is missing, and the text of
//! what will run.

use keyward_core::Error;
use keyward_store::migrations::{self, Dialect, State};
use serde::Serialize;

use crate::engine::builder::Builder;

/// A database that migrations are written for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Database {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Database {
    /// Everything that runs on an empty database of this kind.
    pub fn script(self) -> String {
        migrations::sql(self.dialect(), 0)
    }

    fn of(url: &str) -> Option<Self> {
        match url.split_once("://")?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::Mysql),
            _ => None,
        }
    }

    fn dialect(self) -> Dialect {
        match self {
            Self::Sqlite => Dialect::Sqlite,
            Self::Postgres => Dialect::Postgres,
            Self::Mysql => Dialect::Mysql,
        }
    }
}

/// How far a migration has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Not begun.
    Pending,
    /// Begun and cut off; it goes on where it stopped.
    Interrupted,
    /// Applied.
    Done,
}

/// One step forward of the tables.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Migration {
    /// Counts from 1.
    pub number: i64,
    /// What it is for.
    pub name: &'static str,
    /// How far it has come.
    pub progress: Progress,
}

impl Builder {
    /// Every migration, with its progress in this builder's database. A newer
    /// schema than this program knows is an error.
    pub async fn migrations(&self) -> Result<Vec<Migration>, Error> {
        let Some((url, options)) = self.target() else { return Ok(vec![]) };
        Ok(migrations::status(url, &options).await?.iter().map(view).collect())
    }

    /// Applies what is missing, and answers with that. Opens nothing else, so it
    /// needs no root key.
    pub async fn migrate_up(&self) -> Result<Vec<Migration>, Error> {
        let Some((url, options)) = self.target() else { return Ok(vec![]) };
        let applied = migrations::up(url, &options).await?;
        Ok(applied
            .iter()
            .map(|status| Migration { progress: Progress::Done, ..view(status) })
            .collect())
    }

    /// The text of what [`Self::migrate_up`] would run; empty when nothing is
    /// missing.
    pub async fn migration_script(&self) -> Result<String, Error> {
        let all = self.migrations().await?;
        let done = all.iter().take_while(|m| m.progress == Progress::Done).map(|m| m.number);
        let last = done.max().unwrap_or(0);
        let database = self.target().and_then(|(url, _)| Database::of(url));
        Ok(match database {
            Some(database) if all.iter().any(|m| m.progress != Progress::Done) => {
                migrations::sql(database.dialect(), last)
            }
            _ => String::new(),
        })
    }

    fn target(&self) -> Option<(&str, keyward_store::Options)> {
        let (url, plaintext) = self.database()?;
        Some((url, keyward_store::Options { plaintext, ..keyward_store::Options::default() }))
    }
}

fn view(status: &migrations::Status) -> Migration {
    let progress = match status.state {
        State::Pending => Progress::Pending,
        State::Interrupted => Progress::Interrupted,
        State::Done => Progress::Done,
    };
    Migration { number: status.number, name: status.name, progress }
}
