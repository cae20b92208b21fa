//! Whether a subject has a relation with an object.
//!
//! Values are three: yes, no, and not known. A relation that depends on itself
//! is not known, unless something else decides it; what is not known is a no in
//! the end, and after `but not` it excludes. So the answer is the least fixpoint
//! of Kleene's three-valued logic: values are only ever learnt, never taken
//! back, and the order of tuples does not matter.

use std::collections::HashMap;
use std::fmt;

use super::model::{Model, Rewrite, TypeRef};
use super::tuples::{Tuple, Tuples, type_of};

/// Relations that may lead from one to the next; OpenFGA's limit.
pub const MAX_DEPTH: usize = 25;
/// Relations that one check may look at.
pub const MAX_STEPS: usize = 100_000;

/// Why a check has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckError {
    /// The model has no such type.
    UnknownType(String),
    /// The type has no such relation.
    UnknownRelation(String),
    /// It is not of the form `type:id`, `type:*` or `type:id#relation`.
    BadSubject(String),
    /// A tuple given with the question does not fit the model.
    BadTuple(Tuple),
    /// Relations lead on for more than [`MAX_DEPTH`] or [`MAX_STEPS`].
    TooComplex,
}

impl Model {
    /// Whether the subject has the relation with the object, by these tuples
    /// together. Those that do not fit the model are ignored.
    ///
    /// # Errors
    /// When the question does not fit the model or leads too far. That is
    /// neither a yes nor a no.
    pub fn check(
        &self,
        tuples: &[&Tuples],
        object: &str,
        relation: &str,
        subject: &str,
    ) -> Result<bool, CheckError> {
        self.find_relation(object, relation)?;
        self.admit_subject(subject)?;
        Walk { model: self, tuples, subject, known: HashMap::new(), pass: 0, lost: false, steps: 0 }
            .run((object, relation))
    }

    /// Whether tuples that come with a question fit the model.
    ///
    /// # Errors
    /// Names the first that does not.
    pub fn admit_all<'a>(
        &self,
        tuples: impl IntoIterator<Item = &'a Tuple>,
    ) -> Result<(), CheckError> {
        match tuples.into_iter().find(|tuple| !self.admits(tuple)) {
            Some(tuple) => Err(CheckError::BadTuple(tuple.clone())),
            None => Ok(()),
        }
    }

    /// Every object of a type with which the subject has the relation, sorted.
    /// Never cut short.
    ///
    /// # Errors
    /// When a check of one of them fails.
    pub fn list_objects<'t>(
        &self,
        tuples: &[&'t Tuples],
        kind: &'t str,
        relation: &str,
        subject: &str,
    ) -> Result<Vec<&'t str>, CheckError> {
        let mut objects: Vec<&str> = tuples.iter().flat_map(|set| set.objects(kind)).collect();
        objects.sort_unstable();
        objects.dedup();
        let mut found = Vec::new();
        for object in objects {
            if self.check(tuples, object, relation, subject)? {
                found.push(object);
            }
        }
        Ok(found)
    }

    fn find_relation(&self, object: &str, relation: &str) -> Result<&Rewrite, CheckError> {
        let kind = type_of(object);
        if !self.knows_type(kind) {
            return Err(CheckError::UnknownType(kind.to_owned()));
        }
        let found = self.find(object, relation);
        found.ok_or_else(|| CheckError::UnknownRelation(relation.to_owned()))
    }

    fn admit_subject(&self, subject: &str) -> Result<(), CheckError> {
        let bad = || CheckError::BadSubject(subject.to_owned());
        let (object, relation) = match subject.split_once('#') {
            Some((object, relation)) => (object, Some(relation)),
            None => (subject, None),
        };
        let (kind, id) = object.split_once(':').ok_or_else(bad)?;
        if id.is_empty() || id.contains(':') {
            return Err(bad());
        }
        match relation {
            Some(relation) => self.find_relation(object, relation).map(drop),
            None if self.knows_type(kind) => Ok(()),
            None => Err(CheckError::UnknownType(kind.to_owned())),
        }
    }
}

/// An object and one of its relations.
type Node<'a> = (&'a str, &'a str);

/// Nothing when it is not known.
type Value = Option<bool>;

struct Walk<'a> {
    model: &'a Model,
    tuples: &'a [&'a Tuples],
    subject: &'a str,
    known: HashMap<Node<'a>, Seen>,
    pass: usize,
    /// Something lay too deep to be looked at.
    lost: bool,
    steps: usize,
}

/// What came of a node.
#[derive(Clone, Copy)]
enum Seen {
    Decided(bool),
    /// It was visited in this pass, and is not known so far.
    Visited(usize),
}

impl<'a> Walk<'a> {
    /// Visits each node once in a pass, and passes again while that teaches
    /// something new. Without cycles there is one pass.
    fn run(mut self, root: Node<'a>) -> Result<bool, CheckError> {
        loop {
            self.pass += 1;
            let decided = self.decided();
            if let Some(value) = self.node(root, 0) {
                return Ok(value);
            }
            match (self.steps > MAX_STEPS, self.decided() > decided) {
                (true, _) => return Err(CheckError::TooComplex),
                (false, true) => self.lost = false,
                (false, false) if self.lost => return Err(CheckError::TooComplex),
                (false, false) => return Ok(false),
            }
        }
    }

