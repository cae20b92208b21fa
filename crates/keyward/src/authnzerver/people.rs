//! People as frontends see them: by number, with one role.

use std::sync::Arc;

use keyward_core::Error;
use keyward_core::flow::authnzerver::{
    ANONYMOUS, GiveNumber, IMPORTED, ISSUER, number_of, system_id_of,
};
use keyward_core::flow::setup::ADMIN_ROLE;
use keyward_core::id::UserId;
use keyward_core::identifier::{self, Kind};
use keyward_core::port::EventQuery;
use keyward_core::record::{Identifier, Subject, User};
use keyward_core::time::Timestamp;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::times::written;

/// Somebody, as they were read.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) user: User,
    pub(super) number: i64,
    pub(super) system_id: String,
    pub(super) email: Option<Identifier>,
    /// What to sign in with.
    pub(super) login: String,
    pub(super) role: String,
    /// A role was given, and not concluded from what they are.
    pub(super) has_role: bool,
    /// As they were when somebody first asked.
    log_ins: tokio::sync::OnceCell<LogIns>,
    began: u64,
}

/// Where what a frontend notes of people is kept, among their properties.
pub(super) const NOTES: &str = "authnzerver";

impl Seen {
    pub(super) fn id(&self) -> UserId {
        self.user.id
    }

    pub(super) fn is_active(&self) -> bool {
        self.user.is_active() && self.role != "locked"
    }

    pub(super) fn is_verified(&self) -> bool {
        self.email.as_ref().is_some_and(|name| name.verified_at.is_some())
    }

    /// Signed up, and nobody proved the address or let them in since.
    pub(super) fn is_pending(&self) -> bool {
        self.user.is_active() && !self.has_role && !self.is_verified()
    }

    pub(super) fn email(&self) -> &str {
        match (&self.email, self.number) {
            (Some(name), _) => &name.normal,
            (None, ANONYMOUS) => "anonuser@localhost",
            (None, keyward_core::flow::authnzerver::LOCKED) => "dummyuser@localhost",
            (None, _) => "",
        }
    }

    fn properties(&self) -> Map<String, Value> {
        serde_json::from_str(&self.user.properties).unwrap_or_default()
    }

    /// What the app keeps of them.
    pub(super) fn extra_info(&self) -> Value {
        let mut properties = self.properties();
        properties.remove(NOTES);
        properties.into()
    }

    /// A note of a frontend's.
    pub(super) fn note(&self, name: &str) -> Value {
        let properties = self.properties();
        properties.get(NOTES).and_then(|notes| notes.get(name)).cloned().unwrap_or_default()
    }

    /// The moment that a note names.
    pub(super) fn noted_at(&self, name: &str) -> Option<Timestamp> {
        super::times::read(self.note(name).as_str()?)
    }
}

/// When somebody signed in last, and how often they tried since.
#[derive(Debug, Default)]
pub(super) struct LogIns {
    tried: Option<Timestamp>,
    succeeded: Option<Timestamp>,
    failed: usize,
}

/// Attempts that are looked at.
const ATTEMPTS: u32 = 50;

