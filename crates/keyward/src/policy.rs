//! The stored policy document, for the app, the command line and the doors.

use keyward_authz::{Diff, Snapshot};
use keyward_core::Error;
use keyward_core::flow::Client;
use keyward_core::flow::policy::{ChangePolicy, PolicyFacts, failing};
use keyward_core::refusal::{Failing, Mistake, Refusal};
use schemars::JsonSchema;
use serde::Serialize;

use crate::engine::Keyward;
use crate::http::Problem;
use crate::matrix::{RoleReview, review};
use crate::people::Answer;

/// The stored policy document.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PolicyView {
    /// Counts with each text; 0 where there was none yet.
    pub version: i64,
    /// In the form of a policy file; empty where it says nothing.
    pub text: String,
}

/// What a text would do in place of the policy document.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct PolicyCheckView {
    /// The version of the document that it was compared with.
    pub version: i64,
    /// The code that saving it would be refused with, unless forced; nothing if
    /// it would be saved.
    pub refusal: Option<&'static str>,
    /// What cannot be read; at most 50, in order.
    pub mistakes: Vec<MistakeView>,
    /// What came of the tests in it; nothing where it cannot be read.
    pub tests: Option<TestsView>,
    /// Each role whose holders gain or lose something, by name. What conditions,
    /// lists, items and relations give is not compared.
    pub roles: Vec<RoleReview>,
    /// Accounts that hold one of these roles.
    pub people: usize,
    /// Whether there are more accounts than were counted.
    pub more_people: bool,
}

/// A mistake in a text.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MistakeView {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// What is wrong, as half a sentence.
    pub message: String,
    /// What was meant perhaps.
    pub suggestion: Option<String>,
}

/// What came of the tests in a text.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct TestsView {
    /// How many were met.
    pub passed: usize,
    /// How many were not.
    pub failed: usize,
    /// Those that were not; at most 50, in order.
    pub failures: Vec<FailureView>,
}

/// A test that fails.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FailureView {
    /// Its line, from 1.
    pub line: u32,
    /// The test and what it asks for.
    pub test: String,
    /// What was expected and what came.
    pub message: String,
}

impl Keyward {
    /// The policy document as it is stored now.
    pub async fn policy_document(&self) -> Result<PolicyView, Error> {
        let document = self.0.store.definitions().await?.document;
        Ok(document.map_or(PolicyView { version: 0, text: String::new() }, |document| PolicyView {
            version: document.version,
            text: document.text.to_string(),
        }))
    }

    /// Replaces the policy document. Answers its version from now on.
    pub async fn change_policy(&self, change: ChangePolicy) -> Answer<i64> {
        self.run(&change, &Client::default()).await
    }

    /// What a change of the policy document would do now, whatever version was seen.
    pub async fn check_policy(&self, change: &ChangePolicy) -> Result<PolicyCheckView, Error> {
        let facts = self.facts(change, &Client::default()).await?;
        let refusal = facts.look(change.force).err();
        let mistakes = match &refusal {
            Some(Refusal::PolicyInvalid(all)) => all.iter().map(MistakeView::new).collect(),
            _ => vec![],
        };
        let mut roles = self.compare(&facts).await?;
        let (people, more_people) = self.count_people(facts.stored(), &mut roles).await?;
        Ok(PolicyCheckView {
            version: facts.version(),
            refusal: refusal.map(|refusal| Problem::of(refusal).code.as_str()),
            mistakes,
            tests: tests(&facts),
            roles,
            people,
            more_people,
        })
    }

    /// What the roles gain and lose, compared on a thread that may take its time.
    async fn compare(&self, facts: &PolicyFacts) -> Result<Vec<RoleReview>, Error> {
        let Some(candidate) = facts.candidate() else { return Ok(vec![]) };
        let before = self.policy_at(facts.stored())?;
        let after = candidate.fixed.with_rows(facts.stored())?.build();
        let compared = tokio::task::spawn_blocking(move || told(&before.snapshot, &after)).await;
        compared.map_err(|cause| Error::because("compare two policies", cause))
    }
}

fn told(before: &Snapshot, after: &Snapshot) -> Vec<RoleReview> {
    let Diff { gained, lost, .. } = before.diff(after);
    let mut roles: Vec<&str> = gained.iter().chain(&lost).map(|pair| pair.role.as_str()).collect();
    roles.sort_unstable();
    roles.dedup();
    let of = |pairs: &[keyward_authz::Pair], role: &str| {
        let own = pairs.iter().filter(|pair| pair.role == role);
        own.map(|pair| pair.permission.clone()).collect()
    };
    roles.iter().map(|role| review::named(role, of(&gained, role), of(&lost, role))).collect()
}

fn tests(facts: &PolicyFacts) -> Option<TestsView> {
    let report = facts.candidate()?.report.as_ref()?;
    let failed = report.failures().count();
    Some(TestsView {
        passed: report.outcomes.len() - failed,
        failed,
        failures: failing(report).iter().map(FailureView::new).collect(),
    })
}

impl MistakeView {
    fn new(mistake: &Mistake) -> Self {
        let Mistake { line, column, message, suggestion } = mistake.clone();
        Self { line, column, message, suggestion }
    }
}

impl FailureView {
    fn new(failing: &Failing) -> Self {
        let Failing { line, test, message } = failing.clone();
        Self { line, test, message }
    }
}
