//! Replace the stored policy document.

use std::sync::Arc;

use keyward_authz::policy::{Mistakes, Policy, Report, same_beside_roles};

use super::admins::Admins;
use super::apart::Apart;
use super::fixed::Fixed;
use super::reach::Reach;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::crypto::hex::hex;
use crate::crypto::token::digest;
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Definitions, RoleRule, What};
use crate::refusal::{Failing, Mistake, Refusal};

/// What the door asks for that the policy document is changed through; one of
/// [`UNDO`](super::admins::UNDO).
pub const EDIT: &str = "policy:edit";
/// Bytes of a policy document: 256 KiB, some thousands of rules.
pub const MAX_DOCUMENT: usize = 256 * 1024;
/// Mistakes and failures that are told at once.
const MAX_TOLD: usize = 50;

/// Replaces the policy document as a whole. It counts from the next request on.
#[derive(Clone, Debug)]
pub struct ChangePolicy {
    /// In the form of a policy file, at most [`MAX_DOCUMENT`] bytes; nothing, or
    /// white space, for no document.
    pub text: String,
    /// The version that was seen, 0 for none; `None` replaces whatever there is.
    pub seen: Option<i64>,
    /// Although nobody could undo it by their permissions.
    pub force: bool,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// What must be known to replace the document.
#[derive(Debug)]
pub struct PolicyFacts {
    /// The definitions that are in force.
    known: Definitions,
    /// What a text would make of them.
    candidate: Result<Candidate, Refusal>,
}

/// What a text means beside the policy file and the rows.
#[derive(Debug)]
pub struct Candidate {
    /// The file and the text together.
    pub fixed: Fixed,
    /// What came of the tests in the text.
    pub report: Option<Report>,
    /// It is more than whoever asks may do themselves.
    beyond: bool,
    /// Whether it brings roles together that exclude each other.
    apart: Apart,
    admins: Admins,
}

impl Flow for ChangePolicy {
    type Facts = PolicyFacts;
    /// The version of the document from now on.
    type Yes = i64;
    const NAME: &'static str = "change_policy";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<PolicyFacts, Error>> {
        Box::pin(async move {
            let stored = cx.store.definitions().await?;
            let fixed = cx.fixed.at(stored.document.as_ref())?;
            let candidate = match self.read(&fixed, &stored) {
                Ok((now, report)) => self.weigh(&fixed, now, report, &stored, cx).await.map(Ok)?,
                Err(refusal) => Err(refusal),
            };
            Ok(PolicyFacts { known: stored, candidate })
        })
    }

    fn decide(&self, facts: PolicyFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<i64> {
        let was = facts.version();
        if self.seen.is_some_and(|seen| seen != was) {
            return Verdict::no(Refusal::Conflict);
        }
        if let Err(refusal) = facts.look(self.force) {
            return Verdict::no(refusal);
        }
        if self.said() == facts.text() {
            return Verdict::yes(was, vec![], vec![]);
        }
        let version = facts.known.version;
        let (admins, apart) = facts
            .candidate
            .map(|candidate| (candidate.admins, candidate.apart))
            .unwrap_or_default();
        let (noted, apart) = (admins.noted(), apart.noted(cx));
        let (now, text) = (was.saturating_add(1), Arc::<str>::from(self.said()));
        let what = What::PolicyChanged { version: now, digest: hex(&digest(&text)) };
        // What was looked at is what is changed: nothing came between.
        let seen = Write::SwapPolicy { was: version };
        let writes = [Some(seen), apart, Some(Write::SwapPolicyDocument { was, text }), noted];
        let event = cx.event(self.actor, None, what);
        Verdict::yes(now, writes.into_iter().flatten().collect(), vec![event])
    }
}

impl PolicyFacts {
    /// What the text means; nothing where it cannot be read.
    pub fn candidate(&self) -> Option<&Candidate> {
        self.candidate.as_ref().ok()
    }

    /// The stored definitions that it would be added to.
    pub fn stored(&self) -> &Definitions {
        &self.known
    }

    /// The version of the document that is stored; 0 without one.
    pub fn version(&self) -> i64 {
        self.known.document.as_ref().map_or(0, |document| document.version)
    }

    /// The document that is stored.
    pub fn text(&self) -> &str {
        self.known.document.as_ref().map_or("", |document| &document.text)
    }

