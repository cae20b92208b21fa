//! `keyward policy show` and `keyward policy set`: the stored policy document.

use std::path::{Path, PathBuf};

use keyward::{ChangePolicy, PolicyCheckView, RoleReview};

use super::{changes, text_of};
use crate::args::{Globals, Output};
use crate::cli::force::Force;
use crate::cli::settle::settle;
use crate::cli::{ask, beside, print};
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::{answer, note};

/// What takes the place of the stored document.
#[derive(Debug, clap::Args)]
pub(crate) struct Set {
    /// The new text, in the form of a policy file; an empty one for no document
    file: PathBuf,
    #[command(flatten)]
    force: Force,
}

/// Prints the document as it is stored.
pub(super) fn show(globals: &Globals) -> Outcome {
    beside(globals, async |auth| {
        let document = auth.policy_document().await?;
        match globals.output {
            Output::Json => print::json(&document),
            Output::Text | Output::Table if document.text.trim().is_empty() => {
                note("no policy document is stored");
                Ok(())
            }
            Output::Text | Output::Table => Ok(answer(document.text.trim_end())?),
        }
    })
}

impl Set {
    /// Looks at the text, says what it changes, asks, and stores it.
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        let (text, force) = (text_of(&self.file)?.replace("\r\n", "\n"), self.force.force);
        beside(globals, async |auth| {
            let change = ChangePolicy { text: text.clone(), seen: None, force, actor: None };
            let before = auth.policy_document().await?;
            let review = auth.check_policy(&change).await?;
            told(globals, &self.file, &review)?;
            // What was replaced meanwhile is compared with nothing.
            if globals.output != Output::Json && before.version == review.version {
                changes::tell(&changes::blocks(&before.text, &text))?;
            }
            ask::first(globals, "replace the policy document?")?;
            // What was reviewed is what is replaced.
            let change = ChangePolicy { seen: Some(review.version), ..change };
            let version = settle(auth.change_policy(change).await?)?;
            note(&format!("the policy document has the version {version}"));
            Ok(())
        })
    }
}

/// Says what a text would change, or why it is not stored.
fn told(globals: &Globals, file: &Path, review: &PolicyCheckView) -> Outcome {
    if globals.output == Output::Json {
        print::json(review)?;
    } else {
        let file = file.display();
        for it in &review.mistakes {
            let meant = it.suggestion.as_ref().map(|name| format!(", did you mean `{name}`?"));
            let (line, column, message) = (it.line, it.column, &it.message);
            answer(&format!("{file}:{line}:{column}  {message}{}", meant.unwrap_or_default()))?;
        }
        for it in review.tests.iter().flat_map(|tests| &tests.failures) {
            answer(&format!("{file}:{}  {}: {}", it.line, it.test, it.message))?;
        }
        review.roles.iter().try_for_each(role)?;
        let more = if review.more_people { " or more" } else { "" };
        note(&format!("{}{more} people hold a role that changes", review.people));
    }
    match review.refusal {
        None => Ok(()),
        Some("last_administrator") => {
            let why = "nobody could administer any more: --force does it all the same";
            Err(Failure::new(Exit::Conflict, why.to_owned()))
        }
        Some("exclusive_roles") => {
            let why = "it would bring roles together that exclude each other".to_owned();
            Err(Failure::new(Exit::Conflict, why))
        }
        Some(code) => Err(Failure::new(Exit::No, format!("it is not stored: {code}"))),
    }
}

fn role(review: &RoleReview) -> Outcome {
    for (sign, names) in [("+", &review.gains), ("-", &review.loses)] {
        for name in names {
            answer(&format!("{sign} {} {name}", review.role))?;
        }
    }
    if review.more {
        answer(&format!("  {} …", review.role))?;
    }
    Ok(())
}
