//! Gather, take, work, decide, commit: the one place where decisions meet the
//! world.

use std::time::Duration;

use keyward_core::Error;
use keyward_core::flow::factor::app::{AppSaid, AskApp};
#[cfg(feature = "policy-file")]
use keyward_core::flow::fixed::Fixed;
use keyward_core::flow::lately;
use keyward_core::flow::maintenance;
use keyward_core::flow::{Client, Decide, Done, Flow, Gather, Verdict, Work};
use keyward_core::id::UserId;
use keyward_core::port::{Batch, CommitError, Take, Write};
use keyward_core::refusal::Refusal;
use keyward_core::time::Timestamp;

use super::Keyward;
use super::policy::PolicyState;
use super::running::{Running, Steps, Terms};

/// Attempts before giving up on being overtaken.
const MAX_TRIES: u32 = 8;

/// A decision: committed when it is returned.
pub(crate) type Answer<Y> = Result<Result<Y, Refusal>, Error>;

impl Keyward {
    /// Runs one flow for `client`.
    pub(crate) async fn run<F: Flow>(&self, flow: &F, client: &Client) -> Answer<F::Yes> {
        let mut running = Running::new(flow);
        let answer = self.rhythm(&mut running, client).await?;
        Ok(answer.and_then(|()| running.yes()))
    }

