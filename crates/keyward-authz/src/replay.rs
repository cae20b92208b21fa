//! Logged decisions against a policy that is not in force yet.

use crate::access::Access;
use crate::ceiling::Ceiling;
use crate::condition::Facts;
use crate::decide::Question;
use crate::effect::{Decision, Effect};
use crate::permission::Permission;
use crate::snapshot::Snapshot;

/// A decision as it was logged.
#[derive(Clone, Copy)]
pub struct Logged<'a> {
    /// The subject.
    pub subject: Option<&'a str>,
    /// Its roles.
    pub roles: &'a [&'a str],
    /// Its grants.
    pub grants: &'a [(Effect, &'a str)],
    /// The scopes of its token, if it came with one.
    pub scopes: Option<&'a [&'a str]>,
    /// What was wanted.
    pub wanted: &'a str,
    /// The attributes that were at hand.
    pub facts: Facts<'a>,
    /// The answer.
    pub decision: Decision,
}

/// A logged decision that would be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its place in the log, from 0.
    pub place: usize,
    /// What was answered.
    pub was: Decision,
    /// What the candidate answers.
    pub now: Decision,
}

/// What a candidate would have answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// How many decisions were looked at.
    pub total: usize,
    /// Those that change, in the order of the log.
    pub changes: Vec<Change>,
}

impl Snapshot {
    /// Answers logged questions again, as this policy would have.
    pub fn replay<'a>(&self, log: impl IntoIterator<Item = Logged<'a>>) -> Replay {
        let mut replay = Replay::default();
        for (place, logged) in log.into_iter().enumerate() {
            let now = self.answer(&logged);
            replay.total += 1;
            if now != logged.decision {
                replay.changes.push(Change { place, was: logged.decision, now });
            }
        }
        replay
    }

    fn answer(&self, logged: &Logged<'_>) -> Decision {
        // What can no longer be read can no longer be allowed.
        let Ok(wanted) = Permission::parse_as(self.dialect(), logged.wanted) else {
            return Decision::Deny;
        };
        let (roles, grants) = (logged.roles.iter().copied(), logged.grants.iter().copied());
        let access = Access::compile(self, roles, grants);
        let ceiling = logged.scopes.map(|scopes| self.scope_ceiling(scopes.iter().copied()));
        let ceilings: &[&Ceiling] = &ceiling.iter().collect::<Vec<_>>();
        let question = Question {
            subject: logged.subject,
            facts: logged.facts,
            ceilings,
            ..Question::new(&access, &wanted)
        };
        self.decide(&question).decision
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SnapshotBuilder;

    #[test]
    fn only_what_changes_is_named() {
        let mut policy = SnapshotBuilder::new();
        policy.rule("editor", Effect::Allow, "posts:edit").unwrap();
        policy.scope("read", ["posts:view"]).unwrap();
        let edit = Logged {
            subject: Some("ann"),
            roles: &["editor"],
            grants: &[],
            scopes: None,
            wanted: "posts:edit",
            facts: Facts::default(),
            decision: Decision::Allow,
        };
        let log = [
            edit,
            Logged { wanted: "posts:publish", ..edit },
            Logged { scopes: Some(&["read"]), ..edit },
            Logged { wanted: "posts:publish", decision: Decision::Deny, ..edit },
            Logged { wanted: "é", ..edit },
        ];
        let change = |place| Change { place, was: Decision::Allow, now: Decision::Deny };
        let replay = policy.build().replay(log);
        assert_eq!(replay, Replay { total: 5, changes: [1, 2, 4].map(change).into() });
    }
}
