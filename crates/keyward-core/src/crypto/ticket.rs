//! Tickets: who somebody is and until when, in a cookie that nobody else can write.
//! Nothing of them is stored, so none can be revoked: keep their life short.
//!
//! Three forms. [`Classic`] is byte for byte what ticket_auth 0.1.4 writes, which
//! aiohttp_auth and aiohttp_auth_autz use, and [`ModAuthTkt`] what Apache's mod_auth_tkt
//! does, which is another: both are for moving in. [`Modern`] is for what is new: HMAC-SHA-256 over every byte, keys by name so that they can be changed, and
//! the moment of the sign-in, so that renewing a ticket has an end.

mod apache;
#[cfg(test)]
mod apache_tests;
mod classic;
mod digest;
mod modern;
mod quote;
mod renewal;
mod said;
#[cfg(test)]
mod tests;

use core::fmt;

pub use apache::ModAuthTkt;
pub use classic::{Classic, Digest};
pub use modern::Modern;
pub use renewal::Renewal;

use crate::time::Timestamp;

/// Bytes of a ticket, at most: as much as browsers keep of a cookie.
pub const MAX_TICKET: usize = 4096;

/// What a ticket says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ticket {
    /// Whoever it was made for: any text, also none.
    pub user: String,
    /// Words that say more about them; no empty one reads back.
    pub tokens: Vec<String>,
    /// What the app wants to find again.
    pub data: String,
    /// The first second at which it is no longer valid.
    pub valid_until: u32,
    /// The second of the sign-in, however often it was renewed since. The older
    /// forms do not carry it.
    pub since: Option<u32>,
}

/// Why a ticket opens nothing. Whoever brought it is told none of this.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BadTicket {
    /// It does not have the form.
    Malformed,
    /// Another key, another address, or somebody changed it.
    Forged,
    /// Its time is over.
    Expired,
}

impl fmt::Display for BadTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the ticket is malformed",
            Self::Forged => "the ticket is not ours",
            Self::Expired => "the ticket has expired",
        })
    }
}

impl core::error::Error for BadTicket {}

impl Ticket {
    /// A ticket for `user` that says nothing else.
    pub fn new(user: impl Into<String>, valid_until: u32) -> Self {
        Self { user: user.into(), tokens: vec![], data: String::new(), valid_until, since: None }
    }

    fn living(self, now: Timestamp) -> Result<Self, BadTicket> {
        if i64::from(self.valid_until) <= now.as_secs() {
            Err(BadTicket::Expired)
        } else {
            Ok(self)
        }
    }
}

/// Digits alone: no sign, no space, no underline.
fn hexadecimal(digits: &str) -> Option<u32> {
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_plain)
}
