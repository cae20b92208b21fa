//! `keyward invite`: who may make an account.

use std::time::Duration;

use clap::Subcommand;
use keyward::id::InvitationId;
use keyward::{InvitationView, NewInvitation};

use super::beside;
use super::print::{self, Column};
use super::settle::{settle, settle_named};
use crate::args::Globals;
use crate::config::units;
use crate::failure::{Failure, Outcome};
use crate::terminal::answer;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Invite somebody and print the link, or mail it
    Add {
        /// Whose address it is for: the link is mailed there and not printed
        #[arg(long)]
        email: Option<String>,
        /// A role that the account will hold; may be repeated
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// How long it can be used: 7d
        #[arg(long, value_name = "TIME", value_parser = time)]
        expires_in: Option<Duration>,
    },
    /// List the last 50 invitations, newest first
    List,
    /// Take an invitation back
    Revoke {
        /// Its id: inv_…
        invitation: String,
    },
}

const COLUMNS: &[Column<InvitationView>] = &[
    ("ID", |i| i.id.to_string()),
    ("FOR", |i| i.email.clone().unwrap_or_else(|| "whoever has the link".into())),
    ("ROLES", |i| i.roles.join(" ")),
    ("STATUS", |i| i.status.to_owned()),
    ("UNTIL", |i| print::time(i.expires_at)),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::Add { email, roles, expires_in } => {
                let new = NewInvitation { email, roles, lifetime: expires_in };
                beside(globals, async |auth| {
                    let made = settle(auth.invite(new).await?)?;
                    let told = match made.link {
                        Some(link) => link.reveal().to_owned(),
                        None => format!("{} is on its way", made.invitation.id),
                    };
                    Ok(answer(&told)?)
                })
            }
            Self::List => beside(globals, async |auth| {
                let page = auth.invitations(None).await?;
                print::list(globals.output, &page.data, COLUMNS, "invitations")
            }),
            Self::Revoke { invitation } => {
                let id = InvitationId::parse(&invitation)
                    .ok_or_else(|| Failure::usage(format!("`{invitation}` is no invitation")))?;
                beside(globals, async |auth| {
                    let what = format!("invitation `{invitation}`");
                    settle_named(auth.revoke_invitation(id).await?, &what)
                })
            }
        }
    }
}

fn time(text: &str) -> Result<Duration, String> {
    units::duration(text).ok_or_else(|| format!("`{text}` is no time such as 7d"))
}
