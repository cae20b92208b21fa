//! What a snapshot holds beside roles.

use std::collections::BTreeMap;

use super::Snapshot;
use crate::acl::Acl;
use crate::ceiling::Ceiling;
use crate::items::Items;
use crate::limits::Limits;
use crate::origin::Origin;
use crate::pattern::Pattern;
use crate::permission::Permission;
use crate::relations::Model;
use crate::rules::Rules;

/// The blocks beside roles, and the tables that go with them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks {
    pub(crate) rules: Rules,
    pub(crate) items: Items,
    pub(crate) acls: BTreeMap<Box<str>, Acl>,
    pub(crate) model: Model,
    pub(crate) relation_grants: Vec<RelationGrant>,
    pub(crate) limits: Limits,
    pub(crate) scopes: BTreeMap<Box<str>, Vec<Pattern>>,
}

/// Who has a relation with an object has a permission on it.
#[derive(Clone, Debug)]
pub(crate) struct RelationGrant {
    pub(crate) kind: Box<str>,
    pub(crate) pattern: Pattern,
    pub(crate) relation: Box<str>,
    /// Where it is written.
    pub(crate) origin: Option<Origin>,
}

impl Snapshot {
    /// The rules with conditions.
    pub fn rules(&self) -> &Rules {
        &self.blocks.rules
    }

    /// The kinds of items.
    pub fn items(&self) -> &Items {
        &self.blocks.items
    }

    /// The access control list of this name.
    pub fn acl(&self, name: &str) -> Option<&Acl> {
        self.blocks.acls.get(name)
    }

    /// The names of the access control lists, sorted.
    pub fn acl_names(&self) -> impl Iterator<Item = &str> {
        self.blocks.acls.keys().map(|name| &**name)
    }

    /// The types of objects and their relations.
    pub fn model(&self) -> &Model {
        &self.blocks.model
    }

    /// Numeric limits per role.
    pub fn limits(&self) -> &Limits {
        &self.blocks.limits
    }

    /// Whether there is a scope of this name.
    pub fn has_scope(&self, name: &str) -> bool {
        self.blocks.scopes.contains_key(name)
    }

    /// The ceiling of a token with these scopes. A scope that the policy does not
    /// know leaves nothing.
    pub fn scope_ceiling<'a>(&self, scopes: impl IntoIterator<Item = &'a str>) -> Ceiling {
        let known = scopes.into_iter().filter_map(|scope| self.blocks.scopes.get(scope));
        Ceiling::of("scopes", known.flatten().cloned())
    }

    /// The relations that give a permission on objects of this type.
    pub fn relations_giving<'a>(
        &'a self,
        wanted: &'a Permission,
        kind: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        let grants = self.relation_grants().iter();
        let giving = grants.filter(move |it| *it.kind == *kind && it.pattern.matches(wanted));
        giving.map(|grant| &*grant.relation)
    }

    /// What somebody may gain or lose by a tuple of this relation of this type,
    /// wherever it leads.
    pub fn given_by<'a>(
        &'a self,
        kind: &'a str,
        relation: &'a str,
    ) -> impl Iterator<Item = &'a Pattern> {
        let leads = move |grant: &&RelationGrant| {
            self.model().sources(&grant.kind, &grant.relation).contains(&(kind, relation))
        };
        self.relation_grants().iter().filter(leads).map(|grant| &grant.pattern)
    }

    pub(crate) fn relation_grants(&self) -> &[RelationGrant] {
        &self.blocks.relation_grants
    }
}