    /// The rhythm, whichever the flow. A conflict means the facts went stale in
    /// between, so it gathers and decides afresh; limits are taken once, and
    /// slow work is repeated only if its input changed.
    async fn rhythm(&self, flow: &mut dyn Steps, client: &Client) -> Answer<()> {
        if let Err(refusal) = self.may_begin(flow.terms(), client).await? {
            return Ok(Err(refusal));
        }
        let mut memo = Memo::default();
        let mut paid = false;
        for _ in 0..MAX_TRIES {
            let now = self.now();
            let policy = self.policy();
            let cx = self.gather_cx(now, client, &policy);
            flow.gather(cx).await?;
            if !paid {
                if let Err(retry_after) = self.pay(flow.takes(&cx)).await? {
                    let events = self.decide_with(now, client, |cx| flow.limited(cx));
                    self.record(Batch { writes: vec![], events }).await;
                    return Ok(Err(flow.too_fast(retry_after)));
                }
                paid = true;
            }
            let done = memo.work(self, flow.work()).await?;
            let mut verdict = self.decide_with(now, client, |cx| {
                let verdict = flow.decide(done, cx);
                self.0.hooks.vet(verdict, cx)
            });
            if self.is_in_maintenance() {
                verdict = maintenance::at_the_door(verdict, cx).await?;
            }
            let Verdict { batch, reply } = verdict;
            match self.commit(&batch).await {
                Ok(()) => return Ok(reply),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Limited { retry_after }) => {
                    return Ok(Err(Refusal::SlowDown { retry_after }));
                }
                Err(CommitError::Broken(error)) => return Err(error),
            }
        }
        Ok(Err(Refusal::Conflict))
    }

    /// Whether it may run at all: for whom it is, how lately they proved who they are, and
    /// whether the doors are open.
    async fn may_begin(&self, terms: Terms, client: &Client) -> Answer<()> {
        if client.impersonator.is_some() && !terms.while_impersonating {
            return Ok(Err(Refusal::Impersonating));
        }
        if client.session.is_some() && terms.is_dangerous {
            let policy = self.policy();
            let cx = self.gather_cx(self.now(), client, &policy);
            if let Err(refusal) = lately::vouched(cx).await? {
                return Ok(Err(refusal));
            }
        }
        match terms.for_strangers && self.is_in_maintenance() {
            true => Ok(Err(Refusal::Maintenance)),
            false => Ok(Ok(())),
        }
    }

    /// What a flow that takes and hashes nothing would answer now; nothing is written.
    #[cfg(feature = "authnzerver")]
    pub(crate) async fn would<F: Flow>(&self, flow: &F, client: &Client) -> Answer<()> {
        let (now, policy) = (self.now(), self.policy());
        let facts = flow.gather(self.gather_cx(now, client, &policy)).await?;
        let verdict = self.decide_with(now, client, |cx| flow.decide(facts, Done::default(), cx));
        Ok(verdict.reply.map(drop))
    }

    /// What a flow would decide on now, for looking at it; nothing is decided.
    #[cfg(feature = "policy-file")]
    pub(crate) async fn facts<F: Flow>(
        &self,
        flow: &F,
        client: &Client,
    ) -> Result<F::Facts, Error> {
        let policy = self.policy();
        flow.gather(self.gather_cx(self.now(), client, &policy)).await
    }

    /// Whether somebody who acts as `user` may still do all that they may.
    pub(crate) async fn still_covers(&self, actor: UserId, user: UserId) -> Result<bool, Error> {
        let (client, policy) = (Client::default(), self.policy());
        let cx = self.gather_cx(self.now(), &client, &policy);
        keyward_core::flow::impersonate::still_covers(actor, user, cx).await
    }

    /// Whether somebody can administer with another policy file.
    #[cfg(feature = "policy-file")]
    pub(super) async fn administrators_stay_with(&self, file: &Fixed) -> Result<bool, Error> {
        let (client, policy) = (Client::default(), self.policy());
        let cx = self.gather_cx(self.now(), &client, &policy);
        keyward_core::flow::admins::stay_with(file, cx).await
    }

    fn gather_cx<'a>(
        &'a self,
        now: Timestamp,
        client: &'a Client,
        policy: &'a PolicyState,
    ) -> Gather<'a> {
        let inner = &*self.0;
        Gather {
            now,
            store: &*inner.store,
            settings: &inner.settings,
            keys: &inner.keys,
            client,
            fixed: policy.base.fixed(),
            blocks: &inner.hooks.blocks,
        }
    }

    fn decide_with<T>(
        &self,
        now: Timestamp,
        client: &Client,
        decide: impl FnOnce(&mut Decide<'_>) -> T,
    ) -> T {
        let inner = &*self.0;
        let mut rng = inner.rng.clone();
        decide(&mut Decide {
            now,
            rng: &mut rng,
            settings: &inner.settings,
            keys: &inner.keys,
            client,
            site: self.public_url(),
        })
    }

    /// Takes from the limits in a small commit of its own, before slow work.
    async fn pay(&self, takes: Vec<Take>) -> Result<Result<(), Duration>, Error> {
        if takes.is_empty() {
            return Ok(Ok(()));
        }
        let writes: Vec<Write> = takes.into_iter().map(Write::Take).collect();
        let batch = Batch { writes, events: vec![] };
        for _ in 0..MAX_TRIES {
            match self.0.store.commit(&batch).await {
                Ok(()) => return Ok(Ok(())),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Limited { retry_after }) => return Ok(Err(retry_after)),
                Err(CommitError::Broken(error)) => return Err(error),
            }
        }
        Err(Error::new("take from a limit without being overtaken"))
    }

    /// Commits, and forgets what the batch made stale before anyone is told.
    pub(crate) async fn commit(&self, batch: &Batch) -> Result<(), CommitError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.0.store.commit(batch).await?;
        self.0.counters.happened(&batch.events);
        for user in affected(batch) {
            self.0.cache.invalidate(user);
        }
        if batch.writes.iter().any(changes_policy) {
            self.reload_policy().await.map_err(CommitError::Broken)?;
        }
        self.0.wake.after(batch);
        Ok(())
    }

    /// Commits what nobody waits for; a failure is only logged.
    pub(crate) async fn record(&self, batch: Batch) {
        if let Err(error) = self.commit(&batch).await {
            tracing::warn!(?error, "could not record an event");
        }
    }
}

impl Keyward {
    /// Whether a password is one that others are known to have lost.
    #[cfg(feature = "authnzerver")]
    pub(crate) async fn is_breached(&self, password: &keyward_core::Secret) -> Result<bool, Error> {
        match &self.0.bots.breaches {
            Some(check) => check.is_breached(crate::breached::sha1_of(password.reveal())).await,
            None => Ok(false),
        }
    }

