//! `keyward tour`: drives a running server through the whole journey, as people
//! and their mail scanners would, over HTTP.
//!
//! To add a step: a small function in `steps/` and a line in [`roster::STEPS`].

mod browser;
mod client;
mod journey;
mod mail;
mod report;
mod roster;
mod sink;
mod steps;
mod trouble;

use std::path::PathBuf;
use std::sync::Arc;

use keyward::Secret;

use crate::args::Globals;
use crate::failure::{Exit, Failure, Outcome};
use crate::run::block_on;
use client::Client;
use journey::{Admin, Journey};
use mail::Mail;
use report::Report;
use sink::Sink;
use trouble::Trouble;

/// Which server, how to administer it, and where its mails arrive.
#[derive(Debug, clap::Args)]
#[command(after_help = "Against `keyward dev` nothing else is needed. Elsewhere the tour \
    takes the server's mail itself: let the server send to --smtp for the time of the tour. \
    It leaves no account and no role behind. Exit code 1 if a step fails, 3 if nobody answers.")]
pub(crate) struct Args {
    /// The server's public address
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080")]
    url: String,
    /// An administrator; needed except against `keyward dev`
    #[arg(long, value_name = "EMAIL", requires = "admin_password_file")]
    admin_email: Option<String>,
    /// A file with that administrator's password
    #[arg(long, value_name = "FILE", requires = "admin_email")]
    admin_password_file: Option<PathBuf>,
    /// Take the server's mail here, instead of reading the inbox of `keyward dev`
    #[arg(long, value_name = "HOST:PORT")]
    smtp: Option<String>,
}

/// Walks the whole roster and tells how it went.
pub(crate) fn run(globals: &Globals, args: Args) -> Outcome {
    let mut report = Report::new(globals.no_color);
    block_on(async move {
        let mut journey = begin(&args).await?;
        for step in roster::STEPS {
            let title = journey.fill(step.title);
            let (took, told) = report::timed((step.run)(&mut journey)).await;
            match told {
                Err(Trouble::Unreachable(why)) if report.is_empty() => {
                    let text = format!("cannot reach {}: {why}", args.url);
                    return Err(Failure::new(Exit::Unreachable, text));
                }
                Err(Trouble::Usage(what)) => return Err(Failure::usage(what)),
                told => report.line(&title, took, told)?,
            }
        }
        report.end()
    })
}

async fn begin(args: &Args) -> Outcome<Journey> {
    let client = Arc::new(Client::new(args.url.trim_end_matches('/'))?);
    let mail = match &args.smtp {
        Some(address) => Mail::Sink(Sink::listen(address).await?),
        None => Mail::Inbox,
    };
    Ok(Journey::new(&args.url, client, mail, admin(args)?))
}

fn admin(args: &Args) -> Outcome<Option<Admin>> {
    let (Some(email), Some(file)) = (&args.admin_email, &args.admin_password_file) else {
        return Ok(None);
    };
    let password = crate::cli::password_in(file)?;
    Ok(Some(Admin { email: email.clone(), password }))
}

/// The administrator of every `keyward dev`.
fn dev_admin() -> Admin {
    Admin { email: "admin@example.com".into(), password: Secret::new("correct horse battery") }
}
