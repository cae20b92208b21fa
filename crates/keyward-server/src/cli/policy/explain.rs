//! `keyward policy explain`: what a policy file answers, asked of a Keyward in
//! memory, so that the answer is the one a server would give.

use std::path::PathBuf;

use keyward::{Context, Keyward, NewPerson, Resource};

use super::{parsed, print};
use crate::args::{Globals, Output};
use crate::cli::can;
use crate::failure::{Failure, Outcome};
use crate::run::block_on;
use crate::terminal::answer;

/// Who, what, and perhaps to what. Exit code 1 means no, 3 that it cannot be
/// decided.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The policy file
    file: PathBuf,
    /// Such as `posts:edit`
    #[arg(value_parser = can::permission)]
    permission: String,
    /// A role of whoever asks; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// Asked about this: `posts:42`, or JSON as `/api/v1/can` takes it
    #[arg(long, value_name = "TYPE:ID|JSON", value_parser = can::resource)]
    resource: Option<Resource>,
    /// Under these circumstances: a JSON object of facts for conditions
    #[arg(long, value_name = "JSON", value_parser = can::context)]
    context: Option<Context>,
}

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        parsed(&self.file)?;
        block_on(self.ask(globals.output))
    }

    async fn ask(&self, output: Output) -> Outcome {
        let auth = Keyward::memory().policy(&self.file).with_inbox().build().await?;
        let email = Some("somebody@example.com".to_owned());
        let somebody = NewPerson { email, verified: true, ..NewPerson::default() };
        let added = auth.add_person(somebody).await?;
        let user = added.map_err(|refusal| Failure::usage(format!("{refusal:?}")))?.id;
        for role in &self.roles {
            let given = auth.assign_role(user, role, true).await?;
            given.map_err(|_| Failure::usage(format!("the policy has no role `{role}`")))?;
        }
        let context = self.context.clone().unwrap_or_default();
        let resource = self.resource.as_ref();
        let ruling = auth.ask(user, &self.permission, resource, &context).await?;
        if let Some(why) = auth.why(user, &self.permission, resource, &context).await? {
            match output {
                Output::Json => print::json(&why.to_json())?,
                Output::Text | Output::Table => answer(&why.to_string())?,
            }
        }
        auth.shutdown().await;
        can::outcome(ruling.decision)
    }
}
