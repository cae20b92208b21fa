//! Changing people: names, roles, locks.

use keyward_core::Error;
use keyward_core::flow::admin::{Act, ActOn, Edit, EditPerson, Names};
use keyward_core::flow::authnzerver::{ANONYMOUS, LOCKED, ProveAddress};
use keyward_core::flow::role::AssignRole;
use keyward_core::id::UserId;
use keyward_core::record::Term;
use keyward_core::refusal::Refusal;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::call::{Call, Told, Way};
use super::people::{NOTES, SUPERUSER, Seen, is_state};
use super::sessions::{known, updated};
use super::words::{DENIED, NO_SESSION, REFUSED};

/// What a frontend may change for whom.
const OWN: &[&str] = &["full_name", "email"];
const BY_SUPERUSER: &[&str] = &["full_name", "email", "is_active", "user_role", "email_verified"];
const BY_FRONTEND: &[&str] =
    &["full_name", "email", "is_active", "user_role", "email_verified", "extra_info"];

/// Whoever asks is who they say they are: the session is theirs, and so is the role.
async fn asking(call: &Call<'_>) -> Result<Result<std::sync::Arc<Seen>, Answer>, Error> {
    let Some((_, seen)) = known(call).await? else {
        return Ok(Err(Answer::no("session does not exist", NO_SESSION)));
    };
    let is_them = seen.number == call.int("user_id")
        && seen.role == call.text("user_role")
        && seen.is_active();
    Ok(if is_them { Ok(seen) } else { Err(Answer::no("action not permitted", DENIED)) })
}

async fn target(call: &Call<'_>) -> Result<Result<std::sync::Arc<Seen>, Answer>, Error> {
    let number = call.int("target_userid");
    if matches!(number, ANONYMOUS | LOCKED) {
        return Ok(Err(Answer::no("can't edit system users", DENIED)));
    }
    let seen = call.person(number).await?;
    Ok(seen.ok_or_else(|| Answer::no("user does not exist", REFUSED)))
}

/// `user-edit`
pub(super) async fn edit(call: Call<'_>) -> Told {
    let asks = match asking(&call).await? {
        Ok(asks) => asks,
        Err(answer) => return Ok(answer),
    };
    let target = match target(&call).await? {
        Ok(target) => target,
        Err(answer) => return Ok(answer),
    };
    let may = match asks.role.as_str() {
        SUPERUSER => BY_SUPERUSER,
        "authenticated" | "staff" if asks.id() == target.id() => OWN,
        _ => return Ok(Answer::no("action not permitted", DENIED)),
    };
    apply(&call, &target, may, Some(asks.id())).await
}

/// `internal-user-edit`
pub(super) async fn edit_by_frontend(call: Call<'_>) -> Told {
    match target(&call).await? {
        Ok(target) => apply(&call, &target, BY_FRONTEND, None).await,
        Err(answer) => Ok(answer),
    }
}

/// A change of one account, read whole before any of it is done.
#[derive(Debug, Default)]
struct Change {
    edit: EditPerson,
    role: Option<String>,
    is_active: Option<bool>,
    is_proven: bool,
}

impl Change {
    fn read(call: &Call<'_>, may: &[&str]) -> Result<Self, Answer> {
        let mut change = Self::default();
        let bad = |name: &str| Answer::no("invalid update", format!("`{name}` cannot be set so."));
        let update = call.object("update_dict");
        if update.is_empty() {
            return Err(Answer::no("invalid update", "There is nothing to change."));
        }
        for (name, value) in &update {
            if !may.contains(&name.as_str()) {
                return Err(Answer::no(
                    "disallowed update",
                    format!("`{name}` cannot be changed."),
                ));
            }
            let fine = match (name.as_str(), value) {
                ("full_name", Value::String(text)) => {
                    change.edit.name = Some(text.clone());
                    super::accounts::look_at_names("a@example.org", text).is_none()
                }
                ("email", Value::String(text)) => {
                    change.edit.names = Names { email: Some(text.clone()), ..Names::default() };
                    super::accounts::look_at_names(text, "A").is_none()
                }
                ("is_active", Value::Bool(is_active)) => {
                    change.is_active = Some(*is_active);
                    true
                }
                ("email_verified", Value::Bool(true)) => {
                    change.is_proven = true;
                    true
                }
                ("user_role", Value::String(role)) => {
                    change.role = Some(role.clone());
                    call.room.how.model.has(role) && role != "anonymous"
                }
                ("extra_info", Value::Object(patch)) => {
                    change.edit.properties = Some(properties(patch));
                    true
                }
                _ => false,
            };
            if !fine {
                return Err(bad(name));
            }
        }
        Ok(change)
    }
}

/// What a frontend's `extra_info` changes of the properties; our notes are not there.
fn properties(patch: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = updated(patch);
    patch.remove(NOTES);
    patch
}

