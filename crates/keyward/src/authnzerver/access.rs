//! May somebody, and how often.

use super::answer::Answer;
use super::call::{Call, Told};
use super::model::Wish;
use super::words::DENIED;

/// People that something is shared with, at most.
const MOST_SHARED: usize = 200;

/// `user-check-access`: nobody's word is taken for who they are, and everybody who is
/// named must be there.
pub(super) async fn check(call: Call<'_>) -> Told {
    let (user, role) = (call.int("user_id"), call.text("user_role"));
    if !is_them(&call, user, role).await? {
        return Ok(Answer::no("user initiating request is not valid", DENIED));
    }
    let (owner, shared) = (call.int("target_owner"), call.text("target_sharedwith"));
    if !are_there(&call, owner, shared).await? {
        return Ok(Answer::no("users specified as owner or shared-with not found", DENIED));
    }
    let wish = Wish {
        user,
        role,
        action: call.text("action"),
        item: call.text("target_name"),
        owner,
        visibility: call.text("target_visibility"),
        shared,
    };
    Ok(match call.room.how.model.allows(&wish) {
        true => Answer::yes("Access request check successful. Access granted: True."),
        false => Answer::no("action not permitted", "Access granted: False."),
    })
}

/// Whether an active account has this number and this role.
pub(super) async fn is_them(
    call: &Call<'_>,
    number: i64,
    role: &str,
) -> Result<bool, keyward_core::Error> {
    let seen = call.person(number).await?;
    Ok(seen.is_some_and(|seen| seen.is_active() && seen.role == role))
}

async fn are_there(call: &Call<'_>, owner: i64, shared: &str) -> Result<bool, keyward_core::Error> {
    let mut numbers = vec![owner];
    if !matches!(shared.trim(), "" | "none" | "None") {
        for part in shared.split(',') {
            let Ok(number) = part.trim().parse() else { return Ok(false) };
            numbers.push(number);
        }
    }
    if numbers.len() > MOST_SHARED {
        return Ok(false);
    }
    for number in numbers {
        if !call.person(number).await?.is_some_and(|seen| seen.is_active()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `user-check-limit`
pub(super) async fn check_limit(call: Call<'_>) -> Told {
    let (user, role) = (call.int("user_id"), call.text("user_role"));
    if !is_them(&call, user, role).await? {
        return Ok(Answer::no("user initiating request is not valid", DENIED));
    }
    let value = call.body.get("value_to_check").cloned().unwrap_or_default();
    Ok(match call.room.how.model.admits(role, call.text("limit_name"), &value) {
        true => Answer::yes("Limit check successful. Under limit: True."),
        false => Answer::no("limit exceeded", "Under limit: False."),
    })
}
