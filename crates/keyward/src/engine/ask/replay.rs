//! Logged decisions, made again by the policy that is in force here: what a candidate
//! would have answered.

use std::io::{BufRead, Read as _};

use keyward_authz::acl::Acl;
use keyward_authz::condition::{Cell, Facts, Value};
use keyward_authz::relations::{Reads, Tuples};
use keyward_authz::{
    Access, Block, Ceiling, Decision, Effect, Opinion, Permission, Question, Related, Snapshot,
};
use keyward_core::Error;
use keyward_core::id::UserId;
use keyward_core::record::Tuple;

use super::laid;
use super::logged::{HELD, Line, Looked, MAX_LINE, read};
use super::ruling::public_code;
use crate::engine::Keyward;
use crate::engine::groups::InGroups;
use crate::resource::Resource;

/// A logged decision that would be another.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Replayed {
    /// Its line in the log, from 1.
    pub line: u64,
    /// When it was made, in microseconds since the Unix epoch.
    pub at: i64,
    /// Who asked; nothing for a stranger.
    pub user: Option<String>,
    /// What was wanted.
    pub permission: String,
    /// Of what, as `posts:42`, if of anything.
    pub resource: Option<String>,
    /// What was answered.
    pub was: Decision,
    /// The code that went with it.
    pub was_code: String,
    /// What would be answered.
    pub now: Decision,
    /// The code that would go with it. `decision_unavailable` also where the candidate
    /// looks at stored relations that were not looked at then.
    pub now_code: &'static str,
}

/// How many decisions were made again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Replay {
    /// All of them.
    pub total: u64,
    /// Those with another answer.
    pub changed: u64,
}

impl Keyward {
    /// Makes the decisions of a [log](crate::Builder::decision_log) again, with what
    /// everybody held and everything was then, by the policy that is in force here;
    /// `tell` hears of each that would be another. It reads a line at a time, so the
    /// log may be of any length. A last line that was cut off is passed over.
    ///
    /// # Errors
    /// When a line cannot be read, or is longer than 64 KiB.
    pub fn replay(
        &self,
        mut log: impl BufRead,
        mut tell: impl FnMut(Replayed),
    ) -> Result<Replay, Error> {
        let policy = self.policy();
        let (mut replay, mut text, mut nth) = (Replay::default(), Vec::new(), 0);
        loop {
            nth += 1;
            let bad = |flaw: String| {
                Error::because("read the decision log", format!("line {nth}: {flaw}"))
            };
            text.clear();
            let most = MAX_LINE as u64 + 1;
            let length = (&mut log).take(most).read_until(b'\n', &mut text);
            if length.map_err(|error| bad(error.to_string()))? == 0 {
                return Ok(replay);
            }
            if text.len() > MAX_LINE {
                return Err(bad("it is longer than 64 KiB".to_owned()));
            }
            let line = match Line::read(&text) {
                Ok(line) => line,
                Err(_) if text.last() != Some(&b'\n') => return Ok(replay),
                Err(flaw) => return Err(bad(flaw)),
            };
            let verdict = again(&policy.snapshot, &line);
            let (now, now_code) =
                verdict.ok_or_else(|| bad("it is not a decision of ours".to_owned()))?;
            replay.total += 1;
            if now != Decision::from(line.decision) {
                replay.changed += 1;
                tell(changed(line, nth, now, now_code));
            }
        }
    }
}

