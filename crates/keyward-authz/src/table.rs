//! The rules of one subject as a tree over the parts of permissions, laid flat:
//! a check walks it once and allocates nothing.

use std::collections::BTreeMap;
use std::ops::{BitOr, BitOrAssign};

use crate::dialect::keyward::{Grant, Part, Parts};
use crate::effect::Effect;

/// What the rules found so far say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks(u8);

impl Marks {
    pub(crate) const NONE: Self = Self(0);
    const ALLOW: Self = Self(1);
    const DENY: Self = Self(2);

    pub(crate) fn allows(self) -> bool {
        self.0 & Self::ALLOW.0 != 0
    }

    pub(crate) fn denies(self) -> bool {
        self.0 & Self::DENY.0 != 0
    }
}

impl From<Effect> for Marks {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Allow => Self::ALLOW,
            Effect::Deny => Self::DENY,
        }
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// The flat tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    nodes: Box<[Node]>,
    /// The edges of one node lie together, sorted by name.
    edges: Box<[Edge]>,
    /// The names of all edges, end to end.
    names: Box<str>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    first_edge: u32,
    edge_count: u32,
    /// The node behind a `*`; the root when there is none, as nothing leads back.
    any: u32,
    here: Marks,
    below: Marks,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    name_start: u32,
    name_len: u32,
    to: u32,
}

impl Table {
    /// What all rules that cover the wanted permission say together.
    pub(crate) fn find(&self, text: &str, wanted: &Parts) -> Marks {
        self.walk(ROOT, text, wanted, 0)
    }

    // As deep as a permission has parts, so the stack is bounded.
    fn walk(&self, at: u32, text: &str, wanted: &Parts, nth: usize) -> Marks {
        let Some(node) = self.nodes.get(at as usize) else { return Marks::NONE };
        let Some(name) = wanted.part(text, nth) else { return node.here | node.below };
        let mut marks = node.below;
        if let Some(to) = self.follow(node, name) {
            marks |= self.walk(to, text, wanted, nth + 1);
        }
        if node.any != ROOT {
            marks |= self.walk(node.any, text, wanted, nth + 1);
        }
        marks
    }

    fn follow(&self, node: &Node, name: &str) -> Option<u32> {
        let first = node.first_edge as usize;
        let edges = self.edges.get(first..first + node.edge_count as usize)?;
        let found = edges.binary_search_by(|edge| self.name(edge).cmp(name.as_bytes())).ok()?;
        edges.get(found).map(|edge| edge.to)
    }

    fn name(&self, edge: &Edge) -> &[u8] {
        let start = edge.name_start as usize;
        self.names.as_bytes().get(start..start + edge.name_len as usize).unwrap_or_default()
    }
}

/// A tree that still grows.
#[derive(Debug, Default)]
pub(crate) struct Sprout {
    names: BTreeMap<Box<str>, Sprout>,
    any: Option<Box<Sprout>>,
    here: Marks,
    below: Marks,
}

impl Sprout {
    /// Adds a rule. Gives it back as `false` when its lists multiply to more
    /// branches than a table should hold; it is then to be matched one by one.
    pub(crate) fn plant(&mut self, effect: Effect, grant: &Grant) -> bool {
        let branches = grant.parts.iter().fold(1_usize, |all, part| match part {
            Part::Any => all,
            Part::Names(names) => all.saturating_mul(names.len()),
        });
        let fits = branches <= MAX_BRANCHES;
        if fits {
            self.grow(&grant.parts, grant.open, effect.into());
        }
        fits
    }

    fn grow(&mut self, parts: &[Part], open: bool, mark: Marks) {
        match parts.split_first() {
            None if open => self.below |= mark,
            None => self.here |= mark,
            Some((Part::Any, rest)) => self.any.get_or_insert_default().grow(rest, open, mark),
            Some((Part::Names(names), rest)) => {
                for name in names {
                    self.names.entry(name.clone()).or_default().grow(rest, open, mark);
                }
            }
        }
    }

    /// Lays the tree flat.
    pub(crate) fn flatten(self) -> Table {
        let mut flat = Flat::default();
        flat.lay(self);
        Table { nodes: flat.nodes.into(), edges: flat.edges.into(), names: flat.names.into() }
    }
}

#[derive(Default)]
struct Flat {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    names: String,
}

impl Flat {
    fn lay(&mut self, sprout: Sprout) -> u32 {
        let at = self.nodes.len();
        self.nodes.push(Node::default());
        let any = sprout.any.map_or(ROOT, |any| self.lay(*any));
        let edges: Vec<Edge> =
            sprout.names.into_iter().map(|(name, child)| self.edge(&name, child)).collect();
        let node = Node {
            first_edge: index(self.edges.len()),
            edge_count: index(edges.len()),
            any,
            here: sprout.here,
            below: sprout.below,
        };
        self.edges.extend(edges);
        if let Some(slot) = self.nodes.get_mut(at) {
            *slot = node;
        }
        index(at)
    }

    fn edge(&mut self, name: &str, child: Sprout) -> Edge {
        let name_start = index(self.names.len());
        self.names.push_str(name);
        Edge { name_start, name_len: index(name.len()), to: self.lay(child) }
    }
}

// Four thousand million branches would have exhausted the memory long before;
// past the end, a look-up finds nothing.
fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

const ROOT: u32 = 0;
/// Branches that the lists of one pattern may make: `a,b:c,d` makes four.
const MAX_BRANCHES: usize = 64;
