//! `keyward role`: definitions, and who holds them.

use clap::Subcommand;
use keyward::authz::Effect;
use keyward::{RoleChange, RoleView};

use super::print::{self, Column};
use super::settle::settle;
use super::{ask, beside, person};
use crate::args::Globals;
use crate::failure::Outcome;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List every role with what it allows and denies
    List,
    /// Define a role that allows nothing yet
    Add {
        /// 1 to 64 of a-z, 0-9, dot, hyphen and underscore
        role: String,
        /// What it is for
        #[arg(long, default_value = "", hide_default_value = true)]
        description: String,
    },
    /// Remove a role; whoever holds it loses it
    Remove {
        /// Its name
        role: String,
    },
    /// Let a role allow permissions
    Allow(Rule),
    /// Let a role deny permissions; a denial beats whatever allows
    Deny(Rule),
    /// Remove permissions from a role, allowed or denied
    Clear(Rule),
    /// Give a role to an account
    Grant(Holder),
    /// Take a role from an account
    Revoke(Holder),
}

/// A role and patterns.
#[derive(Debug, clap::Args)]
pub(crate) struct Rule {
    /// The role's name
    role: String,
    /// Such as `posts:edit`, `posts:edit,publish` or `posts:*`
    #[arg(required = true)]
    permissions: Vec<String>,
}

/// An account and a role.
#[derive(Debug, clap::Args)]
pub(crate) struct Holder {
    /// Id, e-mail address, username or phone number
    user: String,
    /// The role's name
    role: String,
}

const COLUMNS: &[Column<RoleView>] = &[
    ("ROLE", |role| role.name.clone()),
    ("ALLOWS", |role| role.allow.join(" ")),
    ("DENIES", |role| role.deny.join(" ")),
    ("FOR", |role| role.description.clone()),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List => beside(globals, async |auth| {
                print::list(globals.output, &auth.role_list().await?, COLUMNS)
            }),
            Self::Add { role, description } => {
                change(globals, &role, [RoleChange::Add { description }])
            }
            Self::Remove { role } => {
                ask::first(globals, &format!("remove the role `{role}` from everybody?"))?;
                change(globals, &role, [RoleChange::Remove])
            }
            Self::Allow(rule) => rule.set(globals, Some(Effect::Allow)),
            Self::Deny(rule) => rule.set(globals, Some(Effect::Deny)),
            Self::Clear(rule) => rule.set(globals, None),
            Self::Grant(holder) => holder.assign(globals, true),
            Self::Revoke(holder) => holder.assign(globals, false),
        }
    }
}

fn change(globals: &Globals, role: &str, changes: impl IntoIterator<Item = RoleChange>) -> Outcome {
    beside(globals, async |auth| {
        for change in changes {
            settle(auth.change_role(role, change).await?)?;
        }
        Ok(())
    })
}

impl Rule {
    fn set(self, globals: &Globals, effect: Option<Effect>) -> Outcome {
        let rules = self.permissions.into_iter();
        change(globals, &self.role, rules.map(|pattern| RoleChange::Rule { effect, pattern }))
    }
}

impl Holder {
    fn assign(self, globals: &Globals, give: bool) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.user).await?.id;
            settle(auth.assign_role(user, &self.role, give).await?)
        })
    }
}
