//! `keyward user allow`, `deny` and `clear`: permissions of one account alone.

use keyward::Refusal;
use keyward::authz::Effect;

use super::Whom;
use crate::args::Globals;
use crate::cli::settle::{settle, settle_named};
use crate::cli::term::Span;
use crate::cli::{beside, person};
use crate::failure::Outcome;

/// Whom, what, and when it counts.
#[derive(Debug, clap::Args)]
pub(crate) struct Give {
    #[command(flatten)]
    whom: Whom,
    /// Such as `posts:edit`, `posts:edit,publish` or `posts:*`
    #[arg(required = true)]
    permissions: Vec<String>,
    #[command(flatten)]
    span: Span,
}

/// Whom, and what.
#[derive(Debug, clap::Args)]
pub(crate) struct Clear {
    #[command(flatten)]
    whom: Whom,
    /// As they were given
    #[arg(required = true)]
    permissions: Vec<String>,
}

impl Give {
    pub(super) fn run(self, globals: &Globals, effect: Effect) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.whom.user).await?.id;
            for permission in &self.permissions {
                settle(auth.grant_for(user, effect, permission, self.span.term()).await?)?;
            }
            Ok(())
        })
    }
}

impl Clear {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        beside(globals, async |auth| {
            let user = person(auth, &self.whom.user).await?.id;
            for permission in &self.permissions {
                let mut taken = Err(Refusal::NotFound);
                for effect in [Effect::Allow, Effect::Deny] {
                    match auth.change_grant(user, effect, permission, false).await? {
                        Err(Refusal::NotFound) => {}
                        answer => taken = answer,
                    }
                }
                let what = format!("permission `{permission}` given to this account directly");
                settle_named(taken, &what)?;
            }
            Ok(())
        })
    }
}
