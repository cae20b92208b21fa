//! How stored relations are searched.

use keyward_core::port::{Page, Related, RelatedQuery, TupleQuery};
use keyward_core::record::Tuple;

use super::state::{State, page};

impl State {
    pub(super) fn tuples(&self, query: &TupleQuery) -> Page<Tuple, Tuple> {
        let is = |asked: &Option<String>, found: &String| {
            asked.as_ref().is_none_or(|asked| asked == found)
        };
        let rows = self.tuples.keys().filter(|tuple| {
            is(&query.object_type, &tuple.object_type)
                && is(&query.object_id, &tuple.object_id)
                && is(&query.relation, &tuple.relation)
                && is(&query.subject_type, &tuple.subject_type)
                && is(&query.subject_id, &tuple.subject_id)
                && query.after.as_ref().is_none_or(|after| after < *tuple)
        });
        page(rows.cloned(), query.limit.clamp(1, 200), Tuple::clone)
    }

    pub(super) fn related(&self, query: &RelatedQuery) -> Option<Vec<Tuple>> {
        let is_asked = |tuple: &&Tuple| {
            let node = Related {
                object_type: tuple.object_type.clone(),
                object_id: tuple.object_id.clone(),
                relation: tuple.relation.clone(),
            };
            let is_set = !tuple.subject_relation.is_empty();
            let is_named = tuple.subject_type == query.subject_type
                && (tuple.subject_id == query.subject_id || tuple.subject_id == "*");
            query.members.contains(&node) && (is_set || is_named)
                || query.objects.contains(&node) && !is_set
        };
        let limit = query.limit as usize;
        let found = self.tuples.keys().filter(is_asked).take(limit.saturating_add(1));
        let found: Vec<Tuple> = found.cloned().collect();
        (found.len() <= limit).then_some(found)
    }
}
