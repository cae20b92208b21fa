//! Whether an administrator can still undo a change of the policy.

use keyward_authz::condition::{Cell, Facts};
use keyward_authz::{Access, Decision, Effect, Permission, Question, Snapshot};

use super::super::Gather;
use super::super::admins::{Admins, TAKEN, lasting};
use super::super::fixed::Fixed;
use super::EDIT;
use crate::Error;
use crate::id::UserId;
use crate::record::{Definitions, Grant, Held};

/// A policy, asked for the one permission that undoes a change of it.
pub(super) struct Power {
    snapshot: Snapshot,
    undo: Permission,
}

/// Administrators that are asked about.
const MAX_ASKED: u32 = 200;

impl Power {
    pub(super) fn of(fixed: &Fixed, stored: &Definitions) -> Result<Self, Error> {
        let bad = |cause| Error::because("ask for the permission that changes policies", cause);
        let builder = fixed.with_rows(stored)?;
        Ok(Self { snapshot: builder.build(), undo: Permission::parse(EDIT).map_err(bad)? })
    }

    /// Whether an account may, by what lasts, when it has just proven all it can.
    /// What depends on other circumstances does not count as yes.
    fn is_of(&self, user: UserId, held: &Held, stored: &Definitions, cx: Gather<'_>) -> bool {
        let roles = held.roles_where(stored, move |term| term.is_lasting(cx.now));
        let lasts = |grant: &&Grant| match grant.effect {
            Effect::Allow => grant.term().is_lasting(cx.now),
            // What is denied before long is denied.
            Effect::Deny => !grant.term().has_ended(cx.now),
        };
        let grants = held.grants.iter().filter(lasts);
        let grants = grants.map(|grant| (grant.effect, grant.pattern.as_str()));
        let access = Access::compile(&self.snapshot, roles, grants);
        let id = user.to_string();
        let principal = [("id", Cell::Text(&id)), ("roles", Cell::Names(access.all_roles()))];
        let mut question = Question::new(&access, &self.undo);
        question.subject = Some(&id);
        let context = [
            ("now", Cell::Time(cx.now.as_micros())),
            ("aal", Cell::Int(2)),
            ("auth_age", Cell::Span(0)),
            ("mfa_age", Cell::Span(0)),
        ];
        question.facts = Facts { principal: &principal, context: &context, resource: &[] };
        self.snapshot.decide(&question).decision == Decision::Allow
    }
}

impl Admins {
    /// Looks who stays when the policy changes from the first to the second.
    pub(super) async fn when_policy(
        stored: &Definitions,
        [was, now]: &[Power; 2],
        cx: Gather<'_>,
    ) -> Result<Self, Error> {
        let mut admins = Self { taken: cx.store.meta(TAKEN).await?, ..Self::default() };
        for user in lasting(stored, MAX_ASKED, cx).await? {
            let held = cx.store.access(user).await?;
            let can = now.is_of(user, &held, stored, cx);
            admins.loses_one |= !can && was.is_of(user, &held, stored, cx);
            admins.has_other |= can;
        }
        Ok(admins)
    }
}
