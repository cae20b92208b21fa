//! `keyward apikey`: keys with which programs act for an account.

use std::time::Duration;

use clap::Subcommand;
use keyward::id::CredentialId;
use keyward::{ApiKeyTerms, ApiKeyView, NewApiKey, Secret};

use super::print::{self, Column};
use super::settle::{settle, settle_named};
use super::term::Span;
use super::{ask, beside, person};
use crate::args::Globals;
use crate::config::units;
use crate::failure::Outcome;
use crate::terminal::{answer, note};

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the keys of an account, oldest first
    List {
        /// Id, e-mail address, username or phone number
        user: String,
    },
    /// Make a key and print it: it is shown this once; only a hash is stored
    Create(CreateArgs),
    /// Make a key like another one and print it: it is shown this once
    Rotate {
        /// Id, e-mail address, username or phone number
        user: String,
        /// `crd_…`, as `apikey list` shows it
        #[arg(value_parser = id)]
        key: CredentialId,
        /// How long the old one still works, such as 1h; 30 days at most
        #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0s")]
        overlap: Duration,
    },
    /// End a key at once
    Revoke {
        /// Id, e-mail address, username or phone number
        user: String,
        /// `crd_…`, as `apikey list` shows it
        #[arg(value_parser = id)]
        key: CredentialId,
    },
    /// End every key of an account
    RevokeAll {
        /// Id, e-mail address, username or phone number
        user: String,
    },
}

/// What a key is for.
#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// Id, e-mail address, username or phone number
    user: String,
    /// What to call it
    #[arg(long)]
    name: String,
    /// What it may at most do, such as "posts:*"; repeat for more; all that the account may, if none
    #[arg(long = "allow", value_name = "PATTERN")]
    permissions: Vec<String>,
    /// A scope of the policy that binds it as well; repeat for more
    #[arg(long = "scope", value_name = "NAME")]
    scopes: Vec<String>,
    /// Where it may come from, such as 192.0.2.0/24; repeat for more
    #[arg(long = "network", value_name = "NETWORK")]
    networks: Vec<String>,
    /// Requests a minute
    #[arg(long, value_name = "COUNT")]
    per_minute: Option<u32>,
    /// Requests a day, counted for all processes
    #[arg(long, value_name = "COUNT")]
    per_day: Option<u32>,
    /// Until when a token, printed under the key, gives it anew; needs --until
    #[arg(long, value_name = "TIME", value_parser = super::term::moment)]
    refresh_until: Option<keyward::Timestamp>,
    #[command(flatten)]
    span: Span,
}

impl CreateArgs {
    fn terms(&self) -> ApiKeyTerms {
        let term = self.span.term();
        ApiKeyTerms {
            name: self.name.clone(),
            permissions: (!self.permissions.is_empty()).then(|| self.permissions.clone()),
            scopes: (!self.scopes.is_empty()).then(|| self.scopes.clone()),
            networks: self.networks.clone(),
            not_before: term.not_before,
            expires_at: term.expires_at,
            per_minute: self.per_minute,
            per_day: self.per_day,
            refresh_until: self.refresh_until,
        }
    }
}

fn id(text: &str) -> Result<CredentialId, String> {
    CredentialId::parse(text).ok_or_else(|| "an id such as crd_01jd…".into())
}

fn duration(text: &str) -> Result<Duration, String> {
    units::duration(text).ok_or_else(|| "a time such as 1h or 7d".into())
}

const COLUMNS: &[Column<ApiKeyView>] = &[
    ("KEY", |key| key.id.to_string()),
    ("NAME", |key| key.name.clone()),
    ("ALLOWS", |key| key.permissions.as_ref().map_or("*".to_owned(), |all| all.join(" "))),
    ("MADE", |key| print::time(key.created_at)),
    ("USED", |key| key.used_at.map(print::time).unwrap_or_default()),
    ("ENDS", |key| key.expires_at.map(print::time).unwrap_or_default()),
];

impl Command {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::List { user } => beside(globals, async |auth| {
                let user = person(auth, &user).await?.id;
                print::list(globals.output, &auth.api_keys(user).await?, COLUMNS, "API keys")
            }),
            Self::Create(args) => beside(globals, async |auth| {
                let user = person(auth, &args.user).await?.id;
                show(&settle(auth.create_api_key(user, args.terms()).await?)?)
            }),
            Self::Rotate { user, key, overlap } => beside(globals, async |auth| {
                let user = person(auth, &user).await?.id;
                let made = auth.rotate_api_key(user, key, overlap).await?;
                show(&settle_named(made, &format!("key `{key}` of this account"))?)
            }),
            Self::Revoke { user, key } => beside(globals, async |auth| {
                let user = person(auth, &user).await?.id;
                let ended = auth.revoke_api_key(user, Some(key)).await?;
                settle_named(ended, &format!("key `{key}` of this account"))
            }),
            Self::RevokeAll { user } => {
                ask::first(globals, &format!("end every API key of `{user}`?"))?;
                beside(globals, async |auth| {
                    let user = person(auth, &user).await?.id;
                    settle(auth.revoke_api_key(user, None).await?)
                })
            }
        }
    }
}

/// The key alone on standard output, so that a script can take it; under it the token
/// that gives it anew, if there is one.
fn show(made: &NewApiKey) -> Outcome {
    note(&format!("{} {}: shown this once; only a hash is stored", made.key.id, made.key.name));
    let lines = [Some(&made.text), made.refresh.as_ref()].into_iter().flatten();
    Ok(answer(&lines.map(Secret::reveal).collect::<Vec<_>>().join("\n"))?)
}
