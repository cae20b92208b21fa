//! What beside roles would allow what is not allowed: a group, an owner, a share, a
//! relation. Each is tried, by asking again as if it were so.

use std::sync::Arc;

use super::{By, Question};
use crate::acl::{Acl, AclHit, Who};
use crate::effect::Effect;
use crate::explain::{Needs, WouldAllow};
use crate::items::{Item, ItemAnswer, SharedWith, Subject, Visibility};
use crate::relations::{Tuple, Tuples};
use crate::snapshot::Snapshot;

impl Snapshot {
    /// What would allow it, for a question that is denied.
    pub(super) fn would_allow(&self, question: &Question<'_>) -> Vec<WouldAllow> {
        let mut all = self.groups_that_would(question);
        all.extend(self.items_that_would(question));
        all.extend(self.relations_that_would(question));
        all
    }

    /// Whether it would be allowed, and by what: the id of the rule.
    fn tried(&self, question: &Question<'_>) -> Option<(By, String)> {
        let verdict = self.decide(question);
        let because = self.because(question, verdict).filter(|_| verdict.decision.allowed())?;
        because.rule_id().map(|(_, rule)| (verdict.by, rule))
    }

    fn groups_that_would(&self, question: &Question<'_>) -> Vec<WouldAllow> {
        let Some(groups) = question.groups else { return Vec::new() };
        let joined = joinable(question.acl, question.wanted.as_str()).into_iter();
        let would = joined.filter_map(|name| {
            let more = groups.clone().also(name);
            let (by, rule) = self.tried(&Question { groups: Some(&more), ..*question })?;
            let needs = Some(Needs::Group(name.to_owned()));
            matches!(by, By::Acl(AclHit { .. })).then(|| WouldAllow {
                rule,
                path: Vec::new(),
                needs,
                is_everything: false,
            })
        });
        would.take(MAX_TRIED).collect()
    }

    fn items_that_would(&self, question: &Question<'_>) -> Vec<WouldAllow> {
        let Some(item) = question.item else { return Vec::new() };
        let mut would = self.roles_that_would(question, &item);
        let Some(subject) = question.subject else { return would };
        let (own, shared) = ([subject], item.visibility == Some(Visibility::Shared));
        let owned = Item { owner: Some(subject), ..item };
        let with = Item { shared: SharedWith::These(&own), ..item };
        let ways = [(Needs::Ownership, owned, true), (Needs::Share, with, shared)];
        for (needs, item, _) in ways.into_iter().filter(|(_, _, counts)| *counts) {
            let tried = self.tried(&Question { item: Some(item), ..*question });
            if let Some((By::Items, rule)) = tried {
                would.push(WouldAllow {
                    rule,
                    path: Vec::new(),
                    needs: Some(needs),
                    is_everything: false,
                });
            }
        }
        would
    }

    /// Roles whose row in the table of items allows it as things are.
    fn roles_that_would(&self, question: &Question<'_>, item: &Item<'_>) -> Vec<WouldAllow> {
        let named = question.wanted.type_and_verb();
        let Some((kind, action)) = named else { return Vec::new() };
        let Some(table) = self.items().kind(kind) else { return Vec::new() };
        let held = question.access.all_roles();
        let would = table.roles().filter_map(|role| {
            let roles: Vec<Arc<str>> = held.iter().cloned().chain([Arc::from(role)]).collect();
            let subject = Subject { id: question.subject, roles: &roles };
            match table.decide(subject, action, item) {
                ItemAnswer::Allow { role, owned } => Some(WouldAllow {
                    rule: super::explain::item_rule(kind, role, owned, item.visibility),
                    path: vec![role.to_owned()],
                    needs: None,
                    is_everything: false,
                }),
                ItemAnswer::NoOpinion | ItemAnswer::Deny => None,
            }
        });
        would.take(MAX_TRIED).collect()
    }

    fn relations_that_would(&self, question: &Question<'_>) -> Vec<WouldAllow> {
        let Some(related) = question.related else { return Vec::new() };
        let grants = self.related_each(question).map(|(_, grant)| grant);
        let would = grants.take(MAX_TRIED).filter_map(|grant| {
            let tuple = Tuple::new(related.object, &grant.relation, related.subject);
            if !self.model().admits(&tuple) {
                return None;
            }
            let given = Tuples::from_iter([tuple]);
            let tuples: Vec<&Tuples> = related.tuples.iter().copied().chain([&given]).collect();
            let related = super::Related { tuples: &tuples, ..related };
            let (by, rule) = self.tried(&Question { related: Some(related), ..*question })?;
            let needs = Some(Needs::Relation(grant.relation.to_string()));
            (by == By::Relations).then(|| WouldAllow {
                rule,
                path: Vec::new(),
                needs,
                is_everything: false,
            })
        });
        would.collect()
    }
}

/// The groups for which an entry of the chain allows this.
fn joinable<'a>(chain: &[Option<&'a Acl>], wanted: &str) -> Vec<&'a str> {
    let entries = chain.iter().flatten().flat_map(|acl| acl.entries());
    let allowing = entries.filter(|entry| entry.effect == Effect::Allow && entry.is_about(wanted));
    let mut names: Vec<&str> = allowing
        .filter_map(|entry| match &entry.who {
            Who::Group(name) => Some(&**name),
            Who::Everyone | Who::Authenticated => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(MAX_TRIED);
    names
}

/// Ways of one kind that are tried.
const MAX_TRIED: usize = 20;
