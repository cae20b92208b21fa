//! The ticket of ticket_auth 0.1.4.
//!
//! ```text
//! hex(D) ‖ %08x(valid_until) ‖ quote(user) ‖ '!' ‖ tokens ‖ '!' ‖ quote(data)
//! D = H( H( version ‖ address ‖ u32(valid_until) ‖ secret ‖ user ‖ 0 ‖ tokens ‖ 0 ‖ data ) ‖ secret )
//! ```
//!
//! `tokens` are joined by commas; user, each token and data are quoted in `D` too. It
//! is like [mod_auth_tkt's](super::ModAuthTkt), and not the same. Two mends: the digest is compared in
//! constant time, and what made the original fail with an error of its own (a time
//! below zero, bytes that are no UTF-8) is malformed.

use std::net::{IpAddr, Ipv4Addr};

use zeroize::Zeroizing;

use super::said::Said;
use super::{BadTicket, MAX_TICKET, Ticket, hexadecimal};
use crate::crypto::token;
use crate::time::Timestamp;

/// The hash of a classic ticket; ticket_auth's own default is SHA-512.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Digest {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    #[default]
    Sha512,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
    Blake2b,
    Blake2s,
}

/// Writes and reads classic tickets under one secret.
pub struct Classic {
    secret: Zeroizing<Vec<u8>>,
    digest: Digest,
}

/// Digits of the time.
const TIME: usize = 8;

impl core::fmt::Debug for Classic {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Classic").field("digest", &self.digest).finish_non_exhaustive()
    }
}

impl Classic {
    /// Under the secret that the other system has, of any length.
    pub fn new(secret: impl Into<Vec<u8>>, digest: Digest) -> Self {
        Self { secret: Zeroizing::new(secret.into()), digest }
    }

    /// The text of a ticket; with an address it is good from there alone.
    pub fn write(&self, ticket: &Ticket, address: Option<IpAddr>) -> String {
        let said = Said::of(ticket);
        let digest = self.sign(&said, ticket.valid_until, address);
        format!("{digest}{:08x}{said}", ticket.valid_until)
    }

    /// What a ticket says that is good here and now.
    pub fn read(
        &self,
        text: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Ticket, BadTicket> {
        let (digest, rest) = split(text, self.digest.digits())?;
        let (time, said) = split(rest, TIME)?;
        let valid_until = hexadecimal(time).ok_or(BadTicket::Malformed)?;
        let ticket = Said::read(said, valid_until).ok_or(BadTicket::Malformed)?;
        let right = self.sign(&Said::of(&ticket), valid_until, address);
        if !token::eq(right.as_bytes(), digest.as_bytes()) {
            return Err(BadTicket::Forged);
        }
        ticket.living(now)
    }

    fn sign(&self, said: &Said, valid_until: u32, address: Option<IpAddr>) -> String {
        let (version, address) = packed(address);
        let secret = self.secret.as_slice();
        let Said { user, tokens, data } = said;
        let first: [&[u8]; 9] = [
            &[version],
            &address,
            &valid_until.to_be_bytes(),
            secret,
            user.as_bytes(),
            &[0],
            tokens.as_bytes(),
            &[0],
            data.as_bytes(),
        ];
        self.digest.twice(&first, secret)
    }
}

/// No address is written as 0.0.0.0. An IPv4 address inside IPv6 is another one.
fn packed(address: Option<IpAddr>) -> (u8, Vec<u8>) {
    match address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) {
        IpAddr::V4(address) => (4, address.octets().to_vec()),
        IpAddr::V6(address) => (6, address.octets().to_vec()),
    }
}

fn split(text: &str, at: usize) -> Result<(&str, &str), BadTicket> {
    let is_short = text.len() <= MAX_TICKET;
    text.split_at_checked(at).filter(|_| is_short).ok_or(BadTicket::Malformed)
}
