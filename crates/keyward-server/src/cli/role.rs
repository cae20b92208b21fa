//! `keyward role`: definitions, and who holds them.

use clap::Subcommand;
use keyward::authz::Effect;
use keyward::{ChangeRole, ExclusiveView, RoleChange, RoleView};

use super::force::Force;
use super::print::{self, Column};
use super::settle::{settle, settle_named};
use super::term::Span;
use super::{ask, beside, known_role, person};
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
        #[command(flatten)]
        force: Force,
    },
    /// Let a role allow permissions
    Allow(Rule),
    /// Let a role deny permissions; a denial beats whatever allows
    Deny(Rule),
    /// Remove permissions from a role, allowed or denied
    Clear(Rule),
    /// Set the roles that a role inherits, in place of those before
    Inherit {
        /// The role's name
        role: String,
        /// Names of roles; none for a role of its own
        inherits: Vec<String>,
        #[command(flatten)]
        force: Force,
    },
    /// List the sets of roles that exclude each other
    Exclusives,
    /// Let nobody be given two of these roles
    Exclude {
        /// The name of the set
        set: String,
        /// At least two names of roles; none removes the set
        roles: Vec<String>,
    },
    /// Give a role to an account
    Grant {
        #[command(flatten)]
        holder: Holder,
        #[command(flatten)]
        span: Span,
    },
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
    #[command(flatten)]
    force: Force,
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
    ("INHERITS", |role| role.inherits.join(" ")),
    ("FOR", |role| role.description.clone()),
];

const SETS: &[Column<ExclusiveView>] =
    &[("SET", |set| set.name.clone()), ("ROLES", |set| set.roles.join(" "))];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List => beside(globals, async |auth| {
                print::list(globals.output, &auth.role_list().await?, COLUMNS, "roles")
            }),
            Self::Add { role, description } => {
                change(globals, &role, Force::NO, [RoleChange::Add { description }])
            }
            Self::Remove { role, force } => {
                ask::first(globals, &format!("remove the role `{role}` from everybody?"))?;
                change(globals, &role, force, [RoleChange::Remove])
            }
            Self::Allow(rule) => rule.set(globals, Some(Effect::Allow)),
            Self::Deny(rule) => rule.set(globals, Some(Effect::Deny)),
            Self::Clear(rule) => rule.set(globals, None),
            Self::Inherit { role, inherits, force } => {
                change(globals, &role, force, [RoleChange::Inherit { inherits }])
            }
            Self::Exclusives => beside(globals, async |auth| {
                print::list(
                    globals.output,
                    &auth.exclusive_list().await?,
                    SETS,
                    "sets of exclusive roles",
                )
            }),
            Self::Exclude { set, roles } => beside(globals, async |auth| {
                let roles = (!roles.is_empty()).then_some(roles);
                settle_named(auth.change_exclusive(&set, roles).await?, &format!("set `{set}`"))
            }),
            Self::Grant { holder, span } => holder.give(globals, &span),
            Self::Revoke(holder) => holder.take(globals),
        }
    }
}

fn change(
    globals: &Globals,
    role: &str,
    force: Force,
    changes: impl IntoIterator<Item = RoleChange>,
) -> Outcome {
    beside(globals, async |auth| {
        for change in changes {
            let change = ChangeRole { force: force.force, ..ChangeRole::new(role, change) };
            settle_named(auth.redefine(change).await?, &format!("role `{role}`"))?;
        }
        Ok(())
    })
}

impl Rule {
    fn set(self, globals: &Globals, effect: Option<Effect>) -> Outcome {
        let rules = self.permissions.into_iter();
        let rules = rules.map(|pattern| RoleChange::Rule { effect, pattern });
        change(globals, &self.role, self.force, rules)
    }
}

impl Holder {
    fn give(self, globals: &Globals, span: &Span) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.user).await?.id;
            known_role(auth, &self.role).await?;
            settle(auth.assign_role_for(user, &self.role, span.term()).await?)
        })
    }

    fn take(self, globals: &Globals) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.user).await?.id;
            let taken = auth.assign_role(user, &self.role, false).await?;
            settle_named(taken, &format!("role `{}` of `{}`", self.role, self.user))
        })
    }
}
