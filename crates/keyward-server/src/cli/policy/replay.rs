//! `keyward policy replay`: which logged decisions a policy would change.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use keyward::{Keyward, Replay, Replayed, Timestamp};
use serde_json::json;

use super::{parsed, print};
use crate::args::{Globals, Output};
use crate::failure::{Failure, Outcome};
use crate::run::block_on;
use crate::run::open::settled;
use crate::terminal::{answer, note};

/// A log as `log.decisions` makes it, and a policy file. Exit code 0 means that no
/// answer would change, 1 that some would, 2 that log or policy cannot be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The decision log
    log: PathBuf,
    /// The policy file as it would be
    candidate: PathBuf,
    /// Beside the roles, rules and lists that are stored in the database
    #[arg(long)]
    stored: bool,
}

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        // Its mistakes are told there; they are not an answer to what was asked.
        parsed(&self.candidate).map_err(|_| Failure::usage(""))?;
        block_on(self.replay(globals))
    }

    async fn replay(&self, globals: &Globals) -> Outcome {
        let unread =
            |error| Failure::usage(format!("could not read {}: {error}", self.log.display()));
        let log: Box<dyn BufRead> = match self.log.as_os_str() == "-" {
            true => Box::new(std::io::stdin().lock()),
            false => Box::new(BufReader::new(File::open(&self.log).map_err(unread)?)),
        };
        let builder = match self.stored {
            true => settled(globals)?,
            false => Keyward::memory().with_inbox(),
        };
        let auth = builder.policy(&self.candidate).build().await?;
        let mut told = Ok(());
        let replay = auth.replay(log, |change| {
            if told.is_ok() {
                told = tell(&change, globals.output);
            }
        });
        auth.shutdown().await;
        told?;
        let Replay { total, changed, .. } =
            replay.map_err(|error| Failure::usage(chain(&error)))?;
        note(&format!("{changed} of {total} answers would change"));
        if changed == 0 { Ok(()) } else { Err(Failure::no()) }
    }
}

fn tell(change: &Replayed, output: Output) -> Outcome {
    let Replayed { line, user, permission, resource, was, was_code, now, now_code, .. } = change;
    let at = Timestamp::from_micros(change.at).to_string();
    if output == Output::Json {
        return print::json(&json!({
            "line": line, "at": at, "user": user, "permission": permission,
            "resource": resource, "was": was.to_string(), "was_code": was_code,
            "now": now.to_string(), "now_code": now_code,
        }));
    }
    let who = user.as_deref().unwrap_or("a stranger");
    let what = resource.as_ref().map(|it| format!(" on {it}")).unwrap_or_default();
    Ok(answer(&format!(
        "{line}  {at}  {who}  {permission}{what}  {was} ({was_code}) -> {now} ({now_code})"
    ))?)
}

fn chain(error: &keyward::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
