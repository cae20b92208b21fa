//! May she? The one place that makes a question of whoever asks, what is wanted,
//! what it is about and under which circumstances, and decides it on the
//! snapshot that her access was compiled from.

mod around;
mod laid;
pub(crate) mod log;
mod logged;
pub(crate) mod replay;
mod rows;
mod ruling;
mod watch;

use std::net::IpAddr;
use std::sync::Arc;

use keyward_authz::{Access, By, Ceiling, Decision, Explanation, Needs, Permission, Told};
use keyward_core::Error;
use keyward_core::id::UserId;
use keyward_core::record::{Identifier, Session, User};

pub use ruling::Ruling;
#[cfg(any(feature = "actix", feature = "axum"))]
pub(crate) use ruling::yes_or_no;
pub(crate) use ruling::{HIDDEN, limits, public_code};
pub(crate) use watch::Watch;

use super::Keyward;
use super::groups::{InGroups, Known};
use super::policy::{PolicyState, parse};
use super::session::{Compiled, compile};
use crate::context::Context;
use crate::resource::Resource;
pub(crate) use around::Around;
use laid::with_question;
use logged::Line;

/// Whoever asks, with what they hold on one snapshot.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) policy: &'a PolicyState,
    pub(crate) access: &'a Access,
    pub(crate) groups: &'a InGroups,
    /// Their account; nothing for a stranger.
    pub(crate) user: Option<&'a User>,
    pub(crate) identifiers: &'a [Identifier],
    /// The session that it is asked in, if it is.
    pub(crate) session: Option<&'a Session>,
    /// Where the request came from, if it did.
    pub(crate) address: Option<IpAddr>,
    /// What it is asked with may at most do this.
    pub(crate) ceilings: &'a [Ceiling],
}

/// What is asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) wanted: &'a Permission,
    pub(crate) resource: Option<&'a Resource>,
    pub(crate) context: &'a Context,
    /// Stored relations around the resource; without, relations have no say.
    pub(crate) around: Option<&'a Around>,
}

/// An account as the store has it now, to ask about.
pub(crate) struct Account {
    pub(crate) policy: Arc<PolicyState>,
    pub(crate) access: Access,
    groups: Arc<InGroups>,
    user: User,
    identifiers: Vec<Identifier>,
}

impl<'a> Asker<'a> {
    /// Somebody who has no account.
    fn stranger(policy: &'a PolicyState, access: &'a Access, groups: &'a InGroups) -> Self {
        Self {
            policy,
            access,
            groups,
            user: None,
            identifiers: &[],
            session: None,
            address: None,
            ceilings: &[],
        }
    }

    /// Whether the account is locked or deleted.
    pub(crate) fn is_shut_out(&self) -> bool {
        self.user.is_some_and(|user| !user.is_active())
    }
}

impl Account {
    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker {
            policy: &self.policy,
            access: &self.access,
            groups: &self.groups,
            user: Some(&self.user),
            identifiers: &self.identifiers,
            session: None,
            address: None,
            ceilings: &[],
        }
    }
}

impl Known {
    pub(crate) fn asker(&self) -> Asker<'_> {
        Asker {
            policy: &self.entry.policy,
            access: &self.entry.access,
            groups: self.groups(),
            user: Some(&self.entry.user),
            identifiers: &self.entry.identifiers,
            session: Some(&self.entry.session),
            address: self.address,
            ceilings: self.entry.ceilings(),
        }
    }
}

/// An answer with what decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decided<'a> {
    pub(crate) decision: Decision,
    pub(crate) told: Told<'a>,
}

