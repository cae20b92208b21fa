//! Runs the tests of a policy file.

use std::fmt;
use std::fmt::Write as _;

use super::Policy;
use super::cases::{Case, Expected};
use super::coverage::Coverage;
use crate::access::Access;
use crate::acl::{Acl, Groups};
use crate::ceiling::Ceiling;
use crate::condition::{Cell, Facts, Value};
use crate::decide::{Question, Related};
use crate::effect::Decision;
use crate::items::{Item, SharedWith};
use crate::origin::Origin;
use crate::permission::Permission;

/// What came of the tests of a policy.
#[derive(Clone, Debug)]
pub struct Report {
    /// One for each expectation, in the order of the file.
    pub outcomes: Vec<Outcome>,
    /// Which rules decided something.
    pub coverage: Coverage,
}

/// What came of one expectation.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The test and what it asks for.
    pub title: String,
    /// Where it stands.
    pub origin: Origin,
    /// Nothing when it was met.
    pub failure: Option<Failure>,
}

/// An expectation that was not met.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was expected and what came, as a sentence.
    pub message: String,
    /// Why it came so.
    pub explanation: String,
}

impl Policy {
    /// Runs the tests in the file.
    pub fn test(&self) -> Report {
        let mut outcomes = Vec::new();
        let mut coverage = Coverage::of(&self.snapshot);
        for case in &self.cases {
            self.run(case, &mut outcomes, &mut coverage);
        }
        Report { outcomes, coverage }
    }

    fn run(&self, case: &Case, outcomes: &mut Vec<Outcome>, coverage: &mut Coverage) {
        let snapshot = &self.snapshot;
        let subject = &case.subject;
        let access = Access::compile(
            snapshot,
            subject.roles.iter().map(String::as_str),
            subject.grants.iter().map(|(effect, text)| (*effect, text.as_str())),
        );
        let scopes = subject.scopes.as_ref();
        let ceiling: Option<Ceiling> =
            scopes.map(|scopes| snapshot.scope_ceiling(scopes.iter().map(String::as_str)));
        let ceilings: Vec<&Ceiling> = ceiling.iter().collect();
        let groups = Groups::of(subject.groups.iter().map(String::as_str));
        let groups = if subject.id.is_some() { groups.authenticated() } else { groups };
        let acl: Vec<Option<&Acl>> = case.acl.iter().map(|name| snapshot.acl(name)).collect();
        let shared: Vec<&str> =
            case.item.iter().flat_map(|it| &it.shared).map(String::as_str).collect();
        let mut principal = cells(&subject.attributes);
        principal.push(("roles", Cell::Names(access.all_roles())));
        principal.extend(subject.id.as_deref().map(|id| ("id", Cell::Text(id))));
        let (resource, context) = (cells(&case.resource), cells(&case.context));
        let tuples = [&case.tuples];
        let nothing = Permission::nothing();
        let question =
            Question {
                subject: subject.id.as_deref(),
                banned: subject.banned,
                ceilings: &ceilings,
                groups: Some(&groups),
                acl: &acl,
                item: case.item.as_ref().map(|it| Item {
                    owner: it.owner.as_deref(),
                    visibility: it.visibility,
                    shared: SharedWith::These(&shared),
                }),
                related: case.object.as_deref().zip(subject.id.as_deref()).map(
                    |(object, subject)| Related { object, subject, tuples: &tuples, whole: true },
                ),
                facts: Facts { principal: &principal, resource: &resource, context: &context },
                ..Question::new(&access, &nothing)
            };
        let asked = case.expected.iter();
        outcomes.extend(asked.map(|expected| self.ask(case, expected, &question, coverage)));
        outcomes.extend(case.list.as_ref().map(|list| self.list(case, list, &question)));
    }

