//! The outbox, emptied: one queue for each channel, so that a gateway of text messages that
//! hangs delays no mail, and several messages of it at once where the carrier is slow.
//! Messages to one account go one after the other.

use std::collections::VecDeque;
use std::time::Duration;

use keyward_core::Error;
use keyward_core::id::{MessageId, UserId};
use keyward_core::record::{Channel, Message};
use tokio::sync::Mutex;
use tokio::task::{Id, JoinSet};

use crate::engine::Keyward;

/// Messages of a channel that its carrier holds at once.
const AT_ONCE: usize = 8;
/// How long a carrier may take before another message is begun beside: one that is fast is
/// handed one after the other, because what that writes takes from everybody's turn.
const SLOW: Duration = Duration::from_millis(100);
/// Messages that are read in one round.
const ROUND: u32 = 32;

/// Who empties which queue: one at a time in each process.
#[derive(Debug, Default)]
pub(crate) struct Sending {
    mail: Mutex<()>,
    sms: Mutex<()>,
}

impl Sending {
    fn of(&self, channel: Channel) -> &Mutex<()> {
        match channel {
            Channel::Mail => &self.mail,
            Channel::Sms => &self.sms,
        }
    }
}

/// Messages that a carrier holds, and those that were read and come next.
#[derive(Default)]
struct UnderWay {
    tasks: JoinSet<Result<bool, Error>>,
    held: Vec<(Id, MessageId, Option<UserId>)>,
    due: VecDeque<Message>,
}

impl UnderWay {
    fn has_room(&self) -> bool {
        self.held.len() < AT_ONCE
    }

    /// Whether this one is sent already, or one to the same account.
    fn precedes(&self, message: &Message) -> bool {
        let is_same = |user: Option<UserId>| user.is_some() && user == message.user;
        self.held.iter().any(|(_, id, user)| *id == message.id || is_same(*user))
    }

    fn begin(&mut self, auth: Keyward, message: Message) {
        let (id, user) = (message.id, message.user);
        let task = self.tasks.spawn(async move { auth.deliver(message).await });
        self.held.push((task.id(), id, user));
    }

    /// Waits for the next that ends; `None` if there is none. Says whether it was sent.
    async fn next(&mut self) -> Option<bool> {
        let ended = self.tasks.join_next_with_id().await?;
        let (task, sent) = match ended {
            Ok((task, Ok(sent))) => (task, sent),
            Ok((task, Err(error))) => {
                tracing::warn!(?error, "could not deliver a message");
                (task, false)
            }
            Err(end) => {
                tracing::error!(%end, "delivery panicked; the message is tried again");
                (end.id(), false)
            }
        };
        self.held.retain(|(id, ..)| *id != task);
        Some(sent)
    }
}

impl Keyward {
    /// Sends what is due. Returns how many messages were handed over.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) async fn deliver_due(&self) -> Result<usize, Error> {
        Ok(self.deliver_on(Channel::Mail).await? + self.deliver_on(Channel::Sms).await?)
    }

    /// Sends what is due on one channel, and what becomes due while some of it is sent.
    pub(crate) async fn deliver_on(&self, channel: Channel) -> Result<usize, Error> {
        let _alone = self.0.sending.of(channel).lock().await;
        let mut under_way = UnderWay::default();
        let mut sent = 0;
        loop {
            let begun = self.begin_next(channel, &mut under_way).await;
            let waits = !under_way.held.is_empty();
            tokio::select! {
                Some(ended) = under_way.next() => sent += usize::from(ended),
                () = tokio::time::sleep(SLOW), if waits => {}
                else => return begun.map(|()| sent),
            }
        }
    }

    /// Begins to send what is due next, if there is room. Whoever has to wait is read again.
    async fn begin_next(&self, channel: Channel, under_way: &mut UnderWay) -> Result<(), Error> {
        if !under_way.has_room() || self.0.stop.is_cancelled() {
            return Ok(());
        }
        if under_way.due.is_empty() {
            under_way.due = self.0.store.due_messages(channel, self.now(), ROUND).await?.into();
        }
        while let Some(message) = under_way.due.pop_front() {
            if !under_way.precedes(&message) {
                under_way.begin(self.clone(), message);
                return Ok(());
            }
        }
        Ok(())
    }
}
