//! What an account holds, compared with what another holds: nobody gives more
//! than they have, or takes over somebody who has more.

use keyward_authz::Effect;

use super::Gather;
use super::fixed::mark_of;
use crate::Error;
use crate::id::UserId;
use crate::record::{Definitions, Held, Term};

/// The patterns that an account is allowed and denied, by roles and directly.
#[derive(Debug, Default)]
pub(super) struct Reach {
    allowed: Vec<Parts>,
    denied: Vec<Parts>,
    /// What it is narrowed to: within every one of these.
    within: Vec<Vec<Parts>>,
}

impl Reach {
    /// What `user` holds now.
    pub(super) async fn gather(
        user: UserId,
        definitions: &Definitions,
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let held = cx.store.access(user).await?;
        Ok(Self::of_held(user, definitions, &held, |term| term.covers(cx.now)).narrowed(user, cx))
    }

    /// What `user` holds now or will hold: whoever takes the account over only
    /// has to wait.
    pub(super) async fn gather_ever(
        user: UserId,
        definitions: &Definitions,
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let held = cx.store.access(user).await?;
        Ok(Self::of_held(user, definitions, &held, |term| !term.has_ended(cx.now)))
    }

    /// What whoever asks may give for this `term`: what they hold now and for as
    /// long, or else they would keep by another account, or by their own, what
    /// ends. `None` for the command line and the app.
    pub(super) async fn gather_to_give(
        actor: Option<UserId>,
        term: Term,
        definitions: &Definitions,
        cx: Gather<'_>,
    ) -> Result<Option<Self>, Error> {
        let Some(actor) = actor else { return Ok(None) };
        let held = cx.store.access(actor).await?;
        let lasts = |own: Term| own.covers(cx.now) && own.lasts_as_long_as(term);
        let Self { allowed, .. } = Self::of_held(actor, definitions, &held, lasts);
        // A denial that has not begun denies before the end.
        let Self { denied, .. } =
            Self::of_held(actor, definitions, &held, |own| !own.has_ended(cx.now));
        Ok(Some(Self { allowed, denied, within: vec![] }.narrowed(actor, cx)))
    }

    fn of_held(
        user: UserId,
        known: &Definitions,
        held: &Held,
        counts: impl Fn(Term) -> bool + Copy,
    ) -> Self {
        let own = mark_of(user);
        let roles = held.roles_where(known, counts).chain([own.as_str()]);
        let mut reach = Self::of_roles(known, roles);
        let grants = held.grants.iter().filter(|grant| counts(grant.term()));
        grants.for_each(|grant| reach.add(grant.effect, &grant.pattern));
        reach
    }

    /// What whoever asks may give for good, as definitions do: what they hold without an
    /// end. `None` for the command line and the app, which are held to nothing.
    pub(super) async fn gather_for(
        actor: Option<UserId>,
        definitions: &Definitions,
        cx: Gather<'_>,
    ) -> Result<Option<Self>, Error> {
        Self::gather_to_give(actor, Term::ALWAYS, definitions, cx).await
    }

    /// No more than what whoever asks may by the key that they ask with.
    fn narrowed(mut self, user: UserId, cx: Gather<'_>) -> Self {
        let narrowed = cx.client.narrowed.as_ref().filter(|(whose, _)| *whose == user);
        let bounds = narrowed.map(|(_, bounds)| bounds.as_slice()).unwrap_or_default();
        let parts = |patterns: &Vec<String>| patterns.iter().map(|it| Parts::read(it)).collect();
        self.within = bounds.iter().map(parts).collect();
        self
    }

    /// What a role holds, inherited rules included.
    pub(super) fn of_role(definitions: &Definitions, role: &str) -> Self {
        Self::of_roles(definitions, [role])
    }

    /// What several roles hold together, inherited rules included.
    pub(super) fn of_roles<'a>(
        definitions: &'a Definitions,
        roles: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let held = definitions.lineage(roles);
        let mut reach = Self::default();
        let rules = definitions.rules.iter().filter(|rule| held.contains(rule.role.as_str()));
        rules.for_each(|rule| reach.add(rule.effect, &rule.pattern));
        reach
    }

    fn add(&mut self, effect: Effect, pattern: &str) {
        let parts = Parts::read(pattern);
        match effect {
            Effect::Allow => self.allowed.push(parts),
            Effect::Deny => self.denied.push(parts),
        }
    }

    /// Whether everything that `pattern` covers is held.
    pub(super) fn holds(&self, pattern: &str) -> bool {
        self.has(&Parts::read(pattern))
    }

    /// Whether some of what `pattern` covers is allowed somewhere, whatever is denied.
    #[cfg(feature = "import")]
    pub(super) fn may_touch(&self, pattern: &str) -> bool {
        let parts = Parts::read(pattern);
        self.allowed.iter().any(|own| own.meets(&parts))
    }

    /// Whether everything that `other` is allowed is held.
    pub(super) fn covers(&self, other: &Self) -> bool {
        other.allowed.iter().all(|parts| self.has(parts))
    }

    /// Whether everything that `other` speaks of is held: lifting a denial
    /// gives as much as a permission.
    pub(super) fn masters(&self, other: &Self) -> bool {
        self.covers(other) && other.denied.iter().all(|parts| self.has(parts))
    }

    fn has(&self, parts: &Parts) -> bool {
        self.allowed.iter().any(|own| own.covers(parts))
            && self.within.iter().all(|within| within.iter().any(|own| own.covers(parts)))
            && !self.denied.iter().any(|own| own.meets(parts))
    }
}

