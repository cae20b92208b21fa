//! `[[test]]`: what the policy must answer, and which rule must say so.

use super::page::{Node, Table, Word, entries};
use super::{Load, permissions, roles};
use crate::condition::{Kind, Net, Root, Value, datetime, duration};
use crate::effect::{Decision, Effect};
use crate::items::Visibility;
use crate::origin::Origin;
use crate::permission::Permission;
use crate::relations::{Tuple, Tuples};
use crate::snapshot::Snapshot;

/// One test: somebody, something, and what is expected.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) origin: Origin,
    pub(super) name: String,
    pub(super) subject: Subject,
    /// Names of access control lists, from the resource up.
    pub(super) acl: Vec<String>,
    pub(super) item: Option<Thing>,
    pub(super) object: Option<String>,
    pub(super) tuples: Tuples,
    pub(super) resource: Vec<(String, Value)>,
    pub(super) context: Vec<(String, Value)>,
    pub(super) expected: Vec<Expected>,
    pub(super) list: Option<Vec<String>>,
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    pub(super) id: Option<String>,
    pub(super) roles: Vec<String>,
    pub(super) groups: Vec<String>,
    pub(super) grants: Vec<(Effect, String)>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) banned: bool,
    pub(super) attributes: Vec<(String, Value)>,
}

/// An item.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) owner: Option<String>,
    pub(super) visibility: Option<Visibility>,
    pub(super) shared: Vec<String>,
}

/// One expectation.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) wanted: Permission,
    pub(super) decision: Decision,
    /// The rule that must decide, or the beginning of its id before `[`.
    pub(super) rule: Option<String>,
    pub(super) origin: Origin,
}

pub(super) fn read<'t>(
    load: &mut Load<'_, 't>,
    root: &Table<'t>,
    snapshot: &Snapshot,
) -> Vec<Case> {
    let nodes = root.get("test").map(|node| load.page.array(node)).unwrap_or_default();
    nodes.into_iter().filter_map(|node| case(load, node, snapshot)).collect()
}

fn case<'t>(load: &mut Load<'_, 't>, node: &Node<'t>, snapshot: &Snapshot) -> Option<Case> {
    let table = load.page.record(node, &KEYS)?;
    let origin = load.page.origin(node.span().start);
    let mut expected = Vec::new();
    for (key, decision) in EXPECTED {
        if let Some(node) = table.get(key) {
            expectations(load, node, decision, &mut expected);
        }
    }
    let acl = load.page.words(table, "acl");
    for name in acl.iter().filter(|name| snapshot.acl(name.text).is_none()) {
        load.page.unknown("access control list", *name, snapshot.acl_names());
    }
    Some(Case {
        name: load.page.text(table, "name").map_or_else(|| origin.to_string(), own),
        origin,
        subject: table.get("as").map(|node| subject(load, node)).unwrap_or_default(),
        acl: acl.into_iter().map(own).collect(),
        item: table.get("item").and_then(|node| item(load, node)),
        object: load.page.text(table, "object").map(own),
        tuples: tuples(load, table),
        resource: facts(load, table, "resource", Root::Resource),
        context: facts(load, table, "context", Root::Context),
        expected,
        list: table.contains_key("list").then(|| owned(load, table, "list")),
    })
}

fn subject<'t>(load: &mut Load<'_, 't>, node: &Node<'t>) -> Subject {
    let known = ["id", "roles", "groups", "grants", "scopes", "banned", "attributes"];
    let Some(table) = load.page.record(node, &known) else { return Subject::default() };
    let held = load.page.words(table, "roles");
    for role in &held {
        roles::known_role(load, *role);
    }
    Subject {
        id: load.page.text(table, "id").map(own),
        roles: held.into_iter().map(own).collect(),
        groups: owned(load, table, "groups"),
        grants: grants(load, table),
        scopes: table.contains_key("scopes").then(|| owned(load, table, "scopes")),
        banned: load.page.flag(table, "banned"),
        attributes: facts(load, table, "attributes", Root::Principal),
    }
}

/// `allow posts:edit` or `deny posts:*`; without a word before it, it allows.
fn grants<'t>(load: &mut Load<'_, 't>, table: &Table<'t>) -> Vec<(Effect, String)> {
    let words = load.page.words(table, "grants");
    let read = words.into_iter().filter_map(|word| {
        let (effect, text) = match word.text.split_once(' ') {
            Some(("deny", text)) => (Effect::Deny, text),
            Some(("allow", text)) => (Effect::Allow, text),
            _ => (Effect::Allow, word.text),
        };
        let at = word.at + word.text.len() - text.len();
        permissions::pattern(load, Word { at, text })?;
        Some((effect, text.to_owned()))
    });
    read.collect()
}

