//! A recent proof for what is dangerous in the hands of an administrator.
//!
//! A browser that was left open, a session that was stolen: with either, somebody could
//! erase an account, take one over, or give themselves what they like. So before a flow
//! that says [`is_dangerous`](super::Flow::is_dangerous), the engine asks here whether
//! whoever comes with a session gave a proof that is as young, and as complete, as what
//! guards an owner's own account; no door is without it.
//!
//! The command line, the app, API keys and other claims hold no session. There is nobody
//! there to ask, so they are not asked: what they may do is what they were given.

use super::step_up::Facts;
use super::{Gather, factor};
use crate::Error;
use crate::refusal::Refusal;

/// Whether something dangerous may run now: whoever asks from a session proved lately, and
/// with all that their account asks for, who they are.
///
/// # Errors
/// The store could not answer.
pub async fn vouched(cx: Gather<'_>) -> Result<Result<(), Refusal>, Error> {
    let Some((user, session)) = cx.client.session else { return Ok(Ok(())) };
    let facts = Facts::gather(user, session, cx).await?;
    Ok(facts.live_at(cx.now).and_then(|(subject, session)| {
        match factor::is_fresh(&session, &subject, cx.settings, cx.now) {
            true => Ok(()),
            false => Err(factor::proof_wanted(&subject, cx.settings)),
        }
    }))
}
