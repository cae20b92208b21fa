//! Relations: OpenFGA's own checks.

use std::collections::BTreeMap;

use keyward_authz::relations::{Model, Rewrite, Tuple, Tuples, TypeRef};
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    model: BTreeMap<String, BTreeMap<String, Value>>,
    tuples: Vec<Stored>,
    checks: Vec<Check>,
}

/// Object, relation, subject.
type Stored = (String, String, String);

#[derive(Deserialize)]
struct Check {
    object: String,
    relation: String,
    user: String,
    #[serde(default)]
    contextual_tuples: Vec<Stored>,
    expected: Value,
}

/// Compares `relation_tuples.json`; what is no yes or no is an error.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    for case in serde_json::from_str::<Vectors>(text)?.cases {
        let model = model(&case.model).map_err(|error| format!("{}: {error}", case.name))?;
        let stored = tuples(&case.tuples).into_iter().collect();
        for (place, check) in case.checks.iter().enumerate() {
            let ours = check.ours(&model, &stored);
            let id = format!("{} checks[{place}]", case.name);
            comparison.row(id, ours, check.expected.as_bool());
        }
    }
    Ok(())
}

impl Check {
    fn ours(&self, model: &Model, stored: &Tuples) -> Option<bool> {
        let given = tuples(&self.contextual_tuples);
        model.admit_all(&given).ok()?;
        let given = given.into_iter().collect();
        model.check(&[stored, &given], &self.object, &self.relation, &self.user).ok()
    }
}

fn tuples(rows: &[Stored]) -> Vec<Tuple> {
    rows.iter().map(|(object, relation, subject)| Tuple::new(object, relation, subject)).collect()
}

fn model(types: &BTreeMap<String, BTreeMap<String, Value>>) -> Result<Model> {
    let mut model = Model::new();
    for (kind, relations) in types {
        model.object_type(kind);
        for (name, term) in relations {
            model.define(kind, name, rewrite(term)?);
        }
    }
    Ok(model)
}

fn rewrite(term: &Value) -> Result<Rewrite> {
    let parts = term.as_array().map(Vec::as_slice).unwrap_or_default();
    let Some((form, parts)) = parts.split_first() else { return Err("an empty term".into()) };
    let text = |place: usize| -> Result<Box<str>> {
        Ok(parts.get(place).and_then(Value::as_str).ok_or("a word is missing")?.into())
    };
    let all = || parts.iter().map(rewrite).collect::<Result<_>>();
    Ok(match form.as_str().unwrap_or_default() {
        "this" => Rewrite::Direct(
            (0..parts.len()).map(|place| Ok(type_ref(&text(place)?))).collect::<Result<_>>()?,
        ),
        "computed" => Rewrite::Computed(text(0)?),
        "ttu" => Rewrite::From { relation: text(0)?, via: text(1)? },
        "union" => Rewrite::Union(all()?),
        "intersection" => Rewrite::Intersection(all()?),
        "exclusion" => match parts {
            [base, minus] => Rewrite::Exclusion(Box::new([rewrite(base)?, rewrite(minus)?])),
            _ => return Err("an exclusion has two parts".into()),
        },
        other => return Err(format!("no form `{other}`").into()),
    })
}

fn type_ref(text: &str) -> TypeRef {
    match (text.strip_suffix(":*"), text.split_once('#')) {
        (Some(kind), _) => TypeRef::Everybody(kind.into()),
        (None, Some((kind, relation))) => TypeRef::Set(kind.into(), relation.into()),
        (None, None) => TypeRef::One(text.into()),
    }
}