    /// Checks and hashes. A new password that was breached is not worth a hash.
    async fn slow_work(&self, work: Work) -> Result<Done, Error> {
        let breached = match (&self.0.bots.breaches, &work.hash) {
            (Some(check), Some(new)) => {
                check.is_breached(crate::breached::sha1_of(new.reveal())).await?
            }
            _ => false,
        };
        let is_person = self.is_person(&work).await?;
        let app = self.judged_by_the_app(work.app).await?;
        let hash = work.hash.filter(|_| !breached);
        let work = Work { hash, app: None, ..work };
        let done = match work.verify.is_some() || work.hash.is_some() {
            true => self.0.hashes.run(work).await?,
            false => Done::default(),
        };
        Ok(Done { breached, is_person, app, ..done })
    }

    /// What a second factor of the app's own says, if one is asked.
    async fn judged_by_the_app(
        &self,
        asked: Option<Box<AskApp>>,
    ) -> Result<Option<AppSaid>, Error> {
        match asked {
            Some(asked) => self.0.app_factors.judge(*asked, self).await.map(Some),
            None => Ok(None),
        }
    }

    /// What the captcha service says, if it is asked at all.
    #[cfg(feature = "captcha")]
    async fn is_person(&self, work: &Work) -> Result<bool, Error> {
        let (Some(service), Some((purpose, answer))) = (&self.0.bots.service, &work.captcha) else {
            return Ok(false);
        };
        let site = self.public_url().parse::<::http::Uri>().unwrap_or_default();
        service.is_person(answer, *purpose, site.host().unwrap_or_default()).await
    }

    /// Nobody is asked.
    #[cfg(not(feature = "captcha"))]
    async fn is_person(&self, _: &Work) -> Result<bool, Error> {
        Ok(false)
    }
}

/// Slow work that was done in an earlier round of the same run.
#[derive(Default)]
struct Memo(Option<(Work, Done)>);

impl Memo {
    async fn work(&mut self, auth: &Keyward, work: Work) -> Result<Done, Error> {
        if work.is_none() {
            return Ok(Done::default());
        }
        if let Some((before, done)) = &self.0
            && before.is_same(&work)
        {
            return Ok(done.clone());
        }
        let done = auth.slow_work(work.clone()).await?;
        self.0 = Some((work, done.clone()));
        Ok(done)
    }
}

/// The accounts whose cached facts this batch makes stale.
fn affected(batch: &Batch) -> impl Iterator<Item = UserId> + '_ {
    batch.writes.iter().filter_map(|write| match write {
        Write::SwapUser { now, .. } => Some(now.id),
        Write::BumpAccess(user)
        | Write::NoteChange(user)
        | Write::KillChallengesOf(user)
        | Write::CloseSessionsOf { user, .. }
        | Write::VerifyIdentifier { user, .. }
        | Write::RemoveIdentifier { user, .. }
        | Write::SwapAccess { user, .. }
        | Write::RemoveMembership { user, .. }
        | Write::RemoveAssignment { user, .. }
        | Write::RemoveGrant { user, .. } => Some(*user),
        Write::PutAssignment(given) => Some(given.user),
        Write::PutGrant(given) => Some(given.user),
        Write::PutMembership(given) => Some(given.user),
        _ => None,
    })
}

fn changes_policy(write: &Write) -> bool {
    matches!(
        write,
        Write::AddRole(_)
            | Write::RemoveRole(_)
            | Write::AddRule(_)
            | Write::RemoveRule(_)
            | Write::SetInherited { .. }
            | Write::AddGroup(_)
            | Write::RemoveGroup(_)
            | Write::SetGroupRoles { .. }
            | Write::PutExclusive(_)
            | Write::RemoveExclusive(_)
            | Write::SwapAcl { .. }
            | Write::SwapPolicy { .. }
            | Write::SwapPolicyDocument { .. }
    )
}
