//! The interop suites of OpenID AuthZEN 1.0: who may do what to a todo, and the
//! three searches, each by the question of the engine that turns it round.
//!
//! The policies are those that the tests of the engine run as well. Which
//! records somebody may do something to is asked of a real database, by the
//! condition that [`Snapshot::list_resources`] gives for it.

mod records;
mod search;
mod todo;

use keyward_authz::condition::{Cell, Facts};
use keyward_authz::policy::Policy;
use keyward_authz::{Access, Permission, Question, Snapshot};
use serde::Deserialize;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Vectors {
    todo: todo::Suite,
    search: search::Suite,
}

/// Something of a request that is only named.
#[derive(Deserialize)]
struct Entity {
    id: String,
}

/// What somebody wants to do.
#[derive(Deserialize)]
struct Action {
    name: String,
}

/// Compares `authzen_interop.json`; its `certification_fixture` is information.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    let vectors: Vectors = serde_json::from_str(text)?;
    vectors.todo.compare(comparison)?;
    vectors.search.compare(comparison)
}

fn policy(text: &str) -> Result<Snapshot> {
    Ok(Policy::parse("policy.toml", text)?.snapshot().clone())
}

/// Attributes by name.
type Attributes<'a> = Vec<(&'a str, Cell<'a>)>;

/// A person with roles and attributes.
struct Subject<'a> {
    access: Access,
    attributes: Attributes<'a>,
}

impl Subject<'_> {
    fn may(&self, snapshot: &Snapshot, wanted: &Permission, resource: &Attributes<'_>) -> bool {
        let facts = Facts { principal: &self.attributes, resource, ..Facts::default() };
        let question = Question { facts, ..Question::new(&self.access, wanted) };
        snapshot.decide(&question).decision.allowed()
    }
}
