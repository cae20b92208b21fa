//! Which resources somebody may do something to, as a condition that a database
//! can evaluate. The rows it finds are those that a check of each would allow.

mod columns;
mod items;
mod lists;
mod predicate;
mod rule;

pub use columns::{Column, Columns};
pub use predicate::{Bind, Placeholder, Sql};

use crate::condition::Condition;
use crate::decide::Question;
use crate::effect::Effect;
use crate::opinion::Opinion;
use crate::relations::type_of;
use crate::rules::Rule;
use crate::snapshot::{RelationGrant, Snapshot};
use predicate::{Exactness, Predicate};

/// The resources that a question would be allowed for. Never cut short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Every one.
    All,
    /// None.
    None,
    /// Those for which this condition is true.
    Sql(Sql),
    /// Some of those for which this condition is true: each row must be checked
    /// as well, because a condition or block cannot be said in SQL, or because rows may
    /// have lists or relations of their own.
    Mixed(Sql),
}

impl Filter {
    /// The condition, where it alone decides; nothing where each row must be checked
    /// as well. Every row is `1 = 1`, and none is `1 = 0`.
    pub fn exact(self) -> Option<Sql> {
        match self {
            Self::All => Some(Sql::plain("1 = 1")),
            Self::None => Some(Sql::plain("1 = 0")),
            Self::Sql(sql) => Some(sql),
            Self::Mixed(_) => None,
        }
    }
}

impl Snapshot {
    /// The resources that the question would be allowed for. What it says of one
    /// resource does not matter, except for the access control lists, which hold
    /// for all, and the type of the object of [`Question::related`]. Rows may have lists
    /// and relations of their own besides, unless [`Columns`] says that they have none.
    pub fn list_resources(&self, question: &Question<'_>, columns: &Columns) -> Filter {
        if self.is_denied_outright(question) {
            return Filter::None;
        }
        let mut exact = Exactness::default();
        let filter = Asking { snapshot: self, question, columns };
        let allowed = match question.access.is_superuser() {
            true => filter.past_absolute_rules(&mut exact),
            false => filter.by_blocks(&mut exact),
        };
        allowed.into_filter(exact)
    }

    /// Whether a ban, a ceiling or the catalogue decides for every resource.
    fn is_denied_outright(&self, question: &Question<'_>) -> bool {
        let wanted = question.wanted;
        question.banned
            || question.groups.is_some_and(crate::acl::Groups::are_none)
            || wanted.dialect() != self.dialect()
            || !self.catalogue().knows(wanted)
            || question.access.is_locked()
            || question.ceilings.iter().any(|ceiling| !ceiling.contains(wanted))
    }
}

/// A question about a table.
struct Asking<'a> {
    snapshot: &'a Snapshot,
    question: &'a Question<'a>,
    columns: &'a Columns,
}

