//! The numbers that stand for people.

use crate::Error;
use crate::flow::known_elsewhere::Elsewhere;
use crate::flow::sign_up::{add_subject, new_subject};
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Identity, Subject, What};
use crate::refusal::Refusal;

/// Who gave the numbers, and the kind of the credential that holds one. Its data is the
/// number in digits.
pub const ISSUER: &str = "authnzerver";
/// The same for the other name that people have there, a text.
pub const SYSTEM: &str = "authnzerver_system";
/// Who gave the numbers that people brought along from authnzerver.
pub const IMPORTED: &str = "import:authnzerver";
/// The number of the first administrator.
pub const SUPERUSER: i64 = 1;
/// The number of whoever is not signed in.
pub const ANONYMOUS: i64 = 2;
/// The number of somebody who never can.
pub const LOCKED: i64 = 3;

/// The number of an account, if it has one.
pub fn number_of(subject: &Subject) -> Option<i64> {
    let found = subject.credential(ISSUER)?;
    core::str::from_utf8(&found.data).ok()?.parse().ok()
}

/// The other name of an account, if it was given one.
pub fn system_id_of(subject: &Subject) -> Option<String> {
    String::from_utf8(subject.credential(SYSTEM)?.data.clone()).ok()
}

/// Gives an account a number: the next, or this one.
#[derive(Clone, Debug)]
pub struct GiveNumber {
    /// To whom.
    pub user: UserId,
    /// Which; `None` for the one that they brought along, or the next that nobody had.
    pub number: Option<i64>,
}

/// What must be known to give a number.
#[derive(Debug)]
pub struct NumberFacts {
    subject: Option<Subject>,
    /// Theirs before they came here.
    brought: Option<i64>,
    next: Next,
}

impl Flow for GiveNumber {
    type Facts = NumberFacts;
    type Yes = i64;
    const NAME: &'static str = "give_number";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<NumberFacts, Error>> {
        Box::pin(async move {
            let subject = cx.store.subject(self.user).await?;
            let brought = match subject.as_ref().and_then(brought) {
                // Somebody else may have it by now.
                Some(number) => match cx.store.identity(ISSUER, &number.to_string()).await? {
                    None => Some(number),
                    Some(_) => None,
                },
                None => None,
            };
            Ok(NumberFacts { subject, brought, next: Next::gather(cx).await? })
        })
    }

    fn decide(&self, facts: NumberFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<i64> {
        let Some(subject) = facts.subject else { return Verdict::no(Refusal::NotFound) };
        if let Some(number) = number_of(&subject) {
            return Verdict::yes(number, vec![], vec![]);
        }
        let (number, counted) = match self.number.or(facts.brought) {
            Some(number) => (number, None),
            None => facts.next.take(),
        };
        let mut writes = named(self.user, ISSUER, &number.to_string(), cx);
        writes.extend(counted);
        writes.push(Write::NoteChange(self.user));
        Verdict::yes(number, writes, vec![])
    }
}

/// Makes the account that stands for everybody who is not signed in, or for nobody. It
/// has no names and no password.
#[derive(Clone, Debug)]
pub struct PutSystem {
    /// [`ANONYMOUS`] or [`LOCKED`].
    pub number: i64,
    /// What to call it.
    pub name: &'static str,
}

impl Flow for PutSystem {
    type Facts = Option<Identity>;
    type Yes = UserId;
    const NAME: &'static str = "put_system_account";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        Box::pin(async move { cx.store.identity(ISSUER, &self.number.to_string()).await })
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<UserId> {
        if let Some(there) = facts {
            return Verdict::yes(there.user, vec![], vec![]);
        }
        let mut subject = new_subject(self.name, &[], None, cx);
        if self.number == LOCKED {
            subject.user.locked_at = Some(cx.now);
            subject.user.lock_reason = "nobody's".into();
        }
        let user = subject.user.id;
        let mut writes = add_subject(&subject);
        writes.extend(named(user, ISSUER, &self.number.to_string(), cx));
        let created = cx.event(None, Some(user), What::UserCreated { by: ISSUER.into() });
        Verdict::yes(user, writes, vec![created])
    }
}

/// The next number that nobody had.
#[derive(Debug)]
pub(super) struct Next {
    was: Option<Vec<u8>>,
    number: i64,
}

impl Next {
    pub(super) async fn gather(cx: Gather<'_>) -> Result<Self, Error> {
        let was = cx.store.meta(COUNTER).await?;
        let said = was.as_deref().and_then(|text| core::str::from_utf8(text).ok());
        let next = said.and_then(|text| text.parse().ok());
        let number = match next {
            Some(next) if !is_imported(next, cx).await? => next,
            other => beyond_imported(other.unwrap_or(FIRST), cx).await?,
        };
        Ok(Self { was, number })
    }

    /// The number, and that it is taken.
    pub(super) fn take(self) -> (i64, Option<Write>) {
        let now = (self.number + 1).to_string().into_bytes();
        (self.number, Some(Write::SwapMeta { name: COUNTER.into(), was: self.was, now }))
    }
}

async fn is_imported(number: i64, cx: Gather<'_>) -> Result<bool, Error> {
    Ok(cx.store.identity(IMPORTED, &number.to_string()).await?.is_some())
}

/// A number behind all that people brought along: the first after which [`GAP`] are free.
/// One in between may be that of somebody who left, whose things are somewhere still.
async fn beyond_imported(from: i64, cx: Gather<'_>) -> Result<i64, Error> {
    let mut first = from;
    loop {
        let wanted: Vec<String> = (first..first + GAP).map(|number| number.to_string()).collect();
        let found = cx.store.identities(IMPORTED, &wanted).await?;
        match found.iter().rposition(Option::is_some) {
            Some(last) => first += i64::try_from(last).unwrap_or(0) + 1,
            None => return Ok(first),
        }
    }
}

/// The number that somebody brought along from authnzerver.
fn brought(subject: &Subject) -> Option<i64> {
    let found = subject.credential("imported")?;
    let said: serde_json::Value = serde_json::from_slice(&found.data).ok()?;
    let is_theirs = said.get("from").and_then(serde_json::Value::as_str) == Some(ISSUER);
    said.get("id").filter(|_| is_theirs)?.as_str()?.parse().ok()
}

/// Writes by which an account is found under a name of this kind.
pub(super) fn named(user: UserId, kind: &str, name: &str, cx: &mut Decide<'_>) -> Vec<Write> {
    Elsewhere { kind, data: name.to_owned(), issuer: kind, subject: name }.noted(user, cx)
}

/// Where the next number is kept.
const COUNTER: &str = "authnzerver.next";
/// Those before are of the system.
const FIRST: i64 = 4;
/// Numbers in a row that nobody brought along, where all of them are behind us.
const GAP: i64 = 1_000;
