//! Which stored relations a check looks at: for whoever keeps them elsewhere and
//! brings those that matter, level by level, and for whoever asks what a relation
//! may give.

use std::collections::BTreeSet;

use super::check::is_object;
use super::model::{Model, Rewrite, TypeRef};
use super::tuples::Tuples;

/// An object and one of its relations.
pub type Node = (String, String);

/// Relations of objects that a check looks at.
///
/// ```
/// use keyward_authz::relations::{Model, Reads, Tuple, Tuples};
///
/// let mut model = Model::new();
/// model.object_type("user");
/// model.relation("folder", "viewer", "[user]")?;
/// model.relation("document", "parent", "[folder]")?;
/// model.relation("document", "viewer", "[user] | viewer from parent")?;
///
/// let (mut found, mut read) = (Tuples::new(), Reads::default());
/// let first = model.unread("document:roof", ["viewer"], &[&found], &read);
/// let node = |object: &str, relation: &str| (object.to_owned(), relation.to_owned());
/// assert!(first.members.contains(&node("document:roof", "viewer")));
/// assert!(first.objects.contains(&node("document:roof", "parent")));
///
/// // The store was asked for those, and has this:
/// found.insert(Tuple::new("document:roof", "parent", "folder:plans"));
/// read.extend(first);
/// let second = model.unread("document:roof", ["viewer"], &[&found], &read);
/// assert!(second.members.contains(&node("folder:plans", "viewer")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Of these, whether the subject has it, whether everybody of its type has,
    /// and which sets have.
    pub members: BTreeSet<Node>,
    /// Of these, which objects have it.
    pub objects: BTreeSet<Node>,
}

impl Reads {
    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.objects.is_empty()
    }

    /// Adds others.
    pub fn extend(&mut self, others: Self) {
        self.members.extend(others.members);
        self.objects.extend(others.objects);
    }
}

impl Model {
    /// What a check of these relations with an object looks at, by what the
    /// tuples say so far, and was not `read` before. Once there is nothing, or
    /// after [`MAX_DEPTH`](super::MAX_DEPTH) times, the tuples answer as all that
    /// are stored would.
    pub fn unread<'a>(
        &'a self,
        object: &'a str,
        relations: impl IntoIterator<Item = &'a str>,
        tuples: &[&'a Tuples],
        read: &Reads,
    ) -> Reads {
        let open = relations.into_iter().map(|relation| (object, relation)).collect();
        let mut walk = Walk { model: self, tuples, met: BTreeSet::new(), open };
        let mut reads = Reads::default();
        while let Some(node) = walk.open.pop() {
            let Some(rewrite) = self.find(node.0, node.1).filter(|_| walk.met.insert(node)) else {
                continue;
            };
            walk.rewrite(rewrite, node, &mut reads);
        }
        reads.members.retain(|node| !read.members.contains(node));
        reads.objects.retain(|node| !read.objects.contains(node));
        reads
    }

    /// Whether a tuple may have an object of this type, or a set of one's, as its
    /// subject: whoever looks for what somebody may reach goes on from there.
    pub fn leads_on(&self, kind: &str) -> bool {
        let mut subjects = self.rewrites().flat_map(Rewrite::types);
        subjects.any(|known| match known {
            TypeRef::One(name) | TypeRef::Set(name, _) => **name == *kind,
            TypeRef::Everybody(_) => false,
        })
    }

