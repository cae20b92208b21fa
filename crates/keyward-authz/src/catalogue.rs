//! The permissions that exist, in the order of their names, so that each has a
//! number and a set of them is a row of bits.

mod index;
mod set;

pub use set::PermissionSet;

use index::Index;

use crate::dialect::Dialect;
use crate::dialect::keyward::Grant;
use crate::error::BadPermission;
use crate::pattern::{Pattern, Shape};
use crate::permission::Permission;

/// The permissions that exist. An empty catalogue is open: any well-formed
/// permission may be asked for.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Sorted by text, each once.
    permissions: Box<[Permission]>,
    /// What a search compares: every text, end to end. One block stays cached.
    names: Box<str>,
    ends: Box<[u32]>,
    index: Index,
    epoch: u32,
}

/// A permission of a catalogue by number. It belongs to the snapshot that gave
/// it: resolve it once per policy version, and keep it at the call site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PermissionId {
    pub(crate) epoch: u32,
    pub(crate) slot: u32,
}

impl Catalogue {
    /// Reads the permissions of a project, in this dialect.
    ///
    /// # Errors
    /// When one is not well formed.
    pub(crate) fn of<'a>(
        dialect: Dialect,
        epoch: u64,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BadPermission> {
        let parsed = names.into_iter().map(|name| Permission::parse_as(dialect, name));
        let mut permissions: Vec<Permission> = parsed.collect::<Result<_, _>>()?;
        permissions.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        permissions.dedup();
        let mut names = String::new();
        let mut ends = Vec::with_capacity(permissions.len());
        for permission in &permissions {
            names.push_str(permission.as_str());
            ends.push(count(names.len()));
        }
        let index = Index::of(permissions.iter().map(Permission::as_str));
        Ok(Self {
            permissions: permissions.into(),
            names: names.into(),
            ends: ends.into(),
            index,
            epoch: low(epoch),
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.permissions.len()
    }

    /// Whether any well-formed permission may be asked for.
    pub fn is_empty(&self) -> bool {
        self.permissions.is_empty()
    }

    /// The number of a permission.
    pub fn id(&self, name: &str) -> Option<PermissionId> {
        let mut slots = self.index.candidates(name);
        slots.find(|slot| self.name(*slot) == name.as_bytes()).map(|slot| self.at(slot))
    }

    /// The permission of this number; nothing when the number is another
    /// snapshot's.
    pub fn get(&self, id: PermissionId) -> Option<&Permission> {
        self.permissions.get(id.slot as usize).filter(|_| id.epoch == self.epoch)
    }

    /// Every permission with its number, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (PermissionId, &Permission)> {
        self.permissions.iter().enumerate().map(|(slot, it)| (self.at(slot), it))
    }

    /// Whether this may be asked for: it is listed, or it is an instance of a
    /// listed `type:verb`, or the catalogue is open.
    pub fn knows(&self, wanted: &Permission) -> bool {
        self.is_empty()
            || self.id(wanted.as_str()).is_some()
            || wanted.catalogue_name().is_some_and(|name| self.id(name).is_some())
    }

    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The numbers of the permissions that a pattern covers.
    pub(crate) fn covered<'a>(&'a self, pattern: &'a Pattern) -> impl Iterator<Item = usize> + 'a {
        let (first, last) = self.span(pattern);
        let candidates = self.permissions.get(first..last).unwrap_or_default();
        let covered = candidates.iter().enumerate().filter(|(_, it)| pattern.matches(it));
        covered.map(move |(nth, _)| first + nth)
    }

    /// Where the permissions lie that a pattern may cover. Most patterns name one
    /// type, and its permissions lie together.
    fn span(&self, pattern: &Pattern) -> (usize, usize) {
        let Shape::Keyward(grant) = pattern.shape() else { return (0, self.len()) };
        if let Some(id) = self.id(pattern.as_str()).filter(|_| !grant.open) {
            return (id.slot as usize, id.slot as usize + 1);
        }
        let prefix = prefix(grant);
        let from = self.permissions.partition_point(|it| it.as_str() < &*prefix);
        let rest = self.permissions.get(from..).unwrap_or_default();
        (from, from + rest.partition_point(|it| it.as_str().starts_with(&*prefix)))
    }

    fn at(&self, slot: usize) -> PermissionId {
        PermissionId { epoch: self.epoch, slot: count(slot) }
    }

    fn name(&self, slot: usize) -> &[u8] {
        let end = |slot: usize| self.ends.get(slot).map_or(0, |end| *end as usize);
        let start = slot.checked_sub(1).map_or(0, end);
        self.names.as_bytes().get(start..end(slot)).unwrap_or_default()
    }
}

/// What every permission that the pattern covers begins with.
fn prefix(grant: &Grant) -> String {
    let single = grant.parts.iter().map_while(|part| part.single());
    single.collect::<Vec<_>>().join(":")
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

// Handles only need to tell this version from the last few.
fn low(epoch: u64) -> u32 {
    u32::try_from(epoch & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let names = ["posts:view", "posts:edit", "users:view", "post:view", "posts:view"];
        Catalogue::of(Dialect::Keyward, 7, names).unwrap()
    }

    #[test]
    fn every_name_has_one_number() {
        let catalogue = catalogue();
        assert_eq!(catalogue.len(), 4);
        for (id, permission) in catalogue.iter() {
            assert_eq!(catalogue.id(permission.as_str()), Some(id));
            assert_eq!(catalogue.get(id), Some(permission));
            assert_eq!(catalogue.get(PermissionId { epoch: 8, ..id }), None);
        }
        for absent in ["", "a", "posts", "posts:view:1", "z"] {
            assert_eq!(catalogue.id(absent), None, "{absent}");
        }
    }

    #[test]
    fn an_instance_of_a_known_permission_is_known() {
        for (wanted, known) in
            [("posts:edit", true), ("posts:edit:42", true), ("posts", false), ("posts:fly", false)]
        {
            assert_eq!(catalogue().knows(&Permission::parse(wanted).unwrap()), known, "{wanted}");
        }
        assert!(Catalogue::default().knows(&Permission::parse("posts:fly").unwrap()));
    }

    #[test]
    fn a_pattern_covers_the_same_by_range_as_one_by_one() {
        let catalogue = catalogue();
        for text in ["*", "posts:*", "post:*", "posts:view", "*:view", "posts,users:view", "p:*"] {
            let pattern = Pattern::parse(text).unwrap();
            let plain = catalogue.permissions.iter().enumerate();
            let plain: Vec<usize> =
                plain.filter(|(_, it)| pattern.matches(it)).map(|(slot, _)| slot).collect();
            assert_eq!(catalogue.covered(&pattern).collect::<Vec<_>>(), plain, "{text}");
        }
    }
}
