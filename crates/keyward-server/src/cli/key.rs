//! `keyward key`: the keys that sign access tokens.

use clap::Subcommand;
use keyward::TokenKeyView;

use super::print::{self, Column};
use super::settle::{settle, settle_named};
use super::{ask, beside};
use crate::args::Globals;
use crate::failure::Outcome;
use crate::terminal::{answer, note};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the keys that sign access tokens, in the order in which they sign
    List,
    /// Make a new key: published now, it signs in ten minutes
    Rotate,
    /// Let go of a key that signs no more
    Retire {
        /// Its id, as `key list` shows it
        key: String,
        /// Whatever it signed is worthless from now on; for a key that got out
        #[arg(long)]
        now: bool,
    },
}

const COLUMNS: &[Column<TokenKeyView>] = &[
    ("KEY", |key| key.id.clone()),
    ("ALGORITHM", |key| key.algorithm.to_owned()),
    ("STATE", |key| key.state.to_owned()),
    ("MADE", |key| print::time(key.created_at)),
    ("SIGNS FROM", |key| print::time(key.signs_from)),
    ("ENDS", |key| key.ends_at.map(print::time).unwrap_or_default()),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List => beside(globals, async |auth| {
                print::list(globals.output, &auth.token_keys().await?, COLUMNS, "keys")
            }),
            Self::Rotate => beside(globals, async |auth| {
                let id = settle(auth.rotate_token_key().await?)?;
                note("the new key is published, and signs as `keyward key list` says");
                Ok(answer(&id)?)
            }),
            Self::Retire { key, now } => {
                if now {
                    ask::first(globals, &format!("make all that key `{key}` signed worthless?"))?;
                }
                beside(globals, async |auth| {
                    settle_named(auth.retire_token_key(&key, now).await?, &format!("key `{key}`"))
                })
            }
        }
    }
}
