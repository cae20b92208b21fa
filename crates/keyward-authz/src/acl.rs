//! Access control lists: ordered entries, the first that applies decides. Groups
//! and permissions are opaque words here, compared as they are. Semantics of
//! aiohttp_auth_autz and, for chains, of Pyramid.

mod entry;
mod fits;
mod groups;
mod indexed;

use std::collections::{BTreeMap, BTreeSet};

pub use entry::{AclEntry, BadEntry, What, Who};
pub use fits::EntryFlaw;
pub use groups::Groups;
pub use indexed::{AclMember, AclPermission};

use crate::effect::Effect;
use crate::origin::Origin;

/// An ordered list of entries. Build it once; deciding allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Acl {
    entries: Box<[AclEntry]>,
    /// For each permission that an entry names, sorted: the entries about it.
    named: Box<[(Box<str>, Places)]>,
    /// The entries about every permission.
    every: Places,
    masks: Box<[Box<[u64]>]>,
    name: Option<Box<str>>,
    origins: Box<[Origin]>,
}

/// Places of entries, in order.
type Places = Box<[usize]>;

/// The entry that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AclHit {
    /// What it says.
    pub effect: Effect,
    /// The list in a chain, counted from the resource, which is 0.
    pub level: usize,
    /// Its place in its list, from 0.
    pub entry: usize,
}

impl Acl {
    /// Keeps these entries in this order.
    pub fn new(entries: impl IntoIterator<Item = AclEntry>) -> Self {
        let entries: Box<[AclEntry]> = entries.into_iter().collect();
        let names = entries.iter().flat_map(AclEntry::named);
        let mut named: BTreeMap<&str, Vec<usize>> = names.map(|name| (name, vec![])).collect();
        let mut every = Vec::new();
        for (place, entry) in entries.iter().enumerate() {
            every.extend((entry.what == What::Everything).then_some(place));
            for (name, places) in &mut named {
                places.extend(entry.is_about(name).then_some(place));
            }
        }
        let named = named.into_iter().map(|(name, places)| (name.into(), places.into()));
        let named: Box<[(Box<str>, Places)]> = named.collect();
        let every: Places = every.into();
        let about = named.iter().map(|(_, places)| places).chain([&every]);
        let masks = indexed::masks(entries.len(), about);
        Self { entries, named, every, masks, name: None, origins: Box::default() }
    }

