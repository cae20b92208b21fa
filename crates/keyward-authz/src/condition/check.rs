//! Sees before a condition runs that kinds go together.

use std::collections::BTreeMap;

use super::BadCondition;
use super::parse::{Compare, Expr, Form};
use super::value::{Kind, Root, Value};

/// The attributes that conditions may name, and their kinds.
#[derive(Clone, Debug)]
pub struct Schema {
    kinds: BTreeMap<(Root, Box<str>), Kind>,
    closed: bool,
}

impl Default for Schema {
    fn default() -> Self {
        let known = BUILT_IN.into_iter().map(|(root, name, kind)| ((root, name.into()), kind));
        Self { kinds: known.collect(), closed: false }
    }
}

impl Schema {
    /// Starts with the attributes that Keyward itself gives; others may be of any
    /// kind.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares an attribute.
    pub fn declare(&mut self, root: Root, name: &str, kind: Kind) -> &mut Self {
        self.kinds.insert((root, name.into()), kind);
        self
    }

    /// Makes naming an undeclared attribute an error.
    pub fn closed(&mut self) -> &mut Self {
        self.closed = true;
        self
    }

    /// The kind that an attribute was declared as, or has by itself.
    pub fn declared(&self, root: Root, name: &str) -> Option<Kind> {
        self.kinds.get(&(root, Box::from(name))).copied()
    }

    /// The kind of an attribute; nothing when it may be any.
    fn kind(&self, at: usize, root: Root, name: &str) -> Result<Option<Kind>, BadCondition> {
        match self.kinds.get(&(root, Box::from(name))) {
            None if self.closed => {
                let name = format!("names `{}.{name}`, which is not declared", root.name());
                Err(BadCondition::new(at, name))
            }
            kind => Ok(kind.copied()),
        }
    }
}

/// Accepts what can only be true or false.
pub(super) fn boolean(expr: &Expr, schema: &Schema) -> Result<(), BadCondition> {
    expect(expr, Kind::Bool, schema)
}

fn expect(expr: &Expr, kind: Kind, schema: &Schema) -> Result<(), BadCondition> {
    match kind_of(expr, schema)? {
        Some(other) if other != kind => Err(mismatch(expr, kind, other)),
        _ => Ok(()),
    }
}

fn kind_of(expr: &Expr, schema: &Schema) -> Result<Option<Kind>, BadCondition> {
    match &expr.form {
        Form::Constant(Value::Set(values)) => same_kinds(expr, values),
        Form::Constant(value) => return Ok(Some(value.kind())),
        Form::Attribute(root, name) => return schema.kind(expr.at, *root, name),
        Form::Has(root, name) => schema.kind(expr.at, *root, name).map(drop),
        Form::Not(inner) => boolean(inner, schema),
        Form::And(both) | Form::Or(both) => both.iter().try_for_each(|side| boolean(side, schema)),
        Form::Compare(compare, both) => compared(*compare, both, schema),
        Form::In(both) => contained(both, schema),
        Form::Like(text, _) => expect(text, Kind::Text, schema),
    }?;
    Ok(Some(match expr.form {
        Form::Constant(_) => Kind::Set,
        _ => Kind::Bool,
    }))
}

fn same_kinds(expr: &Expr, values: &[Value]) -> Result<(), BadCondition> {
    let mut kinds = values.iter().map(Value::kind);
    let Some(first) = kinds.next() else { return Ok(()) };
    kinds.find(|kind| *kind != first).map_or(Ok(()), |other| Err(mismatch(expr, first, other)))
}

fn compared(compare: Compare, both: &[Expr; 2], schema: &Schema) -> Result<(), BadCondition> {
    let [left, right] = both;
    let kinds = (kind_of(left, schema)?, kind_of(right, schema)?);
    let ordered = !matches!(compare, Compare::Eq | Compare::Ne);
    for (side, kind) in [(left, kinds.0), (right, kinds.1)] {
        if let Some(kind) = kind.filter(|kind| ordered && !kind.is_ordered()) {
            return Err(BadCondition::new(side.at, format!("orders {}", kind.name())));
        }
    }
    match kinds {
        (Some(left), Some(other)) if left != other => Err(mismatch(right, left, other)),
        _ => Ok(()),
    }
}

fn contained(both: &[Expr; 2], schema: &Schema) -> Result<(), BadCondition> {
    let [item, whole] = both;
    let item_kind = kind_of(item, schema)?;
    match kind_of(whole, schema)? {
        None => Ok(()),
        Some(Kind::Net) => expect(item, Kind::Net, schema),
        Some(Kind::Set) => match (&whole.form, item_kind) {
            (Form::Constant(Value::Set(values)), Some(kind)) => {
                let other = values.iter().map(Value::kind).find(|other| *other != kind);
                other.map_or(Ok(()), |other| Err(mismatch(item, other, kind)))
            }
            _ => Ok(()),
        },
        Some(other) => Err(mismatch(whole, Kind::Set, other)),
    }
}

fn mismatch(expr: &Expr, needed: Kind, found: Kind) -> BadCondition {
    let flaw = format!("has {} where {} is needed", found.name(), needed.name());
    BadCondition::new(expr.at, flaw)
}

const BUILT_IN: [(Root, &str, Kind); 12] = [
    (Root::Principal, "id", Kind::Text),
    (Root::Principal, "tenant", Kind::Text),
    (Root::Principal, "kind", Kind::Text),
    (Root::Principal, "roles", Kind::Set),
    (Root::Principal, "groups", Kind::Set),
    (Root::Resource, "type", Kind::Text),
    (Root::Resource, "id", Kind::Text),
    (Root::Resource, "owner", Kind::Text),
    (Root::Context, "now", Kind::Time),
    (Root::Context, "ip", Kind::Net),
    (Root::Context, "mfa_at", Kind::Time),
    (Root::Context, "mfa_age", Kind::Span),
];
