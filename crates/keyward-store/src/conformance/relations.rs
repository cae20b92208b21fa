//! Stored relations.

use std::sync::Arc;

use keyward_core::port::{Batch, Page, Related, RelatedQuery, TupleQuery, Write};
use keyward_core::record::Tuple;

use super::{Case, Shared, cases, done, insists};

pub(super) const CASES: &[Case] = cases![
    a_relation_is_there_once_until_it_is_removed,
    relations_come_in_pages_by_object_or_by_subject,
    of_a_relation_sets_and_the_one_subject_are_looked_at,
    more_relations_than_the_limit_are_no_answer,
    relations_are_told_apart_byte_by_byte,
    changes_of_the_same_relations_at_once_are_all_made,
];

fn tuple(text: &str) -> Tuple {
    Tuple::parse(text).unwrap_or_else(|| panic!("{text}"))
}

fn tuples(texts: &[&str]) -> Vec<Tuple> {
    let mut tuples: Vec<Tuple> = texts.iter().map(|text| tuple(text)).collect();
    tuples.sort();
    tuples
}

fn relate(add: &[&str], remove: &[&str]) -> Vec<Write> {
    vec![Write::Relate { add: tuples(add), remove: tuples(remove) }]
}

async fn page(store: &Shared, query: &TupleQuery) -> Page<Tuple, Tuple> {
    store.tuples(query).await.unwrap()
}

async fn all(store: &Shared) -> Vec<Tuple> {
    page(store, &TupleQuery { limit: 200, ..TupleQuery::default() }).await.data
}

async fn a_relation_is_there_once_until_it_is_removed(store: Shared) {
    let (one, two) = ("doc:a#viewer@user:ann", "doc:a#viewer@group:g#member");
    done(&store, relate(&[one, two], &["doc:z#viewer@user:ann"])).await;
    done(&store, relate(&[one], &[])).await;
    assert_eq!(all(&store).await, tuples(&[one, two]));
    done(&store, relate(&["doc:b#viewer@user:*"], &[one])).await;
    assert_eq!(all(&store).await, tuples(&[two, "doc:b#viewer@user:*"]));
    let version = store.definitions().await.unwrap().version;
    done(&store, relate(&[one], &[two])).await;
    assert_eq!(store.definitions().await.unwrap().version, version, "no definition changed");
}

