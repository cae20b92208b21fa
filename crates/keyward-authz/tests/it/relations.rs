//! Relations, against OpenFGA's own checks.

use keyward_authz::relations::{Model, Rewrite, Tuple, Tuples, TypeRef};
use serde_json::{Value, json};

use crate::rows::{rows, strings};

fn model(value: &Value) -> Model {
    let mut model = Model::new();
    for (kind, relations) in value.as_object().unwrap() {
        model.object_type(kind);
        for (name, term) in relations.as_object().unwrap() {
            model.define(kind, name, rewrite(term));
        }
    }
    model
}

fn rewrite(term: &Value) -> Rewrite {
    let term = term.as_array().unwrap();
    let text = |place: usize| -> Box<str> { term[place].as_str().unwrap().into() };
    let parts = || term[1..].iter().map(rewrite);
    match &*text(0) {
        "this" => Rewrite::Direct((1..term.len()).map(|place| type_ref(&text(place))).collect()),
        "computed" => Rewrite::Computed(text(1)),
        "ttu" => Rewrite::From { relation: text(1), via: text(2) },
        "union" => Rewrite::Union(parts().collect()),
        "intersection" => Rewrite::Intersection(parts().collect()),
        "exclusion" => Rewrite::Exclusion(Box::new([rewrite(&term[1]), rewrite(&term[2])])),
        other => panic!("unknown form {other}"),
    }
}

fn type_ref(text: &str) -> TypeRef {
    match (text.strip_suffix(":*"), text.split_once('#')) {
        (Some(kind), _) => TypeRef::Everybody(kind.into()),
        (None, Some((kind, relation))) => TypeRef::Set(kind.into(), relation.into()),
        (None, None) => TypeRef::One(text.into()),
    }
}

fn tuples(value: &Value) -> Vec<Tuple> {
    let rows = value.as_array().unwrap().iter().map(strings);
    rows.map(|row| Tuple::new(row[0], row[1], row[2])).collect()
}

fn check(model: &Model, stored: &Tuples, row: &Value) -> Value {
    let [object, relation, subject] = [0, 1, 2].map(|place| row[place].as_str().unwrap());
    let given = tuples(&row[3]);
    let answer = model.admit_all(&given).and_then(|()| {
        model.check(&[stored, &given.into_iter().collect()], object, relation, subject)
    });
    answer.map_or(json!("error"), Value::from)
}

#[test]
fn relations_hold_as_in_openfga() {
    for case in rows(include_str!("rows/openfga.json")) {
        let (model, stored) = (model(&case[1]), tuples(&case[2]).into_iter().collect());
        for row in case[3].as_array().unwrap() {
            assert_eq!(check(&model, &stored, row), row[4], "{} {row}", case[0]);
        }
    }
}

#[test]
fn objects_are_listed_as_in_openfga() {
    for case in rows(include_str!("rows/openfga.json")) {
        let (model, stored) = (model(&case[1]), tuples(&case[2]).into_iter().collect());
        for row in case[4].as_array().unwrap() {
            let [subject, kind, relation] = [0, 1, 2].map(|place| row[place].as_str().unwrap());
            let given: Tuples = tuples(&row[3]).into_iter().collect();
            let found = model.list_objects(&[&stored, &given], kind, relation, subject).unwrap();
            let mut expected = strings(&row[4]);
            expected.sort_unstable();
            assert_eq!(found, expected, "{} {row}", case[0]);
        }
    }
}