    /// The types and relations whose tuples may decide about this relation of
    /// this type.
    pub(crate) fn sources<'a>(
        &'a self,
        kind: &'a str,
        relation: &'a str,
    ) -> BTreeSet<(&'a str, &'a str)> {
        self.walk((kind, relation)).1
    }

    /// Whether somebody may lack this relation because of one more tuple: somewhere on
    /// its way something is taken away (`but not`).
    pub(crate) fn may_exclude(&self, kind: &str, relation: &str) -> bool {
        let (met, _) = self.walk((kind, relation));
        let mut met = met.iter().filter_map(|(kind, relation)| self.find(kind, relation));
        met.any(Rewrite::takes_away)
    }

    /// The relations on the way to this one, and the types and relations whose tuples
    /// may decide about it.
    fn walk<'a>(&'a self, from: (&'a str, &'a str)) -> (Nodes<'a>, Nodes<'a>) {
        let (mut met, mut sources) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            let known = self.find(node.0, node.1).filter(|_| met.insert(node));
            let Some(rewrite) = known else { continue };
            self.source(rewrite, node, &mut open, &mut sources);
        }
        (met, sources)
    }

    fn source<'a>(
        &'a self,
        rewrite: &'a Rewrite,
        node: (&'a str, &'a str),
        open: &mut Vec<(&'a str, &'a str)>,
        sources: &mut BTreeSet<(&'a str, &'a str)>,
    ) {
        match rewrite {
            Rewrite::Direct(types) => {
                sources.insert(node);
                open.extend(types.iter().filter_map(|known| match known {
                    TypeRef::Set(kind, relation) => Some((&**kind, &**relation)),
                    TypeRef::One(_) | TypeRef::Everybody(_) => None,
                }));
            }
            Rewrite::Computed(relation) => open.push((node.0, relation)),
            Rewrite::From { relation, via } => {
                sources.insert((node.0, via));
                let types = self.find(node.0, via).map(Rewrite::types).unwrap_or_default();
                open.extend(types.into_iter().filter_map(|known| match known {
                    TypeRef::One(kind) => Some((&**kind, &**relation)),
                    TypeRef::Set(..) | TypeRef::Everybody(_) => None,
                }));
            }
            Rewrite::Union(parts) | Rewrite::Intersection(parts) => {
                parts.iter().for_each(|part| self.source(part, node, open, sources));
            }
            Rewrite::Exclusion(both) => {
                both.iter().for_each(|part| self.source(part, node, open, sources));
            }
        }
    }
}

/// Types and their relations.
type Nodes<'a> = BTreeSet<(&'a str, &'a str)>;

/// Every node that the tuples so far lead to.
struct Walk<'w, 'a> {
    model: &'a Model,
    tuples: &'w [&'a Tuples],
    met: BTreeSet<(&'a str, &'a str)>,
    open: Vec<(&'a str, &'a str)>,
}

impl<'a> Walk<'_, 'a> {
    fn rewrite(&mut self, rewrite: &'a Rewrite, node: (&'a str, &'a str), reads: &mut Reads) {
        let (object, relation) = node;
        match rewrite {
            Rewrite::Direct(types) => {
                reads.members.insert(owned(node));
                let sets = self.subjects(node).filter(|subject| is_admitted(types, subject));
                let sets: Vec<_> = sets.filter_map(|subject| subject.split_once('#')).collect();
                self.open.extend(sets);
            }
            Rewrite::Computed(relation) => self.open.push((object, relation)),
            Rewrite::From { relation, via } => self.from(relation, (object, via), reads),
            Rewrite::Union(parts) | Rewrite::Intersection(parts) => {
                parts.iter().for_each(|part| self.rewrite(part, (object, relation), reads));
            }
            Rewrite::Exclusion(both) => {
                both.iter().for_each(|part| self.rewrite(part, (object, relation), reads));
            }
        }
    }

    fn from(&mut self, relation: &'a str, via: (&'a str, &'a str), reads: &mut Reads) {
        let Some(rewrite) = self.model.find(via.0, via.1) else { return };
        reads.objects.insert(owned(via));
        let others = self.subjects(via).filter(|other| rewrite.admits(other) && is_object(other));
        let others: Vec<_> = others.map(|other| (other, relation)).collect();
        self.open.extend(others);
    }

    fn subjects(&self, (object, relation): (&'a str, &'a str)) -> impl Iterator<Item = &'a str> {
        self.tuples.iter().flat_map(move |set| set.subjects(object, relation))
    }
}

fn is_admitted(types: &[TypeRef], subject: &str) -> bool {
    types.iter().any(|known| known.admits(subject))
}

