//! What administrators, the command line and the app do to accounts.

use serde_json::{Map, Value};

use super::admins::Admins;
use super::beyond::{is_beyond, is_beyond_for_good};
use super::password::{new_password_problems, set_by_admin, set_password, tell};
use super::session::merged;
use super::sign_up::{
    Name, add_subject, name_problem, new_identifier, new_subject, password_problems,
};
use super::{Decide, Done, Flow, Gather, Verdict, Work, factor};
use crate::Error;
use crate::id::UserId;
use crate::identifier::{self, Kind};
use crate::port::{Fut, Write};
use crate::profile::{self, Field, Party};
use crate::record::{DeletedBy, Subject, User, What};
use crate::refusal::{Problem, Refusal};
use crate::secret::Secret;

/// Names as an administrator gives them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// E-mail address.
    pub email: Option<String>,
    /// Username.
    pub username: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
}

impl Names {
    fn normalise(&self) -> Result<Vec<Name>, Vec<Problem>> {
        let given = [
            (Kind::Email, "email", "email_invalid", &self.email),
            (Kind::Username, "username", "username_invalid", &self.username),
            (Kind::Phone, "phone", "phone_invalid", &self.phone),
        ];
        let (mut names, mut problems) = (vec![], vec![]);
        for (kind, field, code, typed) in given {
            let Some(typed) = typed.as_deref().filter(|t| !t.is_empty()) else { continue };
            match identifier::normalise(kind, typed) {
                Ok(normal) => names.push(Name { typed: typed.trim().to_owned(), normal }),
                Err(_) => problems.push(Problem { field, code }),
            }
        }
        if problems.is_empty() { Ok(names) } else { Err(problems) }
    }
}

async fn taken(names: &[Name], cx: Gather<'_>) -> Result<Vec<Problem>, Error> {
    let mut problems = vec![];
    for Name { normal, .. } in names {
        if cx.store.is_taken(normal.kind, &normal.text, normal.skeleton.as_deref()).await? {
            problems.push(match normal.kind {
                Kind::Email => Problem { field: "email", code: "email_taken" },
                Kind::Username => Problem { field: "username", code: "username_taken" },
                Kind::Phone => Problem { field: "phone", code: "phone_taken" },
            });
        }
    }
    Ok(problems)
}

/// Makes an account.
#[derive(Clone, Debug)]
pub struct AddPerson {
    /// Names, at least one: nobody could ever open an account without.
    pub names: Names,
    /// What to call them.
    pub name: String,
    /// Their first password, if they get one.
    pub password: Option<Secret>,
    /// In place of a password, what another system stored of it; verified as it is,
    /// and renewed at the first sign-in.
    pub password_hash: Option<String>,
    /// Count the names as proven.
    pub verified: bool,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
    /// `admin`, `cli`, `library`.
    pub by: &'static str,
}

impl Flow for AddPerson {
    type Facts = Result<Vec<Name>, Vec<Problem>>;
    type Yes = Box<Subject>;
    const NAME: &'static str = "add_person";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move {
            let names = match self.names.normalise() {
                Ok(names) => names,
                Err(problems) => return Ok(Err(problems)),
            };
            let mut problems = taken(&names, cx).await?;
            if names.is_empty() {
                problems.push(Problem { field: "email", code: "identifier_missing" });
            }
            problems.extend(name_problem(&self.name));
            if let Some(password) = &self.password {
                problems.extend(password_problems(password, "password", &names, cx.settings));
            }
            problems.extend(self.password_hash.as_deref().and_then(hash_problem));
            Ok(if problems.is_empty() { Ok(names) } else { Err(problems) })
        })
    }

    fn work(&self, facts: &Self::Facts) -> Work {
        match &self.password {
            Some(password) if facts.is_ok() => Work::hash(password),
            _ => Work::default(),
        }
    }

    fn decide(&self, facts: Self::Facts, done: Done, cx: &mut Decide<'_>) -> Verdict<Box<Subject>> {
        let names = match facts {
            Ok(names) => names,
            Err(problems) => return Verdict::no(Refusal::Invalid(problems)),
        };
        if done.breached {
            return Verdict::no(Refusal::invalid("password", "password_breached"));
        }
        let stored = done.hashed.or_else(|| self.password_hash.clone());
        let mut subject = new_subject(&self.name, &names, stored, cx);
        if self.verified {
            for name in &mut subject.identifiers {
                name.verified_at = Some(cx.now);
            }
        }
        let what = What::UserCreated { by: self.by.into() };
        let event = cx.event(self.actor, Some(subject.user.id), what);
        let writes = add_subject(&subject);
        Verdict::yes(Box::new(subject), writes, vec![event])
    }
}

