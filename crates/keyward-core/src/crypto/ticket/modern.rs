//! The ticket for what is new.
//!
//! ```text
//! kt1.KEY.MAC.SINCE UNTIL user!tokens!data      (without the spaces)
//! ```
//!
//! `KEY` names the key, so that keys can change without anyone being signed out;
//! `MAC` is HMAC-SHA-256 over everything after it and the address, in base64url;
//! the times are seconds in eight hexadecimal digits each.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::said::Said;
use super::{BadTicket, MAX_TICKET, Ticket, hexadecimal};
use crate::crypto::hex::hex;
use crate::crypto::keys::{DerivedKey, Purpose, RootKey};
use crate::crypto::mac::{is_mac, mac};
use crate::time::Timestamp;

/// Writes modern tickets under one key, and reads those under older ones too.
#[derive(Clone, Debug)]
pub struct Modern {
    newest: DerivedKey,
    older: Vec<DerivedKey>,
}

const FORM: &str = "kt1";
/// Digits of a time.
const TIME: usize = 8;

impl Modern {
    /// Under this key.
    pub fn new(key: &RootKey) -> Self {
        Self { newest: key.derive(Purpose::Ticket), older: vec![] }
    }

    /// Still reads what was written under an older key.
    #[must_use]
    pub fn still(mut self, key: &RootKey) -> Self {
        self.older.push(key.derive(Purpose::Ticket));
        self
    }

    /// The text of a ticket; with an address it is good from there alone. A ticket
    /// without `since` is as old as its end.
    pub fn write(&self, ticket: &Ticket, address: Option<IpAddr>) -> String {
        let since = ticket.since.unwrap_or(ticket.valid_until);
        let body = format!("{since:08x}{:08x}{}", ticket.valid_until, Said::of(ticket));
        let tag = mac(&self.newest, &[body.as_bytes(), &packed(address)]);
        format!("{FORM}.{}.{}.{body}", name(&self.newest), URL_SAFE_NO_PAD.encode(tag))
    }

    /// What a ticket says that is good here and now.
    pub fn read(
        &self,
        text: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Ticket, BadTicket> {
        let (key, tag, body) = parts(text).ok_or(BadTicket::Malformed)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| BadTicket::Malformed)?;
        let key = self.named(key).ok_or(BadTicket::Forged)?;
        if !is_mac(key, &[body.as_bytes(), &packed(address)], &tag) {
            return Err(BadTicket::Forged);
        }
        said(body).ok_or(BadTicket::Malformed)?.living(now)
    }

    fn named(&self, wanted: &str) -> Option<&DerivedKey> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| name(key) == wanted)
    }
}

fn name(key: &DerivedKey) -> String {
    hex(&key.id())
}

fn packed(address: Option<IpAddr>) -> Vec<u8> {
    match address {
        None => vec![],
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        Some(IpAddr::V6(address)) => address.octets().to_vec(),
    }
}

fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let mut parts = text.splitn(4, '.');
    let (form, key, tag, body) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (form == FORM && text.len() <= MAX_TICKET).then_some((key, tag, body))
}

fn said(body: &str) -> Option<Ticket> {
    let (since, rest) = body.split_at_checked(TIME)?;
    let (until, said) = rest.split_at_checked(TIME)?;
    let ticket = Said::read(said, hexadecimal(until)?)?;
    Some(Ticket { since: Some(hexadecimal(since)?), ..ticket })
}