async fn relations_come_in_pages_by_object_or_by_subject(store: Shared) {
    let of_a = ["doc:a#owner@user:bob", "doc:a#viewer@user:ann", "doc:a#viewer@group:g#member"];
    let rest = ["doc:b#viewer@user:ann", "doc:b#viewer@group:g", "ship:a#captain@user:ann"];
    done(&store, relate(&[of_a, rest].concat(), &[])).await;
    let some = |text: &str| Some(text.to_owned());
    for (query, expected) in [
        (TupleQuery::default(), [of_a, rest].concat()),
        (
            TupleQuery { object_type: some("doc"), object_id: some("a"), ..TupleQuery::default() },
            of_a.to_vec(),
        ),
        (TupleQuery { object_type: some("ship"), ..TupleQuery::default() }, vec![rest[2]]),
        (
            TupleQuery {
                subject_type: some("user"),
                subject_id: some("ann"),
                ..Default::default()
            },
            vec![of_a[1], rest[0], rest[2]],
        ),
        (
            TupleQuery { subject_type: some("group"), subject_id: some("g"), ..Default::default() },
            vec![of_a[2], rest[1]],
        ),
        (TupleQuery { relation: some("owner"), ..TupleQuery::default() }, vec![of_a[0]]),
    ] {
        let mut found = Vec::new();
        let mut query = TupleQuery { limit: 1, ..query };
        loop {
            let Page { data, next } = page(&store, &query).await;
            assert!(data.len() <= 1);
            found.extend(data);
            query.after = next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(found, tuples(&expected), "{query:?}");
    }
}

fn node(text: &str) -> Related {
    let (object, relation) = text.split_once('#').unwrap();
    let (object_type, object_id) = object.split_once(':').unwrap();
    Related {
        object_type: object_type.into(),
        object_id: object_id.into(),
        relation: relation.into(),
    }
}

fn asked(members: &[&str], objects: &[&str], limit: u32) -> RelatedQuery {
    RelatedQuery {
        members: members.iter().map(|text| node(text)).collect(),
        objects: objects.iter().map(|text| node(text)).collect(),
        subject_type: "user".into(),
        subject_id: "ann".into(),
        limit,
    }
}

async fn of_a_relation_sets_and_the_one_subject_are_looked_at(store: Shared) {
    let matter = [
        "doc:a#viewer@user:ann",
        "doc:a#viewer@user:*",
        "doc:a#viewer@group:g#member",
        "doc:a#viewer@user:ann#friend",
        "doc:b#viewer@group:h#member",
        "doc:a#parent@folder:f",
        "doc:a#parent@folder:ann",
    ];
    let rest = [
        "doc:a#viewer@user:bob",
        "doc:a#viewer@robot:ann",
        "doc:a#viewer@robot:*",
        "doc:a#editor@user:ann",
        "doc:c#viewer@user:ann",
        "doc:a#parent@group:g#member",
        "doc:b#parent@folder:f",
    ];
    done(&store, relate(&[matter, rest].concat(), &[])).await;
    let query = asked(&["doc:a#viewer", "doc:b#viewer", "doc:z#viewer"], &["doc:a#parent"], 7);
    let mut found = store.related(&query).await.unwrap().unwrap();
    found.sort();
    assert_eq!(found, tuples(&matter));
    let nothing = store.related(&asked(&[], &[], 7)).await.unwrap();
    assert_eq!(nothing, Some(vec![]));
}

async fn more_relations_than_the_limit_are_no_answer(store: Shared) {
    let sets: Vec<String> =
        (0..300).map(|n| format!("doc:{n}#viewer@group:{n:03}#member")).collect();
    let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
    done(&store, relate(&sets, &[])).await;
    let nodes: Vec<String> = (0..300).map(|n| format!("doc:{n}#viewer")).collect();
    let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
    let found = store.related(&asked(&nodes, &[], 300)).await.unwrap();
    assert_eq!(found.map(|found| found.len()), Some(300), "many are asked for at once");
    assert_eq!(store.related(&asked(&nodes, &[], 299)).await.unwrap(), None);
    assert_eq!(store.related(&asked(&nodes[..1], &[], 0)).await.unwrap(), None);
}

async fn relations_are_told_apart_byte_by_byte(store: Shared) {
    let long = format!("doc:{}#viewer@user:{}", "x".repeat(256), "ü".repeat(128));
    let alike = [
        "doc:A#viewer@user:ann",
        "doc:a#viewer@user:ann",
        "doc:a #viewer@user:ann",
        "doc:a#viewer@user:änn",
        "doc:a#viewer@user:a\u{308}nn",
        &long,
    ];
    done(&store, relate(&alike, &[])).await;
    assert_eq!(all(&store).await, tuples(&alike));
    done(&store, relate(&[], &["doc:a #viewer@user:ann"])).await;
    assert_eq!(all(&store).await.len(), alike.len() - 1);
    let found = store.related(&asked(&["doc:a#viewer"], &[], 10)).await.unwrap();
    assert_eq!(found, Some(tuples(&["doc:a#viewer@user:ann"])));
}

async fn changes_of_the_same_relations_at_once_are_all_made(store: Shared) {
    let texts: Vec<String> = (0..20).map(|n| format!("doc:a#viewer@user:{n:02}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let batch = Batch { writes: relate(&texts, &[]), events: vec![] };
    let tasks = (0..8).map(|_| {
        let (store, batch) = (Arc::clone(&store), batch.clone());
        tokio::spawn(async move { insists(&store, &batch).await })
    });
    let tasks: Vec<_> = tasks.collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(all(&store).await, tuples(&texts));
}
