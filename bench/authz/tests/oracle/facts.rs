//! The same attributes for both, each of which may be missing.

use std::sync::Arc;

use cedar_policy::Context;
use keyward_authz::condition::{Cell, Facts, Net, Value, datetime, duration};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

/// Attributes by name; a text is read by what it is of.
type Attributes = Vec<(&'static str, Attribute)>;

#[derive(Clone, Debug)]
enum Attribute {
    Bool(bool),
    Int(i64),
    Text(String),
    Set(Vec<Value>),
    Names(Vec<Arc<str>>),
    Time(String),
    Span(String),
    Net(String),
}

/// Who asks, about what, when.
#[derive(Clone, Debug)]
pub(crate) struct World {
    principal: Attributes,
    resource: Attributes,
    context: Attributes,
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    (principal(), resource(), context()).prop_map(|(principal, resource, context)| World {
        principal,
        resource,
        context,
    })
}

fn principal() -> impl Strategy<Value = Attributes> {
    let id = perhaps("id", names().prop_map(Attribute::Text));
    let level = perhaps("level", number());
    let roles = prop::collection::vec(names().prop_map(Arc::from), 0..3);
    let roles = perhaps("roles", roles.prop_map(Attribute::Names));
    (id, level, roles)
        .prop_map(|(id, level, roles)| [id, level, roles].into_iter().flatten().collect())
}

fn resource() -> impl Strategy<Value = Attributes> {
    let text = |name| perhaps(name, names().prop_map(Attribute::Text));
    let texts = (text("owner"), text("status"), text("team.name"), text("is"));
    let tag = "red|blue|draft".prop_map(|it| Value::Text(it.into()));
    let tags = perhaps("tags", prop::collection::vec(tag, 0..3).prop_map(Attribute::Set));
    let others = (perhaps("size", number()), perhaps("hot", flag()), tags);
    (texts, others).prop_map(|((owner, status, team, is), (size, hot, tags))| {
        [owner, status, team, is, size, hot, tags].into_iter().flatten().collect()
    })
}

fn context() -> impl Strategy<Value = Attributes> {
    let now =
        select(&["2026-11-24T12:00:00Z", "2026-11-24T12:00:00.250Z", "1969-12-31T23:59:59.999Z"]);
    let now = perhaps("now", now.prop_map(Attribute::Time));
    let age = perhaps(
        "mfa_age",
        select(&["5m", "4m59s", "250ms", "-2d", "0s"]).prop_map(Attribute::Span),
    );
    let ip = perhaps(
        "ip",
        select(&["10.1.2.3", "192.168.0.1", "::1", "2001:db8::1"]).prop_map(Attribute::Net),
    );
    (now, age, ip, perhaps("on", flag()))
        .prop_map(|(now, age, ip, on)| [now, age, ip, on].into_iter().flatten().collect())
}

fn names() -> impl Strategy<Value = String> {
    select(&["ann", "draft", "*", r"it\s", "a \"b\" \u{e9}"])
}

fn select(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(texts).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = Attribute> {
    (-2_i64..4).prop_map(Attribute::Int)
}

fn flag() -> impl Strategy<Value = Attribute> {
    any::<bool>().prop_map(Attribute::Bool)
}

fn perhaps(
    name: &'static str,
    value: impl Strategy<Value = Attribute>,
) -> impl Strategy<Value = Option<(&'static str, Attribute)>> {
    prop::option::weighted(0.8, value.prop_map(move |value| (name, value)))
}

impl World {
    /// The attributes as they are given to us.
    pub(crate) fn with_facts<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
        let [principal, resource, context] =
            [&self.principal, &self.resource, &self.context].map(|attributes| {
                let cells = attributes.iter().map(|(name, value)| (*name, value.cell()));
                cells.collect::<Vec<_>>()
            });
        ask(&Facts { principal: &principal, resource: &resource, context: &context })
    }

    /// The roles, and the user and the thing beside them.
    pub(crate) fn entities(&self, roles: Json, held: &[&str]) -> Json {
        let parents = held.iter().map(|role| json!({ "type": "Role", "id": role }));
        let parents: Vec<Json> = parents.collect();
        let entity = |kind: &str, id: &str, attributes: &Attributes, parents: &[Json]| {
            let attributes = record(attributes);
            json!({ "uid": { "type": kind, "id": id }, "attrs": attributes, "parents": parents })
        };
        let mut all = roles.as_array().cloned().unwrap_or_default();
        all.push(entity("User", "ann", &self.principal, &parents));
        all.push(entity("Thing", "1", &self.resource, &[]));
        Json::Array(all)
    }

    pub(crate) fn context(&self) -> Context {
        Context::from_json_value(record(&self.context), None).unwrap()
    }
}

impl Attribute {
    fn cell(&self) -> Cell<'_> {
        match self {
            Attribute::Bool(it) => Cell::Bool(*it),
            Attribute::Int(it) => Cell::Int(*it),
            Attribute::Text(it) => Cell::Text(it),
            Attribute::Set(it) => Cell::Set(it),
            Attribute::Names(it) => Cell::Names(it),
            Attribute::Time(it) => Cell::Time(datetime(it).unwrap()),
            Attribute::Span(it) => Cell::Span(duration(it).unwrap()),
            Attribute::Net(it) => Cell::Net(Net::parse(it).unwrap()),
        }
    }

    fn json(&self) -> Json {
        let special = |name: &str, text: &str| json!({ "__extn": { "fn": name, "arg": text } });
        match self {
            Attribute::Bool(it) => json!(it),
            Attribute::Int(it) => json!(it),
            Attribute::Text(it) => json!(it),
            Attribute::Set(it) => it.iter().map(text).collect(),
            Attribute::Names(it) => it.iter().map(|name| json!(&**name)).collect(),
            Attribute::Time(it) => special("datetime", it),
            Attribute::Span(it) => special("duration", it),
            Attribute::Net(it) => special("ip", it),
        }
    }
}

fn text(value: &Value) -> Json {
    match value {
        Value::Text(it) => json!(it),
        other => panic!("{other:?} is no text"),
    }
}

/// `team.name` is a record in a record.
fn record(attributes: &Attributes) -> Json {
    let mut record = Map::new();
    for (name, value) in attributes {
        match name.split_once('.') {
            Some((outer, inner)) => record.insert(outer.to_owned(), json!({ inner: value.json() })),
            None => record.insert((*name).to_owned(), value.json()),
        };
    }
    Json::Object(record)
}
