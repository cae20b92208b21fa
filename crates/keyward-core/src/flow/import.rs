//! Bring people in from another system: each with all that comes along, or not at all.
//!
//! Whoever collides with an account that is there is refused, whatever the other system
//! says of them: nobody is taken over. Whoever was brought in before is recognised by
//! what the other system calls them.

mod look;
mod made;
mod person;
mod roles;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::apart::giving;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::identifier::{Kind, Normalised};
use crate::port::{Fut, Write};
use crate::refusal::Problem;

use look::{Checked, look};
pub use person::{Loss, Person, PersonName};
use roles::Roles;
pub use roles::here;

/// People who come together: all of them in one transaction.
#[derive(Clone, Debug)]
pub struct ImportPeople {
    /// Where from: 1 to 32 of `a-z 0-9 . _ -`. An id of one import is nobody in another.
    pub from: String,
    /// Who.
    pub people: Vec<Person>,
    /// How they are read.
    pub terms: Arc<ImportTerms>,
    /// How far the import has come once they are in: a name, and what to remember there.
    pub mark: Option<(String, Vec<u8>)>,
}

/// What an operator chose for an import.
#[derive(Clone, Debug, Default)]
pub struct ImportTerms {
    /// Roles of the other system, and the one that stands for each here. Only a role
    /// that is named here makes anybody an administrator.
    pub roles: BTreeMap<String, String>,
    /// Bring people in without their password or second factor where it cannot be read,
    /// or asks too much of whoever checks it; else they are refused.
    pub without_unreadable: bool,
    /// Find out, and write nothing.
    pub dry_run: bool,
}

/// What became of somebody.
#[derive(Clone, Debug)]
pub enum Imported {
    /// They have an account now.
    New {
        /// Theirs.
        user: UserId,
        /// What they are called here.
        names: Vec<(Kind, String)>,
        /// What did not come along.
        lost: Vec<Loss>,
    },
    /// They were brought in before.
    Known(UserId),
    /// They were not brought in.
    Refused(Problem),
}

/// What must be known to bring people in.
#[derive(Debug)]
pub struct Facts {
    people: Vec<Result<Checked, Problem>>,
    /// Version of the definitions by which roles were looked at.
    policy: i64,
}

impl Flow for ImportPeople {
    type Facts = Facts;
    type Yes = Vec<Imported>;
    const NAME: &'static str = "import_people";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(async move {
            let known = cx.definitions().await?;
            let mut roles = Roles::new(&known, &self.terms.roles, cx.now);
            let look = |person| look(person, &self.terms, &mut roles, cx.settings);
            let mut people: Vec<_> = self.people.iter().map(look).collect();
            self.recognise(&mut people, cx).await?;
            collide(&mut people, cx).await?;
            Ok(Facts { people, policy: known.version })
        })
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Vec<Imported>> {
        let (mut writes, mut events, mut told) = (vec![], vec![], vec![]);
        let (mut seen, mut several) = (Seen::default(), false);
        for (person, checked) in self.people.iter().zip(facts.people) {
            let checked = match checked.and_then(|checked| seen.take(&person.id, checked)) {
                Ok(checked) => checked,
                Err(problem) => {
                    told.push(Imported::Refused(problem));
                    continue;
                }
            };
            if let Some(user) = checked.known {
                told.push(Imported::Known(user));
                continue;
            }
            several |= checked.roles.len() > 1;
            let made = made::made(&self.from, person, checked, cx);
            told.push(made.told);
            writes.extend(made.writes);
            events.extend(made.events);
        }
        if self.terms.dry_run {
            return Verdict::yes(told, vec![], vec![]);
        }
        if several {
            // Nobody makes a set meanwhile that keeps two of them apart.
            writes.splice(0..0, giving(facts.policy, cx));
        }
        let mark = self.mark.clone().map(|(name, now)| Write::SetMeta { name, now });
        writes.extend(mark);
        Verdict::yes(told, writes, events)
    }
}

impl ImportPeople {
    /// Notes who was brought in before.
    async fn recognise(
        &self,
        people: &mut [Result<Checked, Problem>],
        cx: Gather<'_>,
    ) -> Result<(), Error> {
        let issuer = made::issuer(&self.from);
        let ids = |of: &[Result<Checked, Problem>]| -> Vec<String> {
            let both = self.people.iter().zip(of).filter(|(_, checked)| checked.is_ok());
            both.map(|(person, _)| person.id.clone()).collect()
        };
        let found = cx.store.identities(&issuer, &ids(people)).await?;
        for (checked, found) in people.iter_mut().flatten().zip(found) {
            checked.known = found.map(|found| found.user);
        }
        if let Some(old) = made::old_issuer(&self.from) {
            let found = cx.store.identities(old, &ids(people)).await?;
            for (checked, found) in people.iter_mut().flatten().zip(found) {
                checked.known_of_old = found.is_none();
            }
        }
        Ok(())
    }
}

/// Refuses those of whom a name is taken.
async fn collide(people: &mut [Result<Checked, Problem>], cx: Gather<'_>) -> Result<(), Error> {
    let new = |checked: &&Checked| checked.known.is_none();
    let names = people.iter().flatten().filter(new).flat_map(|checked| &checked.names);
    let names: Vec<Normalised> = names.map(|(name, _)| name.normal.clone()).collect();
    let mut taken = cx.store.are_taken(&names).await?.into_iter();
    for person in people {
        let Ok(checked) = person else { continue };
        if checked.known.is_some() {
            continue;
        }
        // As many answers are taken as there are names.
        let all: Vec<_> =
            checked.names.iter().map(|(name, _)| &name.normal).zip(&mut taken).collect();
        if let Some((name, _)) = all.into_iter().find(|(_, taken)| *taken) {
            *person = Err(name_problem(name.kind, "email_taken", "username_taken", "phone_taken"));
        }
    }
    Ok(())
}

fn name_problem(
    kind: Kind,
    email: &'static str,
    username: &'static str,
    phone: &'static str,
) -> Problem {
    let code = match kind {
        Kind::Email => email,
        Kind::Username => username,
        Kind::Phone => phone,
    };
    Problem { field: kind.as_str(), code }
}

/// Who came before in the same batch.
#[derive(Default)]
struct Seen {
    ids: BTreeSet<String>,
    names: BTreeSet<(Kind, String)>,
    looks: BTreeSet<String>,
}

impl Seen {
    fn take(&mut self, id: &str, checked: Checked) -> Result<Checked, Problem> {
        if checked.known.is_some() {
            return Ok(checked);
        }
        if self.ids.contains(id) {
            return Err(Problem { field: "id", code: "id_repeated" });
        }
        for (name, _) in &checked.names {
            let Normalised { kind, text, skeleton } = &name.normal;
            let looks = skeleton.as_ref().is_some_and(|skeleton| self.looks.contains(skeleton));
            if looks || self.names.contains(&(*kind, text.clone())) {
                let codes = ("email_repeated", "username_repeated", "phone_repeated");
                return Err(name_problem(*kind, codes.0, codes.1, codes.2));
            }
        }
        self.ids.insert(id.to_owned());
        for (name, _) in &checked.names {
            self.names.insert((name.normal.kind, name.normal.text.clone()));
            self.looks.extend(name.normal.skeleton.clone());
        }
        Ok(checked)
    }
}
