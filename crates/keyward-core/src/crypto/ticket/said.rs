//! What both forms say of somebody: `quote(user) ! tokens ! quote(data)`.

use core::fmt;

use super::Ticket;
use super::quote::{quote, unquote};

/// The three parts, quoted.
pub(super) struct Said {
    pub(super) user: String,
    pub(super) tokens: String,
    pub(super) data: String,
}

impl Said {
    pub(super) fn of(ticket: &Ticket) -> Self {
        let tokens: Vec<String> = ticket.tokens.iter().map(|token| quote(token)).collect();
        Self { user: quote(&ticket.user), tokens: tokens.join(","), data: quote(&ticket.data) }
    }

    /// Reads it back; exactly three parts.
    pub(super) fn read(text: &str, valid_until: u32) -> Option<Ticket> {
        let mut parts = text.split('!');
        let (user, tokens, data) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let tokens = tokens.split(',').filter(|_| !tokens.is_empty());
        Some(Ticket {
            user: unquote(user)?,
            tokens: tokens.map(unquote).collect::<Option<_>>()?,
            data: unquote(data)?,
            valid_until,
            since: None,
        })
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}!{}!{}", self.user, self.tokens, self.data)
    }
}
