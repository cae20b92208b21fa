//! From a configuration to a [`Builder`], and a database opened beside a server.

use std::path::{Path, PathBuf};

use keyward::{Builder, Keyward};

use crate::args::Globals;
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// Where `serve` keeps its data.
pub(crate) const DATA: &str = "data";
/// Where `dev` keeps its data.
pub(crate) const DEV_DATA: &str = ".keyward-dev";

/// The library, set up as `config` says.
pub(crate) fn builder(config: &Config) -> Builder {
    Keyward::sqlite(config.data_dir.join("keyward.db"))
        .outbox_folder(config.data_dir.join("outbox"))
}

/// Opens the database that a server may be using at this moment: nothing is
/// created, migrated or delivered.
pub(crate) async fn beside(globals: &Globals) -> Outcome<Keyward> {
    let config = Config {
        data_dir: data_dir(globals.data_dir.as_deref())?,
        listen: String::new(),
        public_url: None,
    };
    Ok(builder(&config).beside().build().await?)
}

/// The data folder that is meant: the one named, else the one that is there.
fn data_dir(named: Option<&Path>) -> Outcome<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let there = [DATA, DEV_DATA].into_iter().map(PathBuf::from).find(|path| path.is_dir());
    there.ok_or_else(|| Failure::usage("no database here: name its folder with --data-dir"))
}
