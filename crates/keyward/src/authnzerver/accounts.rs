//! Signing up, passwords, and the end of an account.

use std::time::Duration;

use keyward_core::Error;
use keyward_core::Secret;
use keyward_core::disposable::is_disposable;
use keyward_core::flow::admin::{Act, ActOn, Edit, EditPerson};
use keyward_core::flow::authnzerver::{
    ANONYMOUS, ChangeKnown, Enrol, ISSUER, LOCKED, ProveAddress, SYSTEM,
};
use keyward_core::flow::proven::SignedIn;
use keyward_core::identifier::{self, Kind};
use keyward_core::password::likeness::{self, normalise};
use keyward_core::refusal::Refusal;
use keyward_core::settings::VerifyMode;
use keyward_core::suffix::names_a_domain;

use super::answer::Answer;
use super::call::{Call, Told, Way};
use super::people::{SUPERUSER, Seen};
use super::reserved::is_reserved;
use super::sessions::{known, no_session};
use super::words::{REFUSED, SIGN_UP};

/// Hours until somebody who never proved their address may sign up with it again.
const RETRY_HOURS: i64 = 6;

/// `user-new`
pub(super) async fn new(call: Call<'_>) -> Told {
    let (email, full_name) = (call.text("email"), call.text("full_name"));
    let password = call.secret("password");
    if let Some(answer) = look_at_names(email, full_name) {
        return Ok(answer);
    }
    let flaws = call.flaws(&password, email, full_name);
    if !flaws.is_empty() {
        return Ok(Answer::no("invalid password", "").with_messages(flaws));
    }
    let system_id = Some(call.text("system_id").to_owned()).filter(|id| !id.is_empty());
    let flow = Enrol {
        full_name: full_name.to_owned(),
        email: email.to_owned(),
        password,
        properties: call.object("extra_info"),
        system_id,
    };
    match call.run(&flow).await? {
        Ok(number) => {
            let seen = call.person(number).await?.ok_or(Error::new("find who signed up"))?;
            Ok(enrolled(Answer::yes(SIGN_UP), &seen, true))
        }
        Err(refusal) => again(&call, refusal).await,
    }
}

fn enrolled(answer: Answer, seen: &Seen, send: bool) -> Answer {
    answer
        .with("user_email", seen.email())
        .with("user_id", seen.number)
        .with("system_id", seen.system_id.as_str())
        .with("send_verification", send)
}

/// Somebody signs up with an address that has an account. Whoever never proved it, and
/// waited, begins anew with another password; nobody is let in by that, and no lock is
/// lifted. People are told the same in any case.
async fn again(call: &Call<'_>, refusal: Refusal) -> Told {
    let is_taken = |refusal: &Refusal| match refusal {
        Refusal::Invalid(problems) => problems.iter().any(|it| it.code == "email_taken"),
        _ => false,
    };
    let there = match is_taken(&refusal) {
        true => call.by_email(call.text("email")).await?,
        false => None,
    };
    let Some(seen) = there else {
        return Ok(match refusal {
            Refusal::Invalid(_) => Answer::from(refusal),
            other => other.into(),
        });
    };
    let may = may_begin_anew(call, &seen) && is_untouched(call, &seen).await?;
    let anew = may && begin_anew(call, &seen).await?;
    Ok(enrolled(Answer::no("user exists", SIGN_UP), &seen, anew))
}

fn may_begin_anew(call: &Call<'_>, seen: &Seen) -> bool {
    let asked = call.body.get("verify_retry_wait").and_then(serde_json::Value::as_i64);
    let hours = u64::try_from(asked.unwrap_or(RETRY_HOURS)).unwrap_or(0).max(1);
    let sent = seen.noted_at("emailverify_sent_datetime").unwrap_or(seen.user.created_at);
    let until = sent.plus(Duration::from_secs(hours.saturating_mul(3600)));
    seen.is_pending() && until <= call.auth.now()
}

