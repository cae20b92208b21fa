//! A verdict in words.

use super::{By, Question, Verdict};
use crate::acl::AclHit;
use crate::effect::Decision;
use crate::explain::{Because, CeilingNote, Explanation, UnmetRule};
use crate::snapshot::Snapshot;

impl Snapshot {
    /// Decides again and says why. [`Explanation::decision`] is always that of
    /// [`Snapshot::decide`].
    pub fn explain(&self, question: &Question<'_>) -> Explanation {
        let verdict = self.decide(question);
        let mut explanation = question.access.explain(self, question.wanted);
        if verdict.decision == Decision::Allow {
            explanation.clear_misses();
        }
        if let Some(because) = self.because(question, verdict) {
            explanation.replace(because);
        }
        explanation.decision = verdict.decision;
        explanation.ceilings = ceilings(question);
        explanation.unmet_rules = self.unmet_rules(question, verdict);
        explanation
    }

    /// Nothing when the roles decided, or nothing did.
    fn because(&self, question: &Question<'_>, verdict: Verdict) -> Option<Because> {
        let failed = verdict.decision == Decision::Indeterminate;
        Some(match verdict.by {
            By::Roles | By::Superuser | By::NoMatch => return None,
            By::Banned => Because::Banned,
            By::Locked => return None,
            By::UnknownPermission => Because::UnknownPermission,
            By::Ceiling(place) => Because::Ceiling(question.ceilings.get(place)?.name().to_owned()),
            By::Rule(place) => {
                let rule = self.rules().get(place)?;
                Because::Conditional {
                    id: rule.id.to_string(),
                    effect: rule.effect,
                    reason: rule.reason.as_deref().map(str::to_owned),
                    failed,
                }
            }
            By::Acl(hit) => acl(question, hit)?,
            By::Items => Because::Items { owned: is_owned(question) },
            By::Relations => Because::Relations { failed },
            By::Custom(place) => Because::Custom { place, failed },
        })
    }

    /// The rules that would have allowed, had their conditions held.
    fn unmet_rules(&self, question: &Question<'_>, verdict: Verdict) -> Vec<UnmetRule> {
        if verdict.decision == Decision::Allow {
            return Vec::new();
        }
        let roles = question.access.all_roles();
        let concerned = self.rules().iter().filter(|it| it.concerns(question.wanted, roles));
        let unmet = concerned.filter_map(|rule| {
            let unmet = rule.when.as_ref()?.unmet(&question.facts)?;
            Some(UnmetRule { id: rule.id.to_string(), effect: rule.effect, unmet })
        });
        unmet.collect()
    }
}

fn ceilings(question: &Question<'_>) -> Vec<CeilingNote> {
    let notes = question.ceilings.iter().map(|ceiling| CeilingNote {
        name: ceiling.name().to_owned(),
        contains: ceiling.contains(question.wanted),
    });
    notes.collect()
}

fn acl(question: &Question<'_>, hit: AclHit) -> Option<Because> {
    let acl = question.acl.get(hit.level).copied().flatten()?;
    let entry = acl.entries().get(hit.entry)?.to_string();
    Some(Because::Acl { level: hit.level, place: hit.entry, entry })
}

fn is_owned(question: &Question<'_>) -> bool {
    question.item.is_some_and(|item| item.owner.is_some() && item.owner == question.subject)
}
