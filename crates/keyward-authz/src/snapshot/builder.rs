//! Collects definitions into a snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Blocks, RelationGrant, Role, Rows, Rule, Snapshot};
use crate::acl::Acl;
use crate::catalogue::Catalogue;
use crate::dialect::Dialect;
use crate::effect::Effect;
use crate::error::BadPermission;
use crate::items::ItemKind;
use crate::limits::Limit;
use crate::origin::Origin;
use crate::pattern::Pattern;
use crate::permission::Permission;
use crate::relations::BadRelation;
use crate::rules;

/// Collects definitions, in any order, into a [`Snapshot`].
#[derive(Clone, Debug, Default)]
pub struct SnapshotBuilder {
    dialect: Dialect,
    roles: Vec<Draft>,
    slots: BTreeMap<Arc<str>, usize>,
    exclusives: Vec<Box<[usize]>>,
    blocks: Blocks,
    permissions: Vec<Box<str>>,
    epoch: u64,
    origin: Option<Origin>,
}

#[derive(Clone, Debug)]
struct Draft {
    name: Arc<str>,
    description: Box<str>,
    superuser: bool,
    locked: bool,
    parents: Vec<usize>,
    rules: Vec<Rule>,
    origin: Option<Origin>,
}

impl SnapshotBuilder {
    /// Starts without definitions, in the native dialect.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts without definitions, in this dialect.
    pub fn in_dialect(dialect: Dialect) -> Self {
        Self { dialect, ..Self::default() }
    }

    /// Defines a role, or describes anew one that is defined.
    pub fn role(&mut self, name: &str, description: &str) -> &mut Self {
        let origin = self.origin.clone();
        let draft = self.draft(name);
        draft.description = description.into();
        draft.origin = origin.or(draft.origin.take());
        self
    }

    /// Whether a role of this name is defined already, or spoken of.
    pub fn defines_role(&self, name: &str) -> bool {
        self.slots.contains_key(name)
    }

    /// Adds a rule to a role, and the role where it is not defined yet.
    ///
    /// # Errors
    /// When the pattern is not well formed.
    pub fn rule(
        &mut self,
        role: &str,
        effect: Effect,
        pattern: &str,
    ) -> Result<&mut Self, BadPermission> {
        let pattern = Arc::new(Pattern::parse_as(self.dialect, pattern)?);
        let origin = self.origin.clone();
        let rules = &mut self.draft(role).rules;
        let nth = rules.iter().filter(|rule| rule.effect == effect).count();
        rules.push(Rule { effect, pattern, nth, origin });
        Ok(self)
    }

    /// Lets a role do everything, past every rule. Ceilings still hold it.
    pub fn superuser(&mut self, role: &str) -> &mut Self {
        self.draft(role).superuser = true;
        self
    }

    /// Makes a role lock its holder out, whatever else it holds: a ceiling that
    /// contains nothing.
    pub fn locked(&mut self, role: &str) -> &mut Self {
        self.draft(role).locked = true;
        self
    }

    /// Gives a role all rules of another, which may be defined later. A cycle is
    /// harmless; [`Snapshot::cycles`] reports it.
    pub fn inherit(&mut self, role: &str, from: &str) -> &mut Self {
        // The heir first, so that roles stay in the order of definition.
        self.slot(role);
        let parent = self.slot(from);
        let parents = &mut self.draft(role).parents;
        if !parents.contains(&parent) {
            parents.push(parent);
        }
        self
    }