/// Whether the account is as signing up left it: nobody was ever in, it holds nothing, and
/// nothing but a password was enrolled. Where nothing has to be proven it may be in use.
async fn is_untouched(call: &Call<'_>, seen: &Seen) -> Result<bool, Error> {
    let store = &call.auth.0.store;
    let Some(subject) = store.subject(seen.id()).await? else { return Ok(false) };
    let left = ["password", ISSUER, SYSTEM];
    let is_bare = subject.credentials.iter().all(|found| left.contains(&found.kind.as_str()));
    let held = store.access(seen.id()).await?;
    let holds_nothing = held.roles.is_empty() && held.grants.is_empty() && held.groups.is_empty();
    let is_proving = call.auth.0.settings.verify != VerifyMode::None;
    let was_never_in = store.sessions_of(seen.id()).await?.is_empty();
    Ok(is_proving && is_bare && holds_nothing && was_never_in)
}

async fn begin_anew(call: &Call<'_>, seen: &Seen) -> Result<bool, Error> {
    let (password, name) = (call.secret("password"), call.text("full_name").to_owned());
    let act = Act::SetPassword { password, temporary: false };
    let set = call.run(&ActOn { user: seen.id(), act, actor: None }).await?;
    let edit = EditPerson { name: Some(name), ..EditPerson::default() };
    let named = call.run(&Edit { user: seen.id(), edit, actor: None }).await?;
    Ok(set.is_ok() && named.is_ok())
}

/// What is wrong with names, in the words of authnzerver.
pub(super) fn look_at_names(email: &str, full_name: &str) -> Option<Answer> {
    if !is_email(email) {
        return Some(Answer::no("invalid email", "That e-mail address cannot be used."));
    }
    let fine = !full_name.trim().is_empty() && !is_advertising(full_name);
    (!fine).then(|| Answer::no("invalid full name", "That name cannot be used."))
}

/// An address of ASCII, to a mailbox of a person, and not one for an hour.
fn is_email(email: &str) -> bool {
    let plain = email.is_ascii() && !email.contains(|c: char| c.is_ascii_control() || c == ' ');
    let Some((local, _)) = email.split_once('@') else { return false };
    let local = normalise(local);
    let lasts = !is_reserved(&local) && !is_disposable(email);
    plain && lasts && identifier::normalise(Kind::Email, email).is_ok()
}

/// A name that leads to a page.
fn is_advertising(name: &str) -> bool {
    let folded = normalise(name);
    let has_path = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let end = word.rsplit_once('.').map(|(_, end)| end.split('/').next().unwrap_or(end));
        word.contains('/') && end.is_some_and(|end| end.len() >= 2)
    };
    let is_link = folded.contains("http") || folded.contains("://");
    is_link || folded.split_whitespace().any(has_path) || names_a_domain(name)
}

impl Call<'_> {
    /// What is wrong with a password by the rules that frontends promised.
    fn flaws(&self, password: &Secret, email: &str, full_name: &str) -> Vec<String> {
        let how = &self.room.how;
        let host = self.auth.public_url().split_once("://").map_or("", |(_, host)| host);
        let domain = if how.domain.is_empty() { host } else { &how.domain };
        let names: Vec<&str> =
            [domain, email, full_name].into_iter().filter(|name| !name.is_empty()).collect();
        likeness::flaws(password, &names, how.password)
    }
}

/// `user-validatepass`
pub(super) async fn validate_password(call: Call<'_>) -> Told {
    let password = call.secret("password");
    let mut flaws = call.flaws(&password, call.text("email"), call.text("full_name"));
    if flaws.is_empty() && call.auth.is_breached(&password).await? {
        flaws.push(BREACHED.to_owned());
    }
    Ok(match flaws.is_empty() {
        true => Answer::yes("Password is secure."),
        false => Answer::no("password is insecure or invalid", "").with_messages(flaws),
    })
}

const BREACHED: &str = "That password is in lists of passwords that others lost.";