impl Call<'_> {
    /// Somebody who is not deleted, by number.
    pub(super) async fn person(&self, number: i64) -> Result<Option<Arc<Seen>>, Error> {
        let user = match self.room.numbers.get(&number) {
            Some(user) => user,
            None => {
                let (store, text) = (&self.auth.0.store, number.to_string());
                let identity = match store.identity(ISSUER, &text).await? {
                    // Whoever came from authnzerver keeps theirs, from the first time on.
                    None => store.identity(IMPORTED, &text).await?,
                    known => known,
                };
                let Some(identity) = identity else { return Ok(None) };
                self.room.numbers.insert(number, identity.user);
                identity.user
            }
        };
        let seen = self.seen(user).await?;
        Ok(seen.filter(|seen| seen.user.deleted_at.is_none() && seen.number == number))
    }

    /// Somebody who is not deleted, by e-mail address in any spelling.
    pub(super) async fn by_email(&self, typed: &str) -> Result<Option<Arc<Seen>>, Error> {
        let Ok(normal) = identifier::normalise(Kind::Email, typed) else { return Ok(None) };
        let Some(subject) = self.auth.0.store.subject_by(Kind::Email, &normal.text).await? else {
            return Ok(None);
        };
        let seen = self.seen(subject.user.id).await?;
        Ok(seen.filter(|seen| seen.user.deleted_at.is_none()))
    }

    /// Somebody, from memory where nothing changed since.
    pub(super) async fn seen(&self, user: UserId) -> Result<Option<Arc<Seen>>, Error> {
        let cache = &self.auth.0.cache;
        if let Some(seen) = self.room.people.get(&user)
            && cache.is_fresh_since(user, seen.began)
        {
            return Ok(Some(seen));
        }
        let began = cache.begin();
        let Some(subject) = self.auth.0.store.subject(user).await? else { return Ok(None) };
        let number = match number_of(&subject) {
            Some(number) => number,
            None => match self.run(&GiveNumber { user, number: None }).await? {
                Ok(number) => number,
                Err(_) => return Ok(None),
            },
        };
        let (role, has_role, lasts) = self.role_of(&subject, number).await?;
        let seen = Arc::new(Seen {
            number,
            system_id: system_id_of(&subject).unwrap_or_else(|| user.to_string()),
            email: subject.identifier(Kind::Email).cloned(),
            login: login(&subject),
            role,
            has_role,
            log_ins: tokio::sync::OnceCell::new(),
            began,
            user: subject.user,
        });
        if lasts && cache.is_fresh_since(user, began) {
            self.room.people.insert(user, Arc::clone(&seen));
        }
        Ok(Some(seen))
    }

    /// The one role of somebody, whether it was given, and whether it is for good.
    async fn role_of(&self, subject: &Subject, number: i64) -> Result<(String, bool, bool), Error> {
        let now = self.auth.now();
        let held = self.auth.0.store.access(subject.user.id).await?;
        let policy = self.auth.policy();
        let given: Vec<_> = held.roles_by(&policy.groups).collect();
        let lasts =
            given.iter().all(|(_, term)| term.not_before.is_none() && term.expires_at.is_none());
        let holds =
            |wanted: &str| given.iter().any(|(role, term)| *role == wanted && term.covers(now));
        let of_model = self.room.how.model.roles().find(|role| !is_state(role) && holds(role));
        let given = if holds(ADMIN_ROLE) { Some(SUPERUSER) } else { of_model };
        let proven = subject.identifier(Kind::Email).is_none_or(|name| name.verified_at.is_some());
        let role = match given {
            _ if !subject.user.is_active() => "locked",
            _ if number == ANONYMOUS => "anonymous",
            Some(role) => role,
            None if proven => "authenticated",
            None => "locked",
        };
        Ok((role.to_owned(), given.is_some(), lasts))
    }

    /// What the log says of how somebody came in.
    pub(super) async fn log_ins(&self, user: UserId) -> Result<LogIns, Error> {
        let (subject, kind) = (Some(user), Some("sign_in.".to_owned()));
        let query = EventQuery { subject, kind, limit: ATTEMPTS, ..EventQuery::default() };
        let rows = self.auth.0.store.events(&query).await?.data;
        let is_success = |kind: &str| kind == "sign_in.succeeded";
        Ok(LogIns {
            tried: rows.first().map(|row| row.at),
            succeeded: rows.iter().find(|row| is_success(&row.kind)).map(|row| row.at),
            failed: rows.iter().take_while(|row| !is_success(&row.kind)).count(),
        })
    }

    /// Everything that lists say of somebody.
    pub(super) async fn user_info(&self, seen: &Seen) -> Result<Value, Error> {
        let log_ins = self.log_ins(seen.id()).await?;
        Ok(seen.info(&log_ins))
    }

    /// The same for a session that is looked at again and again: when they signed in
    /// last is as old as what else is remembered of them.
    pub(super) async fn session_user_info(&self, seen: &Seen) -> Result<Value, Error> {
        let log_ins = seen.log_ins.get_or_try_init(|| self.log_ins(seen.id())).await?;
        Ok(seen.info(log_ins))
    }
}

impl Seen {
    fn info(&self, log_ins: &LogIns) -> Value {
        let time = |time: Option<Timestamp>| time.map(written);
        json!({
            "user_id": self.number,
            "system_id": self.system_id,
            "full_name": self.user.name,
            "email": self.email(),
            "email_verified": self.is_verified(),
            "is_active": self.is_active(),
            "last_login_try": time(log_ins.tried),
            "last_login_success": time(log_ins.succeeded),
            "failed_login_tries": log_ins.failed,
            "created_on": written(self.user.created_at),
            "last_updated": written(self.user.updated_at),
            "user_role": self.role,
            "extra_info": self.extra_info(),
            "emailverify_sent_datetime": self.note("emailverify_sent_datetime"),
            "emailforgotpass_sent_datetime": self.note("emailforgotpass_sent_datetime"),
            "emailchangepass_sent_datetime": self.note("emailchangepass_sent_datetime"),
        })
    }
}

/// The role that stands above all.
pub(super) const SUPERUSER: &str = "superuser";

/// Roles that say how somebody is, and are given to nobody.
pub(super) fn is_state(role: &str) -> bool {
    matches!(role, "anonymous" | "locked")
}

fn login(subject: &Subject) -> String {
    let named = subject.identifier(Kind::Email).or_else(|| subject.identifiers.first());
    named.map(|name| name.normal.clone()).unwrap_or_default()
}
