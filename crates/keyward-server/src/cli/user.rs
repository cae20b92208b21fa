//! `keyward user`: accounts.

mod add;
mod direct;
mod list;
mod show;

use clap::Subcommand;
use keyward::authz::Effect;
use keyward::{Act, EditPerson, Names, OldSystem};
use serde_json::{Map, Value};

use super::secret::PasswordFrom;
use super::settle::settle;
use super::{ask, beside, person};
use crate::args::Globals;
use crate::failure::Outcome;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add an account and print its id
    Add(add::Args),
    /// List accounts, newest first
    List(list::Args),
    /// Show an account with its roles
    Show(Whom),
    /// Change names and properties
    Edit(EditArgs),
    /// Refuse sign-in from now on, and close every session
    Lock {
        #[command(flatten)]
        whom: Whom,
        /// Why; administrators see it
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// Allow sign-in again
    Unlock(Whom),
    /// Set a new password, and close every session
    SetPassword {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        password: PasswordFrom,
        /// It must be changed at the next sign-in
        #[arg(long)]
        temporary: bool,
    },
    /// Remove the second factors of an account, its recovery codes and trusted devices
    ResetMfa(Whom),
    /// Note what another system called an account, so that its tokens name it still
    KnownAs {
        #[command(flatten)]
        whom: Whom,
        /// Its number in Asok; without, what is known is forgotten
        #[arg(long, value_name = "NUMBER")]
        asok: Option<String>,
    },
    /// Count every address of an account as proven
    Verify(Whom),
    /// Give an account permissions directly, for a time if need be
    Allow(direct::Give),
    /// Deny an account permissions directly; a denial beats whatever allows
    Deny(direct::Give),
    /// Take what was given to an account directly, allowed or denied
    Clear(direct::Clear),
    /// Delete an account; `restore` brings it back
    Delete(Whom),
    /// Bring a deleted account back
    Restore(Whom),
}

/// Who is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Whom {
    /// Id, e-mail address, username or phone number
    user: String,
}

/// Names as they are given on the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct NameArgs {
    /// E-mail address
    #[arg(long)]
    email: Option<String>,
    /// Username
    #[arg(long)]
    username: Option<String>,
    /// Phone number, international: +44…
    #[arg(long)]
    phone: Option<String>,
}

/// What to change.
#[derive(Debug, clap::Args)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    names: NameArgs,
    /// What to call the person
    #[arg(long)]
    name: Option<String>,
    /// A JSON object that is merged into the properties; null removes
    #[arg(long, value_name = "JSON", value_parser = object)]
    properties: Option<Map<String, Value>>,
}

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::Add(args) => args.run(globals),
            Self::List(args) => args.run(globals),
            Self::Show(whom) => show::run(globals, &whom.user),
            Self::Edit(args) => args.run(globals),
            Self::Allow(args) => args.run(globals, Effect::Allow),
            Self::Deny(args) => args.run(globals, Effect::Deny),
            Self::Clear(args) => args.run(globals),
            Self::Lock { whom, reason } => whom.act(globals, Act::Lock { reason }),
            Self::Unlock(whom) => whom.act(globals, Act::Unlock),
            Self::SetPassword { whom, password, temporary } => {
                let password = password.required()?;
                whom.act(globals, Act::SetPassword { password, temporary })
            }
            Self::ResetMfa(whom) => {
                ask::first(globals, &format!("reset the second factor of `{}`?", whom.user))?;
                whom.act(globals, Act::ResetMfa)
            }
            Self::KnownAs { whom, asok } => beside(globals, async |auth| {
                let user = person(auth, &whom.user).await?.id;
                settle(auth.know_as(user, OldSystem::Asok, asok.as_deref()).await?)
            }),
            Self::Verify(whom) => whom.act(globals, Act::Verify),
            Self::Delete(whom) => {
                ask::first(globals, &format!("delete the account `{}`?", whom.user))?;
                whom.act(globals, Act::Delete)
            }
            Self::Restore(whom) => whom.act(globals, Act::Restore),
        }
    }
}

impl Whom {
    fn act(self, globals: &Globals, act: Act) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.user).await?.id;
            settle(auth.act_on(user, act).await?)
        })
    }
}

impl EditArgs {
    fn run(self, globals: &Globals) -> Outcome {
        let Self { whom, names, name, properties } = self;
        let edit = EditPerson { name, properties, names: names.into(), version: None };
        beside(globals, async |auth| {
            let user = person(auth, &whom.user).await?.id;
            settle(auth.edit_person(user, edit).await?)
        })
    }
}

impl From<NameArgs> for Names {
    fn from(args: NameArgs) -> Self {
        let NameArgs { email, username, phone } = args;
        Self { email, username, phone }
    }
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}"))
}