async fn apply(call: &Call<'_>, target: &Seen, may: &[&str], actor: Option<UserId>) -> Told {
    let change = match Change::read(call, may) {
        Ok(change) => change,
        Err(answer) => return Ok(answer),
    };
    match done(call, target, change, actor).await? {
        Ok(()) => told(call, target.id(), "User updated successfully.").await,
        Err(refusal) => Ok(refusal.into()),
    }
}

/// Does all of a change, or none of it: what would be refused of it is looked for before
/// anything is written.
async fn done(
    call: &Call<'_>,
    target: &Seen,
    change: Change,
    actor: Option<UserId>,
) -> Result<Result<(), Refusal>, Error> {
    match each(call, Way::Look, target, &change, actor).await? {
        Ok(()) => each(call, Way::Do, target, &change, actor).await,
        refused => Ok(refused),
    }
}

async fn each(
    call: &Call<'_>,
    way: Way,
    target: &Seen,
    change: &Change,
    actor: Option<UserId>,
) -> Result<Result<(), Refusal>, Error> {
    let user = target.id();
    let Change { edit, role, is_active, is_proven } = change;
    let has_edit = edit.name.is_some() || edit.names.email.is_some() || edit.properties.is_some();
    let edit = Edit { user, edit: edit.clone(), actor };
    if has_edit && let Err(refusal) = call.go(way, &edit).await? {
        return Ok(Err(refusal));
    }
    if let Some(role) = role
        && let Err(refusal) = call.give_role(way, target, role, actor).await?
    {
        return Ok(Err(refusal));
    }
    if *is_proven && let Err(refusal) = call.go(way, &ProveAddress { user, actor }).await? {
        return Ok(Err(refusal));
    }
    match is_active {
        Some(is_active) => lock(call, way, user, !is_active, actor).await,
        None => Ok(Ok(())),
    }
}

async fn lock(
    call: &Call<'_>,
    way: Way,
    user: UserId,
    locks: bool,
    actor: Option<UserId>,
) -> Result<Result<(), Refusal>, Error> {
    let reason = "locked by a frontend".to_owned();
    let act = if locks { Act::Lock { reason } } else { Act::Unlock };
    call.go(way, &ActOn { user, act, actor }).await
}

async fn told(call: &Call<'_>, user: UserId, message: &str) -> Told {
    let seen = call.seen(user).await?.ok_or(Error::new("find who was changed"))?;
    Ok(Answer::yes(message).with("user_info", call.user_info(&seen).await?))
}

impl Call<'_> {
    /// Gives somebody this role of the model and takes the others. `locked` locks them.
    pub(super) async fn give_role(
        &self,
        way: Way,
        target: &Seen,
        role: &str,
        actor: Option<UserId>,
    ) -> Result<Result<(), Refusal>, Error> {
        let user = target.id();
        if role == "locked" {
            return lock(self, way, user, true, actor).await;
        }
        let held = self.auth.0.store.access(user).await?;
        let has = |role: &str| held.roles.iter().any(|it| it.role == role && it.scope.is_empty());
        let assign = |role: &str, give: bool| AssignRole {
            user,
            role: role.to_owned(),
            give,
            term: Term::ALWAYS,
            actor,
        };
        if !has(role)
            && let Err(refusal) = self.go(way, &assign(role, true)).await?
        {
            return Ok(Err(refusal));
        }
        for other in self.room.how.model.roles().filter(|it| *it != role && !is_state(it)) {
            if has(other)
                && let Err(refusal) = self.go(way, &assign(other, false)).await?
            {
                return Ok(Err(refusal));
            }
        }
        Ok(Ok(()))
    }
}

/// `user-lock`
pub(super) async fn toggle_lock(call: Call<'_>) -> Told {
    let asks = match asking(&call).await? {
        Ok(asks) => asks,
        Err(answer) => return Ok(answer),
    };
    if asks.role != SUPERUSER || asks.number == call.int("target_userid") {
        return Ok(Answer::no("action not permitted", DENIED));
    }
    toggled(&call, Some(asks.id())).await
}

/// `internal-user-lock`
pub(super) async fn toggle_lock_by_frontend(call: Call<'_>) -> Told {
    toggled(&call, None).await
}

async fn toggled(call: &Call<'_>, actor: Option<UserId>) -> Told {
    let locks = match call.text("action") {
        "lock" => true,
        "unlock" => false,
        _ => return Ok(Answer::no("unknown action", "Use `lock` or `unlock`.")),
    };
    let target = match target(call).await? {
        Ok(target) => target,
        Err(answer) => return Ok(answer),
    };
    match lock(call, Way::Do, target.id(), locks, actor).await? {
        Ok(()) => told(call, target.id(), "User's lock was set.").await,
        Err(refusal) => Ok(refusal.into()),
    }
}
