//! An inbox in memory, for development and tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use keyward_core::port::Fut;
use tokio::sync::Notify;

use super::{Outgoing, SendError, Sender};

/// Most messages kept.
const KEEP: usize = 500;

/// Every message, newest last. Clones share the messages.
#[derive(Clone, Debug, Default)]
pub struct Inbox(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    messages: Mutex<VecDeque<Outgoing>>,
    arrived: Notify,
}

impl Inbox {
    /// Every message, newest first.
    pub fn all(&self) -> Vec<Outgoing> {
        self.0.messages.lock().map(|m| m.iter().rev().cloned().collect()).unwrap_or_default()
    }

    /// The newest message to this address.
    pub fn last_to(&self, to: &str) -> Option<Outgoing> {
        self.all().into_iter().find(|m| m.to == to)
    }

    /// A message by its id.
    pub fn find(&self, id: &str) -> Option<Outgoing> {
        self.all().into_iter().find(|m| m.id == id)
    }

    /// Forgets everything.
    pub fn clear(&self) {
        if let Ok(mut messages) = self.0.messages.lock() {
            messages.clear();
        }
    }

    /// Waits until a message arrives.
    pub async fn arrival(&self) {
        self.0.arrived.notified().await;
    }
}

impl Sender for Inbox {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        Box::pin(async move {
            let Ok(mut messages) = self.0.messages.lock() else {
                return Err(SendError::Later("the inbox is poisoned".into()));
            };
            // At least once: a double of the same message replaces it.
            messages.retain(|known| known.id != message.id);
            messages.push_back(message.clone());
            if messages.len() > KEEP {
                messages.pop_front();
            }
            drop(messages);
            self.0.arrived.notify_waiters();
            Ok(())
        })
    }
}
