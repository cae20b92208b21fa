//! What one subject holds.

mod compile;

use std::sync::Arc;

use crate::catalogue::{PermissionId, PermissionSet};
use crate::dialect::Dialect;
use crate::effect::{Decision, Effect};
use crate::error::BadPermission;
use crate::exclusive::Conflict;
use crate::explain::{Explanation, Source};
use crate::opinion::Opinion;
use crate::origin::Origin;
use crate::pattern::Pattern;
use crate::permission::{Form, Permission};
use crate::snapshot::Snapshot;
use crate::table::{Marks, Table};
use crate::term::Term;

/// The access of one subject: roles and direct grants, compiled against one
/// snapshot. Cheap to keep with a session; compile it anew when the subject's
/// access version or the policy version changes.
#[derive(Clone, Debug)]
pub struct Access {
    dialect: Dialect,
    /// Sorted, as are all roles.
    roles: Box<[Arc<str>]>,
    /// The roles held and all they inherit.
    all_roles: Box<[Arc<str>]>,
    conflicts: Box<[Conflict]>,
    changes_at: Option<i64>,
    unknown: Box<[Box<str>]>,
    flaws: Box<[(Effect, BadPermission)]>,
    superuser: Option<Arc<str>>,
    locked: Option<Arc<str>>,
    rules: Box<[Held]>,
    table: Table,
    /// Places in `rules` of those that the table does not hold.
    beside: Box<[u32]>,
    /// What the rules say about the catalogue.
    known: PermissionSet,
    unread_deny: bool,
}

/// A rule in the hands of a subject.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) effect: Effect,
    pub(crate) pattern: Arc<Pattern>,
    pub(crate) source: Source,
    pub(crate) origin: Option<Origin>,
}

impl Access {
    /// Compiles roles and direct grants. Roles that the snapshot does not know
    /// give nothing and are reported by [`Access::unknown_roles`]. A grant that
    /// cannot be read gives nothing either; when it was to *deny*, nothing that
    /// is allowed can be told from what it denied, and checks that would allow
    /// answer [`Decision::Indeterminate`]. See [`Access::flaws`].
    pub fn compile<'a>(
        snapshot: &Snapshot,
        roles: impl IntoIterator<Item = &'a str>,
        grants: impl IntoIterator<Item = (Effect, &'a str)>,
    ) -> Access {
        let roles = roles.into_iter().map(|role| (role, Term::ALWAYS));
        let grants = grants.into_iter().map(|(effect, pattern)| (effect, pattern, Term::ALWAYS));
        Self::compile_at(snapshot, 0, roles, grants)
    }

