//! Commands that look at, and change, what a database holds: the same decisions
//! as over HTTP, beside a running server or without one.
//!
//! To add a command: a file with its arguments, a line in [`Command`], and its
//! name in a group of `args.rs`.

mod acl;
mod apikey;
mod ask;
mod audit;
mod breached;
mod can;
mod describe;
mod force;
mod group;
mod hash;
mod import;
mod invite;
mod key;
mod mail;
mod migrate;
mod policy;
mod print;
mod relation;
mod role;
mod secret;
mod session;
mod settle;
mod term;
mod user;
mod why;

use clap::Subcommand;
use keyward::{Keyward, UserView};

use crate::args::Globals;
use crate::failure::{Exit, Failure, Outcome};
use crate::run::{block_on, open};

pub(crate) use secret::password_in;

/// Every such command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look at the audit log, follow it, verify it
    Audit(audit::Args),
    /// Ask whether somebody may do something
    Can(can::Args),
    /// Ask why somebody could or could not sign in
    Why(why::Args),
    /// Add, find, change, lock and delete accounts
    #[command(subcommand)]
    User(user::Command),
    /// See and close the sessions of an account
    #[command(subcommand)]
    Session(session::Command),
    /// Make, list, rotate and end API keys
    #[command(subcommand)]
    Apikey(apikey::Command),
    /// Define roles, give them and take them
    #[command(subcommand)]
    Role(role::Command),
    /// Make groups, say what they give, and put people in
    #[command(subcommand)]
    Group(group::Command),
    /// Invite people, see invitations and take them back
    #[command(subcommand)]
    Invite(invite::Command),
    /// See and change access control lists
    #[command(subcommand)]
    Acl(acl::Command),
    /// See and change stored relations
    #[command(subcommand)]
    Relation(relation::Command),
    /// Check, test, explain, compare, lay out, import and export policy files
    #[command(subcommand)]
    Policy(policy::Command),
    /// List every route with its guard and its limit
    Routes(describe::RoutesArgs),
    /// Find the right cost of password hashes; see and wrap those that are stored
    #[command(subcommand)]
    Hash(hash::Command),
    /// Bring people in from another system, with their passwords as it stored them
    Import(Box<import::Args>),
    /// Refuse passwords that others lost
    #[command(subcommand)]
    Breached(breached::Command),
    /// List and preview the letters that people get
    #[command(subcommand)]
    Mail(mail::Command),
    /// List, rotate and retire the keys that sign access tokens
    #[command(subcommand)]
    Key(key::Command),
    /// Bring the database's tables up to date
    #[command(subcommand)]
    Migrate(migrate::Command),
    /// Print the API's description (OpenAPI 3.1)
    Openapi,
    /// Print the completions of a shell
    Completions(describe::CompletionsArgs),
    /// Write the manual pages into a folder
    Man(describe::ManArgs),
}

impl Command {
    /// Does what it says.
    pub(crate) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::Audit(args) => args.run(globals),
            Self::Can(args) => args.run(globals),
            Self::Why(args) => args.run(globals),
            Self::User(command) => command.run(globals),
            Self::Session(command) => command.run(globals),
            Self::Apikey(command) => command.run(globals),
            Self::Role(command) => command.run(globals),
            Self::Group(command) => command.run(globals),
            Self::Invite(command) => command.run(globals),
            Self::Acl(command) => command.run(globals),
            Self::Relation(command) => command.run(globals),
            Self::Policy(command) => command.run(globals),
            Self::Routes(args) => args.run(globals),
            Self::Hash(command) => command.run(globals),
            Self::Import(args) => args.run(globals),
            Self::Breached(command) => command.run(globals),
            Self::Mail(command) => command.run(globals),
            Self::Key(command) => command.run(globals),
            Self::Migrate(command) => command.run(globals),
            Self::Openapi => describe::openapi(),
            Self::Completions(args) => args.run(),
            Self::Man(args) => args.run(),
        }
    }
}

/// Opens the database that is meant, does `work`, and closes it.
fn beside(globals: &Globals, work: impl AsyncFnOnce(&Keyward) -> Outcome) -> Outcome {
    block_on(async {
        let auth = open::beside(globals).await?;
        let done = work(&auth).await;
        auth.shutdown().await;
        done
    })
}

/// Goes on only if there is a role of this name.
async fn known_role(auth: &Keyward, role: &str) -> Outcome {
    let found = auth.role(role).await?;
    found.map(drop).ok_or_else(|| settle::missing(&format!("role `{role}`")))
}

/// Goes on only if there is a group of this name.
async fn known_group(auth: &Keyward, group: &str) -> Outcome {
    let found = auth.group(group).await?;
    found.map(drop).ok_or_else(|| settle::missing(&format!("group `{group}`")))
}

/// The account that is meant by an id, an address, a username or a number.
async fn person(auth: &Keyward, name: &str) -> Outcome<UserView> {
    let found = auth.find_person(name).await?;
    found.ok_or_else(|| Failure::new(Exit::No, format!("nobody is called `{name}`")))
}
