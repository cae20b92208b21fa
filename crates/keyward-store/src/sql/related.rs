//! Questions for stored relations, put together at run time: a page of them, and
//! those that a decision looks at next.

use keyward_core::port::{Related, RelatedQuery, TupleQuery};

use super::dialect::Dialect;
use super::search::{Filter, MOST_PEOPLE, Question};
use super::value::{Value, params};

/// Relations of objects in one statement. With few lengths, few are prepared.
const AT_ONCE: usize = 256;

/// How many rows a page has.
pub(crate) fn tuples_limit(query: &TupleQuery) -> u32 {
    query.limit.clamp(1, MOST_PEOPLE)
}

/// A page of stored relations, and one more.
pub(crate) fn tuples(dialect: Dialect, query: &TupleQuery) -> Question {
    let mut filter = Filter::default();
    filter.and("1 = 1", vec![]);
    for (condition, asked) in [
        ("object_type = ?", &query.object_type),
        ("object_id = ?", &query.object_id),
        ("relation = ?", &query.relation),
        ("subject_type = ?", &query.subject_type),
        ("subject_id = ?", &query.subject_id),
    ] {
        if let Some(text) = asked {
            filter.and(condition, params![text]);
        }
    }
    if let Some(t) = &query.after {
        // What the row says of its first columns is said again, because not every
        // database finds its place by a row.
        let place = "(object_type > ? OR object_type = ? AND object_id >= ?)";
        filter.and(place, params![&t.object_type, &t.object_type, &t.object_id]);
        let after = params![
            &t.object_type,
            &t.object_id,
            &t.relation,
            &t.subject_relation,
            &t.subject_type,
            &t.subject_id,
        ];
        filter.and("({tuple}) > (?, ?, ?, ?, ?, ?)", after);
    }
    let select = "SELECT {tuple} FROM kw_relations";
    filter.finish(dialect, select, "ORDER BY {tuple}", tuples_limit(query))
}

/// Those that a decision looks at next: several statements, each with one row more
/// than there may be.
pub(crate) fn related(dialect: Dialect, query: &RelatedQuery) -> Vec<Question> {
    let limit = || Value::Int(i64::from(query.limit) + 1);
    let subject = || params![&query.subject_type, &query.subject_id, "*"];
    let members = query.members.chunks(AT_ONCE).flat_map(|some| {
        let sets = question(dialect, some, "subject_relation > ''", vec![], limit());
        let named = "subject_relation = '' AND subject_type = ? AND subject_id IN (?, ?)";
        [sets, question(dialect, some, named, subject(), limit())]
    });
    let objects = query
        .objects
        .chunks(AT_ONCE)
        .map(|some| question(dialect, some, "subject_relation = ''", vec![], limit()));
    members.chain(objects).collect()
}

fn question(
    dialect: Dialect,
    of: &[Related],
    condition: &str,
    mut further: Vec<Value>,
    limit: Value,
) -> Question {
    let length = of.len().next_power_of_two();
    // Nothing has an empty name.
    let rest = Related::default();
    let padded = of.iter().chain(std::iter::repeat(&rest)).take(length);
    let columns = |node: &Related| params![&node.object_type, &node.object_id, &node.relation];
    let mut params: Vec<Value> = padded.flat_map(columns).collect();
    params.append(&mut further);
    params.push(limit);
    let rows = vec!["(?, ?, ?)"; length].join(", ");
    let select = format!("SELECT {{tuple}} FROM {{related to {rows}}}{condition} LIMIT ?");
    let sql = dialect.render(&select);
    Question { sql, params }
}

/// Each of these questions, with much and with little in it.
#[cfg(feature = "testing")]
pub(crate) fn every(dialect: Dialect) -> Vec<Question> {
    let text = || "x".to_owned();
    let tuple = keyward_core::record::Tuple::default();
    let full = TupleQuery {
        object_type: Some(text()),
        object_id: Some(text()),
        relation: Some(text()),
        subject_type: Some(text()),
        subject_id: Some(text()),
        after: Some(tuple),
        limit: 1,
    };
    let node = Related { object_type: text(), object_id: text(), relation: text() };
    let next = RelatedQuery {
        members: vec![node.clone(); 3],
        objects: vec![node],
        ..RelatedQuery::default()
    };
    let mut all = vec![tuples(dialect, &TupleQuery::default()), tuples(dialect, &full)];
    all.extend(related(dialect, &next));
    all
}

#[cfg(feature = "sqlite")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::schema::MIGRATIONS;

    /// How SQLite would find what this question asks for.
    fn plan(question: &Question) -> Vec<String> {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        for template in MIGRATIONS.iter().flat_map(|migration| migration.statements()) {
            db.execute_batch(&Dialect::Sqlite.render(template)).unwrap();
        }
        let mut steps = db.prepare(&format!("EXPLAIN QUERY PLAN {}", question.sql)).unwrap();
        let blank = rusqlite::params_from_iter(vec![""; question.params.len()]);
        let rows = steps.query_map(blank, |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn however_many_are_asked_for_each_is_found_by_its_key() {
        let node = |n: usize| Related {
            object_type: "doc".into(),
            object_id: n.to_string(),
            relation: "viewer".into(),
        };
        for count in [1, 2, 3, 300] {
            let nodes: Vec<Related> = (0..count).map(node).collect();
            let query =
                RelatedQuery { members: nodes.clone(), objects: nodes, ..RelatedQuery::default() };
            for question in related(Dialect::Sqlite, &query) {
                let steps = plan(&question);
                let by_key = "SEARCH kw_relations USING PRIMARY KEY (object_type=? AND \
                              object_id=? AND relation=? AND subject_relation";
                assert!(steps.iter().any(|step| step.starts_with(by_key)), "{count}: {steps:?}");
            }
        }
    }
}