/// A stored form that could never be verified would lock its owner out.
fn hash_problem(stored: &str) -> Option<Problem> {
    let is_readable = crate::crypto::password::describe(stored).is_ok();
    (!is_readable).then_some(Problem { field: "password_hash", code: "password_hash_unknown" })
}

/// Changes names and properties of an account; owners use it for themselves.
#[derive(Clone, Debug, Default)]
pub struct EditPerson {
    /// What to call them.
    pub name: Option<String>,
    /// JSON Merge Patch of the properties.
    pub properties: Option<Map<String, Value>>,
    /// Names to replace those of their kind; new ones are unproven.
    pub names: Names,
    /// Only if the row is still at this version (`If-Match`).
    pub version: Option<i64>,
}

/// An edit of one account.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Whose.
    pub user: UserId,
    /// What.
    pub edit: EditPerson,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// At most this many bytes of properties on one account.
const MAX_PROPERTIES: usize = 16 * 1024;

/// What must be known to edit an account.
#[derive(Debug)]
pub struct EditFacts {
    subject: Option<Subject>,
    beyond: bool,
    names: Result<Vec<Name>, Vec<Problem>>,
}

impl Flow for Edit {
    type Facts = EditFacts;
    type Yes = User;
    const NAME: &'static str = "edit_person";