/// A pattern, taken apart: each part a list of names, empty for `*`.
#[derive(Debug)]
struct Parts {
    names: Vec<Vec<String>>,
    /// It ended in `*`: this and everything deeper.
    open: bool,
}

impl Parts {
    fn read(pattern: &str) -> Self {
        let list = |part: &str| match part {
            "*" => vec![],
            _ => part.split(',').map(str::to_owned).collect::<Vec<_>>(),
        };
        let mut names: Vec<Vec<String>> = pattern.split(':').map(list).collect();
        let open = names.pop_if(|last| last.is_empty()).is_some();
        Self { names, open }
    }

    /// Whether each permission that `other` covers is covered.
    fn covers(&self, other: &Self) -> bool {
        let deep = match (self.open, other.open) {
            (true, _) => other.names.len() >= self.names.len(),
            (false, true) => false,
            (false, false) => other.names.len() == self.names.len(),
        };
        let within = |(own, other): (&Vec<String>, &Vec<String>)| {
            own.is_empty() || !other.is_empty() && other.iter().all(|name| own.contains(name))
        };
        deep && self.names.iter().zip(&other.names).all(within)
    }

    /// Whether some permission is covered by both.
    fn meets(&self, other: &Self) -> bool {
        let deep = match (self.open, other.open) {
            (true, true) => true,
            (true, false) => other.names.len() >= self.names.len(),
            (false, true) => self.names.len() >= other.names.len(),
            (false, false) => self.names.len() == other.names.len(),
        };
        let shared = |(own, other): (&Vec<String>, &Vec<String>)| {
            own.is_empty() || other.is_empty() || own.iter().any(|name| other.contains(name))
        };
        deep && self.names.iter().zip(&other.names).all(shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Role, RoleRule};
    use crate::testing::epoch;

    fn reach(allowed: &[&str], denied: &[&str]) -> Reach {
        let mut reach = Reach::default();
        allowed.iter().for_each(|pattern| reach.add(Effect::Allow, pattern));
        denied.iter().for_each(|pattern| reach.add(Effect::Deny, pattern));
        reach
    }

    #[test]
    fn a_pattern_is_held_where_all_it_covers_is() {
        for (own, wanted, yes) in [
            ("*", "*", true),
            ("*", "posts:edit", true),
            ("posts:*", "*", false),
            ("posts:*", "posts:*", true),
            ("posts:*", "posts:edit:42", true),
            ("posts:*", "posts", true),
            ("posts:edit", "posts:*", false),
            ("posts:edit", "posts:edit:42", false),
            ("posts:edit,publish", "posts:edit", true),
            ("posts:edit", "posts:edit,publish", false),
            ("posts:*:own", "posts:edit:own", true),
            ("posts:edit:own", "posts:*:own", false),
            ("posts:*", "pages:edit", false),
        ] {
            assert_eq!(reach(&[own], &[]).holds(wanted), yes, "{own} holds {wanted}");
        }
    }

    #[test]
    fn what_is_denied_in_part_is_not_held() {
        for (denied, wanted, yes) in [
            ("posts:delete", "posts:*", false),
            ("posts:delete", "posts:edit", true),
            ("posts:*", "posts:edit", false),
            ("posts:edit:42", "posts:edit", true),
            ("posts:edit:42", "posts:*", false),
            ("*", "posts:edit", false),
        ] {
            assert_eq!(reach(&["*"], &[denied]).holds(wanted), yes, "but {denied}: {wanted}");
        }
    }

    #[cfg(feature = "import")]
    #[test]
    fn what_is_allowed_sometimes_is_not_held_and_may_be_reached() {
        let sometimes = reach(&["roles:grant"], &["roles:grant"]);
        assert!(!sometimes.holds("roles:grant") && sometimes.may_touch("roles:grant"));
        assert!(!sometimes.may_touch("users:edit"));
    }

    #[test]
    fn what_is_inherited_is_held() {
        let role = |name: &str, inherits: &[&str]| Role {
            name: name.into(),
            description: String::new(),
            inherits: inherits.iter().map(|name| (*name).to_owned()).collect(),
            created_at: epoch(),
        };
        let rule = |role: &str, pattern: &str| RoleRule {
            role: role.into(),
            effect: Effect::Allow,
            pattern: pattern.into(),
        };
        let known = Definitions {
            // A cycle that a store was given from outside ends as well.
            roles: vec![role("chief", &["editor"]), role("editor", &["viewer", "chief"])],
            rules: vec![rule("viewer", "posts:view"), rule("chief", "users:*")],
            ..Definitions::default()
        };
        let chief = Reach::of_role(&known, "chief");
        assert!(chief.holds("posts:view") && chief.holds("users:edit"));
        assert!(!Reach::of_role(&known, "viewer").holds("users:edit"));
        assert!(!reach(&["users:*"], &[]).masters(&chief), "more than one holds is not given");
    }

    #[test]
    fn lifting_a_denial_takes_what_was_denied() {
        let role = reach(&["posts:view"], &["posts:delete"]);
        assert!(reach(&["posts:view"], &[]).covers(&role));
        assert!(!reach(&["posts:view"], &[]).masters(&role));
        assert!(reach(&["posts:*"], &[]).masters(&role));
    }
}
