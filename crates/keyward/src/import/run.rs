//! Page after page: read, bring in, tell.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use keyward_core::flow::Client;
use keyward_core::flow::import::{ImportPeople, ImportTerms, Imported, Loss, Person, here};
use keyward_core::flow::role::{ChangeRole, RoleChange};
use keyward_core::identifier::Kind;
use keyward_core::refusal::{Problem, Refusal};
use keyward_core::{Error, crypto::token};

use super::report::{Progress, RefusedRow, Report, Watch};
use super::source::{FoundPage, Source};
use crate::engine::Keyward;
use crate::hex;

/// What an operator chooses for an import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Roles of the other system, and the one that stands for each here. Only a role
    /// that is named here makes anybody an administrator.
    pub roles: BTreeMap<String, String>,
    /// Make roles that are not there, without any rules; else they are told as lost.
    pub create_roles: bool,
    /// Bring people in without their password or second factor where it cannot be read,
    /// or asks too much of whoever checks it; else they are refused.
    pub without_unreadable: bool,
    /// Find out what would come of it, and write nothing.
    pub dry_run: bool,
}

/// Roles that one import makes, at most.
const MAX_ROLES_MADE: usize = 200;

impl Keyward {
    /// Brings people in. Each comes whole or not at all; whoever collides with an account
    /// that is there is refused, and whoever was brought in before is left as they are,
    /// so it may be cut off and run again. With the same source it goes on where it was.
    ///
    /// # Errors
    /// The source or the store is unwell. What was told until then is in.
    pub async fn import(
        &self,
        source: &mut dyn Source,
        options: &ImportOptions,
        watch: &mut dyn Watch,
    ) -> Result<Report, Error> {
        if !is_name(source.name()) {
            return Err(Error::new("use this name for an import"));
        }
        let mut run = Run::new(self, source, options);
        run.go_on(source).await?;
        while let Some(page) = source.next().await? {
            run.page(page, watch).await?;
            let (read, total) = source.read();
            watch.progress(Progress { rows: run.report.rows, read, total });
        }
        run.end().await
    }
}

fn is_name(name: &str) -> bool {
    let plain = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    (1..=32).contains(&name.len()) && name.bytes().all(plain)
}

struct Run<'a> {
    auth: &'a Keyward,
    terms: Arc<ImportTerms>,
    create_roles: bool,
    /// Where it is noted how far this import has come.
    mark: Option<String>,
    /// Names that a dry run gave away, each as a hash.
    given: HashSet<u64>,
    /// Roles that are there, or cannot be made.
    roles: HashSet<String>,
    report: Report,
}

impl<'a> Run<'a> {
    fn new(auth: &'a Keyward, source: &dyn Source, options: &ImportOptions) -> Self {
        let ImportOptions { roles, create_roles, without_unreadable, dry_run } = options.clone();
        let from = source.name().to_owned();
        let mark = source.fingerprint().filter(|_| !dry_run).map(|text| {
            let digest = token::digest(&format!("{from}\n{text}"));
            format!("import:{}", hex::to_hex(digest.get(..16).unwrap_or_default()))
        });
        Self {
            auth,
            terms: Arc::new(ImportTerms { roles, without_unreadable, dry_run }),
            create_roles,
            mark,
            given: HashSet::new(),
            roles: HashSet::new(),
            report: Report { from, dry_run, ..Report::default() },
        }
    }

    /// Where another import of the same was cut off.
    async fn go_on(&mut self, source: &mut dyn Source) -> Result<(), Error> {
        let Some(mark) = &self.mark else { return Ok(()) };
        let was = self.auth.0.store.meta(mark).await?;
        let was = was.and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(position) = was.filter(|position| !position.is_empty()) {
            source.seek(&position).await?;
            self.report.went_on = true;
        }
        Ok(())
    }

    async fn page(&mut self, page: FoundPage, watch: &mut dyn Watch) -> Result<(), Error> {
        let (mut people, mut places) = (vec![], vec![]);
        for found in page.rows {
            self.report.rows += 1;
            match found.person {
                Ok(person) => {
                    places.push(found.place);
                    people.push(person);
                }
                Err(fault) => self.refuse(found.place, String::new(), fault.0, watch),
            }
        }
        if self.create_roles {
            self.make_roles(&people).await?;
        }
        let ids: Vec<String> = people.iter().map(|person| person.id.clone()).collect();
        let told = self.bring(people, Some(page.position)).await?;
        for ((told, place), id) in told.into_iter().zip(places).zip(ids) {
            self.tell(told, place, id, watch);
        }
        Ok(())
    }

