//! The search suite: which users, which records, which actions.

use std::collections::{BTreeMap, BTreeSet};

use keyward_authz::condition::{Cell, Facts};
use keyward_authz::filter::Filter;
use keyward_authz::{Access, Permission, Question, Snapshot};
use serde::Deserialize;

use super::records::{Record, Table};
use super::{Action, Attributes, Entity, Subject, policy};
use crate::Result;
use crate::vectors::comparison::Comparison;

#[derive(Deserialize)]
pub(super) struct Suite {
    users: BTreeMap<String, User>,
    records: BTreeMap<String, Record>,
    cases: Cases,
}

#[derive(Deserialize)]
struct User {
    role: String,
    department: String,
}

#[derive(Deserialize)]
struct Cases {
    subject: Vec<Case<WhichUsers>>,
    resource: Vec<Case<WhichRecords>>,
    action: Vec<Case<WhichActions>>,
}

#[derive(Deserialize)]
struct Case<T> {
    request: T,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    results: Vec<Found>,
}

/// A user or record by its id, or an action by its name.
#[derive(Deserialize)]
struct Found {
    #[serde(alias = "name")]
    id: String,
}

#[derive(Deserialize)]
struct WhichUsers {
    resource: Entity,
    action: Action,
}

#[derive(Deserialize)]
struct WhichRecords {
    subject: Entity,
    action: Action,
}

#[derive(Deserialize)]
struct WhichActions {
    subject: Entity,
    resource: Entity,
}

/// What a search found; the order means nothing.
type Names<'a> = BTreeSet<&'a str>;

impl Suite {
    pub(super) fn compare(&self, comparison: &mut Comparison) -> Result<()> {
        let snapshot = policy(POLICY)?;
        let table = Table::of(&self.records)?;
        for (place, case) in self.cases.subject.iter().enumerate() {
            let ours = self.users_who_may(&snapshot, &case.request)?;
            comparison.row(format!("search.subject[{place}]"), ours, case.expected.names());
        }
        for (place, case) in self.cases.resource.iter().enumerate() {
            let ours = self.records_for(&snapshot, &table, &case.request)?;
            let ours: Names<'_> = ours.iter().map(String::as_str).collect();
            comparison.row(format!("search.resource[{place}]"), ours, case.expected.names());
        }
        for (place, case) in self.cases.action.iter().enumerate() {
            let ours = self.actions_of(&snapshot, &case.request)?;
            comparison.row(format!("search.action[{place}]"), ours, case.expected.names());
        }
        Ok(())
    }

    fn users_who_may(&self, snapshot: &Snapshot, asked: &WhichUsers) -> Result<Names<'_>> {
        let wanted = record(&asked.action.name)?;
        let resource = self.record(&asked.resource)?.attributes();
        // Users differ in attributes, so each is a question of its own.
        let may = |(name, user): (&String, &User)| {
            user.subject(name, snapshot).may(snapshot, &wanted, &resource)
        };
        let users = self.users.iter().filter(|(name, user)| may((name, user)));
        Ok(users.map(|(name, _)| name.as_str()).collect())
    }

    fn records_for(
        &self,
        snapshot: &Snapshot,
        table: &Table,
        asked: &WhichRecords,
    ) -> Result<Vec<String>> {
        let subject = self.user(&asked.subject, snapshot)?;
        let wanted = record(&asked.action.name)?;
        let facts = Facts { principal: &subject.attributes, ..Facts::default() };
        let question = Question { facts, ..Question::new(&subject.access, &wanted) };
        match snapshot.list_resources(&question, &Table::columns()) {
            Filter::All => Ok(self.records.keys().cloned().collect()),
            Filter::None => Ok(Vec::new()),
            Filter::Sql(sql) => table.find(&sql),
            Filter::Mixed(_) => Err("the condition cannot be said in SQL".into()),
        }
    }

    fn actions_of<'s>(&self, snapshot: &'s Snapshot, asked: &WhichActions) -> Result<Names<'s>> {
        let subject = self.user(&asked.subject, snapshot)?;
        let resource = self.record(&asked.resource)?.attributes();
        let anything = record("view")?;
        let facts =
            Facts { principal: &subject.attributes, resource: &resource, ..Facts::default() };
        let question = Question { facts, ..Question::new(&subject.access, &anything) };
        let listed = snapshot.list_permissions(&question);
        let all = snapshot.catalogue().iter().filter(|(id, _)| listed.contains(*id));
        Ok(all.filter_map(|(_, it)| it.as_str().strip_prefix("record:")).collect())
    }

    fn user<'a>(&'a self, named: &'a Entity, snapshot: &Snapshot) -> Result<Subject<'a>> {
        let user = self.users.get(&named.id).ok_or("a subject that is no user")?;
        Ok(user.subject(&named.id, snapshot))
    }

    fn record(&self, named: &Entity) -> Result<&Record> {
        Ok(self.records.get(&named.id).ok_or("a resource that is no record")?)
    }
}

impl User {
    fn subject<'a>(&'a self, name: &'a str, snapshot: &Snapshot) -> Subject<'a> {
        let attributes: Attributes<'a> = vec![
            ("id", Cell::Text(name)),
            ("role", Cell::Text(&self.role)),
            ("department", Cell::Text(&self.department)),
        ];
        Subject { access: Access::compile(snapshot, [], []), attributes }
    }
}

impl Expected {
    fn names(&self) -> Names<'_> {
        self.results.iter().map(|found| found.id.as_str()).collect()
    }
}

fn record(action: &str) -> Result<Permission> {
    Ok(Permission::parse(&format!("record:{action}"))?)
}

const POLICY: &str =
    include_str!("../../../../crates/keyward-authz/tests/it/files/authzen_search.toml");