    // Another address is a way in: whoever reads the mail there may set a password.
    fn is_dangerous(&self) -> bool {
        let Names { email, username, phone } = &self.edit.names;
        email.is_some() || username.is_some() || phone.is_some()
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<EditFacts, Error>> {
        Box::pin(async move {
            let subject = cx.store.subject(self.user).await?;
            let mut names = self.edit.names.normalise();
            if let (Ok(found), Some(subject)) = (&mut names, &subject) {
                found.retain(|n| {
                    !subject
                        .identifiers
                        .iter()
                        .any(|i| i.kind == n.normal.kind && i.normal == n.normal.text)
                });
                let problems = taken(found, cx).await?;
                if !problems.is_empty() {
                    names = Err(problems);
                }
            }
            // Who has another address has the account.
            let beyond = match self.is_dangerous() {
                true => is_beyond_for_good(self.actor, self.user, cx).await?,
                false => is_beyond(self.actor, self.user, cx).await?,
            };
            Ok(EditFacts { subject, beyond, names })
        })
    }

    fn decide(&self, facts: EditFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<User> {
        let Some(subject) = facts.subject else { return Verdict::no(Refusal::NotFound) };
        if facts.beyond || self.is_dangerous() && self.actor == Some(self.user) {
            // One's own names are changed where they are proven, and can be taken back.
            return Verdict::no(Refusal::OutsideCeiling);
        }
        let names = match facts.names {
            Ok(names) => names,
            Err(problems) => return Verdict::no(Refusal::Invalid(problems)),
        };
        let mut user = subject.user.clone();
        if self.edit.version.is_some_and(|seen| seen != user.version) {
            return Verdict::no(Refusal::Conflict);
        }
        let mut fields = match self.apply(&mut user, &cx.settings.profile) {
            Ok(fields) => fields,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut writes = vec![];
        for name in &names {
            let kind = name.normal.kind;
            fields.push(kind.as_str().to_owned());
            let old = subject.identifiers.iter().filter(|i| i.kind == kind);
            writes.extend(old.map(|i| Write::RemoveIdentifier {
                user: user.id,
                kind,
                normal: i.normal.clone(),
            }));
            writes.push(Write::AddIdentifier(new_identifier(user.id, name, cx.now)));
        }
        if !names.is_empty() {
            writes.extend(tell(&subject, "address_changed", cx));
        }
        user.updated_at = cx.now;
        writes.push(Write::SwapUser { was: user.version, now: user.clone() });
        writes.push(Write::NoteChange(user.id));
        user.version += 1;
        let event = cx.event(self.actor, Some(user.id), What::UserUpdated { fields });
        Verdict::yes(user, writes, vec![event])
    }
}

impl Edit {
    fn apply(&self, user: &mut User, profile: &[Field]) -> Result<Vec<String>, Refusal> {
        let mut fields = vec![];
        if let Some(name) = &self.edit.name {
            if let Some(problem) = name_problem(name) {
                return Err(Refusal::Invalid(vec![problem]));
            }
            user.name = name.trim().to_owned();
            fields.push("name".to_owned());
        }
        if let Some(patch) = &self.edit.properties {
            let own = self.actor == Some(self.user);
            let who = if own { Party::Owner } else { Party::Admin };
            let flaws = profile::look_at(profile, patch, who);
            if !flaws.is_empty() {
                return Err(Refusal::Flawed(flaws));
            }
            user.properties = merged(&user.properties, patch);
            if user.properties.len() > MAX_PROPERTIES {
                return Err(Refusal::invalid("properties", "too_large"));
            }
            fields.push("properties".to_owned());
        }
        Ok(fields)
    }
}

/// What can be done to an account.
#[derive(Clone, Debug)]
pub enum Act {
    /// No sign-in any more; every session dies.
    Lock {
        /// Why.
        reason: String,
    },
    /// Sign-in again.
    Unlock,
    /// Counts as deleted; every session dies.
    Delete,
    /// Back again.
    Restore,
    /// Every address counts as proven.
    Verify,
    /// No second factor any more, no recovery codes, no trusted devices.
    ResetMfa,
    /// A new password; every session dies.
    SetPassword {
        /// As typed.
        password: Secret,
        /// Must be changed at the next sign-in, by recovery.
        temporary: bool,
    },
}

impl Act {
    /// Whether it takes back what nobody did, so that there is nothing to do or to log.
    fn is_done(&self, user: &User) -> bool {
        match self {
            Self::Unlock => user.locked_at.is_none(),
            Self::Restore => user.deleted_at.is_none(),
            _ => false,
        }
    }
}

/// Does something to an account.
#[derive(Clone, Debug)]
pub struct ActOn {
    /// To whom.
    pub user: UserId,
    /// What.
    pub act: Act,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// Whether anything can be sent to this account.
fn is_reached(subject: &Subject) -> bool {
    subject.identifiers.iter().any(|name| name.kind != Kind::Username)
}

/// What must be known to act on an account.
#[derive(Debug)]
pub struct ActFacts {
    subject: Option<Subject>,
    beyond: bool,
    admins: Admins,
}

impl Flow for ActOn {
    type Facts = ActFacts;
    type Yes = User;
    const NAME: &'static str = "act_on_person";

    // What keeps people out can be taken back, and must be quick when it is needed.
    fn is_dangerous(&self) -> bool {
        match self.act {
            Act::Delete | Act::ResetMfa | Act::SetPassword { .. } => true,
            Act::Lock { .. } | Act::Unlock | Act::Restore | Act::Verify => false,
        }
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<ActFacts, Error>> {
        Box::pin(async move {
            let ends = matches!(self.act, Act::Lock { .. } | Act::Delete);
            let subject = cx.store.subject(self.user).await?;
            let admins = match &subject {
                Some(subject) if ends => Admins::without(subject, cx).await?,
                _ => Admins::default(),
            };
            let beyond = match self.is_for_others() {
                true => is_beyond_for_good(self.actor, self.user, cx).await?,
                false => is_beyond(self.actor, self.user, cx).await?,
            };
            Ok(ActFacts { subject, beyond, admins })
        })
    }

    fn work(&self, facts: &ActFacts) -> Work {
        match (&self.act, &facts.subject) {
            (Act::SetPassword { password, .. }, Some(_)) if !facts.beyond => Work::hash(password),
            _ => Work::default(),
        }
    }

    fn decide(&self, facts: ActFacts, done: Done, cx: &mut Decide<'_>) -> Verdict<User> {
        let Some(subject) = facts.subject else { return Verdict::no(Refusal::NotFound) };
        if facts.beyond || self.is_for_others() && self.actor == Some(self.user) {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        let noted = match facts.admins.without_one() {
            Ok(noted) => noted,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut verdict = self.act_on(subject, done, cx);
        verdict.batch.writes.extend(noted.filter(|_| verdict.reply.is_ok()));
        verdict
    }
}

impl ActOn {
    /// What nobody does to themselves as an administrator: there is a door for it that asks
    /// for proof. Whoever does it to somebody may be them from then on.
    fn is_for_others(&self) -> bool {
        matches!(self.act, Act::Verify | Act::ResetMfa | Act::SetPassword { .. })
    }

    fn act_on(&self, subject: Subject, done: Done, cx: &mut Decide<'_>) -> Verdict<User> {
        match &self.act {
            act if act.is_done(&subject.user) => Verdict::yes(subject.user, vec![], vec![]),
            Act::Lock { reason } => self.lock(subject.user, reason, cx),
            Act::Unlock => self.swap(subject.user, What::UserUnlocked {}, cx, |user, _| {
                user.locked_at = None;
                user.lock_reason.clear();
            }),
            Act::Delete => self.swap(subject.user, What::UserDeleted {}, cx, |user, cx| {
                user.deleted_at.get_or_insert(cx.now);
                user.deleted_by = Some(DeletedBy::Admin);
                user.session_epoch += 1;
            }),
            Act::Restore => self.swap(subject.user, What::UserRestored {}, cx, |user, _| {
                (user.deleted_at, user.deleted_by) = (None, None);
            }),
            Act::Verify => self.verify(subject, cx),
            Act::ResetMfa => self.reset_mfa(&subject, cx),
            // Whoever had it could set no other.
            Act::SetPassword { temporary: true, .. } if !cx.settings.recovery => {
                Verdict::no(Refusal::RecoveryDisabled)
            }
            // Nor whoever nothing can be sent to.
            Act::SetPassword { temporary: true, .. } if !is_reached(&subject) => {
                Verdict::no(Refusal::invalid("temporary", "identifier_required"))
            }
            Act::SetPassword { password, temporary } => {
                let problems = new_password_problems(password, "password", &subject, cx.settings);
                if !problems.is_empty() {
                    return Verdict::no(Refusal::Invalid(problems));
                }
                self.set_password(&subject, *temporary, done, cx)
            }
        }
    }

    fn lock(&self, user: User, reason: &str, cx: &mut Decide<'_>) -> Verdict<User> {
        if reason.chars().count() > 300 || reason.chars().any(char::is_control) {
            return Verdict::no(Refusal::invalid("reason", "reason_invalid"));
        }
        self.swap(user, What::UserLocked { reason: reason.to_owned() }, cx, |user, cx| {
            user.locked_at.get_or_insert(cx.now);
            user.lock_reason = reason.to_owned();
            user.session_epoch += 1;
        })
    }

    /// Changes the row; sessions of an older epoch are removed as well. Those of a locked
    /// account stay until their time is over, and open nothing: whoever holds one can be
    /// told why.
    fn swap(
        &self,
        mut user: User,
        what: What,
        cx: &mut Decide<'_>,
        change: impl FnOnce(&mut User, &Decide<'_>),
    ) -> Verdict<User> {
        let epoch = user.session_epoch;
        let locks = matches!(what, What::UserLocked { .. });
        change(&mut user, cx);
        user.updated_at = cx.now;
        let mut writes = vec![
            Write::SwapUser { was: user.version, now: user.clone() },
            Write::NoteChange(user.id),
        ];
        if user.session_epoch != epoch {
            let close = Write::CloseSessionsOf { user: user.id, except: None };
            writes.extend((!locks).then_some(close));
            writes.push(Write::KillChallengesOf(user.id));
        }
        user.version += 1;
        let event = cx.event(self.actor, Some(user.id), what);
        Verdict::yes(user, writes, vec![event])
    }

    fn verify(&self, subject: Subject, cx: &mut Decide<'_>) -> Verdict<User> {
        let (mut writes, mut events) = (vec![], vec![]);
        for name in subject.identifiers.iter().filter(|i| i.verified_at.is_none()) {
            writes.push(Write::VerifyIdentifier {
                user: name.user,
                kind: name.kind,
                normal: name.normal.clone(),
                at: cx.now,
            });
            let identifier_kind = name.kind.as_str().to_owned();
            let what = What::UserVerified { identifier_kind, by: "admin".into() };
            events.push(cx.event(self.actor, Some(self.user), what));
        }
        writes.push(Write::NoteChange(self.user));
        Verdict::yes(subject.user, writes, events)
    }

    fn reset_mfa(&self, subject: &Subject, cx: &mut Decide<'_>) -> Verdict<User> {
        let what = What::MfaRemoved { method: "all".into(), by: "admin".into() };
        // A session that stands on what is gone could enrol something else at once.
        let verdict = self.swap(subject.user.clone(), what, cx, |user, _| {
            user.session_epoch += 1;
        });
        let mut writes = factor::remove_all(subject, cx.settings);
        writes.extend(tell(subject, "account_changed", cx));
        verdict.after(writes, vec![])
    }

    fn set_password(
        &self,
        subject: &Subject,
        temporary: bool,
        mut done: Done,
        cx: &mut Decide<'_>,
    ) -> Verdict<User> {
        let phc = match done.new_hash("password") {
            Ok(phc) => phc,
            Err(refusal) => return Verdict::no(refusal),
        };
        let (mut user, mut writes) = set_password(subject, phc, true, cx);
        user.must_change_password = temporary;
        for write in &mut writes {
            if let Write::SwapUser { now, .. } = write {
                now.must_change_password = temporary;
            }
        }
        writes.extend(tell(subject, "password_changed", cx));
        let event = set_by_admin(subject, self.actor, cx);
        Verdict::yes(user, writes, vec![event])
    }
}