    fn tell(&mut self, told: Imported, place: u64, id: String, watch: &mut dyn Watch) {
        match told {
            Imported::New { names, lost, .. } => {
                if let Some(code) = self.terms.dry_run.then(|| self.give(&names)).flatten() {
                    return self.refuse(place, id, code, watch);
                }
                self.report.imported += 1;
                for loss in &lost {
                    if !self.would_be_made(loss) {
                        self.report.lose(loss);
                    }
                }
            }
            Imported::Known(_) => self.report.known += 1,
            Imported::Refused(Problem { code, .. }) => self.refuse(place, id, code, watch),
        }
    }

    /// Whether a loss of a dry run would be none.
    fn would_be_made(&self, loss: &Loss) -> bool {
        let role = || self.report.roles_made.contains(&here(&loss.which));
        self.terms.dry_run && loss.what == "role" && role()
    }

    /// Gives names away in a dry run, in which nothing is stored that the next ones could
    /// collide with; the code for names that are given away already.
    fn give(&mut self, names: &[(Kind, String)]) -> Option<&'static str> {
        let hash = |(kind, text): &(Kind, String)| {
            let digest = token::digest(&format!("{}:{text}", kind.as_str()));
            digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
        };
        let taken = names.iter().find(|name| self.given.contains(&hash(name)));
        if let Some((kind, _)) = taken {
            return Some(match kind {
                Kind::Email => "email_repeated",
                Kind::Username => "username_repeated",
                Kind::Phone => "phone_repeated",
            });
        }
        self.given.extend(names.iter().map(hash));
        None
    }

    fn refuse(&mut self, place: u64, id: String, reason: &'static str, watch: &mut dyn Watch) {
        self.report.refuse(reason);
        watch.refused(&RefusedRow { place, id, reason });
    }

    /// Brings people in together; where others are in the way again and again, in halves.
    async fn bring(
        &self,
        people: Vec<Person>,
        position: Option<String>,
    ) -> Result<Vec<Imported>, Error> {
        let mark = self.mark.clone().zip(position.map(String::into_bytes));
        if people.is_empty() && mark.is_none() {
            return Ok(vec![]);
        }
        let (from, terms) = (self.report.from.clone(), Arc::clone(&self.terms));
        let mut flow = ImportPeople { from, people, terms, mark };
        match self.auth.run(&flow, &Client::default()).await? {
            Ok(told) => Ok(told),
            Err(_) if flow.people.len() > 1 => {
                let rest = flow.people.split_off(flow.people.len() / 2);
                let position = flow.mark.and_then(|(_, text)| String::from_utf8(text).ok());
                let mut told = Box::pin(self.bring(flow.people, None)).await?;
                told.extend(Box::pin(self.bring(rest, position)).await?);
                Ok(told)
            }
            Err(refusal) => Ok(vec![Imported::Refused(problem(&refusal))]),
        }
    }

    /// Makes the roles that these people have and nobody here knows.
    async fn make_roles(&mut self, people: &[Person]) -> Result<(), Error> {
        let missing = |roles: &HashSet<String>| -> Vec<String> {
            let named = people.iter().flat_map(|person| &person.roles);
            let named = named.filter(|name| !self.terms.roles.contains_key(*name)).map(|n| here(n));
            let new: HashSet<String> = named.filter(|name| !roles.contains(name)).collect();
            new.into_iter().collect()
        };
        let mut missing = missing(&self.roles);
        if missing.is_empty() {
            return Ok(());
        }
        missing.sort_unstable();
        let known = self.auth.0.store.definitions().await?;
        self.roles.extend(known.roles.into_iter().map(|role| role.name));
        for role in missing {
            if self.roles.contains(&role) || self.report.roles_made.len() >= MAX_ROLES_MADE {
                continue;
            }
            if self.terms.dry_run || self.make_role(&role).await? {
                self.report.roles_made.push(role.clone());
            }
            self.roles.insert(role);
        }
        Ok(())
    }

    async fn make_role(&self, role: &str) -> Result<bool, Error> {
        let description = format!("From {}", self.report.from);
        let flow = ChangeRole::new(role, RoleChange::Add { description });
        Ok(self.auth.run(&flow, &Client::default()).await?.is_ok())
    }

    /// The next import begins anew.
    async fn end(self) -> Result<Report, Error> {
        if self.mark.is_some() {
            self.bring(vec![], Some(String::new())).await?;
        }
        Ok(self.report)
    }
}

fn problem(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::Invalid(problems) => problems.first().cloned(),
        _ => None,
    }
    .unwrap_or(Problem { field: "row", code: "conflict" })
}