    /// Compiles what counts at this moment, in microseconds since the Unix epoch.
    /// It must be compiled anew at [`Access::changes_at`].
    pub fn compile_at<'a>(
        snapshot: &Snapshot,
        now: i64,
        roles: impl IntoIterator<Item = (&'a str, Term)>,
        grants: impl IntoIterator<Item = (Effect, &'a str, Term)>,
    ) -> Access {
        compile::compile(snapshot, now, roles, grants)
    }

    /// When the first assignment begins or ends that did not or did count, in
    /// microseconds since the Unix epoch.
    pub fn changes_at(&self) -> Option<i64> {
        self.changes_at
    }

    /// Decides. Deny overrides allow, and what nothing matches is denied.
    /// Allocates nothing.
    pub fn check(&self, wanted: &Permission) -> Decision {
        if self.is_locked() {
            return Decision::Deny;
        }
        if self.superuser.is_some() && wanted.dialect() == self.dialect {
            return Decision::Allow;
        }
        self.opinion(wanted).into()
    }

    /// Decides about a permission of the catalogue by number, as
    /// [`Access::check`] does by name; two loads and a mask. A number of another
    /// policy version is [`Decision::Indeterminate`].
    pub fn check_id(&self, wanted: PermissionId) -> Decision {
        match self.known.marks(wanted) {
            None => Decision::Indeterminate,
            Some(_) if self.is_locked() => Decision::Deny,
            Some(_) if self.superuser.is_some() => Decision::Allow,
            Some((_, true)) | Some((false, _)) => Decision::Deny,
            Some((true, false)) if self.unread_deny => Decision::Indeterminate,
            Some((true, false)) => Decision::Allow,
        }
    }

    /// What the roles and grants allow of the catalogue; a superuser's is not
    /// counted. Drives menus: see [`Snapshot::list_permissions`] for all blocks.
    pub fn permissions(&self) -> &PermissionSet {
        &self.known
    }

    /// Decides again, on the same snapshot, and says why.
    pub fn explain(&self, snapshot: &Snapshot, wanted: &Permission) -> Explanation {
        Explanation::of(self, snapshot, wanted)
    }

    /// The patterns that are allowed and not denied as a whole, sorted. What
    /// [`Access::denied`] names is to be taken away from them.
    pub fn list(&self) -> Vec<&str> {
        if self.is_locked() {
            return Vec::new();
        }
        if self.superuser.is_some() {
            return vec!["*"];
        }
        let denied = self.denied();
        let mut allowed = self.patterns(Effect::Allow);
        allowed.retain(|pattern| denied.binary_search(pattern).is_err());
        allowed
    }

    /// The patterns that are denied, sorted.
    pub fn denied(&self) -> Vec<&str> {
        if self.superuser.is_some() {
            return Vec::new();
        }
        self.patterns(Effect::Deny)
    }

    /// Decides whether all are allowed; the answer for none is yes.
    pub fn check_all(&self, wanted: &[Permission]) -> Decision {
        let decisions = wanted.iter().map(|wanted| self.check(wanted));
        decisions.fold(Decision::Allow, Decision::and)
    }

    /// Decides whether one of them is allowed; the answer for none is no.
    pub fn check_any(&self, wanted: &[Permission]) -> Decision {
        let decisions = wanted.iter().map(|wanted| self.check(wanted));
        decisions.fold(Decision::Deny, Decision::or)
    }

    /// The names of the roles assigned, sorted, without unknown and without
    /// inherited ones.
    pub fn roles(&self) -> &[Arc<str>] {
        &self.roles
    }

    /// The names of the roles held, assigned or inherited, sorted.
    pub fn all_roles(&self) -> &[Arc<str>] {
        &self.all_roles
    }

    /// Whether this role is assigned or inherited.
    pub fn has_role(&self, name: &str) -> bool {
        self.all_roles.binary_search_by(|role| (**role).cmp(name)).is_ok()
    }

    /// Whether one of these roles is assigned or inherited.
    pub fn has_any_role(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has_role(name))
    }

    /// The exclusive roles that are held together. Checks do not look at them:
    /// ask [`Snapshot::conflicts`] before assigning.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// The roles that the snapshot did not know.
    pub fn unknown_roles(&self) -> &[Box<str>] {
        &self.unknown
    }

    /// The direct grants that could not be read.
    pub fn flaws(&self) -> &[(Effect, BadPermission)] {
        &self.flaws
    }

    /// The direct grants, without those that could not be read.
    pub fn direct(&self) -> impl Iterator<Item = (Effect, &str)> {
        let direct = self.rules.iter().filter(|it| matches!(it.source, Source::Grant { .. }));
        direct.map(|it| (it.effect, it.pattern.as_str()))
    }

    /// Whether a role held may do everything. Every use of it belongs in the
    /// audit log.
    pub fn is_superuser(&self) -> bool {
        self.superuser.is_some()
    }

    /// Whether a role held locks its holder out, whatever else it holds.
    pub fn is_locked(&self) -> bool {
        self.locked.is_some()
    }

