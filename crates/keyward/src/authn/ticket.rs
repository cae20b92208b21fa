//! Tickets: who somebody is and until when, in a cookie that nobody else can write and
//! of which nothing is stored.

mod cookie;
mod older;
mod policy;
mod renewed;

pub(crate) use cookie::find as cookie_of;
pub use keyward_core::crypto::ticket::{
    Classic, Digest as TicketDigest, ModAuthTkt, Modern, Renewal, Ticket,
};
pub use policy::{SameSite, Tickets};
#[cfg(any(feature = "actix", feature = "axum"))]
pub(crate) use renewed::Renewed;
pub(crate) use renewed::{Brought, renew};

use std::net::IpAddr;

use keyward_core::flow::Client;
use keyward_core::flow::remember::Remember;
use keyward_core::id::UserId;
use keyward_core::refusal::Refusal;
use keyward_core::{Error, Secret};

use super::chain::Step;
use crate::engine::Keyward;
use crate::people::Answer;

impl Keyward {
    /// Remembers somebody whom the app authenticated itself, by a ticket: the value of
    /// the `Set-Cookie` header that keeps it. Locks and missing verification are obeyed,
    /// and the log has it as a sign-in by `method`. With tickets that are bound to
    /// addresses, it is good from `address` alone.
    ///
    /// # Errors
    /// No [`Tickets`] were chosen, or the store does not answer.
    pub async fn remember(
        &self,
        user: &UserId,
        method: &str,
        address: Option<IpAddr>,
    ) -> Answer<Secret> {
        let tickets = self.tickets().ok_or_else(|| Error::new("remember without tickets"))?;
        let flow = Remember { user: *user, method: method.to_owned() };
        let client = Client {
            address: address.map(|a| a.to_string()).unwrap_or_default(),
            ..Client::default()
        };
        Ok(match self.run(&flow, &client).await? {
            Err(refusal) => Err(refusal),
            Ok(user) => {
                let ticket = tickets.begun(&user, self.now());
                ticket.map(|ticket| tickets.set(self, &ticket, address)).ok_or(Refusal::Conflict)
            }
        })
    }

    /// Forgets whoever a ticket remembers in this browser: the value of the `Set-Cookie`
    /// header. A ticket that was copied is good until it ends; where that matters, end
    /// all sessions of the account ([`close_sessions`](Self::close_sessions)), and with
    /// them every ticket. `None` where no [`Tickets`] were chosen.
    pub fn forget(&self) -> Option<String> {
        self.tickets().map(|tickets| tickets.clear(self))
    }

    pub(crate) fn tickets(&self) -> Option<&Tickets> {
        self.0.authenticators.all.iter().find_map(|step| match step {
            Step::Ticket(tickets) => Some(tickets),
            _ => None,
        })
    }
}
