//! While the doors are closed nobody new comes in, whatever the door, but whoever may
//! administer. Sessions that are open go on.
//!
//! It is judged once the proof was right: before that, whoever may administer and whoever
//! may not are told the same.

use super::{Gather, Verdict, admins};
use crate::Error;
use crate::id::UserId;
use crate::port::{Batch, Write};
use crate::record::{Event, Reason, What};
use crate::refusal::Refusal;

/// Turns away whom `verdict` would let in, unless they may administer.
///
/// # Errors
/// The store is unwell.
pub async fn at_the_door<Y>(verdict: Verdict<Y>, cx: Gather<'_>) -> Result<Verdict<Y>, Error> {
    match who_enters(&verdict.batch) {
        Some(user) if !admins::is_one_now(user, cx).await? => Ok(turned_away(verdict.batch)),
        _ => Ok(verdict),
    }
}

/// Who comes in, gets back in or is made by coming in. Whatever the door, such a yes has
/// one of these events.
fn who_enters(batch: &Batch) -> Option<UserId> {
    let enters = |event: &&Event| match &event.what {
        What::SignInSucceeded { .. } | What::PasswordReset { .. } => true,
        What::UserCreated { by } => by == "sign_in",
        _ => false,
    };
    batch.events.iter().find(enters).and_then(|event| event.subject)
}

/// Nothing of the yes is kept, but what it gave back to the limits, and that somebody was
/// turned away.
fn turned_away<Y>(mut batch: Batch) -> Verdict<Y> {
    batch.writes.retain(|write| matches!(write, Write::GiveBack { .. }));
    let events = batch.events.into_iter().filter_map(failed).collect();
    Verdict::refuse(Refusal::Maintenance, batch.writes, events)
}

fn failed(event: Event) -> Option<Event> {
    let What::SignInSucceeded { method } = event.what else { return None };
    let what = What::SignInFailed { method, reason: Reason::Maintenance };
    Some(Event { what, actor: None, ..event })
}
