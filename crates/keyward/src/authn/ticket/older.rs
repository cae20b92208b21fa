//! Tickets of other systems, for as long as some are about.

use std::net::IpAddr;

use keyward_core::Error;
use keyward_core::crypto::ticket::{BadTicket, Classic, ModAuthTkt, Ticket};
use keyward_core::id::UserId;
use keyward_core::port::Fut;
use keyward_core::time::Timestamp;

use crate::engine::hooks::in_time;

/// A form that is read beside that of ours.
pub(super) struct Older {
    pub(super) reader: Reader,
    pub(super) whose: Whose,
}

/// Tells whose name a ticket has.
type Whose = Box<dyn Fn(String) -> Fut<'static, Result<Option<UserId>, Error>> + Send + Sync>;

/// What reads it.
pub(super) enum Reader {
    Classic(Classic),
    ModAuthTkt(ModAuthTkt),
}

impl Reader {
    pub(super) fn read(
        &self,
        text: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Ticket, BadTicket> {
        match self {
            Self::Classic(classic) => classic.read(text, address, now),
            Self::ModAuthTkt(tickets) => tickets.read(text, address, now),
        }
    }
}

impl Older {
    /// The account of the name in a ticket; nobody's name is nobody's.
    pub(super) async fn whose(&self, ticket: &Ticket) -> Result<Option<UserId>, Error> {
        match ticket.user.is_empty() {
            true => Ok(None),
            false => in_time((self.whose)(ticket.user.clone())).await,
        }
    }
}