fn changed(line: Line, nth: u64, now: Decision, now_code: &'static str) -> Replayed {
    Replayed {
        line: nth,
        at: line.at,
        user: line.user,
        permission: line.permission,
        resource: line.resource.map(|it| format!("{}:{}", it.r#type, it.id)),
        was: line.decision.into(),
        was_code: line.code,
        now,
        now_code,
    }
}

/// An opinion that was given then.
struct Given(Opinion);

impl Block for Given {
    fn opinion(&self, _: &Question<'_>) -> Opinion {
        self.0
    }
}

/// What this policy answers; nothing where the line says what no decision is made of.
fn again(policy: &Snapshot, line: &Line) -> Option<(Decision, &'static str)> {
    let then = Then::of(policy, line)?;
    // What can no longer be asked for can no longer be allowed.
    let Ok(wanted) = Permission::parse_as(policy.dialect(), &line.permission) else {
        return Some((Decision::Deny, "unknown_permission"));
    };
    // A list that is no more might have been the one that denies.
    let Some(acl) = chain(policy, then.resource.as_ref()) else {
        return Some((Decision::Indeterminate, "decision_unavailable"));
    };
    Some(then.decide(policy, line, &wanted, &acl))
}

/// What a decision was made of, read.
struct Then {
    groups: InGroups,
    ceilings: Vec<Ceiling>,
    resource: Option<Resource>,
    principal: Vec<(String, Value)>,
    context: Vec<(String, Value)>,
    tuples: Tuples,
    looked: Reads,
}

impl Then {
    fn of(policy: &Snapshot, line: &Line) -> Option<Self> {
        let resource = match &line.resource {
            Some(about) => Some(about.read()?),
            None => None,
        };
        let (tuples, looked) = relations(&line.relations)?;
        Some(Self {
            groups: groups(line)?,
            ceilings: ceilings(policy, line)?,
            resource,
            principal: read(&line.principal)?,
            context: read(&line.context)?,
            tuples,
            looked,
        })
    }

    fn decide(
        &self,
        policy: &Snapshot,
        line: &Line,
        wanted: &Permission,
        acl: &[Option<&Acl>],
    ) -> (Decision, &'static str) {
        let access = access(policy, line);
        let held = [Cell::Names(access.all_roles()), Cell::Names(&self.groups.names)];
        let principal: Vec<_> = cells(&self.principal).chain(HELD.into_iter().zip(held)).collect();
        let context: Vec<_> = cells(&self.context).collect();
        let attributes = self.resource.as_ref().map(laid::resource).unwrap_or_default();
        let ceilings: Vec<&Ceiling> = self.ceilings.iter().collect();
        let given: Vec<Given> = line.blocks.iter().map(|said| Given((*said).into())).collect();
        let given: Vec<&dyn Block> = given.iter().map(|block| block as &dyn Block).collect();
        let shared = self.resource.as_ref().map(Resource::shared_names).unwrap_or_default();
        let object = self.resource.as_ref().map(Resource::object);
        let subject = line.user.as_ref().map(|id| format!("user:{id}"));
        let tuples = [&self.tuples];
        let mut question = Question::new(&access, wanted);
        question.banned = line.shut_out;
        question.subject = line.user.as_deref();
        question.groups = Some(&self.groups.listed);
        question.ceilings = &ceilings;
        question.acl = acl;
        question.custom = &given;
        question.facts = Facts { principal: &principal, resource: &attributes, context: &context };
        if let Some(resource) = &self.resource {
            question.item = laid::item(wanted, resource, &shared);
            let whole = self.is_whole(policy, wanted, resource);
            let named = object.as_deref().zip(subject.as_deref());
            question.related =
                named.map(|(object, subject)| Related { object, subject, tuples: &tuples, whole });
        }
        let verdict = policy.decide(&question);
        let told = policy.tell(&question, verdict);
        (verdict.decision, public_code(told.code, told.http))
    }

    /// Whether all relations were looked at then that this policy looks at.
    fn is_whole(&self, policy: &Snapshot, wanted: &Permission, resource: &Resource) -> bool {
        let object = resource.object();
        let relations: Vec<&str> = policy.relations_giving(wanted, &resource.kind).collect();
        let (relations, known) = (relations.iter().copied(), [&self.tuples]);
        policy.model().unread(&object, relations, &known, &self.looked).is_empty()
    }
}

fn cells(all: &[(String, Value)]) -> impl Iterator<Item = (&str, Cell<'_>)> {
    all.iter().map(|(name, it)| (name.as_str(), it.cell()))
}

fn access(policy: &Snapshot, line: &Line) -> Access {
    let allow = line.allow.iter().map(|pattern| (Effect::Allow, pattern.as_str()));
    let deny = line.deny.iter().map(|pattern| (Effect::Deny, pattern.as_str()));
    Access::compile(policy, line.roles.iter().map(String::as_str), allow.chain(deny))
}

fn groups(line: &Line) -> Option<InGroups> {
    Some(match (&line.user, &line.groups) {
        (_, None) => InGroups::none(),
        (None, Some(_)) => InGroups::of_strangers(),
        (Some(user), Some(names)) => {
            InGroups::of(UserId::parse(user)?, names.iter().map(String::as_str))
        }
    })
}

/// The scopes mean what this policy says they do; they stand before the rest.
fn ceilings(policy: &Snapshot, line: &Line) -> Option<Vec<Ceiling>> {
    let scopes = line.scopes.as_ref();
    let scopes = scopes.map(|it| policy.scope_ceiling(it.iter().map(String::as_str)));
    let others = line.ceilings.iter().map(|patterns| {
        Ceiling::parse_as(policy.dialect(), "key", patterns.iter().map(String::as_str)).ok()
    });
    scopes.into_iter().map(Some).chain(others).collect()
}

fn chain<'a>(policy: &'a Snapshot, resource: Option<&Resource>) -> Option<Vec<Option<&'a Acl>>> {
    let names = resource.map(|it| it.acl.iter()).into_iter().flatten();
    names.map(|name| policy.acl(name).map(Some)).collect()
}

fn relations(looked: &Looked) -> Option<(Tuples, Reads)> {
    let found = looked.found.iter().map(|text| Some(Tuple::parse(text)?.to_authz()));
    let node = |text: &String| {
        let (object, relation) = text.rsplit_once('#')?;
        Some((object.to_owned(), relation.to_owned()))
    };
    let reads = Reads {
        members: looked.members.iter().map(node).collect::<Option<_>>()?,
        objects: looked.objects.iter().map(node).collect::<Option<_>>()?,
    };
    Some((found.collect::<Option<_>>()?, reads))
}