/// `user-changepass`: the session must be theirs.
pub(super) async fn change_password(call: Call<'_>) -> Told {
    let Some((entry, seen)) = known(&call).await? else { return Ok(no_session()) };
    if seen.number != call.int("user_id") {
        return Ok(Answer::no("user does not exist", REFUSED));
    }
    changed(&call, &seen, Some(entry.session.id)).await
}

/// `user-changepass-nosession`
pub(super) async fn change_password_of(call: Call<'_>) -> Told {
    match call.person(call.int("user_id")).await? {
        Some(seen) => changed(&call, &seen, None).await,
        None => Ok(Answer::no("user does not exist", REFUSED)),
    }
}

async fn changed(call: &Call<'_>, seen: &Seen, keep: Option<keyward_core::id::SessionId>) -> Told {
    let is_theirs = call.by_email(call.text("email")).await?.is_some_and(|it| it.id() == seen.id());
    if !is_theirs || !seen.is_active() {
        return Ok(Answer::no("user does not exist", REFUSED));
    }
    let (current, new) = (call.secret("current_password"), call.secret("new_password"));
    let flaws = call.flaws(&new, call.text("email"), call.text("full_name"));
    if !flaws.is_empty() {
        return Ok(Answer::no("new password is insecure", "").with_messages(flaws));
    }
    Ok(match call.run(&ChangeKnown { user: seen.id(), current, new, keep }).await? {
        Ok(()) => Answer::yes("Password changed successfully.")
            .with("user_id", seen.number)
            .with("email", seen.email()),
        Err(Refusal::InvalidCredentials) => Answer::no("user password does not match", REFUSED),
        Err(Refusal::Invalid(problems)) if problems.iter().any(|it| it.code == UNCHANGED) => {
            Answer::no("password did not change", "That is the password that you have.")
        }
        Err(Refusal::Invalid(problems)) => {
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
            Answer::no("new password is insecure", REFUSED).with("problems", codes)
        }
        Err(refusal) => refusal.into(),
    })
}

const UNCHANGED: &str = "password_unchanged";

/// `user-resetpass`: the frontend has proven that it is theirs, and every session ends.
pub(super) async fn reset_password(call: Call<'_>) -> Told {
    if call.session("session_token").await?.is_none() {
        return Ok(no_session());
    }
    let seen = call.by_email(call.text("email_address")).await?;
    reset(&call, seen.filter(|it| it.is_active()).as_deref()).await
}

/// `user-resetpass-nosession`
pub(super) async fn reset_password_of(call: Call<'_>) -> Told {
    let seen = call.by_email(call.text("email_address")).await?;
    let wanted = call.flag("required_active");
    reset(&call, seen.filter(|it| it.is_active() == wanted).as_deref()).await
}

async fn reset(call: &Call<'_>, seen: Option<&Seen>) -> Told {
    let Some(seen) = seen.filter(|seen| !matches!(seen.number, ANONYMOUS | LOCKED)) else {
        return Ok(Answer::no("user does not exist", REFUSED));
    };
    let password = call.secret("new_password");
    let flaws = call.flaws(&password, seen.email(), &seen.user.name);
    if !flaws.is_empty() {
        return Ok(Answer::no("new password is insecure", "").with_messages(flaws));
    }
    if let Some(refusal) = may_not_recover(call) {
        return Ok(refusal.into());
    }
    let act = Act::SetPassword { password, temporary: false };
    match call.run(&ActOn { user: seen.id(), act, actor: None }).await? {
        Ok(_) => Ok(Answer::yes("Password reset successfully.")),
        Err(refusal) => Ok(refusal.into()),
    }
}

/// Why nobody sets a new password at this door, whatever the frontend has proven.
fn may_not_recover(call: &Call<'_>) -> Option<Refusal> {
    match call.auth.is_in_maintenance() {
        true => Some(Refusal::Maintenance),
        false => (!call.auth.0.settings.recovery).then_some(Refusal::RecoveryDisabled),
    }
}