impl Asking<'_> {
    fn past_absolute_rules(&self, exact: &mut Exactness) -> Predicate {
        let rules = self.rules().filter(|rule| rule.absolute && rule.effect == Effect::Deny);
        Predicate::all(rules.map(|rule| self.stays_out(rule, exact)))
    }

    fn by_blocks(&self, exact: &mut Exactness) -> Predicate {
        let question = self.question;
        let access = question.access.opinion(question.wanted);
        let listed = lists::opinions(self);
        if access.max(listed.least()) >= Opinion::MayDeny {
            return Predicate::False;
        }
        if listed.differ(access) {
            exact.lose();
        }
        let (allowing, safe) = self.by_rules(exact);
        let items = self.items();
        let safe = match &items {
            Some(items) if items.closed => safe.and(items.allowed.clone().or(items.bare.clone())),
            _ => safe,
        };
        let constant = access == Opinion::Allow || listed.may_allow();
        let custom = !question.custom.is_empty();
        if custom {
            exact.lose();
        }
        let mut allowed = Predicate::from(constant || custom).or(allowing);
        if let Some(items) = items {
            allowed = allowed.or(items.allowed);
        }
        allowed.or(self.related(exact)).and(safe)
    }

    /// Where a rule allows, and where none denies or might.
    fn by_rules(&self, exact: &mut Exactness) -> (Predicate, Predicate) {
        if self.snapshot.rules().are_ordered() {
            return self.in_order(exact);
        }
        let (mut allowing, mut safe) = (Predicate::False, Predicate::True);
        for rule in self.rules() {
            match rule.effect {
                Effect::Allow => allowing = allowing.or(self.applies(rule, exact)),
                Effect::Deny => safe = safe.and(self.stays_out(rule, exact)),
            }
        }
        (allowing, safe)
    }

    fn in_order(&self, exact: &mut Exactness) -> (Predicate, Predicate) {
        let (mut allowing, mut so_far) = (Predicate::False, Predicate::True);
        for rule in self.rules() {
            if rule.effect == Effect::Allow {
                let first = so_far.clone().and(self.applies(rule, exact));
                allowing = allowing.or(first);
            }
            so_far = so_far.and(self.stays_out(rule, exact));
        }
        (allowing.clone(), allowing.or(so_far))
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        let (wanted, roles) = (self.question.wanted, self.question.access.all_roles());
        self.snapshot.rules().iter().filter(move |rule| rule.concerns(wanted, roles))
    }

    fn applies(&self, rule: &Rule, exact: &mut Exactness) -> Predicate {
        let when = self.truth(rule.when.as_ref(), true, exact);
        let unless = rule.unless.as_ref();
        when.and(unless.map_or(Predicate::True, |it| self.truth(Some(it), false, exact)))
    }

    /// Where a rule surely does not apply.
    fn stays_out(&self, rule: &Rule, exact: &mut Exactness) -> Predicate {
        let never = match &rule.when {
            Some(when) => self.truth(Some(when), false, exact),
            None => Predicate::False,
        };
        let Some(unless) = &rule.unless else { return never };
        let when = self.truth(rule.when.as_ref(), true, exact);
        never.or(when.and(self.truth(Some(unless), true, exact)))
    }

    /// Where a condition surely is this. Without one it is true.
    fn truth(&self, condition: Option<&Condition>, is: bool, exact: &mut Exactness) -> Predicate {
        condition.map_or(Predicate::from(is), |condition| rule::surely(self, condition, is, exact))
    }

    /// The objects with which a relation that grants this is had.
    fn related(&self, exact: &mut Exactness) -> Predicate {
        let had = self.had();
        let excludes = || {
            let mut grants = self.grants();
            grants.any(|it| self.snapshot.model().may_exclude(&it.kind, &it.relation))
        };
        if !matches!(had, Predicate::False) && !self.columns.no_own_relations && excludes() {
            exact.lose();
        }
        had
    }

    fn had(&self) -> Predicate {
        let Some(id) = &self.columns.id else { return Predicate::False };
        if let Some(ids) = &self.columns.related {
            return id.within(ids.clone());
        }
        let Some(related) = self.question.related else { return Predicate::False };
        let kind = type_of(related.object);
        let grants = self.grants().filter(|it| *it.kind == *kind);
        let model = self.snapshot.model();
        let mut ids = Vec::new();
        for grant in grants {
            for object in related.tuples.iter().flat_map(|set| set.objects(kind)) {
                // What cannot be told is not allowed.
                let may = model.check(related.tuples, object, &grant.relation, related.subject);
                let id = object.split_once(':').map(|(_, id)| id).filter(|_| may == Ok(true));
                ids.extend(id.map(|id| Bind::Text(id.to_owned())));
            }
        }
        id.within(ids)
    }

    /// The relations that grant this, with objects of any type.
    fn grants(&self) -> impl Iterator<Item = &RelationGrant> {
        let grants = self.snapshot.relation_grants().iter();
        grants.filter(|it| it.pattern.matches(self.question.wanted))
    }
}
