//! Background work: deliver, chain, tell the app, follow the change feed, purge.

use std::time::Duration;

use keyward_core::Error;
use keyward_core::port::{Batch, Write};
use keyward_core::record::EventRow;

use super::Keyward;
use crate::view::EventView;

/// How often the change feed is read.
const FEED_EVERY: Duration = Duration::from_millis(200);
/// How often retries and stragglers are looked for when nothing happens.
const IDLE_EVERY: Duration = Duration::from_secs(5);
/// How often old rows are removed.
const PURGE_EVERY: Duration = Duration::from_secs(600);
/// The app's listeners follow the chain from here.
const CURSOR: &str = "listener_cursor";

impl Keyward {
    /// Starts the background work. It ends with [`shutdown`](Self::shutdown).
    pub(crate) fn start(&self) {
        let tasks = &self.0.tasks;
        tasks.spawn(self.clone().outbox_loop());
        tasks.spawn(self.clone().feed_loop());
        tasks.spawn(self.clone().purge_loop());
    }

    async fn outbox_loop(self) {
        loop {
            log("deliver messages", self.deliver_due().await.map(drop));
            log("chain events", self.chain_events().await.map(drop));
            log("tell the app", self.tell_listeners().await);
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = self.0.wake.notified() => {}
                () = tokio::time::sleep(IDLE_EVERY) => {}
            }
        }
    }

    async fn feed_loop(self) {
        let mut seen = -1;
        loop {
            match self.0.store.changes(seen).await {
                Ok(changes) => {
                    for user in &changes.users {
                        self.0.cache.invalidate(*user);
                    }
                    if !changes.users.is_empty() {
                        self.0.changed.send_modify(|n| *n += 1);
                    }
                    if changes.policy_version != self.policy().version {
                        log("reload the policy", self.reload_policy().await);
                    }
                    seen = changes.last;
                }
                // What was missed is unknown: forget everything.
                Err(error) => {
                    self.0.cache.clear();
                    log("read the change feed", Err(error));
                }
            }
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = tokio::time::sleep(FEED_EVERY) => {}
            }
        }
    }

    async fn purge_loop(self) {
        loop {
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = tokio::time::sleep(PURGE_EVERY) => {}
            }
            let before = self.now().minus(Duration::from_secs(3600));
            let batch = Batch { writes: vec![Write::Purge { before }], events: vec![] };
            log("remove old rows", self.commit_alone(&batch).await.map(drop));
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
            let write = Write::SwapMeta { name: CURSOR.into(), was, now };
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