    fn ask(
        &self,
        case: &Case,
        expected: &Expected,
        question: &Question<'_>,
        coverage: &mut Coverage,
    ) -> Outcome {
        let question = Question { wanted: &expected.wanted, ..*question };
        let explanation = self.snapshot.explain(&question);
        let by = explanation.decided_by().map(|by| by.rule);
        coverage.note(by.as_deref());
        let right_rule = expected.rule.as_deref().is_none_or(|rule| is_called(by.as_deref(), rule));
        let met = explanation.decision == expected.decision && right_rule;
        let message = || {
            let (by, rule) = (by.as_deref().unwrap_or("no rule"), expected.rule.as_deref());
            let rule = rule.map_or(String::new(), |rule| format!(" by {rule}"));
            format!("expected {}{rule}, got {} by {by}", expected.decision, explanation.decision)
        };
        Outcome {
            title: format!("{}: {} {}", case.name, verb(expected.decision), expected.wanted),
            origin: expected.origin.clone(),
            failure: (!met)
                .then(|| Failure { message: message(), explanation: explanation.to_string() }),
        }
    }

    fn list(&self, case: &Case, expected: &[String], question: &Question<'_>) -> Outcome {
        let listed = self.snapshot.list_permissions(question);
        let catalogue = self.snapshot.catalogue();
        let listed = listed.iter().filter_map(|id| catalogue.get(id)).map(Permission::as_str);
        let listed: Vec<&str> = listed.collect();
        let mut wanted: Vec<&str> = expected.iter().map(String::as_str).collect();
        wanted.sort_unstable();
        let failure = (listed != wanted).then(|| Failure {
            message: format!("expected {wanted:?}, got {listed:?}"),
            explanation: String::new(),
        });
        let origin = case.origin.clone();
        Outcome { title: format!("{}: lists permissions", case.name), origin, failure }
    }
}

impl Report {
    /// Whether every expectation was met.
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The expectations that were not met.
    pub fn failures(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|outcome| outcome.failure.is_some())
    }

    /// As the Test Anything Protocol, version 14.
    pub fn tap(&self) -> String {
        let mut text = format!("TAP version 14\n1..{}\n", self.outcomes.len());
        for (nth, outcome) in (1..).zip(&self.outcomes) {
            let state = if outcome.failure.is_some() { "not ok" } else { "ok" };
            let _ = writeln!(text, "{state} {nth} - {}", outcome.title.replace('#', "\\#"));
            let Some(failure) = &outcome.failure else { continue };
            for line in failure.to_string().lines() {
                let _ = writeln!(text, "# {line}");
            }
        }
        text
    }

    /// As JUnit's XML.
    pub fn junit(&self) -> String {
        let (all, failed) = (self.outcomes.len(), self.failures().count());
        let mut text =
            format!("<testsuite name=\"policy\" tests=\"{all}\" failures=\"{failed}\">\n");
        for outcome in &self.outcomes {
            let _ = write!(
                text,
                "  <testcase name=\"{}\" file=\"{}\" line=\"{}\"",
                escaped(&outcome.title),
                escaped(&outcome.origin.file),
                outcome.origin.line
            );
            let _ = match &outcome.failure {
                None => writeln!(text, "/>"),
                Some(failure) => writeln!(
                    text,
                    "><failure message=\"{}\">{}</failure></testcase>",
                    escaped(&failure.message),
                    escaped(&failure.explanation)
                ),
            };
        }
        text + "</testsuite>\n"
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.message, self.explanation)
    }
}

fn cells(facts: &[(String, Value)]) -> Vec<(&str, Cell<'_>)> {
    facts.iter().map(|(name, value)| (name.as_str(), value.cell())).collect()
}

/// `roles.contractor.deny` calls every `roles.contractor.deny[…]`.
fn is_called(id: Option<&str>, name: &str) -> bool {
    let rest = id.and_then(|id| id.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

fn verb(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allows",
        Decision::Deny => "denies",
        Decision::Indeterminate => "cannot tell about",
    }
}

fn escaped(text: &str) -> String {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    plain.replace('"', "&quot;").replace('\n', "&#10;")
}