    /// Reads entries such as `allow staff view,edit` or `deny @everyone *`.
    ///
    /// # Errors
    /// When one is not well formed.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, BadEntry> {
        let entries: Vec<AclEntry> =
            entries.into_iter().map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self::new(entries))
    }

    /// Gives it the name by which explanations call it.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says where its entries stand, in their order.
    #[must_use]
    pub fn from_lines(mut self, origins: impl IntoIterator<Item = Origin>) -> Self {
        self.origins = origins.into_iter().collect();
        self
    }

    /// Its name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where an entry stands, when it came from a policy file.
    pub fn origin(&self, entry: usize) -> Option<&Origin> {
        self.origins.get(entry)
    }

    /// The entries, in order.
    pub fn entries(&self) -> &[AclEntry] {
        &self.entries
    }

    /// The first entry for one of these groups that is about this permission.
    pub fn decide(&self, groups: &Groups, wanted: &str) -> Option<AclHit> {
        Self::decide_chain([Some(self)], groups, wanted)
    }

    /// The first entry that applies in a chain of lists, from the resource up to
    /// the root. A level without a list is passed over.
    pub fn decide_chain<'a>(
        chain: impl IntoIterator<Item = Option<&'a Acl>>,
        groups: &Groups,
        wanted: &str,
    ) -> Option<AclHit> {
        chain.into_iter().enumerate().find_map(|(level, acl)| acl?.first(level, groups, wanted))
    }

    /// The list that is in force: a local one replaces the global one, even when
    /// it is empty. Nothing when there is neither, which is an error in the
    /// configuration and not a denial.
    pub fn in_force<'a>(local: Option<&'a Acl>, global: Option<&'a Acl>) -> Option<&'a Acl> {
        local.or(global)
    }

    /// What the two may decide differently: nothing, some permissions, or any.
    pub fn difference(&self, other: &Self) -> What {
        if !self.about("").eq(other.about("")) {
            return What::Everything;
        }
        let named = self.named.iter().chain(&other.named).map(|(name, _)| &**name);
        let differ = |name: &&str| !self.about(name).eq(other.about(name));
        let names: BTreeSet<&str> = named.filter(differ).collect();
        What::Permissions(names.into_iter().map(Box::from).collect())
    }

    /// Whom the entries about a permission are for and what they say, in order;
    /// those about every permission, when none names it.
    fn about(&self, name: &str) -> impl Iterator<Item = (Effect, &Who)> {
        let entries = self.places(name).iter().filter_map(|at| self.entries.get(*at));
        entries.map(|entry| (entry.effect, &entry.who))
    }

    fn places(&self, wanted: &str) -> &Places {
        let named = self.named.binary_search_by(|(name, _)| (**name).cmp(wanted)).ok();
        named.and_then(|at| self.named.get(at)).map_or(&self.every, |(_, at)| at)
    }

    fn first(&self, level: usize, groups: &Groups, wanted: &str) -> Option<AclHit> {
        let places = self.places(wanted).iter();
        let mut entries = places.filter_map(|at| Some((*at, self.entries.get(*at)?)));
        let (entry, found) = entries.find(|(_, entry)| groups.include(&entry.who))?;
        Some(AclHit { effect: found.effect, level, entry })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(groups: &Groups, wanted: &str, decides: Option<(Effect, usize)>) {
        let site = [
            "allow guest view",
            "deny guest edit",
            "allow staff view,edit,admin_view",
            "allow @everyone view_home",
            "allow @authenticated *",
            "deny @everyone *",
        ];
        let hit = Acl::parse(site).unwrap().decide(groups, wanted);
        assert_eq!(hit.map(|hit| (hit.effect, hit.entry)), decides, "{groups:?} {wanted}");
    }

    #[test]
    fn the_first_entry_that_applies_decides() {
        let both = Groups::of(["staff", "guest"]);
        check(&both, "view", Some((Effect::Allow, 0)));
        check(&both, "edit", Some((Effect::Deny, 1)));
        check(&Groups::of(["staff"]), "edit", Some((Effect::Allow, 2)));
    }

    #[test]
    fn everyone_is_everyone_and_authenticated_is_whoever_is_known() {
        check(&Groups::of([]), "view_home", Some((Effect::Allow, 3)));
        check(&Groups::of([]), "other", Some((Effect::Deny, 5)));
        check(&Groups::of([]).authenticated(), "other", Some((Effect::Allow, 4)));
    }

    #[test]
    fn nobody_is_not_even_everyone() {
        check(&Groups::none(), "view_home", None);
    }

    #[test]
    fn a_group_named_like_a_built_in_one_is_not_it() {
        let liar = Groups::of(["@authenticated"]);
        check(&liar, "other", Some((Effect::Deny, 5)));
    }

    #[test]
    fn a_chain_is_walked_from_the_resource_up() {
        let (near, far) = (["allow a x"], ["deny a *", "allow b x"]);
        let (near, far) = (Acl::parse(near).unwrap(), Acl::parse(far).unwrap());
        for (group, wanted, hit) in [
            ("a", "x", Some((Effect::Allow, 0, 0))),
            ("a", "y", Some((Effect::Deny, 2, 0))),
            ("b", "x", Some((Effect::Allow, 2, 1))),
            ("b", "y", None),
        ] {
            let chain = [Some(&near), None, Some(&far)];
            let got = Acl::decide_chain(chain, &Groups::of([group]), wanted);
            assert_eq!(got.map(|hit| (hit.effect, hit.level, hit.entry)), hit, "{group} {wanted}");
        }
    }

    #[test]
    fn lists_differ_in_what_they_may_decide_differently() {
        let list = |entries: &[&str]| Acl::parse(entries.iter().copied()).unwrap();
        let wall = list(&["deny a x", "allow b x,y", "allow @everyone z"]);
        let some =
            |names: &[&str]| What::Permissions(names.iter().map(|name| (*name).into()).collect());
        for (other, differ) in [
            (&["deny a x", "allow b y,x", "allow @everyone z"][..], some(&[])),
            (&["allow @everyone z", "deny a x", "allow b x,y"], some(&[])),
            (&["allow b x,y", "deny a x", "allow @everyone z"], some(&["x"])),
            (&["deny a x", "allow b x", "allow @everyone z,new"], some(&["new", "y"])),
            (&["deny a x", "allow b x,y", "allow @everyone z", "deny c *"], What::Everything),
        ] {
            assert_eq!(wall.difference(&list(other)), differ, "{other:?}");
            assert_eq!(list(other).difference(&wall), differ, "{other:?}, the other way round");
        }
        assert_eq!(Acl::default().difference(&wall), some(&["x", "y", "z"]));
    }

    #[test]
    fn an_empty_local_list_replaces_the_global_one() {
        let (empty, global) = (Acl::default(), Acl::parse(["allow @everyone *"]).unwrap());
        let in_force = Acl::in_force(Some(&empty), Some(&global)).unwrap();
        assert_eq!(in_force.decide(&Groups::of([]), "x"), None);
        assert!(Acl::in_force(None, None).is_none());
    }
}