    fn decided(&self) -> usize {
        self.known.values().filter(|seen| matches!(seen, Seen::Decided(_))).count()
    }

    fn node(&mut self, node: Node<'a>, depth: usize) -> Value {
        match self.known.get(&node) {
            Some(Seen::Decided(value)) => return Some(*value),
            Some(Seen::Visited(pass)) if *pass == self.pass => return None,
            _ => {}
        }
        self.steps += 1;
        if depth >= MAX_DEPTH || self.steps > MAX_STEPS {
            self.lost = true;
            return None;
        }
        let (object, relation) = node;
        // What the model lacks is not known: it gives nothing, and may exclude.
        let rewrite = self.model.find(object, relation)?;
        self.known.insert(node, Seen::Visited(self.pass));
        let value = match self.is_itself(node) {
            true => Some(true),
            false => self.rewrite(rewrite, node, depth),
        };
        if let Some(value) = value {
            self.known.insert(node, Seen::Decided(value));
        }
        value
    }

    /// A set has itself as a subject.
    fn is_itself(&self, (object, relation): Node<'_>) -> bool {
        let own = self.subject.split_once('#');
        own == Some((object, relation))
    }

    fn rewrite(&mut self, rewrite: &'a Rewrite, node: Node<'a>, depth: usize) -> Value {
        match rewrite {
            Rewrite::Direct(types) => self.direct(types, node, depth),
            Rewrite::Computed(relation) => self.node((node.0, relation), depth + 1),
            Rewrite::From { relation, via } => self.from(relation, (node.0, via), depth),
            Rewrite::Union(parts) => any(parts.iter().map(|part| self.rewrite(part, node, depth))),
            Rewrite::Intersection(parts) => {
                not(any(parts.iter().map(|part| not(self.rewrite(part, node, depth)))))
            }
            Rewrite::Exclusion(both) => {
                let [base, minus] = &**both;
                match self.rewrite(base, node, depth) {
                    Some(false) => Some(false),
                    base => not(any([not(base), self.rewrite(minus, node, depth)])),
                }
            }
        }
    }

    fn direct(&mut self, types: &'a [TypeRef], node: Node<'a>, depth: usize) -> Value {
        if self.is_named(types, node) {
            return Some(true);
        }
        let (object, relation) = node;
        let sets = self.tuples.iter().flat_map(|set| set.subjects(object, relation));
        let sets = sets.filter(|subject| types.iter().any(|known| known.admits(subject)));
        any(sets.filter_map(|subject| subject.split_once('#')).map(|set| self.node(set, depth + 1)))
    }

    /// Whether a tuple names the subject, or everybody of its type.
    fn is_named(&self, types: &[TypeRef], (object, relation): Node<'_>) -> bool {
        let holds =
            |subject: &str| self.tuples.iter().any(|set| set.contain(object, relation, subject));
        types.iter().any(|known| match known {
            TypeRef::Everybody(kind) => {
                type_of(self.subject) == &**kind
                    && !self.subject.contains('#')
                    && holds(&format!("{kind}:*"))
            }
            known => known.admits(self.subject) && holds(self.subject),
        })
    }

    fn from(&mut self, relation: &'a str, via: Node<'a>, depth: usize) -> Value {
        let model = self.model;
        let Some(rewrite) = model.find(via.0, via.1) else { return Some(false) };
        let others = self.tuples.iter().flat_map(|set| set.subjects(via.0, via.1));
        let others = others.filter(|other| rewrite.admits(other) && is_object(other));
        let others = others.filter(|other| model.find(other, relation).is_some());
        any(others.map(|other| self.node((other, relation), depth + 1)))
    }
}

pub(super) fn is_object(subject: &str) -> bool {
    !subject.contains('#') && !subject.ends_with(":*")
}

/// Yes when one is, no when all are not. Stops at the first yes.
fn any(values: impl IntoIterator<Item = Value>) -> Value {
    let mut sum = Some(false);
    for value in values {
        match value {
            Some(true) => return Some(true),
            Some(false) => {}
            None => sum = None,
        }
    }
    sum
}

fn not(value: Value) -> Value {
    value.map(|value| !value)
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckError::UnknownType(name) => write!(f, "unknown type `{}`", name.escape_debug()),
            CheckError::UnknownRelation(name) => {
                write!(f, "unknown relation `{}`", name.escape_debug())
            }
            CheckError::BadSubject(text) => {
                write!(f, "subject `{}` is not of the form `type:id`", text.escape_debug())
            }
            CheckError::BadTuple(tuple) => write!(
                f,
                "tuple `{} {} {}` does not fit the model",
                tuple.object().escape_debug(),
                tuple.relation().escape_debug(),
                tuple.subject().escape_debug()
            ),
            CheckError::TooComplex => f.write_str("relations lead on too far"),
        }
    }
}