    /// What the rules held say, superuser or not.
    pub(crate) fn opinion(&self, wanted: &Permission) -> Opinion {
        if wanted.dialect() != self.dialect {
            return Opinion::MayDeny;
        }
        let marks = self.marks(wanted);
        match (marks.denies(), marks.allows()) {
            (true, _) => Opinion::Deny,
            (false, true) if self.has_unread_deny() => Opinion::MayDeny,
            (false, true) => Opinion::Allow,
            (false, false) => Opinion::NoOpinion,
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn superuser(&self) -> Option<&Arc<str>> {
        self.superuser.as_ref()
    }

    pub(crate) fn locked(&self) -> Option<&Arc<str>> {
        self.locked.as_ref()
    }

    pub(crate) fn rules(&self) -> &[Held] {
        &self.rules
    }

    pub(crate) fn has_unread_deny(&self) -> bool {
        self.unread_deny
    }

    fn marks(&self, wanted: &Permission) -> Marks {
        let mut marks = match wanted.form() {
            Form::Keyward(parts) => self.table.find(wanted.as_str(), parts),
            Form::Sets(_) | Form::Plain => Marks::NONE,
        };
        for held in self.beside.iter().filter_map(|nth| self.rules.get(*nth as usize)) {
            if held.pattern.matches(wanted) {
                marks |= held.effect.into();
            }
        }
        marks
    }

    fn patterns(&self, effect: Effect) -> Vec<&str> {
        let held = self.rules.iter().filter(|held| held.effect == effect);
        let mut patterns: Vec<&str> = held.map(|held| held.pattern.as_str()).collect();
        patterns.sort_unstable();
        patterns.dedup();
        patterns
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SnapshotBuilder;

    fn policy() -> Snapshot {
        let mut policy = SnapshotBuilder::new();
        policy.role("viewer", "Reads").rule("viewer", Effect::Allow, "posts:view").unwrap();
        policy.rule("editor", Effect::Allow, "posts:view,edit,publish").unwrap();
        policy.rule("contractor", Effect::Deny, "posts:publish").unwrap();
        policy.superuser("root");
        policy.build()
    }

    #[track_caller]
    fn check(roles: &[&str], grants: &[(Effect, &str)], wanted: &str, decision: Decision) {
        let snapshot = policy();
        let access = Access::compile(&snapshot, roles.iter().copied(), grants.iter().copied());
        let wanted = Permission::parse(wanted).unwrap();
        assert_eq!(access.check(&wanted), decision, "{roles:?} {grants:?} {wanted}");
        assert_eq!(access.explain(&snapshot, &wanted).decision, decision);
    }

    #[test]
    fn what_nothing_matches_is_denied() {
        check(&[], &[], "posts:view", Decision::Deny);
        check(&["viewer"], &[], "posts:edit", Decision::Deny);
        check(&["viewer"], &[], "posts", Decision::Deny);
    }

    #[test]
    fn a_role_allows_what_its_rules_cover() {
        check(&["viewer"], &[], "posts:view", Decision::Allow);
        check(&["editor"], &[], "posts:publish", Decision::Allow);
    }

    #[test]
    fn a_direct_grant_adds_to_the_roles() {
        let grant = [(Effect::Allow, "users:*")];
        check(&["viewer"], &grant, "users:delete", Decision::Allow);
        check(&["viewer"], &grant, "posts:view", Decision::Allow);
    }

    #[test]
    fn deny_overrides_allow_at_any_depth() {
        check(&["editor", "contractor"], &[], "posts:publish", Decision::Deny);
        check(&["editor", "contractor"], &[], "posts:edit", Decision::Allow);
        check(&["editor"], &[(Effect::Deny, "*")], "posts:edit", Decision::Deny);
        check(&["editor"], &[(Effect::Deny, "*:edit")], "posts:edit", Decision::Deny);
        let deep = [(Effect::Allow, "posts:edit:42"), (Effect::Deny, "posts:*")];
        check(&[], &deep, "posts:edit:42", Decision::Deny);
    }

    #[test]
    fn a_superuser_may_do_everything() {
        check(&["root", "contractor"], &[(Effect::Deny, "*")], "posts:publish", Decision::Allow);
    }

    #[test]
    fn unknown_roles_give_nothing_and_are_reported() {
        let access = Access::compile(&policy(), ["ghost", "viewer"], []);
        assert_eq!(access.unknown_roles(), [Box::from("ghost")]);
        assert_eq!(access.roles(), [Arc::from("viewer")]);
        assert!(access.has_role("viewer") && !access.has_role("ghost"));
    }

    #[test]
    fn a_denial_that_cannot_be_read_is_never_a_yes() {
        let unread = [(Effect::Deny, "posts:EDIT")];
        check(&["editor"], &unread, "posts:edit", Decision::Indeterminate);
        check(&["editor", "contractor"], &unread, "posts:publish", Decision::Deny);
        check(&["editor"], &unread, "users:delete", Decision::Deny);
        check(&["editor"], &[(Effect::Allow, "posts:EDIT")], "posts:edit", Decision::Allow);
    }

    #[test]
    fn listing_leaves_out_what_is_denied_as_a_whole() {
        let grants = [(Effect::Allow, "posts:publish"), (Effect::Deny, "posts:publish")];
        let access = Access::compile(&policy(), ["viewer"], grants);
        assert_eq!(access.list(), ["posts:view"]);
        assert_eq!(access.denied(), ["posts:publish"]);
        assert_eq!(Access::compile(&policy(), ["root"], []).list(), ["*"]);
    }

    #[test]
    fn lists_that_would_make_a_forest_still_match() {
        let wide = "a,b,c,d,e:a,b,c,d,e:a,b,c,d,e";
        check(&[], &[(Effect::Allow, wide)], "e:d:c", Decision::Allow);
        check(&[], &[(Effect::Allow, wide)], "e:d:f", Decision::Deny);
        check(&[], &[(Effect::Allow, "*"), (Effect::Deny, wide)], "e:d:c", Decision::Deny);
    }

    fn patterns() -> impl Strategy<Value = Vec<(Effect, String)>> {
        let effect = prop_oneof![3 => Just(Effect::Allow), 1 => Just(Effect::Deny)];
        let part = prop_oneof![Just("*"), Just("a"), Just("b"), Just("a,b"), Just("c")];
        let pattern = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join(":"));
        prop::collection::vec((effect, pattern), 0..8)
    }

    fn compiled(grants: &[(Effect, String)]) -> Access {
        let grants = grants.iter().map(|(effect, pattern)| (*effect, pattern.as_str()));
        Access::compile(&Snapshot::default(), [], grants)
    }

    /// The definition, word for word.
    fn plainly(grants: &[(Effect, String)], wanted: &Permission) -> Decision {
        let covers = |wish: Effect| {
            let mut same = grants.iter().filter(|(effect, _)| *effect == wish);
            same.any(|(_, pattern)| Pattern::parse(pattern).unwrap().matches(wanted))
        };
        match covers(Effect::Allow) && !covers(Effect::Deny) {
            true => Decision::Allow,
            false => Decision::Deny,
        }
    }

    proptest! {
        #[test]
        fn the_table_decides_as_the_definition_does(
            grants in patterns(), wanted in "[abc](:[abc]){0,3}",
        ) {
            let wanted = Permission::parse(&wanted).unwrap();
            prop_assert_eq!(compiled(&grants).check(&wanted), plainly(&grants, &wanted));
        }

        #[test]
        fn order_does_not_matter(
            grants in patterns(), wanted in "[abc](:[abc]){0,3}", turn in 0_usize..8,
        ) {
            let wanted = Permission::parse(&wanted).unwrap();
            let mut turned = grants.clone();
            turned.reverse();
            turned.rotate_left(turn.min(grants.len()));
            prop_assert_eq!(compiled(&grants).check(&wanted), compiled(&turned).check(&wanted));
        }

        #[test]
        fn a_further_denial_never_allows(
            grants in patterns(), wanted in "[abc](:[abc]){0,3}",
        ) {
            let wanted = Permission::parse(&wanted).unwrap();
            let mut fewer = grants.clone();
            fewer.retain(|(effect, _)| *effect == Effect::Allow);
            if compiled(&grants).check(&wanted).allowed() {
                prop_assert!(compiled(&fewer).check(&wanted).allowed());
            }
        }
    }
}
