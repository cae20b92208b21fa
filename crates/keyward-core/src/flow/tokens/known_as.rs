//! What another system called an account, so that what it gave out names it still.

use serde_json::json;

use crate::Error;
use crate::flow::known_elsewhere::Elsewhere;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Credential, Identity, Subject, What};
use crate::refusal::Refusal;

/// The kind of its credential.
const KIND: &str = "known_as";

/// A system whose tokens are still accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OldSystem {
    /// Asok: accounts have numbers.
    Asok,
}

impl OldSystem {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asok => "asok",
        }
    }

    /// What stands as issuer of the identity; no service elsewhere is called so.
    pub fn issuer(self) -> &'static str {
        match self {
            Self::Asok => "known-as:asok",
        }
    }

    fn is_name(self, name: &str) -> bool {
        match self {
            // As Asok wrote it: no sign, no zero in front.
            Self::Asok => {
                name.parse::<i64>().is_ok_and(|number| number >= 0 && number.to_string() == name)
            }
        }
    }
}

/// Notes what another system called an account, or that it is to be forgotten: then its
/// tokens of that system open nothing any more.
#[derive(Clone, Debug)]
pub struct KnowAs {
    /// Whose account.
    pub user: UserId,
    /// Which system.
    pub system: OldSystem,
    /// What it called them; `None` to forget what it did.
    pub name: Option<String>,
}

/// What must be known.
#[derive(Debug)]
pub struct Facts {
    subject: Option<Subject>,
    taken: Option<Identity>,
}

/// What notes it; nothing for what that system calls nobody.
pub(in crate::flow) fn mark(
    user: UserId,
    system: OldSystem,
    name: &str,
    cx: &mut Decide<'_>,
) -> Vec<Write> {
    if !system.is_name(name) {
        return vec![];
    }
    let data = json!({ "v": 1, "system": system.as_str(), "name": name }).to_string();
    Elsewhere { kind: KIND, data, issuer: system.issuer(), subject: name }.noted(user, cx)
}

impl Flow for KnowAs {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "know_as";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let subject = cx.store.subject(self.user).await?;
            let taken = match &self.name {
                Some(name) if self.system.is_name(name) => {
                    cx.store.identity(self.system.issuer(), name).await?
                }
                _ => None,
            };
            Ok(Facts { subject, taken })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let there = facts.subject.filter(|subject| subject.user.deleted_at.is_none());
        let Some(subject) = there else { return Verdict::no(Refusal::NotFound) };
        let own = |taken: &Identity| taken.user == self.user;
        match &self.name {
            Some(name) if !self.system.is_name(name) => {
                Verdict::no(Refusal::invalid("name", "identifier_invalid"))
            }
            Some(_) if facts.taken.as_ref().is_some_and(own) => Verdict::yes((), vec![], vec![]),
            Some(_) if facts.taken.is_some() => Verdict::no(Refusal::Conflict),
            Some(name) => self.note(name, cx),
            None => self.forget(&subject, cx),
        }
    }
}

impl KnowAs {
    fn note(&self, name: &str, cx: &mut Decide<'_>) -> Verdict<()> {
        let mut writes = mark(self.user, self.system, name, cx);
        writes.push(Write::NoteChange(self.user));
        self.told(writes, cx)
    }

    fn forget(&self, subject: &Subject, cx: &mut Decide<'_>) -> Verdict<()> {
        let is_it = |credential: &&Credential| {
            let data: serde_json::Value =
                serde_json::from_slice(&credential.data).unwrap_or_default();
            let system = data.get("system").and_then(serde_json::Value::as_str);
            credential.kind == KIND && system == Some(self.system.as_str())
        };
        let known = subject.credentials.iter().filter(is_it);
        let mut writes: Vec<Write> = known.map(|it| Write::SpendCredential(it.id)).collect();
        if writes.is_empty() {
            return Verdict::no(Refusal::NotFound);
        }
        writes.push(Write::NoteChange(self.user));
        self.told(writes, cx)
    }

    fn told(&self, writes: Vec<Write>, cx: &mut Decide<'_>) -> Verdict<()> {
        let what = What::UserUpdated { fields: vec![KIND.into()] };
        let event = cx.event(None, Some(self.user), what);
        Verdict::yes((), writes, vec![event])
    }
}