impl std::error::Error for CheckError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn model() -> Model {
        let mut model = Model::new();
        model.object_type("user");
        model.relation("group", "member", "[user, user:*, group#member]").unwrap();
        model.relation("doc", "parent", "[doc]").unwrap();
        model.relation("doc", "banned", "[user, group#member]").unwrap();
        model
            .relation("doc", "viewer", "([user, group#member] | viewer from parent) but not banned")
            .unwrap();
        model
    }

    fn tuples(lines: &[&str]) -> Tuples {
        let words = lines.iter().map(|line| line.split(' ').collect::<Vec<_>>());
        words.map(|words| Tuple::new(words[0], words[1], words[2])).collect()
    }

    #[track_caller]
    fn check(lines: &[&str], object: &str, yes: bool) {
        let tuples = tuples(lines);
        let got = model().check(&[&tuples], object, "viewer", "user:ann");
        assert_eq!(got, Ok(yes), "{lines:?} {object}");
    }

    #[test]
    fn groups_and_parents_lead_to_the_subject() {
        let lines = [
            "doc:a viewer group:g#member",
            "group:g member group:h#member",
            "group:h member user:ann",
            "doc:b parent doc:a",
        ];
        check(&lines, "doc:a", true);
        check(&lines, "doc:b", true);
        check(&["doc:a viewer group:g#member", "group:g member user:*"], "doc:a", true);
        check(&["doc:a viewer user:*"], "doc:a", false);
    }

    #[test]
    fn a_ban_excludes() {
        check(&["doc:a viewer user:ann", "doc:a banned user:ann"], "doc:a", false);
        check(&["doc:a viewer user:ann", "doc:a banned user:eve"], "doc:a", true);
    }

    #[test]
    fn a_cycle_ends() {
        let ring = ["group:g member group:h#member", "group:h member group:g#member"];
        check(&[&ring[..], &["doc:a viewer group:g#member"]].concat(), "doc:a", false);
        let ring = [&ring[..], &["doc:a viewer group:g#member", "group:h member user:ann"]];
        check(&ring.concat(), "doc:a", true);
    }

    #[test]
    fn a_cycle_in_a_ban_fails_closed() {
        let ring = ["group:g member group:h#member", "group:h member group:g#member"];
        let seen = ["doc:a viewer user:ann", "doc:a banned group:g#member"];
        check(&[ring, seen].concat(), "doc:a", false);
    }

    #[test]
    fn what_leads_too_far_is_neither_yes_nor_no() {
        let mut lines: Vec<String> =
            (0..40).map(|n| format!("group:{n} member group:{}#member", n + 1)).collect();
        lines.push("doc:a viewer group:0#member".to_owned());
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let far = model().check(&[&tuples(&lines)], "doc:a", "viewer", "user:ann");
        assert_eq!(far, Err(CheckError::TooComplex));
    }

    #[test]
    fn many_cycles_cost_few_steps() {
        let names = 0..12;
        let pairs = names.clone().flat_map(|a| names.clone().map(move |b| (a, b)));
        let mut lines: Vec<String> =
            pairs.map(|(a, b)| format!("group:{a} member group:{b}#member")).collect();
        lines.push("doc:a viewer group:0#member".to_owned());
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        check(&lines, "doc:a", false);
    }

    #[test]
    fn a_question_that_does_not_fit_is_an_error() {
        for (object, relation, subject) in [
            ("ship:a", "viewer", "user:ann"),
            ("doc:a", "owner", "user:ann"),
            ("doc:a", "viewer", "ann"),
            ("doc:a", "viewer", "user:"),
            ("doc:a", "viewer", "robot:x"),
            ("doc:a", "viewer", "group:g#boss"),
        ] {
            let got = model().check(&[], object, relation, subject);
            assert!(got.is_err(), "{object} {relation} {subject}");
        }
    }

    fn lines() -> impl Strategy<Value = Vec<String>> {
        let line = prop_oneof![
            "group:[gh] member (user:(ann|eve)|group:[gh]#member)",
            "doc:[ab] (viewer|banned) (user:(ann|eve)|group:[gh]#member)",
            "doc:[ab] parent doc:[ab]",
        ];
        prop::collection::vec(line, 0..10)
    }

    proptest! {
        #[test]
        fn without_bans_a_further_tuple_never_takes_away(lines in lines(), more in lines()) {
            let unbanned = |line: &&str| !line.contains("banned");
            let fewer: Vec<&str> = lines.iter().map(String::as_str).filter(unbanned).collect();
            let all = lines.iter().chain(&more).map(String::as_str);
            let all: Vec<&str> = all.filter(unbanned).collect();
            let check = |lines: &[&str]| model().check(&[&tuples(lines)], "doc:a", "viewer", "user:ann");
            if check(&fewer) == Ok(true) {
                prop_assert_eq!(check(&all), Ok(true));
            }
        }
    }
}