    /// Makes roles exclude each other: nobody should hold two of them.
    pub fn exclusive<'a>(&mut self, roles: impl IntoIterator<Item = &'a str>) -> &mut Self {
        let slots = roles.into_iter().map(|role| self.slot(role)).collect();
        self.exclusives.push(slots);
        self
    }

    /// Adds a rule with conditions.
    pub fn conditional(&mut self, rule: rules::Rule) -> &mut Self {
        self.blocks.rules.push(rule);
        self
    }

    /// Replaces all rules with conditions.
    pub fn rules(&mut self, rules: rules::Rules) -> &mut Self {
        self.blocks.rules = rules;
        self
    }

    /// Adds a kind of item, or replaces it.
    pub fn item_kind(&mut self, name: &str, kind: ItemKind) -> &mut Self {
        self.blocks.items.insert(name, kind);
        self
    }

    /// Adds an access control list, or replaces it.
    pub fn acl(&mut self, name: &str, acl: Acl) -> &mut Self {
        self.blocks.acls.insert(name.into(), acl.named(name));
        self
    }

    /// Adds a relation of a type of objects.
    ///
    /// # Errors
    /// When the expression is not well formed.
    pub fn relation(
        &mut self,
        object_type: &str,
        name: &str,
        expression: &str,
    ) -> Result<&mut Self, BadRelation> {
        self.blocks.model.relation(object_type, name, expression)?;
        Ok(self)
    }

    /// Adds a type of objects, perhaps without relations.
    pub fn object_type(&mut self, name: &str) -> &mut Self {
        self.blocks.model.object_type(name);
        self
    }

    /// What the relations speak of and the model lacks.
    pub fn missing_relations(&self) -> Vec<String> {
        self.blocks.model.missing()
    }

    /// Gives whoever has a relation with an object a permission on it.
    ///
    /// # Errors
    /// When the pattern is not well formed.
    pub fn relation_grant(
        &mut self,
        object_type: &str,
        pattern: &str,
        relation: &str,
    ) -> Result<&mut Self, BadPermission> {
        let pattern = Pattern::parse_as(self.dialect, pattern)?;
        let (kind, relation, origin) = (object_type.into(), relation.into(), self.origin.clone());
        let grant = RelationGrant { kind, pattern, relation, origin };
        self.blocks.relation_grants.push(grant);
        Ok(self)
    }

    /// Sets a numeric limit of a role.
    pub fn limit(&mut self, role: &str, name: &str, limit: Limit) -> &mut Self {
        self.blocks.limits.set(role, name, limit);
        self
    }

    /// Lets tokens of a scope do at most this, beside what their other scopes
    /// let them.
    ///
    /// # Errors
    /// When a pattern is not well formed.
    pub fn scope<'a>(
        &mut self,
        name: &str,
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Result<&mut Self, BadPermission> {
        let patterns = patterns.into_iter().map(|text| Pattern::parse_as(self.dialect, text));
        let patterns = patterns.collect::<Result<Vec<_>, _>>()?;
        self.blocks.scopes.entry(name.into()).or_default().extend(patterns);
        Ok(self)
    }

    /// Adds a permission to the catalogue. With any, only those in it and their
    /// instances may be asked for.
    ///
    /// # Errors
    /// When it is not well formed.
    pub fn permission(&mut self, name: &str) -> Result<&mut Self, BadPermission> {
        Permission::parse_as(self.dialect, name)?;
        self.permissions.push(name.into());
        Ok(self)
    }

    /// Whether there is a catalogue.
    pub fn has_catalogue(&self) -> bool {
        !self.permissions.is_empty()
    }

    /// Says where the roles, their rules and what relations give stand that are added
    /// from now on.
    pub fn at(&mut self, origin: Option<Origin>) -> &mut Self {
        self.origin = origin;
        self
    }

    /// Sets the policy version that the definitions are of.
    pub fn epoch(&mut self, epoch: u64) -> &mut Self {
        self.epoch = epoch;
        self
    }

    /// Closes the definitions.
    pub fn build(self) -> Snapshot {
        let names = self.permissions.iter().map(|name| &**name);
        // Each was read when it was added, so none is refused now.
        let catalogue = Catalogue::of(self.dialect, self.epoch, names).unwrap_or_default();
        let mut snapshot = Snapshot {
            dialect: self.dialect,
            roles: self.roles.into_iter().map(Draft::close).collect(),
            slots: self.slots,
            exclusives: self.exclusives.into(),
            blocks: self.blocks,
            catalogue,
            rows: Rows::default(),
            epoch: self.epoch,
        };
        snapshot.fill_rows();
        snapshot.blocks.rules.index(&snapshot.catalogue);
        snapshot
    }

    fn slot(&mut self, name: &str) -> usize {
        match self.slots.get(name) {
            Some(slot) => *slot,
            None => self.open(name),
        }
    }

    fn draft(&mut self, name: &str) -> &mut Draft {
        let slot = self.slot(name);
        // INVARIANT: every slot in `slots` is an index into `roles`.
        #[expect(clippy::indexing_slicing, reason = "slots are made by `open` only")]
        &mut self.roles[slot]
    }

    fn open(&mut self, name: &str) -> usize {
        let name: Arc<str> = name.into();
        let slot = self.roles.len();
        self.slots.insert(Arc::clone(&name), slot);
        self.roles.push(Draft {
            name,
            description: Box::default(),
            superuser: false,
            locked: false,
            parents: Vec::new(),
            rules: Vec::new(),
            origin: None,
        });
        slot
    }
}

impl Draft {
    fn close(self) -> Role {
        Role {
            name: self.name,
            description: self.description,
            superuser: self.superuser,
            locked: self.locked,
            parents: self.parents.into(),
            rules: self.rules.into(),
            origin: self.origin,
        }
    }
}
