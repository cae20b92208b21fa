//! `keyward why`: what outsiders are not told about a failed sign-in.

use keyward::{EventView, LimitRow};
use serde_json::Value;

use super::print::{self, Column};
use super::{beside, person};
use crate::args::Globals;
use crate::failure::Outcome;

/// Whose attempts.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id, e-mail address, username or phone number
    user: String,
}

const COLUMNS: &[Column<EventView>] = &[
    ("WHEN", |event| print::time(event.at)),
    ("WHAT", |event| event.r#type.trim_start_matches("sign_in.").to_owned()),
    ("WHY", |event| field(&event.data, "reason")),
    ("METHOD", |event| field(&event.data, "method")),
    ("ADDRESS", |event| field(&event.personal, "address")),
    ("CLIENT", |event| field(&event.personal, "client")),
];

/// Devices that the account knows have limits of their own.
const LIMITS: &[Column<LimitRow>] = &[
    ("LIMIT FROM UNKNOWN DEVICES", |row| row.limit.clone()),
    ("USED", |row| row.used.to_string()),
    ("OUT OF", |row| row.of.to_string()),
    ("NEXT ONE", |row| row.until.map(print::time).unwrap_or_default()),
];

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.user).await?;
            if user.status != "active" {
                crate::terminal::note(&format!("the account is {}", user.status));
            }
            print::list(
                globals.output,
                &auth.sign_in_attempts(user.id).await?,
                COLUMNS,
                "sign-in attempts",
            )?;
            print::list(globals.output, &auth.limits_of(user.id).await?, LIMITS, "limits")
        })
    }
}

fn field(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
