//! Everything the definitions say, at one policy version.

mod blocks;
pub(crate) mod builder;
mod hierarchy;
mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use blocks::{Blocks, RelationGrant};
pub use rows::RoleId;
use rows::Rows;

use crate::catalogue::{Catalogue, PermissionId};
use crate::dialect::Dialect;
use crate::effect::Effect;
use crate::origin::Origin;
use crate::pattern::Pattern;

/// Everything the definitions say. Immutable; built once per policy version and
/// shared by `Arc`. Who has which role is *not* in it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    dialect: Dialect,
    roles: Box<[Role]>,
    slots: BTreeMap<Arc<str>, usize>,
    exclusives: Box<[Box<[usize]>]>,
    blocks: Blocks,
    catalogue: Catalogue,
    /// What each role allows and denies, inherited rules included, by slot.
    rows: Rows,
    epoch: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) name: Arc<str>,
    pub(crate) description: Box<str>,
    pub(crate) superuser: bool,
    pub(crate) locked: bool,
    /// Slots of the roles that it inherits.
    pub(crate) parents: Box<[usize]>,
    pub(crate) rules: Box<[Rule]>,
    /// Where it is defined.
    pub(crate) origin: Option<Origin>,
}

/// One line of a role.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) effect: Effect,
    pub(crate) pattern: Arc<Pattern>,
    /// Counts the rules of the same effect in the same role, from 0.
    pub(crate) nth: usize,
    /// Where it stands.
    pub(crate) origin: Option<Origin>,
}

impl Snapshot {
    /// The dialect of every pattern in it.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Every role, in the order of definition.
    pub fn roles(&self) -> impl Iterator<Item = RoleView<'_>> {
        self.roles.iter().map(RoleView)
    }

    /// The role of this name.
    pub fn role(&self, name: &str) -> Option<RoleView<'_>> {
        self.slot(name).and_then(|slot| self.roles.get(slot)).map(RoleView)
    }

    /// The policy version that it was built from.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The permissions that exist.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The number of a permission, to check with; look it up once per snapshot.
    pub fn permission_id(&self, name: &str) -> Option<PermissionId> {
        self.catalogue.id(name)
    }

    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.slots.get(name).copied()
    }

    pub(crate) fn exclusives(&self) -> impl Iterator<Item = &[usize]> {
        self.exclusives.iter().map(|exclusive| &**exclusive)
    }

    /// The sets of roles that nobody should hold two of.
    pub fn exclusive_sets(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        let name = |slot: &usize| self.at(*slot).map(|role| &*role.name);
        self.exclusives().map(move |set| set.iter().filter_map(name))
    }

    pub(crate) fn at(&self, slot: usize) -> Option<&Role> {
        self.roles.get(slot)
    }
}

/// A role as the admin site shows it.
#[derive(Clone, Copy, Debug)]
pub struct RoleView<'s>(&'s Role);

impl<'s> RoleView<'s> {
    /// Its name.
    pub fn name(self) -> &'s str {
        &self.0.name
    }

    /// What people read about it.
    pub fn description(self) -> &'s str {
        &self.0.description
    }

    /// Where it is defined, when that is in a policy file.
    pub fn origin(self) -> Option<&'s Origin> {
        self.0.origin.as_ref()
    }

    /// Whether it may do everything.
    pub fn is_superuser(self) -> bool {
        self.0.superuser
    }

    /// Whether it locks its holder out.
    pub fn is_locked(self) -> bool {
        self.0.locked
    }

    /// The names of the roles that it inherits directly.
    pub fn parents(self, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s str> {
        self.0.parents.iter().filter_map(|slot| snapshot.at(*slot)).map(|role| &*role.name)
    }

    pub(crate) fn own_rules(self) -> impl Iterator<Item = &'s Rule> {
        self.0.rules.iter()
    }

    /// Its own rules, without inherited ones, in the order of definition.
    pub fn rules(self) -> impl Iterator<Item = (Effect, &'s Pattern)> {
        self.own_rules().map(|rule| (rule.effect, &*rule.pattern))
    }
}
