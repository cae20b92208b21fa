//! `keyward can`: may they?

use keyward::Context;
use keyward::authz::Permission;
use serde_json::json;

use super::{beside, person, print};
use crate::args::{Globals, Output};
use crate::failure::{Failure, Outcome};
use crate::terminal::answer;

/// Who, and what. Exit code 1 means no.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, e-mail address, username or phone number
    user: String,
    /// Such as `posts:edit`
    #[arg(value_parser = permission)]
    permission: String,
    /// Say which rules decided
    #[arg(long)]
    why: bool,
}

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.user).await?.id;
            let allowed = auth.can(user, &self.permission).await?;
            let word = if allowed { "allow" } else { "deny" };
            let why = match self.why {
                true => auth.why(user, &self.permission, None, &Context::new()).await?,
                false => None,
            };
            match (globals.output, why) {
                (Output::Json, why) => print::json(&json!({
                    "user": user, "permission": self.permission, "allowed": allowed,
                    "why": why.map(|why| why.to_json()),
                }))?,
                (_, Some(why)) => answer(&why.to_string())?,
                (_, None) => answer(word)?,
            }
            if allowed { Ok(()) } else { Err(Failure::no()) }
        })
    }
}

fn permission(text: &str) -> Result<String, String> {
    Permission::parse(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}
