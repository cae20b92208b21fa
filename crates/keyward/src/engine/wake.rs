//! Tells the background work that something was committed for it, and leaves it
//! asleep otherwise: most commits bring no message, and under load each look at
//! the outbox would cost as much as a sign-in's own.

use keyward_core::port::{Batch, Write};
use keyward_core::record::Channel;
use tokio::sync::watch::{Receiver, Sender};

/// One bell for each kind of work.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    mails: Sender<()>,
    texts: Sender<()>,
    events: Sender<()>,
}

impl Wake {
    /// Rings for what this batch brought, now that it is committed.
    pub(crate) fn after(&self, batch: &Batch) {
        for write in &batch.writes {
            if let Write::AddMessage(message) = write {
                self.bell(message.channel).send_replace(());
            }
        }
        if !batch.events.is_empty() {
            self.events.send_replace(());
        }
    }

    /// Rings for whatever another process may have committed. Text messages are few, and
    /// looked for every few seconds anyway.
    pub(crate) fn all(&self) {
        self.mails.send_replace(());
        self.events.send_replace(());
    }

    /// Hears of messages of a channel to deliver.
    pub(crate) fn messages(&self, channel: Channel) -> Receiver<()> {
        self.bell(channel).subscribe()
    }

    fn bell(&self, channel: Channel) -> &Sender<()> {
        match channel {
            Channel::Mail => &self.mails,
            Channel::Sms => &self.texts,
        }
    }

    /// Hears of events to chain.
    pub(crate) fn events(&self) -> Receiver<()> {
        self.events.subscribe()
    }
}
