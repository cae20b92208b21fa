//! Looking people up.

use keyward_core::Error;
use keyward_core::flow::authnzerver::SYSTEM;
use keyward_core::port::{PeopleQuery, Status};
use serde_json::Value;

use super::answer::Answer;
use super::call::{Call, Told};
use super::words::REFUSED;

/// People that one answer tells of, at most.
const MOST: usize = 5_000;
/// People that are read at once.
const PAGE: u32 = 200;

/// `user-list`
pub(super) async fn list(call: Call<'_>) -> Told {
    let number = call.body.get("user_id").and_then(Value::as_i64);
    let (found, is_all) = match number {
        Some(number) => {
            let seen = call.person(number).await?;
            let mut found = vec![];
            if let Some(seen) = seen {
                found.push(call.user_info(&seen).await?);
            }
            (found, true)
        }
        None => everybody(&call, PeopleQuery::default(), |_| true).await?,
    };
    Ok(told(found, is_all))
}

fn told(found: Vec<Value>, is_all: bool) -> Answer {
    let message = match is_all {
        true => "User look up successful.".to_owned(),
        false => format!("There are more: the first {MOST} that were looked at."),
    };
    Answer::yes(message).with("user_info", found)
}

/// Those for whom `counts` is true, oldest first; and whether all were looked at.
async fn everybody(
    call: &Call<'_>,
    query: PeopleQuery,
    counts: impl Fn(&Value) -> bool,
) -> Result<(Vec<Value>, bool), Error> {
    let (mut found, mut looked, mut after) = (vec![], 0, None);
    loop {
        let query = PeopleQuery { after, limit: PAGE, ..query.clone() };
        let page = call.auth.0.store.people(&query).await?;
        for (user, _) in &page.data {
            looked += 1;
            if let Some(seen) = call.seen(user.id).await? {
                let info = call.user_info(&seen).await?;
                found.extend(Some(info).filter(&counts));
            }
        }
        after = page.next;
        if after.is_none() || looked >= MOST {
            break;
        }
    }
    found.sort_by_key(|info| info.get("user_id").and_then(Value::as_i64));
    Ok((found, after.is_none()))
}

/// `user-lookup-email`
pub(super) async fn by_email(call: Call<'_>) -> Told {
    match call.by_email(call.text("email")).await? {
        Some(seen) => {
            Ok(Answer::yes("User look up successful.")
                .with("user_info", call.user_info(&seen).await?))
        }
        None => Ok(Answer::no("user email not found in DB", REFUSED)),
    }
}

/// What people can be found by. A password is none of it.
const COLUMNS: &[&str] = &[
    "user_id",
    "system_id",
    "full_name",
    "email",
    "email_verified",
    "is_active",
    "user_role",
    "extra_info",
    "created_on",
];

/// `user-lookup-match`
pub(super) async fn by_match(call: Call<'_>) -> Told {
    let (by, wanted) = (call.text("by"), call.body.get("match").cloned().unwrap_or_default());
    if !COLUMNS.contains(&by) || (by == "extra_info") != wanted.is_object() {
        return Ok(Answer::no("invalid lookup", "People cannot be found by that."));
    }
    let one = match by {
        "user_id" => Some(wanted.as_i64()),
        "system_id" => Some(by_system_id(&call, &wanted).await?),
        "email" => {
            let seen = call.by_email(wanted.as_str().unwrap_or_default()).await?;
            Some(seen.map(|seen| seen.number))
        }
        _ => None,
    };
    if let Some(number) = one {
        let mut found = vec![];
        if let Some(seen) = call.person(number.unwrap_or(0)).await? {
            found.push(call.user_info(&seen).await?);
        }
        return Ok(told(found, true));
    }
    let (found, is_all) = everybody(&call, narrowed(by, &wanted), |info| {
        info.get(by).is_some_and(|value| holds(value, &wanted))
    })
    .await?;
    Ok(told(found, is_all))
}

/// What the store can leave out already.
fn narrowed(by: &str, wanted: &Value) -> PeopleQuery {
    let mut query = PeopleQuery::default();
    match (by, wanted) {
        ("full_name", Value::String(name)) => query.text.clone_from(name),
        ("is_active", Value::Bool(true)) => query.status = Some(Status::Active),
        _ => {}
    }
    query
}

/// An object holds another if it says the same where that says something.
fn holds(value: &Value, wanted: &Value) -> bool {
    match (value.as_object(), wanted.as_object()) {
        (Some(value), Some(wanted)) => {
            wanted.iter().all(|(name, part)| value.get(name).is_some_and(|it| holds(it, part)))
        }
        _ => value == wanted,
    }
}

async fn by_system_id(call: &Call<'_>, wanted: &Value) -> Result<Option<i64>, Error> {
    let Some(id) = wanted.as_str() else { return Ok(None) };
    let user = match call.auth.0.store.identity(SYSTEM, id).await? {
        Some(identity) => Some(identity.user),
        None => keyward_core::id::UserId::parse(id),
    };
    match user {
        Some(user) => {
            Ok(call.seen(user).await?.filter(|it| it.system_id == id).map(|it| it.number))
        }
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_found_by_a_part_of_it() {
        let value = json!({"a": 1, "b": {"c": "x", "d": 2}});
        for (wanted, found) in [
            (json!({}), true),
            (json!({"a": 1}), true),
            (json!({"b": {"c": "x"}}), true),
            (json!({"a": 2}), false),
            (json!({"e": 1}), false),
            (json!({"b": "x"}), false),
        ] {
            assert_eq!(holds(&value, &wanted), found, "{wanted}");
        }
    }
}
