//! What changed between two policies beside what their roles give: by name, because
//! what a condition, a list or a relation gives depends on what is asked.

use std::collections::BTreeMap;
use std::fmt;

use toml::de::{DeTable, DeValue};

use super::format::same;

/// A block of a policy that another policy has otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockChange {
    /// What became of it.
    pub change: Change,
    /// Its name: that of a section, with the name of what stands in it where it holds
    /// several, such as `acl.site`, `rules.freeze` or `limits.staff`.
    pub block: String,
}

/// What became of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the new policy has it.
    Added,
    /// Only the old policy has it.
    Removed,
    /// Both have it, and it says something else.
    Changed,
}

impl Change {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl fmt::Display for BlockChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.block, self.change.name())
    }
}

/// The blocks that two policies do not have in common, roles and tests aside: see
/// [`Snapshot::diff`](crate::Snapshot::diff) for what roles gain and lose. Sorted by
/// name, with the order of rules last. Nothing when either is not TOML.
pub fn changed_blocks(old: &str, new: &str) -> Option<Vec<BlockChange>> {
    let (old, new) = (DeTable::parse(old).ok()?, DeTable::parse(new).ok()?);
    let (old, new) = (Blocks::of(old.get_ref()), Blocks::of(new.get_ref()));
    let gone = old.named.iter().filter_map(|(name, was)| match new.named.get(name) {
        None => Some((Change::Removed, name)),
        Some(now) => (!alike(was, now)).then_some((Change::Changed, name)),
    });
    let added = new.named.keys().filter(|name| !old.named.contains_key(*name));
    let mut changes: Vec<_> = gone
        .chain(added.map(|name| (Change::Added, name)))
        .map(|(change, name)| BlockChange { change, block: name.clone() })
        .collect();
    changes.sort_by(|one, other| one.block.cmp(&other.block));
    if old.order_beside(&new) != new.order_beside(&old) {
        let block = "order of rules".to_owned();
        changes.push(BlockChange { change: Change::Changed, block });
    }
    Some(changes)
}

/// Whether two policies say the same beside their roles and their tests. What is
/// not TOML says something else than anything.
pub fn same_beside_roles(one: &str, other: &str) -> bool {
    changed_blocks(one, other).is_some_and(|changes| changes.is_empty())
}

/// The parts of a policy by name.
#[derive(Default)]
struct Blocks<'t> {
    /// More than one of a name only where a policy is wrong.
    named: BTreeMap<String, Vec<&'t DeValue<'t>>>,
    /// Names of rules, in order.
    rules: Vec<String>,
}

impl<'t> Blocks<'t> {
    fn of(root: &'t DeTable<'t>) -> Self {
        let mut blocks = Self::default();
        for (key, value) in root.iter() {
            match (&**key.get_ref(), value.get_ref()) {
                (key, _) if APART.contains(&key) => {}
                ("rules", DeValue::Array(rules)) => rules.iter().for_each(|rule| {
                    let rule = rule.get_ref();
                    let name = format!("rules.{}", id_of(rule));
                    blocks.rules.push(name.clone());
                    blocks.put(name, rule);
                }),
                (key, DeValue::Table(parts)) if IN_PARTS.contains(&key) => {
                    for (part, value) in parts.iter() {
                        blocks.put(format!("{key}.{}", part.get_ref()), value.get_ref());
                    }
                }
                (key, value) => blocks.put(key.to_owned(), value),
            }
        }
        blocks
    }

    fn put(&mut self, name: String, value: &'t DeValue<'t>) {
        self.named.entry(name).or_default().push(value);
    }

    /// The rules that the other has as well, in our order.
    fn order_beside(&self, other: &Self) -> Vec<&str> {
        let common = self.rules.iter().filter(|name| other.named.contains_key(*name));
        common.map(String::as_str).collect()
    }
}

/// Sections that are not compared here.
const APART: [&str; 3] = ["version", "roles", "test"];
/// Sections whose parts have names and mean something each by itself.
const IN_PARTS: [&str; 5] = ["acl", "items", "limits", "relations", "scopes"];

fn id_of<'t>(rule: &'t DeValue<'t>) -> &'t str {
    rule.get("id").and_then(|id| id.get_ref().as_str()).unwrap_or("?")
}

fn alike(one: &[&DeValue<'_>], other: &[&DeValue<'_>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_that_changed_is_named() {
        let acl = |entry: &str| format!("[acl.a]\nentries = [\"{entry}\"]\n");
        let rule = |id: &str, when: &str| format!("[[rules]]\nid = \"{id}\"\nwhen = \"{when}\"\n");
        let two = |one: &str, other: &str| format!("{}{}", rule(one, "1"), rule(other, "1"));
        for (old, new, told) in [
            (acl("allow a b"), acl("deny a b"), "acl.a changed"),
            (acl("allow a b"), String::new(), "acl.a removed"),
            (String::new(), acl("allow a b"), "acl.a added"),
            (rule("r", "1"), rule("r", "2"), "rules.r changed"),
            (rule("r", "1"), rule("s", "1"), "rules.r removed, rules.s added"),
            (two("r", "s"), two("s", "r"), "order of rules changed"),
            (rule("r", "1"), two("q", "r"), "rules.q added"),
            ("[items.a]\nclosed = true".into(), "[items.a]".into(), "items.a changed"),
            ("[relations.a]\nb = \"[c]\"".into(), "[relations.a]".into(), "relations.a changed"),
            ("[scopes]\na = []".into(), "[scopes]\na = [\"b\"]".into(), "scopes.a changed"),
            ("[limits.a]\nb = 1".into(), "[limits.a]\nb = 2".into(), "limits.a changed"),
            ("[permissions]\na = []".into(), String::new(), "permissions removed"),
            (String::new(), "closed_attributes = true".into(), "closed_attributes added"),
            ("[roles]\na = {}".into(), "[roles]\nb = {}".into(), ""),
            (acl("allow a b"), format!("# moved\n{}", acl("allow a b")), ""),
        ] {
            let changes = changed_blocks(&old, &new).unwrap();
            let lines: Vec<_> = changes.iter().map(BlockChange::to_string).collect();
            assert_eq!(lines.join(", "), told, "{old} and {new}");
            assert_eq!(same_beside_roles(&old, &new), told.is_empty(), "{old} and {new}");
        }
    }

    #[test]
    fn policies_are_compared_beside_their_roles() {
        for (one, other, is) in [
            ("version = 1", "", true),
            ("[roles]\na = {}", "[roles]\nb = {}\n[[test]]\nas = {}", true),
            ("[acl.a]\nentries = []", "# moved\n[acl.a]\nentries = []", true),
            ("[acl.a]\nentries = []", "", false),
            ("", "closed_attributes = true", false),
            ("[limits.a]\nx = 1", "[limits.a]\nx = 2", false),
            ("[roles", "[roles", false),
        ] {
            assert_eq!(same_beside_roles(one, other), is, "{one} and {other}");
        }
    }
}
