//! Background work: deliver, chain, tell the app, follow the change feed, purge.

use std::time::Duration;

use keyward_core::Error;
use keyward_core::port::{Batch, Changes, Write};
use keyward_core::record::{Channel, EventRow};
use tokio::sync::watch;

use super::Keyward;
use crate::view::EventView;

/// How often the change feed is read. What another node did is seen within this
/// time and that of one look-up.
const FEED_EVERY: Duration = Duration::from_millis(200);
/// How often retries and stragglers are looked for when nothing happens.
const IDLE_EVERY: Duration = Duration::from_secs(5);
/// From an event to its place in the chain: those in between share one commit.
const CHAIN_AFTER: Duration = Duration::from_millis(50);
/// How often old rows are removed. No multiple of two: limits are looked through
/// in sixteen parts, by the second.
const PURGE_EVERY: Duration = Duration::from_secs(61);
/// After how many of these abandoned accounts are looked for: it takes a look at every
/// account.
const ABANDONED_EVERY: u32 = 60;
/// Before work that panicked begins again.
const AFTER_PANIC: Duration = Duration::from_secs(1);
/// The app's listeners follow the chain from here.
const CURSOR: &str = "listener_cursor";

impl Keyward {
    /// Starts the background work. It ends with [`shutdown`](Self::shutdown).
    pub(crate) fn start(&self) {
        self.keep_running("the delivery of mails", |auth| auth.outbox_loop(Channel::Mail));
        self.keep_running("the delivery of text messages", |auth| auth.outbox_loop(Channel::Sms));
        self.keep_running("the audit chain", Self::chain_loop);
        self.keep_running("the change feed", Self::feed_loop);
        #[cfg(feature = "policy-file")]
        self.keep_running("the policy file", Self::policy_file_loop);
        self.keep_running("the removal of old rows", Self::purge_loop);
    }

    /// A carrier or a listener that panics must not silence those after it.
    fn keep_running<F>(&self, what: &'static str, work: fn(Self) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let auth = self.clone();
        self.0.tasks.spawn(async move {
            while let Err(end) = tokio::spawn(work(auth.clone())).await {
                // Cancelled with its runtime: nothing is left to begin again in.
                if end.is_cancelled() {
                    return;
                }
                tracing::error!(%end, "{what} panicked and begins again");
                auth.pause(AFTER_PANIC).await;
            }
        });
    }

    /// Waits, but not longer than this Keyward lives. Says whether it does.
    pub(super) async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.0.stop.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// Same, ending early when something was committed here.
    async fn idle(&self, woken: &mut watch::Receiver<()>) -> bool {
        tokio::select! {
            lives = self.pause(IDLE_EVERY) => lives,
            // The sender lives as long as we do.
            _ = woken.changed() => !self.0.stop.is_cancelled(),
        }
    }

    async fn outbox_loop(self, channel: Channel) {
        let mut woken = self.0.wake.messages(channel);
        loop {
            log("deliver messages", self.deliver_on(channel).await.map(drop));
            if !self.idle(&mut woken).await {
                return;
            }
        }
    }

    async fn chain_loop(self) {
        let mut woken = self.0.wake.events();
        loop {
            log("chain events", self.chain_events().await.map(drop));
            log("tell the app", self.tell_listeners().await);
            if !self.idle(&mut woken).await || !self.pause(CHAIN_AFTER).await {
                return;
            }
            woken.mark_unchanged();
        }
    }

    async fn feed_loop(self) {
        let mut seen = -1;
        loop {
            let changes = self.0.store.changes(seen).await;
            match changes {
                Ok(changes) => seen = self.follow(seen, changes).await,
                // What was missed is unknown: forget everything, and begin anew
                // at the newest.
                Err(error) => {
                    self.forget_all();
                    seen = -1;
                    log("read the change feed", Err(error));
                }
            }
            if !self.pause(FEED_EVERY).await {
                return;
            }
        }
    }

    /// Forgets what others changed; answers with how far the feed was read.
    async fn follow(&self, seen: i64, changes: Changes) -> i64 {
        if seen < 0 {
            // Between the start and this first look, anything may have happened.
            self.forget_all();
        }
        for user in &changes.users {
            self.0.cache.invalidate(*user);
        }
        if !changes.users.is_empty() {
            self.0.changed.send_modify(|n| *n += 1);
        }
        let stale = changes.policy_version != self.policy().version;
        if stale {
            log("reload the policy", self.reload_policy().await);
        }
        // A tool beside this server leaves it the events and messages it caused.
        if stale || changes.last != seen {
            self.0.wake.all();
        }
        changes.last
    }

    fn forget_all(&self) {
        self.0.cache.clear();
        self.0.changed.send_modify(|n| *n += 1);
    }

    async fn purge_loop(self) {
        let mut round = 0_u32;
        while self.pause(PURGE_EVERY).await {
            self.clean_up(round).await;
            round = round.wrapping_add(1);
        }
    }

    /// One round of the removal of what nobody needs any more.
    pub(crate) async fn clean_up(&self, round: u32) {
        let before = self.now().minus(Duration::from_secs(3600));
        let batch = Batch { writes: vec![Write::Purge { before }], events: vec![] };
        log("remove old rows", self.commit_alone(&batch).await.map(drop));
        log("erase what was deleted", self.erase_deleted().await.map(drop));
        if self.0.settings.anonymous && round.is_multiple_of(ABANDONED_EVERY) {
            log("delete what was abandoned", self.forget_abandoned().await.map(drop));
        }
    }

    /// Tells the app's listeners what was chained since they were last told.
    /// A listener that fails is told again: at least once, in order.
    pub(crate) async fn tell_listeners(&self) -> Result<(), Error> {
        if self.0.hooks.on_event.is_empty() {
            return Ok(());
        }
        loop {
            let was = self.0.store.meta(CURSOR).await?;
            let position =
                was.as_deref().and_then(|b| b.try_into().ok()).map_or(0, i64::from_be_bytes);
            let events = self.0.store.chain(position, 100).await?;
            let Some(told) = self.tell(&events) else { return Ok(()) };
            let now = told.to_be_bytes().to_vec();
            let write = Write::Advance { name: CURSOR.into(), was, now };
            self.commit_alone(&Batch { writes: vec![write], events: vec![] }).await?;
        }
    }

    /// The place of the last event that every listener took.
    fn tell(&self, events: &[EventRow]) -> Option<i64> {
        let mut told = None;
        for event in events {
            let view = EventView::new(event);
            let failed = self.0.hooks.on_event.iter().find_map(|listener| listener(&view).err());
            if let Some(why) = failed {
                tracing::warn!(event = %view.id, %why, "a listener failed and will be told again");
                return told;
            }
            told = event.chained.map(|(position, _)| position);
        }
        told
    }
}

fn log(what: &'static str, result: Result<(), Error>) {
    if let Err(error) = result {
        tracing::warn!(?error, "could not {what}");
    }
}