impl Keyward {
    /// Decides. The use of a superuser's power is written to the audit log, and
    /// a permission that the catalogue lacks is counted.
    pub(crate) fn weigh<'a>(
        &self,
        asker: Asker<'a>,
        asked: &Asked<'_>,
    ) -> Result<Decided<'a>, Error> {
        let now = self.now();
        let logs = self.0.decisions.as_ref();
        let (verdict, told, said) =
            with_question(asker, asked, self.blocks(), now, |snapshot, question| {
                let verdict = snapshot.decide(question);
                let said = logs.map(|_| logged::opinions(question));
                (verdict, snapshot.tell(question, verdict), said)
            })?;
        if let Some((log, said)) = logs.zip(said) {
            let answer = (verdict.decision.into(), public_code(told.code, told.http), said);
            log.put(&Line::of(asker, asked, now, answer));
        }
        self.0.counters.decided(verdict.decision);
        if verdict.must_audit() {
            let acting = asker.session.and_then(|session| session.impersonator);
            let acting = acting.map(|by| by.user);
            self.note_superuser(asker.user.map(|user| user.id), acting, asked);
        }
        if verdict.by == By::UnknownPermission {
            self.note_unknown(asker.policy, asked.wanted)?;
        }
        Ok(Decided { decision: verdict.decision, told })
    }

    /// Decides with the stored relations of the resource, and says all that may
    /// be told about it.
    pub(crate) async fn rule(
        &self,
        asker: Asker<'_>,
        wanted: &Permission,
        resource: Option<&Resource>,
        context: &Context,
    ) -> Result<Ruling, Error> {
        let around = self.around(asker, wanted, resource, context).await?;
        let asked = Asked { wanted, resource, context, around: Some(&around) };
        let decided = self.weigh(asker, &asked)?;
        let reason = match decided.decision {
            Decision::Deny => {
                let explanation = self.explained(asker, &asked)?;
                explanation.public_reason().map(str::to_owned)
            }
            _ => None,
        };
        Ok(Ruling::new(asker, &decided, reason))
    }

    /// The bare decision, for one of many that are looked at: nobody does
    /// anything by it.
    pub(crate) async fn decision(
        &self,
        asker: Asker<'_>,
        wanted: &Permission,
        resource: Option<&Resource>,
        context: &Context,
    ) -> Result<Decision, Error> {
        let around = self.around(asker, wanted, resource, context).await?;
        let asked = Asked { wanted, resource, context, around: Some(&around) };
        let now = self.now();
        with_question(asker, &asked, self.blocks(), now, |snapshot, question| {
            snapshot.decide(question).decision
        })
    }

    /// Why it is answered so, on the same snapshot.
    pub(crate) async fn reasons(
        &self,
        asker: Asker<'_>,
        wanted: &Permission,
        resource: Option<&Resource>,
        context: &Context,
    ) -> Result<Explanation, Error> {
        let around = self.all_around(asker, wanted, resource).await?;
        self.explained(asker, &Asked { wanted, resource, context, around: Some(&around) })
    }

    /// Whether nothing but roles and grants decides, where it is about no resource.
    pub(crate) fn patterns_say_all(&self, asker: Asker<'_>) -> bool {
        asker.policy.snapshot.rules().is_empty() && self.blocks().is_empty()
    }

    /// What is allowed of the catalogue, about no resource; nothing where the policy
    /// lists no permissions.
    pub(crate) fn permitted(&self, asker: Asker<'_>) -> Result<Option<Vec<String>>, Error> {
        let catalogue = asker.policy.snapshot.catalogue();
        let Some((_, any)) = catalogue.iter().next() else { return Ok(None) };
        let context = Context::new();
        let asked = Asked { wanted: any, resource: None, context: &context, around: None };
        let (now, blocks) = (self.now(), self.blocks());
        let listed = with_question(asker, &asked, blocks, now, |snapshot, question| {
            snapshot.list_permissions(question)
        })?;
        let names = listed.iter().filter_map(|id| catalogue.get(id));
        Ok(Some(names.map(|permission| permission.as_str().to_owned()).collect()))
    }

    fn explained(&self, asker: Asker<'_>, asked: &Asked<'_>) -> Result<Explanation, Error> {
        let (now, blocks) = (self.now(), self.blocks());
        let mut why = with_question(asker, asked, blocks, now, |snapshot, question| {
            snapshot.explain(question)
        })?;
        // A group that is called like an account's id is for that account alone.
        why.would_allow.retain(|it| match &it.needs {
            Some(Needs::Group(name)) => UserId::parse(name).is_none(),
            _ => true,
        });
        Ok(why)
    }

    /// An account with what it holds now, asked of the store.
    pub(crate) async fn account(&self, user: UserId) -> Result<Option<Account>, Error> {
        let Some(subject) = self.0.store.subject(user).await? else { return Ok(None) };
        let policy = self.policy();
        let held = self.0.store.access(user).await?;
        let Compiled { access, groups, .. } = compile(&policy, user, &held, self.now());
        let groups = self.groups_now(user, &Arc::new(groups)).await?;
        let (user, identifiers) = (subject.user, subject.identifiers);
        Ok(Some(Account { policy, access, groups, user, identifiers }))
    }
}

impl Keyward {
    /// Whether an account may do something in general, asked of the store. What
    /// cannot be decided is an error, never a no.
    pub async fn can(&self, user: UserId, permission: &str) -> Result<bool, Error> {
        self.ask(user, permission, None, &Context::new()).await?.allowed()
    }

    /// Whether an account may do something, to this if anything, under these
    /// circumstances. Nobody there is denied.
    pub async fn ask(
        &self,
        user: UserId,
        permission: &str,
        resource: Option<&Resource>,
        context: &Context,
    ) -> Result<Ruling, Error> {
        let wanted = parse(permission)?;
        match self.account(user).await? {
            Some(account) => self.rule(account.asker(), &wanted, resource, context).await,
            None => Ok(Ruling::nobody()),
        }
    }

    /// Whether a stranger may do something: what nobody holds, but a list allows
    /// to everyone, or a rule without roles to whomever it concerns.
    pub async fn ask_for_strangers(
        &self,
        permission: &str,
        resource: Option<&Resource>,
        context: &Context,
    ) -> Result<Ruling, Error> {
        let policy = self.policy();
        let access = Access::compile(&policy.snapshot, [], []);
        let groups = InGroups::of_strangers();
        let asker = Asker::stranger(&policy, &access, &groups);
        self.rule(asker, &parse(permission)?, resource, context).await
    }

    /// Why an account may or may not do something. It tells who holds what: for
    /// administrators.
    pub async fn why(
        &self,
        user: UserId,
        permission: &str,
        resource: Option<&Resource>,
        context: &Context,
    ) -> Result<Option<Explanation>, Error> {
        let wanted = parse(permission)?;
        let Some(account) = self.account(user).await? else { return Ok(None) };
        self.reasons(account.asker(), &wanted, resource, context).await.map(Some)
    }
}
