//! Rules with conditions: who may, or may not, do what when.

use std::sync::Arc;

use crate::catalogue::{Catalogue, PermissionId};
use crate::condition::{Condition, Facts};
use crate::effect::Effect;
use crate::opinion::{Opinion, Sum};
use crate::origin::Origin;
use crate::pattern::Pattern;
use crate::permission::Permission;

/// A rule with conditions.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, unique in a policy.
    pub id: Box<str>,
    /// What it does.
    pub effect: Effect,
    /// What it is about.
    pub patterns: Box<[Pattern]>,
    /// Whom it is for: holders of one of these roles; everybody when empty.
    pub roles: Box<[Box<str>]>,
    /// It applies only when this holds.
    pub when: Option<Condition>,
    /// It applies only when this does not hold.
    pub unless: Option<Condition>,
    /// A denial that holds even for superusers.
    pub absolute: bool,
    /// Whoever it denies is told that there is no such thing.
    pub hide: bool,
    /// What to tell people. `{context.until}` stands for that attribute.
    pub reason: Option<Box<str>>,
    /// What would help, such as `step_up`.
    pub advise: Option<Box<str>>,
    /// Where it stands.
    pub origin: Option<Origin>,
}

/// All rules with conditions of a policy.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    ordered: bool,
    /// For each permission of the catalogue: the places of the rules about it.
    about: Box<[Box<[u32]>]>,
}

/// What the rules say, and the place of the one that says it.
pub(crate) type Answer = Sum<usize>;

impl Rule {
    /// A rule about these permissions for everybody, without conditions.
    pub fn new(id: &str, effect: Effect, patterns: impl IntoIterator<Item = Pattern>) -> Self {
        Self {
            id: id.into(),
            effect,
            patterns: patterns.into_iter().collect(),
            roles: Box::default(),
            when: None,
            unless: None,
            absolute: false,
            hide: false,
            reason: None,
            advise: None,
            origin: None,
        }
    }

    /// Whether it is about this permission and for a holder of these roles.
    pub(crate) fn concerns(&self, wanted: &Permission, roles: &[Arc<str>]) -> bool {
        self.is_for(roles) && self.is_about(wanted)
    }

    fn is_for(&self, roles: &[Arc<str>]) -> bool {
        let held = |role: &str| roles.iter().any(|held| **held == *role);
        self.roles.is_empty() || self.roles.iter().any(|role| held(role))
    }

    fn is_about(&self, wanted: &Permission) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(wanted))
    }

    /// What it says when it concerns the question.
    fn opinion(&self, facts: &Facts<'_>) -> Opinion {
        let when = self.when.as_ref().map_or(Ok(true), |when| when.holds(facts));
        let unless = || self.unless.as_ref().map_or(Ok(false), |unless| unless.holds(facts));
        let applies = when.and_then(|when| Ok(when && !unless()?));
        match applies {
            Ok(true) => self.effect.into(),
            Ok(false) => Opinion::NoOpinion,
            Err(_) if self.effect == Effect::Deny => Opinion::MayDeny,
            Err(_) => Opinion::Failed,
        }
    }
}

impl Rules {
    /// Starts without rules. A denial among them overrides.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts without rules. The first that applies decides.
    pub fn ordered() -> Self {
        Self { ordered: true, ..Self::default() }
    }

    /// Adds a rule.
    pub fn push(&mut self, rule: Rule) -> &mut Self {
        self.rules.push(rule);
        self
    }

