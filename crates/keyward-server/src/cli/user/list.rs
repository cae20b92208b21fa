//! `keyward user list`.

use clap::ValueEnum;
use keyward::port::{PeopleQuery, Status};
use keyward::{Keyward, UserView};

use crate::args::Globals;
use crate::cli::beside;
use crate::cli::print::{self, Column};
use crate::failure::Outcome;

/// Whom. Deleted accounts are shown only with `--status deleted`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Part of a name, an address, a username or a number
    #[arg(default_value = "", hide_default_value = true)]
    text: String,
    /// Only in this state
    #[arg(long, value_enum)]
    status: Option<State>,
    /// Only with this role
    #[arg(long)]
    role: Option<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

/// A state of an account.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Active,
    Locked,
    Deleted,
}

/// Most accounts that are asked for at once.
const PAGE: u32 = 200;

const COLUMNS: &[Column<UserView>] = &[
    ("USER", |user| user.id.to_string()),
    ("STATUS", |user| user.status.to_owned()),
    ("EMAIL", |user| user.email.clone().unwrap_or_default()),
    ("USERNAME", |user| user.username.clone().unwrap_or_default()),
    ("PHONE", |user| user.phone.clone().unwrap_or_default()),
    ("NAME", |user| user.name.clone()),
    ("CREATED", |user| print::time(user.created_at)),
];

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        beside(globals, async |auth| {
            print::list(globals.output, &self.find(auth).await?, COLUMNS, "accounts")
        })
    }

    async fn find(&self, auth: &Keyward) -> Outcome<Vec<UserView>> {
        let mut found: Vec<UserView> = vec![];
        let mut query = self.query();
        loop {
            let missing = self.limit.saturating_sub(found.len());
            query.limit = u32::try_from(missing).unwrap_or(PAGE).min(PAGE);
            if query.limit == 0 {
                return Ok(found);
            }
            let page = auth.people(&query).await?;
            found.extend(page.data);
            query.after = page.next;
            if query.after.is_none() {
                return Ok(found);
            }
        }
    }

    fn query(&self) -> PeopleQuery {
        PeopleQuery {
            text: self.text.trim().to_lowercase(),
            status: self.status.map(|state| match state {
                State::Active => Status::Active,
                State::Locked => Status::Locked,
                State::Deleted => Status::Deleted,
            }),
            role: self.role.clone(),
            ..PeopleQuery::default()
        }
    }
}
