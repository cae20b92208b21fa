//! `keyward user add`.

use keyward::{Keyward, Names, NewPerson};

use super::NameArgs;
use crate::args::{Globals, Output};
use crate::cli::secret::PasswordFrom;
use crate::cli::settle::settle;
use crate::cli::{beside, print};
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::answer;

/// Who. Without a password they set one themselves, by recovery.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    names: NameArgs,
    /// What to call the person
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    #[command(flatten)]
    password: PasswordFrom,
    /// Count every address as proven
    #[arg(long)]
    verified: bool,
    /// Give this role; may be repeated
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
}

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        let Self { names, name, password, verified, role } = self;
        let Names { email, username, phone } = names.into();
        let password = password.read()?;
        let new =
            NewPerson { email, username, phone, name, password, verified, ..NewPerson::default() };
        beside(globals, async |auth| {
            roles_exist(auth, &role).await?;
            let user = settle(auth.add_person(new).await?)?;
            // Told before the roles: the account is there, whatever follows.
            match globals.output {
                Output::Json => print::json(&user)?,
                _ => answer(&user.id.to_string())?,
            }
            for role in &role {
                settle(auth.assign_role(user.id, role, true).await?)?;
            }
            Ok(())
        })
    }
}

/// Nobody is made who lacks a role because its name was mistyped.
async fn roles_exist(auth: &Keyward, roles: &[String]) -> Outcome {
    for role in roles {
        if auth.role(role).await?.is_none() {
            let make = format!("make it with `keyward role add {role}`; no account was made");
            return Err(Failure::new(Exit::No, format!("there is no role `{role}`: {make}")));
        }
    }
    Ok(())
}
