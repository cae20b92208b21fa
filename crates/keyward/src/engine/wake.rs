//! Tells the background work that something was committed for it, and leaves it
//! asleep otherwise: most commits bring no message, and under load each look at
//! the outbox would cost as much as a sign-in's own.

use keyward_core::port::{Batch, Write};
use tokio::sync::watch::{Receiver, Sender};

/// One bell for each kind of work.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    messages: Sender<()>,
    events: Sender<()>,
}

impl Wake {
    /// Rings for what this batch brought, now that it is committed.
    pub(crate) fn after(&self, batch: &Batch) {
        if batch.writes.iter().any(|write| matches!(write, Write::AddMessage(_))) {
            self.messages.send_replace(());
        }
        if !batch.events.is_empty() {
            self.events.send_replace(());
        }
    }

    /// Rings for whatever another process may have committed.
    pub(crate) fn all(&self) {
        self.messages.send_replace(());
        self.events.send_replace(());
    }

    /// Hears of messages to deliver.
    pub(crate) fn messages(&self) -> Receiver<()> {
        self.messages.subscribe()
    }

    /// Hears of events to chain.
    pub(crate) fn events(&self) -> Receiver<()> {
        self.events.subscribe()
    }
}
