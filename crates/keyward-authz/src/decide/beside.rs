//! A policy as a block of another one, perhaps in another dialect.

use super::{By, Question, Verdict};
use crate::access::Access;
use crate::effect::Decision;
use crate::opinion::Opinion;
use crate::permission::Permission;
use crate::snapshot::Snapshot;

impl Snapshot {
    /// What this policy says to a question that is asked of another: a block for it, as
    /// when a policy of another system decides beside one's own. It reads what is wanted
    /// in its own dialect, and knows who asks by the names of the roles assigned there,
    /// whether those say anything there or not. It looks at the item, the relations and
    /// the facts of the question; lists, ceilings and direct grants are the other's.
    ///
    /// What it cannot read, does not know or has no rule for, it has no opinion about.
    /// What it allows because a role may do everything looks as whatever else it allows.
    ///
    /// ```
    /// use keyward_authz::{Access, Block, Dialect, Effect, Permission, Question};
    /// use keyward_authz::SnapshotBuilder;
    ///
    /// let mut shiro = SnapshotBuilder::in_dialect(Dialect::Shiro);
    /// shiro.rule("clerk", Effect::Allow, "Printer:print")?;
    /// let shiro = shiro.build();
    ///
    /// let mut own = SnapshotBuilder::new();
    /// own.role("clerk", "Prints");
    /// let own = own.build();
    /// let access = Access::compile(&own, ["clerk"], []);
    /// let wanted = Permission::parse("printer:print:lobby")?;
    /// let beside = |question: &Question<'_>| shiro.opinion(question);
    /// let blocks: [&dyn Block; 1] = [&beside];
    /// let question = Question { custom: &blocks, ..Question::new(&access, &wanted) };
    /// assert!(own.decide(&question).decision.allowed());
    /// # Ok::<(), keyward_authz::BadPermission>(())
    /// ```
    pub fn opinion(&self, question: &Question<'_>) -> Opinion {
        let wanted = Permission::parse_as(self.dialect(), question.wanted.as_str());
        let Ok(wanted) = wanted else { return Opinion::NoOpinion };
        let known = question.access.roles().iter().map(|role| &**role);
        let unknown = question.access.unknown_roles().iter().map(|role| &**role);
        let access = Access::compile(self, known.chain(unknown), []);
        // Without blocks: this may be one of them.
        let asked = Question {
            access: &access,
            wanted: &wanted,
            ceilings: &[],
            acl: &[],
            custom: &[],
            ..*question
        };
        self.decide(&asked).into()
    }
}

impl From<Verdict> for Opinion {
    fn from(verdict: Verdict) -> Self {
        match (verdict.decision, verdict.by) {
            (Decision::Allow, _) => Opinion::Allow,
            (Decision::Deny, By::NoMatch | By::UnknownPermission) => Opinion::NoOpinion,
            (Decision::Deny, _) => Opinion::Deny,
            (Decision::Indeterminate, _) => Opinion::MayDeny,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, Effect, SnapshotBuilder};

    /// What a policy of Asok's says, to somebody with these roles of another policy.
    #[track_caller]
    fn check(roles: &[&str], wanted: &str, opinion: Opinion) {
        let mut asok = SnapshotBuilder::in_dialect(Dialect::Asok);
        asok.rule("clerk", Effect::Allow, "posts.*").unwrap();
        asok.rule("trainee", Effect::Deny, "posts.delete").unwrap();
        let (asok, mut own) = (asok.build(), SnapshotBuilder::in_dialect(Dialect::Asok));
        own.role("clerk", "");
        let own = own.build();
        let access = Access::compile(&own, roles.iter().copied(), []);
        let wanted = Permission::parse_as(Dialect::Asok, wanted).unwrap();
        let beside = |question: &Question<'_>| asok.opinion(question);
        let blocks: [&dyn super::super::Block; 1] = [&beside];
        let question = Question { custom: &blocks, ..Question::new(&access, &wanted) };
        assert_eq!(asok.opinion(&question), opinion, "{roles:?} {wanted}");
        let decided = own.decide(&question);
        assert_eq!(decided.decision, opinion.into(), "{roles:?} {wanted}: {decided:?}");
    }

    #[test]
    fn another_policy_decides_beside_ones_own_by_the_roles_held_there() {
        check(&["clerk"], "posts.edit", Opinion::Allow);
        check(&["clerk"], "users.edit", Opinion::NoOpinion);
        check(&[], "posts.edit", Opinion::NoOpinion);
        // The other policy alone knows this role.
        check(&["clerk", "trainee"], "posts.delete", Opinion::Deny);
        check(&["clerk", "trainee"], "posts.edit", Opinion::Allow);
    }
}
