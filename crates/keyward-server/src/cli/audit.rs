//! `keyward audit`: what happened, what is happening, and whether anybody
//! changed what is written about it.

use std::collections::HashSet;
use std::time::Duration;

use keyward::port::{Clock as _, EventQuery};
use keyward::{EventView, Keyward, SystemClock, Timestamp};

use super::print::{self, Column};
use super::{beside, person};
use crate::args::{Globals, Output};
use crate::config::{nearest, units};
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, error};

/// What to show.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Go on with what happens from now on, until stopped
    #[arg(long, conflicts_with = "verify")]
    follow: bool,
    /// Only about this account: id, e-mail address, username or phone number
    #[arg(long)]
    user: Option<String>,
    /// Only this type, such as `user.locked`, or a family, such as `sign_in.`
    #[arg(long, value_name = "TYPE")]
    r#type: Option<String>,
    /// Only since then: `2h`, `7d`, `2026-11-24` or `2026-11-24T13:58:00Z`
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Timestamp>,
    /// At most this many, the newest
    #[arg(long, value_name = "N", default_value_t = 50,
          value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Recompute the whole chain; exit code 1 if an event was changed or removed
    #[arg(long, conflicts_with_all = ["user", "type", "since"])]
    verify: bool,
}

const COLUMNS: &[Column<EventView>] = &[
    ("WHEN", |event| print::time(event.at)),
    ("PLACE", |event| event.position.map(|at| at.to_string()).unwrap_or_default()),
    ("TYPE", |event| event.r#type.clone()),
    ("SUBJECT", |event| event.subject.map(|id| id.to_string()).unwrap_or_default()),
    ("ACTOR", |event| event.actor.map(|id| id.to_string()).unwrap_or_default()),
    ("DATA", |event| event.data.to_string()),
];

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(300);
/// Events that are asked for at once.
const LOOKED_AT: u32 = 500;
/// Events may be written this much out of order by several servers.
const OVERLAP: Duration = Duration::from_secs(30);

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        self.r#type.as_deref().map_or(Ok(()), known_type)?;
        beside(globals, async |auth| {
            if self.verify {
                return verify(auth, globals.output).await;
            }
            let query = self.query(auth).await?;
            match self.follow {
                true => follow(auth, globals.output, query).await,
                false => show(auth, globals.output, &query).await,
            }
        })
    }

    async fn query(&self, auth: &Keyward) -> Outcome<EventQuery> {
        let subject = match &self.user {
            Some(name) => Some(person(auth, name).await?.id),
            None => None,
        };
        let (kind, since) = (self.r#type.clone(), self.since);
        Ok(EventQuery { subject, kind, since, after: None, limit: self.limit })
    }
}

async fn verify(auth: &Keyward, output: Output) -> Outcome {
    let report = auth.verify_audit().await?;
    for fault in &report.faults {
        error(fault);
    }
    match output {
        Output::Json => print::json(&report)?,
        _ if report.faults.is_empty() => answer(&format!(
            "{} events verify, {} more wait for their place",
            report.events, report.unchained
        ))?,
        _ => {}
    }
    if report.faults.is_empty() { Ok(()) } else { Err(Failure::no()) }
}

/// The newest, in the order in which they happened.
async fn show(auth: &Keyward, output: Output, query: &EventQuery) -> Outcome {
    let mut events = auth.audit(query).await?;
    events.reverse();
    print::list(output, &events, COLUMNS, "events")
}

/// As they happen, until stopped.
async fn follow(auth: &Keyward, output: Output, asked: EventQuery) -> Outcome {
    // At first more is looked at than shown: what is older counts as told.
    let (since, mut most) = (asked.since, asked.limit as usize);
    let mut query = EventQuery { limit: LOOKED_AT, ..asked };
    let mut told = HashSet::new();
    let stopped = tokio::signal::ctrl_c();
    tokio::pin!(stopped);
    loop {
        let events = auth.audit(&query).await?;
        let fresh = events.iter().filter(|event| !told.contains(&event.id)).take(most);
        for event in fresh.collect::<Vec<_>>().into_iter().rev() {
            match output {
                Output::Json => print::json(event)?,
                _ => print::row(event, COLUMNS)?,
            }
        }
        most = usize::MAX;
        if let Some(newest) = events.iter().map(|event| event.at).max() {
            let since = since.max(Some(newest.minus(OVERLAP)));
            query = EventQuery { since, ..query };
            told = events.iter().map(|event| event.id).collect();
        }
        tokio::select! {
            _ = &mut stopped => return Ok(()),
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Goes on only if there are events of this type, or of this family.
fn known_type(wanted: &str) -> Outcome {
    let is_meant = |kind: &str| match wanted.ends_with('.') {
        true => kind.starts_with(wanted),
        false => kind == wanted,
    };
    if keyward::event_types().any(is_meant) {
        return Ok(());
    }
    let meant = nearest(wanted, keyward::event_types().map(str::to_owned));
    let meant = meant.map(|kind| format!("; did you mean {kind}?"));
    Err(Failure::usage(format!("there is no type `{wanted}`{}", meant.unwrap_or_default())))
}

fn since(text: &str) -> Result<Timestamp, String> {
    if let Some(ago) = units::duration(text) {
        return Ok(SystemClock.now().minus(ago));
    }
    Timestamp::parse(text).ok_or_else(|| "a time such as 2h, 7d or 2026-11-24T13:58:00Z".into())
}
