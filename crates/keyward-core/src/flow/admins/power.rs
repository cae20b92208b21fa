//! What an administrator can undo, by all that decides.

use std::sync::Arc;

use keyward_authz::acl::Groups;
use keyward_authz::condition::{Cell, Facts};
use keyward_authz::{Access, Block, Decision, Effect, Permission, Question, Snapshot};

use super::super::Gather;
use super::super::fixed::Fixed;
use crate::Error;
use crate::id::UserId;
use crate::identifier::Kind;
use crate::record::{Definitions, Grant, Held, Identifier, Subject, Term};

/// What our own doors ask for where it is changed who may do what: by these,
/// whatever shuts somebody out is taken back. They are about no resource, so no
/// access control list and no relation has a say there.
pub const UNDO: [&str; 5] =
    ["groups:edit", "groups:grant", "policy:edit", "roles:edit", "roles:grant"];

/// Some of [`UNDO`]: a bit for each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Undo(u8);

impl Undo {
    pub(super) fn all() -> Self {
        Self::of(UNDO.iter(), |_| true)
    }

    fn of<T>(all: impl Iterator<Item = T>, has: impl Fn(T) -> bool) -> Self {
        Self(all.fold(0, |bits, one| bits << 1 | u8::from(has(one))))
    }

    pub(super) fn is_nothing(self) -> bool {
        self == Self::default()
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A policy with these rows, asked for what undoes a change of it.
pub(super) struct Power<'a> {
    rows: &'a Definitions,
    snapshot: Snapshot,
    undo: Vec<Permission>,
}

impl<'a> Power<'a> {
    pub(super) fn of(fixed: &Fixed, rows: &'a Definitions) -> Result<Self, Error> {
        let bad = |cause| Error::because("ask for what an administrator undoes", cause);
        let undo = UNDO.iter().map(|name| Permission::parse(name).map_err(bad));
        let undo = undo.collect::<Result<_, Error>>()?;
        Ok(Self { rows, snapshot: fixed.with_rows(rows)?.build(), undo })
    }

    /// What an account may by what it holds now.
    pub(super) async fn of_account(&self, user: UserId, cx: Gather<'_>) -> Result<Undo, Error> {
        // Somebody who was erased in this moment may nothing.
        let Some(who) = cx.store.subject(user).await? else { return Ok(Undo::default()) };
        let held = cx.store.access(user).await?;
        Ok(self.of_one(&who, &held, cx))
    }

    /// What an account may, by what lasts, when it has just proven all it can.
    /// What depends on other circumstances does not count as yes.
    pub(super) fn of_one(&self, who: &Subject, held: &Held, cx: Gather<'_>) -> Undo {
        let lasts = move |term: Term| term.is_lasting(cx.now);
        let counts = |grant: &&Grant| match grant.effect {
            Effect::Allow => lasts(grant.term()),
            // What is denied before long is denied.
            Effect::Deny => !grant.term().has_ended(cx.now),
        };
        let grants = held.grants.iter().filter(counts);
        let grants = grants.map(|grant| (grant.effect, grant.pattern.as_str()));
        // So is what a role denies that counts before long.
        let soon = held.roles_where(self.rows, move |term| !term.has_ended(cx.now));
        let soon = Access::compile(&self.snapshot, soon, []);
        let denied = soon.denied().into_iter().chain(soon.is_locked().then_some("*"));
        let grants = grants.chain(denied.map(|pattern| (Effect::Deny, pattern)));
        let roles = held.roles_where(self.rows, lasts);
        let access = Access::compile(&self.snapshot, roles, grants);
        let members = held.groups.iter().filter(|member| lasts(member.term()));
        let groups: Vec<Arc<str>> = members.map(|member| member.group.as_str().into()).collect();
        let id = who.user.id.to_string();
        let principal = principal(who, &id, &access, &groups);
        let listed = groups.iter().map(|name| &**name).chain([id.as_str()]);
        let listed = Groups::of(listed).authenticated();
        let context = [
            ("now", Cell::Time(cx.now.as_micros())),
            ("aal", Cell::Int(2)),
            ("auth_age", Cell::Span(0)),
            ("mfa_age", Cell::Span(0)),
        ];
        let custom: Vec<&dyn Block> = cx.blocks.iter().map(|it| &**it as &dyn Block).collect();
        let may = |wanted: &Permission| {
            let mut question = Question::new(&access, wanted);
            question.custom = &custom;
            question.subject = Some(&id);
            question.groups = Some(&listed);
            question.facts = Facts { principal: &principal, context: &context, resource: &[] };
            self.snapshot.decide(&question).decision == Decision::Allow
        };
        Undo::of(self.undo.iter(), may)
    }
}

/// What conditions are told of an account in its session.
fn principal<'a>(
    who: &'a Subject,
    id: &'a str,
    access: &'a Access,
    groups: &'a [Arc<str>],
) -> Vec<(&'a str, Cell<'a>)> {
    let is_proven = |it: &&Identifier| it.kind == Kind::Username || it.verified_at.is_some();
    let named = |kind| {
        let mut all = who.identifiers.iter().filter(is_proven);
        all.find(|it| it.kind == kind).map(|it| Cell::Text(&it.value))
    };
    let all = [
        ("id", Some(Cell::Text(id))),
        ("roles", Some(Cell::Names(access.all_roles()))),
        ("groups", Some(Cell::Names(groups))),
        ("email", named(Kind::Email)),
        ("username", named(Kind::Username)),
        ("phone", named(Kind::Phone)),
        ("created_at", Some(Cell::Time(who.user.created_at.as_micros()))),
    ];
    all.into_iter().filter_map(|(name, cell)| Some((name, cell?))).collect()
}