/// `user-delete`
pub(super) async fn delete(call: Call<'_>) -> Told {
    let by_email = call.by_email(call.text("email")).await?;
    let number = call.int("user_id");
    let Some(seen) = by_email.filter(|it| it.number == number) else {
        return Ok(Answer::no("invalid email", REFUSED));
    };
    if seen.role == SUPERUSER {
        return Ok(Answer::no("can't delete superusers", REFUSED));
    }
    let (login, password) = (seen.login.clone(), call.secret("password"));
    match call.auth.by_password(login, password, None, &call.client()).await? {
        Ok(SignedIn::Checked(_) | SignedIn::NeedsVerification { .. }) => {}
        Err(refusal @ Refusal::SlowDown { .. }) => return Ok(refusal.into()),
        Ok(_) | Err(_) => return Ok(Answer::no("invalid password", REFUSED)),
    }
    gone(&call, &seen).await
}

/// `internal-user-delete`
pub(super) async fn delete_by_frontend(call: Call<'_>) -> Told {
    match call.person(call.int("target_userid")).await? {
        Some(seen) if !matches!(seen.number, ANONYMOUS | LOCKED) => gone(&call, &seen).await,
        _ => Ok(Answer::no("user does not exist", REFUSED)),
    }
}

async fn gone(call: &Call<'_>, seen: &Seen) -> Told {
    match call.run(&ActOn { user: seen.id(), act: Act::Delete, actor: None }).await? {
        Ok(_) => Ok(Answer::yes("User deleted successfully.")
            .with("user_id", seen.number)
            .with("email", seen.email())),
        Err(refusal) => Ok(refusal.into()),
    }
}

/// `user-set-emailverified`: whoever was locked stays so.
pub(super) async fn set_verified(call: Call<'_>) -> Told {
    let Some(seen) = call.by_email(call.text("email")).await? else {
        return Ok(Answer::no("user does not exist", REFUSED));
    };
    if let Err(refusal) = call.run(&ProveAddress { user: seen.id(), actor: None }).await? {
        return Ok(match refusal {
            Refusal::NotFound => Answer::no("user is locked", REFUSED),
            other => other.into(),
        });
    }
    if !seen.has_role {
        call.give_role(Way::Do, &seen, "authenticated", None).await?.ok();
    }
    let seen = call.seen(seen.id()).await?.ok_or(Error::new("find who proved an address"))?;
    Ok(Answer::yes("E-mail address verified.")
        .with("user_id", seen.number)
        .with("is_active", seen.is_active())
        .with("user_role", seen.role.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_of_a_person_is_taken_and_others_are_not() {
        for (email, fine) in [
            ("a.b+c@d-e.org", true),
            ("alice@example.org", true),
            ("o'brien@example.org", true),
            ("admin@example.org", false),
            ("Admin@example.org", false),
            ("info@example.org", false),
            ("pop3@example.org", false),
            ("Subscribe@example.org", false),
            ("humans.txt@example.org", false),
            ("accounting@example.org", true),
            ("nl@example.org\n", false),
            ("a@pаypal.com", false),
            ("two@at@example.org", false),
            ("@b.org", false),
            ("nobody", false),
            ("ada@mailinator.com", false),
            ("ada@Mailinator.COM", false),
        ] {
            assert_eq!(is_email(email), fine, "{email:?}");
        }
    }

    #[test]
    fn a_name_that_leads_to_a_page_is_refused() {
        for (name, leads) in [
            ("Ada Lovelace", false),
            ("Dr. Ada Lovelace", false),
            ("A.B. Lovelace", false),
            ("O'Brien", false),
            ("bIt.Ly/x", true),
            ("HttPs://example.org", true),
            ("see example.com now", true),
            ("see example.museum now", true),
            ("J.Ford of St.Ives", false),
            ("J.Ford/x", true),
            ("evil.bd/x", true),
        ] {
            assert_eq!(is_advertising(name), leads, "{name}");
        }
    }
}
