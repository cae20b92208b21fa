//! `keyward group`: people who hold roles together.

use clap::Subcommand;
use keyward::port::MemberQuery;
use keyward::{ChangeGroup, GroupChange, GroupView, Keyward, MemberView};

use super::force::Force;
use super::print::{self, Column};
use super::settle::{settle, settle_named};
use super::term::Span;
use super::{ask, beside, known_group, person};
use crate::args::Globals;
use crate::failure::Outcome;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List every group with the roles that it gives
    List,
    /// Make a group that gives nothing yet
    Add {
        /// 1 to 64 of a-z, 0-9, dot, hyphen and underscore
        group: String,
        /// Who is meant
        #[arg(long, default_value = "", hide_default_value = true)]
        description: String,
    },
    /// Remove a group; its members lose what it gave
    Remove {
        /// Its name
        group: String,
        #[command(flatten)]
        force: Force,
    },
    /// Set the roles that a group gives, in place of those before
    Roles {
        /// The group's name
        group: String,
        /// Names of roles; none for a group that gives nothing
        roles: Vec<String>,
        #[command(flatten)]
        force: Force,
    },
    /// List who is in a group
    Members {
        /// The group's name
        group: String,
    },
    /// Put an account into a group
    Join {
        /// Id, e-mail address, username or phone number
        user: String,
        /// The group's name
        group: String,
        #[command(flatten)]
        span: Span,
    },
    /// Take an account out of a group
    Leave {
        /// Id, e-mail address, username or phone number
        user: String,
        /// The group's name
        group: String,
    },
}

const COLUMNS: &[Column<GroupView>] = &[
    ("GROUP", |group| group.name.clone()),
    ("GIVES", |group| group.roles.join(" ")),
    ("FOR", |group| group.description.clone()),
];

const MEMBERS: &[Column<MemberView>] = &[
    ("ID", |member| member.user.id.to_string()),
    ("NAME", |member| member.user.name.clone()),
    ("FROM", |member| member.not_before.map(print::time).unwrap_or_default()),
    ("UNTIL", |member| member.expires_at.map(print::time).unwrap_or_default()),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List => beside(globals, async |auth| {
                print::list(globals.output, &auth.group_list().await?, COLUMNS, "groups")
            }),
            Self::Add { group, description } => {
                change(globals, &group, Force::NO, GroupChange::Add { description })
            }
            Self::Remove { group, force } => {
                ask::first(globals, &format!("remove the group `{group}` with its members?"))?;
                change(globals, &group, force, GroupChange::Remove)
            }
            Self::Roles { group, roles, force } => {
                change(globals, &group, force, GroupChange::Roles { roles })
            }
            Self::Members { group } => beside(globals, async |auth| {
                known_group(auth, &group).await?;
                print::list(globals.output, &members(auth, group).await?, MEMBERS, "members")
            }),
            Self::Join { user, group, span } => beside(globals, async |auth| {
                let user = person(auth, &user).await?.id;
                known_group(auth, &group).await?;
                settle(auth.join_group(user, &group, span.term()).await?)
            }),
            Self::Leave { user, group } => beside(globals, async |auth| {
                let (name, user) = (&user, person(auth, &user).await?.id);
                known_group(auth, &group).await?;
                let left = auth.leave_group(user, &group).await?;
                settle_named(left, &format!("`{name}` in the group `{group}`"))
            }),
        }
    }
}

fn change(globals: &Globals, group: &str, force: Force, change: GroupChange) -> Outcome {
    let change = ChangeGroup { force: force.force, ..ChangeGroup::new(group, change) };
    let what = format!("group `{group}`");
    beside(globals, async |auth| settle_named(auth.regroup(change).await?, &what))
}

/// Everybody, page by page.
async fn members(auth: &Keyward, group: String) -> Outcome<Vec<MemberView>> {
    let mut query = MemberQuery { group, after: None, limit: 200 };
    let mut found = Vec::new();
    loop {
        let page = auth.group_members(&query).await?;
        found.extend(page.data);
        query.after = page.next;
        if query.after.is_none() {
            return Ok(found);
        }
    }
}