    /// Whether it may be stored, whatever version was seen.
    ///
    /// # Errors
    /// The refusal that whoever stores it meets.
    pub fn look(&self, force: bool) -> Result<(), Refusal> {
        let candidate = self.candidate.as_ref().map_err(Clone::clone)?;
        if let Some(report) = candidate.report.as_ref().filter(|report| !report.passed()) {
            return Err(Refusal::PolicyTestsFail(failing(report)));
        }
        if candidate.beyond {
            return Err(Refusal::OutsideCeiling);
        }
        candidate.apart.look_at()?;
        match candidate.admins.has_one() || force {
            true => Ok(()),
            false => Err(Refusal::LastAdministrator),
        }
    }
}

impl ChangePolicy {
    /// The text that is stored: nothing where it says nothing.
    fn said(&self) -> &str {
        if self.text.trim().is_empty() { "" } else { &self.text }
    }

    /// Reads the text and runs its tests.
    fn read(
        &self,
        fixed: &Fixed,
        stored: &Definitions,
    ) -> Result<(Fixed, Option<Report>), Refusal> {
        if self.text.len() > MAX_DOCUMENT {
            return Err(Refusal::invalid("text", "too_large"));
        }
        let version = stored.document.as_ref().map_or(0, |document| document.version) + 1;
        if self.said().is_empty() {
            return Ok((fixed.alone(version), None));
        }
        let whole = fixed.parse(&self.text, stored);
        let whole = whole.map_err(|mistakes| Refusal::PolicyInvalid(told(&mistakes)))?;
        native(&whole)?;
        let report = whole.test();
        Ok((fixed.of_whole(whole, version), Some(report)))
    }

    /// Compares what it would say with what is said and held now.
    async fn weigh(
        &self,
        was: &Fixed,
        now: Fixed,
        report: Option<Report>,
        stored: &Definitions,
        cx: Gather<'_>,
    ) -> Result<Candidate, Error> {
        let with = |fixed: &Fixed| {
            let mut known = stored.clone();
            fixed.add_to(&mut known);
            known
        };
        let (before, after) = (with(was), with(&now));
        let own = Reach::gather_for(self.actor, &before, cx).await?;
        let text = stored.document.as_ref().map_or("", |document| &document.text);
        let beyond = own.is_some_and(|own| self.is_beyond(&own, text, [was, &now]));
        let apart = Apart::when_defined([&before, &after], cx).await?;
        let admins = Admins::when_defined([(was, stored), (&now, stored)], cx).await?;
        Ok(Candidate { fixed: now, report, beyond, apart, admins })
    }

    /// What roles say may be changed as far as one holds it oneself; a denial as
    /// well, because lifting it gives something. Everything else may reach anything.
    fn is_beyond(&self, own: &Reach, was: &str, [before, after]: [&Fixed; 2]) -> bool {
        let above = |fixed: &Fixed| {
            let roles = fixed.snapshot.roles();
            let above = roles.filter(|role| role.is_superuser() || role.is_locked());
            above.map(|role| (role.name().to_owned(), role.is_locked())).collect::<Vec<_>>()
        };
        if !same_beside_roles(was, self.said()) || above(before) != above(after) {
            return !own.holds("*");
        }
        let [before, after] = [before, after].map(|fixed| &fixed.rows.rules);
        let only = |one: &[RoleRule], other: &[RoleRule]| {
            one.iter().any(|rule| !other.contains(rule) && !own.holds(&rule.pattern))
        };
        only(before, after) || only(after, before)
    }
}

/// Stored rules are in the native dialect, so that no other will do.
fn native(policy: &Policy) -> Result<(), Refusal> {
    let dialect = policy.snapshot().dialect();
    if dialect == keyward_authz::Dialect::default() {
        return Ok(());
    }
    let message = format!("is in the dialect `{dialect}`, which stored rules are not");
    Err(Refusal::PolicyInvalid(vec![Mistake { line: 1, column: 1, message, suggestion: None }]))
}

fn told(mistakes: &Mistakes) -> Vec<Mistake> {
    let told = |mistake: &keyward_authz::policy::Mistake| Mistake {
        line: mistake.line,
        column: mistake.column,
        message: mistake.message.clone(),
        suggestion: mistake.suggestion.clone(),
    };
    mistakes.iter().take(MAX_TOLD).map(told).collect()
}

/// The tests that failed, as they are told.
pub fn failing(report: &Report) -> Vec<Failing> {
    let failures = report.failures().take(MAX_TOLD);
    let failing = failures.filter_map(|outcome| {
        let failure = outcome.failure.as_ref()?;
        Some(Failing {
            line: outcome.origin.line,
            test: outcome.title.clone(),
            message: failure.message.clone(),
        })
    });
    failing.collect()
}
