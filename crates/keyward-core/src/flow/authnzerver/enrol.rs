//! A frontend signs somebody up, and proves their address itself.

use serde_json::{Map, Value};

use super::number::{ISSUER, Next, SYSTEM, named};
use crate::Error;
use crate::flow::sign_up::{
    Name, add_subject, admitted, name_problem, new_subject, password_problems,
};
use crate::flow::{Decide, Done, Flow, Gather, Verdict, Work};
use crate::identifier::{self, Kind};
use crate::port::Fut;
use crate::record::{Identity, What};
use crate::refusal::{Problem, Refusal};
use crate::secret::Secret;

/// Makes an account with an unproven address and a number. Whether people may sign up
/// is said by the settings, as at every door.
#[derive(Clone, Debug)]
pub struct Enrol {
    /// What to call them.
    pub full_name: String,
    /// E-mail address, as typed.
    pub email: String,
    /// As typed.
    pub password: Secret,
    /// Free properties.
    pub properties: Map<String, Value>,
    /// Another name, unique as well; at most [`Identity::MAX`] bytes.
    pub system_id: Option<String>,
}

/// What must be known to sign somebody up.
#[derive(Debug)]
pub struct EnrolFacts {
    name: Result<Name, Vec<Problem>>,
    next: Next,
}

impl Flow for Enrol {
    type Facts = EnrolFacts;
    type Yes = i64;
    const NAME: &'static str = "enrol";
    const FOR_STRANGERS: bool = true;

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<EnrolFacts, Error>> {
        Box::pin(async move {
            let next = Next::gather(cx).await?;
            let name = match self.name(cx) {
                Ok(name) => self.free(name, cx).await?,
                Err(problems) => Err(problems),
            };
            Ok(EnrolFacts { name, next })
        })
    }

    // Whether the address is taken or not, so that time does not tell.
    fn work(&self, _: &EnrolFacts) -> Work {
        Work::hash(&self.password)
    }

    fn decide(&self, facts: EnrolFacts, mut done: Done, cx: &mut Decide<'_>) -> Verdict<i64> {
        let name = match facts.name {
            Ok(name) => name,
            Err(problems) => return Verdict::no(Refusal::Invalid(problems)),
        };
        if let Err(refusal) = admitted(&[(Kind::Email, &name.normal.text)], &cx.settings.sign_up) {
            return Verdict::no(refusal);
        }
        let hash = match done.new_hash("password") {
            Ok(hash) => hash,
            Err(refusal) => return Verdict::no(refusal),
        };
        let mut subject = new_subject(&self.full_name, &[name], Some(hash), cx);
        subject.user.properties = Value::Object(self.properties.clone()).to_string();
        if subject.user.properties.len() > MAX_PROPERTIES {
            return Verdict::no(Refusal::invalid("extra_info", "too_large"));
        }
        let user = subject.user.id;
        let (number, counted) = facts.next.take();
        let mut writes = add_subject(&subject);
        writes.extend(named(user, ISSUER, &number.to_string(), cx));
        if let Some(name) = &self.system_id {
            writes.extend(named(user, SYSTEM, name, cx));
        }
        writes.extend(counted);
        let event = cx.own_event(user, What::UserCreated { by: ISSUER.into() });
        Verdict::yes(number, writes, vec![event])
    }
}

impl Enrol {
    fn name(&self, cx: Gather<'_>) -> Result<Name, Vec<Problem>> {
        let invalid = |_| vec![Problem { field: "email", code: "email_invalid" }];
        let normal = identifier::normalise(Kind::Email, &self.email).map_err(invalid)?;
        let name = Name { typed: self.email.trim().to_owned(), normal };
        let mut problems: Vec<Problem> = name_problem(&self.full_name).into_iter().collect();
        let names = core::slice::from_ref(&name);
        problems.extend(password_problems(&self.password, "password", names, cx.settings));
        let long = |id: &String| id.is_empty() || id.len() > Identity::MAX;
        if self.system_id.as_ref().is_some_and(long) {
            problems.push(Problem { field: "system_id", code: "system_id_invalid" });
        }
        if problems.is_empty() { Ok(name) } else { Err(problems) }
    }

    async fn free(&self, name: Name, cx: Gather<'_>) -> Result<Result<Name, Vec<Problem>>, Error> {
        if cx.store.is_taken(Kind::Email, &name.normal.text, None).await? {
            return Ok(Err(vec![Problem { field: "email", code: "email_taken" }]));
        }
        let Some(id) = &self.system_id else { return Ok(Ok(name)) };
        Ok(match cx.store.identity(SYSTEM, id).await? {
            Some(_) => Err(vec![Problem { field: "system_id", code: "system_id_taken" }]),
            None => Ok(name),
        })
    }
}

/// As everywhere: at most this many bytes of properties on one account.
const MAX_PROPERTIES: usize = 16 * 1024;
