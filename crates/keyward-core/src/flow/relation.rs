//! Write stored relations, and take them away.

use std::collections::BTreeSet;

use keyward_authz::Snapshot;

use super::fixed::Known;
use super::reach::Reach;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Tuple, What};
use crate::refusal::{Flaw, Refusal};

/// A relation as it was given, not read yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Relation {
    /// `document:roof`
    pub object: String,
    /// `viewer`
    pub relation: String,
    /// `user:usr_…`, `user:*` or `group:builders#member`
    pub subject: String,
}

/// Adds relations and removes others, all of them or none. Adding one that is
/// there and removing one that is not is fine.
#[derive(Clone, Debug)]
pub struct ChangeRelations {
    /// Those to add; they must fit the policy.
    pub add: Vec<Relation>,
    /// Those to remove, whether or not they still fit.
    pub remove: Vec<Relation>,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// Relations that one change may add and remove.
pub const MAX_CHANGES: usize = 100;

/// What must be known to change relations.
#[derive(Debug)]
pub struct RelationFacts {
    /// What is added and removed, sorted, or why it cannot be.
    change: Result<[Vec<Tuple>; 2], Refusal>,
    /// It is more than whoever asks may do themselves.
    beyond: bool,
}

impl Flow for ChangeRelations {
    type Facts = RelationFacts;
    type Yes = ();
    const NAME: &'static str = "change_relations";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<RelationFacts, Error>> {
        Box::pin(async move {
            let Known { all: known, fixed, .. } = cx.known().await?;
            let policy = &fixed.snapshot;
            let change = self.read(policy);
            let (Some(actor), Ok([add, remove])) = (self.actor, &change) else {
                return Ok(RelationFacts { change, beyond: false });
            };
            let own = Reach::gather_for(Some(actor), &known, cx).await?.unwrap_or_default();
            let beyond = add.iter().chain(remove).any(|tuple| is_beyond(&own, tuple, policy));
            Ok(RelationFacts { change, beyond })
        })
    }

    fn decide(&self, facts: RelationFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let [add, remove] = match facts.change {
            Ok(change) => change,
            Err(refusal) => return Verdict::no(refusal),
        };
        if facts.beyond {
            return Verdict::no(Refusal::OutsideCeiling);
        }
        if add.is_empty() && remove.is_empty() {
            return Verdict::yes((), vec![], vec![]);
        }
        let texts = |tuples: &[Tuple]| tuples.iter().map(ToString::to_string).collect();
        let what = What::RelationsChanged { added: texts(&add), removed: texts(&remove) };
        let event = cx.event(self.actor, None, what);
        Verdict::yes((), vec![Write::Relate { add, remove }], vec![event])
    }
}

impl ChangeRelations {
    fn read(&self, policy: &Snapshot) -> Result<[Vec<Tuple>; 2], Refusal> {
        if self.add.len().saturating_add(self.remove.len()) > MAX_CHANGES {
            return Err(Refusal::invalid("add", "too_many"));
        }
        let mut flaws = Vec::new();
        let mut add = read_all("add", &self.add, &mut flaws);
        let remove = read_all("remove", &self.remove, &mut flaws);
        for (nth, tuple) in &add {
            if let Err(flaw) = policy.model().look_at(&tuple.to_authz()) {
                let field = format!("add.{nth}.{}", flaw.part());
                flaws.push(Flaw { field, code: flaw.code(), message: flaw.to_string() });
            }
        }
        if !flaws.is_empty() {
            return Err(Refusal::Flawed(flaws));
        }
        add.retain(|(_, tuple)| !remove.iter().any(|(_, gone)| gone == tuple));
        Ok([sorted(add), sorted(remove)])
    }
}

/// Reads each with its place, and notes what cannot be read.
fn read_all(field: &str, all: &[Relation], flaws: &mut Vec<Flaw>) -> Vec<(usize, Tuple)> {
    let mut read = Vec::with_capacity(all.len());
    for (nth, Relation { object, relation, subject }) in all.iter().enumerate() {
        match Tuple::read(object, relation, subject) {
            Ok(tuple) => read.push((nth, tuple)),
            Err(part) => flaws.push(Flaw {
                field: format!("{field}.{nth}.{part}"),
                code: "relation_invalid",
                message: form(part).to_owned(),
            }),
        }
    }
    read
}

fn form(part: &str) -> &'static str {
    match part {
        "object" => "an object looks like `document:roof`",
        "relation" => "a relation looks like `viewer`",
        _ => "a subject looks like `user:ID`, `user:*` or `group:ID#member`",
    }
}

/// Each once. Stores lock rows in this order, so that two changes wait for each
/// other and do not deadlock.
fn sorted(tuples: Vec<(usize, Tuple)>) -> Vec<Tuple> {
    tuples.into_iter().map(|(_, tuple)| tuple).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A relation gives and takes what it leads to: a ban that is lifted gives as much
/// as a permission.
pub(super) fn is_beyond(own: &Reach, tuple: &Tuple, policy: &Snapshot) -> bool {
    let mut given = policy.given_by(&tuple.object_type, &tuple.relation);
    given.any(|pattern| !own.holds(pattern.as_str()))
}
