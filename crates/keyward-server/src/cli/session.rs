//! `keyward session`: see and close the sessions of an account.

use clap::Subcommand;
use keyward::SessionRow;
use keyward::id::SessionId;

use super::print::{self, Column};
use super::settle::settle;
use super::{ask, beside, person};
use crate::args::Globals;
use crate::failure::{Exit, Failure, Outcome};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the live sessions of an account, newest first
    List {
        /// Id, e-mail address, username or phone number
        user: String,
    },
    /// Close one session
    Revoke {
        /// `ses_…`, as `session list` shows it
        session: String,
    },
    /// Close every session of an account
    RevokeAll {
        /// Id, e-mail address, username or phone number
        user: String,
    },
}

const COLUMNS: &[Column<SessionRow>] = &[
    ("SESSION", |row| row.id.to_string()),
    ("OPENED", |row| print::time(row.created_at)),
    ("USED", |row| print::time(row.seen_at)),
    ("ENDS", |row| print::time(row.ends_at)),
    ("METHODS", |row| row.methods.join("+")),
    ("ADDRESS", |row| row.address.clone()),
    ("CLIENT", |row| row.client.clone()),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List { user } => beside(globals, async |auth| {
                let user = person(auth, &user).await?.id;
                print::list(globals.output, &auth.session_list(user).await?, COLUMNS, "sessions")
            }),
            Self::Revoke { session } => revoke(globals, &session),
            Self::RevokeAll { user } => {
                ask::first(globals, &format!("close every session of `{user}`?"))?;
                beside(globals, async |auth| {
                    let user = person(auth, &user).await?.id;
                    settle(auth.close_sessions(user).await?)
                })
            }
        }
    }
}

fn revoke(globals: &Globals, session: &str) -> Outcome {
    let id = SessionId::parse(session)
        .ok_or_else(|| Failure::usage(format!("`{session}` is not an id such as ses_01jd…")))?;
    beside(globals, async |auth| {
        let owner = auth.session_owner(id).await?;
        let gone = || Failure::new(Exit::No, "there is no such session");
        settle(auth.close_session(owner.ok_or_else(gone)?, id).await?)
    })
}