fn item<'t>(load: &mut Load<'_, 't>, node: &Node<'t>) -> Option<Thing> {
    let table = load.page.record(node, &["owner", "visibility", "shared"])?;
    let visibility = load.page.text(table, "visibility");
    Some(Thing {
        owner: load.page.text(table, "owner").map(own),
        visibility: visibility.and_then(|word| word.text.parse().ok()),
        shared: owned(load, table, "shared"),
    })
}

/// Lines such as `document:roof viewer user:ann`.
fn tuples<'t>(load: &mut Load<'_, 't>, table: &Table<'t>) -> Tuples {
    let words = load.page.words(table, "tuples");
    let read = words.into_iter().filter_map(|word| {
        let parts: Vec<&str> = word.text.split_whitespace().collect();
        let [object, relation, subject] = parts.as_slice() else {
            load.page.wrong(word.at, "needs `object relation subject`");
            return None;
        };
        Some(Tuple::new(object, relation, subject))
    });
    read.collect()
}

/// An array of permissions, or a table of permissions and the rules that must
/// decide about them.
fn expectations<'t>(
    load: &mut Load<'_, 't>,
    node: &Node<'t>,
    decision: Decision,
    expected: &mut Vec<Expected>,
) {
    let wanted: Vec<(Word<'_>, Option<String>)> = match node.get_ref().as_table() {
        Some(table) => {
            let pairs = entries(table).into_iter();
            pairs.map(|(word, rule)| (word, load.page.word(rule).map(own))).collect()
        }
        None => {
            let items = load.page.array(node).into_iter();
            items.filter_map(|item| Some((load.page.word(item)?, None))).collect()
        }
    };
    for (word, rule) in wanted {
        match Permission::parse_as(load.names.dialect, word.text) {
            Ok(wanted) => {
                let origin = load.page.origin(word.at);
                expected.push(Expected { wanted, decision, rule, origin });
            }
            Err(error) => load.page.wrong(word.at, error.to_string()),
        }
    }
}

fn facts<'t>(
    load: &mut Load<'_, 't>,
    table: &Table<'t>,
    key: &str,
    root: Root,
) -> Vec<(String, Value)> {
    let Some(table) = table.get(key).and_then(|node| load.page.table(node)) else {
        return Vec::new();
    };
    let read = entries(table).into_iter().filter_map(|(name, node)| {
        let kind = load.names.attributes.declared(root, name.text);
        let value = value(load, kind, node)?;
        Some((name.text.to_owned(), value))
    });
    read.collect()
}

/// What a text means depends on the kind that the attribute was declared as.
fn value<'t>(load: &mut Load<'_, 't>, kind: Option<Kind>, node: &Node<'t>) -> Option<Value> {
    let plain = node.get_ref();
    let value = if let Some(it) = plain.as_bool() {
        Some(Value::Bool(it))
    } else if plain.is_integer() {
        load.page.int(node).map(Value::Int)
    } else if let Some(text) = plain.as_str() {
        match kind {
            Some(Kind::Span) => duration(text).map(Value::Span),
            Some(Kind::Time) => datetime(text).map(Value::Time),
            Some(Kind::Net) => Net::parse(text).map(Value::Net),
            _ => Some(Value::Text(text.into())),
        }
    } else if let Some(moment) = plain.as_datetime() {
        datetime(&moment.to_string()).map(Value::Time)
    } else {
        let items = load.page.array(node);
        let items: Vec<Value> = items.into_iter().filter_map(|it| value(load, None, it)).collect();
        Some(Value::Set(items.into()))
    };
    if value.is_none() {
        let kind = kind.map_or("value", Kind::name);
        load.page.wrong(node.span().start, format!("is no {kind}"));
    }
    value
}

fn owned<'t>(load: &mut Load<'_, 't>, table: &Table<'t>, key: &str) -> Vec<String> {
    load.page.words(table, key).into_iter().map(own).collect()
}

fn own(word: Word<'_>) -> String {
    word.text.to_owned()
}

const EXPECTED: [(&str, Decision); 3] = [
    ("allow", Decision::Allow),
    ("deny", Decision::Deny),
    ("indeterminate", Decision::Indeterminate),
];
const KEYS: [&str; 12] = [
    "name",
    "as",
    "allow",
    "deny",
    "indeterminate",
    "resource",
    "context",
    "acl",
    "item",
    "object",
    "tuples",
    "list",
];