    /// The rules, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// Whether the first rule that applies decides.
    pub fn are_ordered(&self) -> bool {
        self.ordered
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Rule> {
        self.rules.get(place)
    }

    /// Notes which rules are about which permission of the catalogue, so that a
    /// check looks at those only.
    pub(crate) fn index(&mut self, catalogue: &Catalogue) {
        let mut about = vec![Vec::new(); catalogue.len()];
        for (place, rule) in (0..).zip(&self.rules) {
            for slot in rule.patterns.iter().flat_map(|pattern| catalogue.covered(pattern)) {
                if let Some(places) = about.get_mut(slot).filter(|it| it.last() != Some(&place)) {
                    places.push(place);
                }
            }
        }
        self.about = about.into_iter().map(Vec::into_boxed_slice).collect();
    }

    /// The rules about a permission of the catalogue and for a holder of these
    /// roles, in order; without its number, those about what is wanted.
    fn concerned<'a>(
        &'a self,
        (wanted, id): (&'a Permission, Option<PermissionId>),
        roles: &'a [Arc<str>],
    ) -> impl Iterator<Item = (usize, &'a Rule)> {
        let listed = id.and_then(|id| self.about.get(id.slot as usize));
        let places = listed.into_iter().flatten().map(|place| *place as usize);
        let listed = places.filter_map(|place| Some((place, self.rules.get(place)?)));
        let searched = self.rules.iter().enumerate().filter(move |_| id.is_none());
        let searched = searched.filter(|(_, rule)| rule.is_about(wanted));
        listed.chain(searched).filter(|(_, rule)| rule.is_for(roles))
    }

    /// Decides. Allocates nothing.
    pub(crate) fn decide(
        &self,
        wanted: (&Permission, Option<PermissionId>),
        roles: &[Arc<str>],
        facts: &Facts<'_>,
    ) -> Answer {
        let concerned = self.concerned(wanted, roles);
        let mut opinions = concerned.map(|(place, rule)| (place, rule.opinion(facts)));
        if self.ordered {
            let first = opinions.find(|(_, opinion)| *opinion != Opinion::NoOpinion);
            return weightiest(
                first.map(|(place, opinion)| (place, in_order(opinion))).into_iter(),
            );
        }
        weightiest(opinions)
    }

    /// The denials that hold even for superusers.
    pub(crate) fn decide_absolute(
        &self,
        wanted: (&Permission, Option<PermissionId>),
        roles: &[Arc<str>],
        facts: &Facts<'_>,
    ) -> Answer {
        let concerned = self.concerned(wanted, roles);
        let concerned = concerned.filter(|(_, rule)| rule.absolute && rule.effect == Effect::Deny);
        weightiest(concerned.map(|(place, rule)| (place, rule.opinion(facts))))
    }
}

/// What comes after a rule that failed might have denied.
fn in_order(opinion: Opinion) -> Opinion {
    match opinion {
        Opinion::Failed => Opinion::MayDeny,
        opinion => opinion,
    }
}

fn weightiest(opinions: impl Iterator<Item = (usize, Opinion)>) -> Answer {
    opinions.fold(Sum::NOTHING, |sum, (place, opinion)| sum.and(opinion, place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::{Cell, Schema};

    fn rule(id: &str, effect: Effect, when: &str) -> Rule {
        let pattern = Pattern::parse("posts:*").unwrap();
        let when = Some(Condition::compile(when, &Schema::new()).unwrap());
        Rule { when, ..Rule::new(id, effect, [pattern]) }
    }

    #[track_caller]
    fn check(mut rules: Rules, whens: &[(Effect, &str)], opinion: Opinion, by: Option<usize>) {
        for (effect, when) in whens {
            rules.push(rule("r", *effect, when));
        }
        let facts = Facts { context: &[("on", Cell::Bool(true))], ..Facts::default() };
        let wanted = Permission::parse("posts:edit").unwrap();
        let sum = rules.decide((&wanted, None), &[], &facts);
        assert_eq!((sum.opinion, sum.by), (opinion, by), "{whens:?}");
    }

    #[test]
    fn a_denial_that_applies_overrides() {
        let allow = (Effect::Allow, "context.on");
        check(Rules::new(), &[], Opinion::NoOpinion, None);
        check(Rules::new(), &[allow], Opinion::Allow, Some(0));
        check(Rules::new(), &[allow, (Effect::Deny, "context.on")], Opinion::Deny, Some(1));
        check(Rules::new(), &[allow, (Effect::Deny, "!context.on")], Opinion::Allow, Some(0));
    }

    #[test]
    fn a_denial_that_fails_is_not_ignored() {
        let (allow, broken) = ((Effect::Allow, "context.on"), "context.off");
        check(Rules::new(), &[allow, (Effect::Deny, broken)], Opinion::MayDeny, Some(1));
        check(Rules::new(), &[allow, (Effect::Allow, broken)], Opinion::Allow, Some(0));
        check(Rules::new(), &[(Effect::Allow, broken)], Opinion::Failed, Some(0));
    }

    #[test]
    fn in_order_the_first_that_applies_decides() {
        let (allow, deny) = ((Effect::Allow, "context.on"), (Effect::Deny, "context.on"));
        check(Rules::ordered(), &[allow, deny], Opinion::Allow, Some(0));
        check(Rules::ordered(), &[deny, allow], Opinion::Deny, Some(0));
        check(Rules::ordered(), &[(Effect::Allow, "context.off"), deny], Opinion::MayDeny, Some(0));
    }

    #[test]
    fn a_rule_concerns_its_permissions_and_roles() {
        let mut rule = rule("r", Effect::Allow, "true");
        rule.roles = ["author".into()].into();
        let author = [Arc::from("author")];
        let [posts, users] = ["posts:edit", "users:edit"].map(|it| Permission::parse(it).unwrap());
        assert!(rule.concerns(&posts, &author));
        assert!(!rule.concerns(&posts, &[]));
        assert!(!rule.concerns(&users, &author));
    }

    #[test]
    fn unless_turns_a_rule_off() {
        let unless = Some(Condition::compile("context.fresh", &Schema::new()).unwrap());
        let rule = Rule { unless, ..rule("r", Effect::Deny, "true") };
        for (fresh, opinion) in [(true, Opinion::NoOpinion), (false, Opinion::Deny)] {
            let facts = Facts { context: &[("fresh", Cell::Bool(fresh))], ..Facts::default() };
            assert_eq!(rule.opinion(&facts), opinion);
        }
        assert_eq!(rule.opinion(&Facts::default()), Opinion::MayDeny);
    }
}
