//! `keyward acl`: access control lists.

use clap::Subcommand;
use keyward::AclView;

use super::print::{self, Column};
use super::settle::{missing, settle, settle_named};
use super::{ask, beside};
use crate::args::Globals;
use crate::failure::Outcome;
use crate::terminal::answer;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List every access control list, those of the policy file included
    List,
    /// Print the entries of a list, one a line
    Show {
        /// Its name
        name: String,
    },
    /// Make a list of these entries, in place of the one of that name
    Set {
        /// 1 to 128 letters, digits, dots, hyphens, underscores and colons
        name: String,
        /// In order, each quoted: "allow staff posts:edit"; the first that applies decides
        entries: Vec<String>,
    },
    /// Remove a list; what is asked about a resource that names it is not decided then
    Remove {
        /// Its name
        name: String,
    },
}

const COLUMNS: &[Column<AclView>] = &[
    ("LIST", |list| list.name.clone()),
    ("ENTRIES", |list| list.entries.len().to_string()),
    ("FROM", |list| if list.read_only { "policy file" } else { "database" }.to_owned()),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List => beside(globals, async |auth| {
                print::list(
                    globals.output,
                    &auth.acl_list().await?,
                    COLUMNS,
                    "access control lists",
                )
            }),
            Self::Show { name } => beside(globals, async |auth| {
                let found = auth.acl(&name).await?;
                let list = found.ok_or_else(|| missing(&format!("list `{name}`")))?;
                match globals.output {
                    crate::args::Output::Json => print::json(&list),
                    _ => Ok(list.entries.iter().try_for_each(|entry| answer(entry))?),
                }
            }),
            Self::Set { name, entries } => beside(globals, async |auth| {
                settle(auth.put_acl(&name, entries, None).await?).map(drop)
            }),
            Self::Remove { name } => {
                ask::first(globals, &format!("remove the list `{name}`?"))?;
                beside(globals, async |auth| {
                    settle_named(auth.remove_acl(&name, None).await?, &format!("list `{name}`"))
                })
            }
        }
    }
}
