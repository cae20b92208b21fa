//! A verdict in words.

use std::cmp::Reverse;

use super::{By, Question, Verdict};
use crate::acl::AclHit;
use crate::condition::Facts;
use crate::effect::Decision;
use crate::explain::{Because, CeilingNote, Explanation, UnmetRule};
use crate::items::{ItemAnswer, Visibility};
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
        if let Some(subject) = question.subject {
            explanation.name_subject(subject);
        }
        let told = self.tell(question, verdict);
        (explanation.code, explanation.http) = (told.code, told.http);
        explanation.decision = verdict.decision;
        explanation.ceilings = ceilings(question);
        explanation.unmet_rules = self.unmet_rules(question, verdict);
        if verdict.decision == Decision::Deny {
            explanation.would_allow.extend(self.would_allow(question));
        }
        explanation
    }

    /// Nothing when the roles decided, or nothing did.
    pub(super) fn because(&self, question: &Question<'_>, verdict: Verdict) -> Option<Because> {
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
                    reason: rule.reason.as_deref().map(|text| fill(text, &question.facts)),
                    failed,
                    origin: rule.origin.clone(),
                }
            }
            By::Acl(hit) => acl(question, hit)?,
            By::Items => self.items_because(question),
            By::Relations => self.relations_because(question, failed),
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
            let when = || rule.when.as_ref()?.unmet(&question.facts);
            let unless = || rule.unless.as_ref()?.met(&question.facts);
            let (unmet, unless) = match when() {
                Some(unmet) => (unmet, false),
                None => (unless()?, true),
            };
            Some(UnmetRule { id: rule.id.to_string(), effect: rule.effect, unmet, unless })
        });
        unmet.collect()
    }
}

fn ceilings(question: &Question<'_>) -> Vec<CeilingNote> {
    let notes = question.ceilings.iter().map(|ceiling| CeilingNote {
        name: ceiling.name().to_owned(),
        patterns: ceiling.patterns().map(ToString::to_string).collect(),
        contains: ceiling.contains(question.wanted),
    });
    notes.collect()
}

fn acl(question: &Question<'_>, hit: AclHit) -> Option<Because> {
    let acl = question.acl.get(hit.level).copied().flatten()?;
    Some(Because::Acl {
        level: hit.level,
        place: hit.entry,
        entry: acl.entries().get(hit.entry)?.to_string(),
        name: acl.name().map(str::to_owned),
        origin: acl.origin(hit.entry).cloned(),
    })
}

impl Snapshot {
    fn items_because(&self, question: &Question<'_>) -> Because {
        let (kind, _) = question.wanted.type_and_verb().unwrap_or_default();
        let visibility = question.item.and_then(|item| item.visibility);
        let (rule, owned) = match self.item_answer(question) {
            Some(ItemAnswer::Allow { role, owned }) => {
                (item_rule(kind, role, owned, visibility), owned)
            }
            _ => (format!("items.{kind}.closed"), false),
        };
        let origin = self.items().kind(kind).and_then(|it| it.origin(&rule)).cloned();
        Because::Items { rule, owned, origin }
    }

    fn relations_because(&self, question: &Question<'_>, failed: bool) -> Because {
        // Of several that say the same, the first.
        let grants = self.related_each(question).map(|(opinion, grant)| (Reverse(opinion), grant));
        let grant = grants.min_by_key(|(opinion, _)| *opinion).map(|(_, grant)| grant);
        let rule = grant.map(|grant| format!("relations.{}.{}", grant.kind, grant.relation));
        let origin = grant.and_then(|grant| grant.origin.clone());
        Because::Relations { rule: rule.unwrap_or_default(), failed, origin }
    }
}

/// The id of a row of a table of items.
pub(super) fn item_rule(
    kind: &str,
    role: &str,
    owned: bool,
    visibility: Option<Visibility>,
) -> String {
    let visibility = visibility.map_or("", Visibility::name);
    match owned {
        true => format!("items.{kind}.roles.{role}.owned"),
        false => format!("items.{kind}.roles.{role}.other.{visibility}"),
    }
}

/// Puts the values of attributes where the text names them in braces.
fn fill(text: &str, facts: &Facts<'_>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, left)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(&facts.named(name).map_or_else(String::new, |cell| cell.plain()));
        rest = left;
    }
    filled + rest
}
