//! One carrier for mails, another for text messages.

use keyward_core::port::Fut;
use keyward_core::record::Channel;

use super::{Outgoing, SendError, Sender};

/// Hands mails to one carrier and text messages to another.
pub struct ByChannel<M, S> {
    /// Carries mails.
    pub mail: M,
    /// Carries text messages.
    pub sms: S,
}

impl<M, S> std::fmt::Debug for ByChannel<M, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByChannel").finish_non_exhaustive()
    }
}

impl<M: Sender, S: Sender> Sender for ByChannel<M, S> {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        match message.channel {
            Channel::Mail => self.mail.send(message),
            Channel::Sms => self.sms.send(message),
        }
    }
}

impl Sender for Box<dyn Sender> {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        (**self).send(message)
    }
}