fn owned((object, relation): (&str, &str)) -> Node {
    (object.to_owned(), relation.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{MAX_DEPTH, Tuple};
    use super::*;

    fn model() -> Model {
        let mut model = Model::new();
        model.object_type("user");
        for (kind, relation, expression) in [
            ("group", "member", "[user, user:*, group#member]"),
            ("doc", "parent", "[doc]"),
            ("doc", "banned", "[user, group#member]"),
            ("doc", "editor", "[user] & member from team"),
            ("doc", "team", "[group]"),
            (
                "doc",
                "viewer",
                "([user, group#member] | viewer from parent | editor) but not banned",
            ),
        ] {
            model.relation(kind, relation, expression).unwrap();
        }
        model
    }

    fn read(line: &str) -> Tuple {
        let words: Vec<&str> = line.split(' ').collect();
        Tuple::new(words[0], words[1], words[2])
    }

    /// What a store would give for these.
    fn ask<'a>(stored: &'a [Tuple], reads: &'a Reads) -> impl Iterator<Item = &'a Tuple> {
        stored.iter().filter(|tuple| {
            let node = owned((tuple.object(), tuple.relation()));
            let is_set = tuple.subject().contains('#');
            let is_named = ["user:ann", "user:*"].contains(&tuple.subject());
            reads.members.contains(&node) && (is_set || is_named)
                || reads.objects.contains(&node) && !is_set
        })
    }

    /// Brings level by level what matters.
    fn bring(stored: &[Tuple], given: &Tuples) -> Tuples {
        let (model, mut found, mut read) = (model(), Tuples::new(), Reads::default());
        for _ in 0..MAX_DEPTH {
            let next = model.unread("doc:a", ["viewer"], &[&found, given], &read);
            if next.is_empty() {
                break;
            }
            let more: Vec<Tuple> = ask(stored, &next).cloned().collect();
            found.extend(more);
            read.extend(next);
        }
        found
    }

    #[test]
    fn members_who_do_not_matter_are_left_where_they_are() {
        let stored: Vec<Tuple> = (0..50)
            .map(|n| read(&format!("group:g member user:{n}")))
            .chain([read("doc:a viewer group:g#member"), read("group:g member user:ann")])
            .chain([read("doc:b viewer user:ann"), read("group:h member group:g#member")])
            .collect();
        let found: Vec<Tuple> = bring(&stored, &Tuples::new()).iter().collect();
        let expected = [read("doc:a viewer group:g#member"), read("group:g member user:ann")];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_may_decide_about_a_relation_is_found_by_type() {
        let model = model();
        let of_editor: Vec<_> = model.sources("doc", "editor").into_iter().collect();
        assert_eq!(of_editor, [("doc", "editor"), ("doc", "team"), ("group", "member")]);
        let of_viewer = model.sources("doc", "viewer");
        assert!(of_viewer.contains(&("doc", "banned")) && of_viewer.contains(&("doc", "parent")));
        assert!(!of_viewer.contains(&("user", "member")));
    }

    fn lines() -> impl Strategy<Value = Vec<String>> {
        let line = prop_oneof![
            "group:[ghi] member (user:(ann|eve|\\*)|group:[ghi]#member)",
            "doc:[ab] (viewer|banned) (user:(ann|eve)|group:[ghi]#member)",
            "doc:[ab] editor user:(ann|eve)",
            "doc:[ab] parent doc:[ab]",
            "doc:[ab] team group:[ghi]",
        ];
        prop::collection::vec(line, 0..14)
    }

    proptest! {
        #[test]
        fn what_is_brought_answers_as_all_that_is_stored(lines in lines(), told in lines()) {
            let stored: Vec<Tuple> = lines.iter().map(|line| read(line)).collect();
            let given: Tuples = told.iter().map(|line| read(line)).collect();
            let (all, found) = (stored.iter().cloned().collect(), bring(&stored, &given));
            let check = |tuples: &Tuples| {
                model().check(&[tuples, &given], "doc:a", "viewer", "user:ann")
            };
            prop_assert_eq!(check(&found), check(&all));
        }
    }

    #[test]
    fn what_lies_too_deep_stays_undecided() {
        let mut stored: Vec<Tuple> =
            (0..40).map(|n| read(&format!("group:{n} member group:{}#member", n + 1))).collect();
        stored.push(read("doc:a viewer group:0#member"));
        let all = stored.iter().cloned().collect();
        let check = |tuples: &Tuples| model().check(&[tuples], "doc:a", "viewer", "user:ann");
        assert_eq!(check(&bring(&stored, &Tuples::new())), check(&all));
        assert!(check(&all).is_err());
    }
}
