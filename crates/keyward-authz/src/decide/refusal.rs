//! How an answer is told to whoever asked over HTTP.

use super::{By, Question, Verdict};
use crate::effect::{Decision, Effect};
use crate::rules::Rule;
use crate::snapshot::Snapshot;

/// The code and the status of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'s> {
    /// From the one registry of error codes; `allowed` where there is no error.
    pub code: &'static str,
    /// The status: 200, 401, 403, 404 or 503.
    pub http: u16,
    /// What would help, such as `step_up`.
    pub advice: Option<&'s str>,
}

impl Snapshot {
    /// How to tell the answer to a question.
    pub fn tell(&self, question: &Question<'_>, verdict: Verdict) -> Told<'_> {
        let rule = self.denial(verdict);
        let advice = verdict.advice(self);
        let (code, http) = match verdict.decision {
            Decision::Allow => (verdict.code(), 200),
            Decision::Indeterminate => (verdict.code(), 503),
            Decision::Deny if advice == Some(STEP_UP) => ("step_up_required", 401),
            Decision::Deny if is_scopes(question, verdict) => ("scope_insufficient", 403),
            Decision::Deny if rule.is_some_and(|rule| rule.hide) => (verdict.code(), 404),
            Decision::Deny => (verdict.code(), 403),
        };
        Told { code, http, advice }
    }

    fn denial(&self, verdict: Verdict) -> Option<&Rule> {
        match verdict.by {
            By::Rule(place) if verdict.decision == Decision::Deny => {
                self.rules().get(place).filter(|rule| rule.effect == Effect::Deny)
            }
            _ => None,
        }
    }
}

impl Verdict {
    /// Whether a rule that denies says what would help, such as `step_up`.
    pub fn advice(self, snapshot: &Snapshot) -> Option<&str> {
        snapshot.denial(self).and_then(|rule| rule.advise.as_deref())
    }
}

fn is_scopes(question: &Question<'_>, verdict: Verdict) -> bool {
    let By::Ceiling(place) = verdict.by else { return false };
    question.ceilings.get(place).is_some_and(|ceiling| ceiling.name() == SCOPES)
}

const STEP_UP: &str = "step_up";
/// The name of a token's ceiling, as [`Snapshot::scope_ceiling`] makes it.
const SCOPES: &str = "scopes";
