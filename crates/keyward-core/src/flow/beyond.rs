//! Whether an account is more than whoever would change it: nobody takes over somebody who
//! may do more.

use super::fixed::Known;
use super::reach::Reach;
use super::{Gather, relation};
use crate::Error;
use crate::id::UserId;
use crate::port::TupleQuery;

/// Whether `user` may do something that `actor` may not: an account is as good
/// as everything it holds, so whoever changes one must hold as much.
pub(super) async fn is_beyond(
    actor: Option<UserId>,
    user: UserId,
    cx: Gather<'_>,
) -> Result<bool, Error> {
    compare(actor, user, Holds::Now, cx).await
}

/// The same for what takes an account over for good: what ends for `actor` does not count.
pub(super) async fn is_beyond_for_good(
    actor: Option<UserId>,
    user: UserId,
    cx: Gather<'_>,
) -> Result<bool, Error> {
    compare(actor, user, Holds::ForGood, cx).await
}

/// What of an actor counts.
#[derive(Clone, Copy)]
enum Holds {
    Now,
    ForGood,
}

async fn compare(
    actor: Option<UserId>,
    user: UserId,
    holds: Holds,
    cx: Gather<'_>,
) -> Result<bool, Error> {
    let Some(actor) = actor else { return Ok(false) };
    if actor == user {
        // Nobody changes how their own account is guarded with a key of it.
        return Ok(cx.client.narrowed.is_some());
    }
    let known = cx.known().await?;
    let own = match holds {
        Holds::Now => Reach::gather(actor, &known.all, cx).await?,
        Holds::ForGood => Reach::gather_for(Some(actor), &known.all, cx).await?.unwrap_or_default(),
    };
    let theirs = Reach::gather_ever(user, &known.all, cx).await?;
    Ok(!own.covers(&theirs) || is_related_beyond(&own, user, &known, cx).await?)
}

/// Whether stored relations lead `user` to what `own` does not hold. Of more than can be
/// looked at, some may.
async fn is_related_beyond(
    own: &Reach,
    user: UserId,
    known: &Known<'_>,
    cx: Gather<'_>,
) -> Result<bool, Error> {
    let of_theirs = TupleQuery {
        subject_type: Some(USER.into()),
        subject_id: Some(user.to_string()),
        limit: MAX_RELATIONS,
        ..TupleQuery::default()
    };
    let found = cx.store.tuples(&of_theirs).await?.data;
    let many = found.len() >= MAX_RELATIONS as usize;
    let policy = &known.fixed.snapshot;
    Ok(many && !own.holds("*") || found.iter().any(|it| relation::is_beyond(own, it, policy)))
}

/// What relations call an account.
const USER: &str = "user";

/// Relations of one account that are looked at.
const MAX_RELATIONS: u32 = 200;
