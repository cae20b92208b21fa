//! The ticket of Apache's mod_auth_tkt 2: read alone, for moving in.
//!
//! ```text
//! hex(D) ‖ %08x(made_at) ‖ user ‖ '!' ‖ [tokens ‖ '!'] ‖ data
//! D = H( hex(H( ip ‖ u32(made_at) ‖ secret ‖ user ‖ 0 ‖ tokens ‖ 0 ‖ data )) ‖ secret )
//! ```
//!
//! The inner digest is in hexadecimal, unlike ticket_auth's, nothing is quoted in `D`,
//! and the time is that of its making. The cookie has it as it is, with `%21` for `!`, or
//! in base64, with quotes around it or not. Mends: the digest is compared in constant
//! time, a control character is malformed, and no ticket lives for ever.

use std::borrow::Cow;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::quote::unquote;
use super::{BadTicket, Digest, MAX_TICKET, Ticket, hexadecimal};
use crate::crypto::token;
use crate::time::Timestamp;

/// Reads tickets of mod_auth_tkt under one secret (`TKTAuthSecret`).
pub struct ModAuthTkt {
    secret: Zeroizing<Vec<u8>>,
    digest: Digest,
    timeout: u32,
}

/// Seconds, as mod_auth_tkt has them where it is not told otherwise.
const TIMEOUT: u32 = 7_200;
/// Digits of the time.
const TIME: usize = 8;

impl core::fmt::Debug for ModAuthTkt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { digest, timeout, .. } = self;
        let mut shown = f.debug_struct("ModAuthTkt");
        shown.field("digest", digest).field("timeout", timeout).finish_non_exhaustive()
    }
}

impl ModAuthTkt {
    /// Under the secret that Apache has, by its `TKTAuthDigestType`: [`Digest::Md5`] where
    /// it says none, [`Digest::Sha256`] or [`Digest::Sha512`].
    pub fn new(secret: impl Into<Vec<u8>>, digest: Digest) -> Self {
        Self { secret: Zeroizing::new(secret.into()), digest, timeout: TIMEOUT }
    }

    /// `TKTAuthTimeout`, in seconds; two hours where it is not said. There 0 is for ever;
    /// here it is a second.
    #[must_use]
    pub fn timeout(mut self, secs: u32) -> Self {
        self.timeout = secs;
        self
    }

    /// What a ticket says that is good here and now. Without an address it is one that was
    /// made for none (`TKTAuthIgnoreIP`, written as 0.0.0.0). No ticket is good from an
    /// IPv6 address: the module knows none.
    pub fn read(
        &self,
        text: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Ticket, BadTicket> {
        let plain = plain(text).ok_or(BadTicket::Malformed)?;
        let said = Said::read(&plain, self.digest.digits()).ok_or(BadTicket::Malformed)?;
        let right = self.sign(&said, packed(address).ok_or(BadTicket::Forged)?);
        if !token::eq(right.as_bytes(), said.digest.as_bytes()) {
            return Err(BadTicket::Forged);
        }
        said.ticket(self.timeout).living(now)
    }

    fn sign(&self, said: &Said<'_>, address: [u8; 4]) -> String {
        let secret = self.secret.as_slice();
        let first: [&[u8]; 8] = [
            &address,
            &said.made_at.to_be_bytes(),
            secret,
            said.user.as_bytes(),
            &[0],
            said.tokens.as_bytes(),
            &[0],
            said.data.as_bytes(),
        ];
        self.digest.twice_in_hex(&first, secret)
    }
}

/// The parts of a ticket, as they stand there.
struct Said<'a> {
    digest: &'a str,
    made_at: u32,
    user: &'a str,
    tokens: &'a str,
    data: &'a str,
}

impl<'a> Said<'a> {
    /// Data may have any more `!`; tokens may be left out, with theirs.
    fn read(text: &'a str, digits: usize) -> Option<Self> {
        let (digest, rest) = text.split_at_checked(digits)?;
        let (time, rest) = rest.split_at_checked(TIME)?;
        let (user, rest) = rest.split_once('!')?;
        let (tokens, data) = rest.split_once('!').unwrap_or(("", rest));
        Some(Self { digest, made_at: hexadecimal(time)?, user, tokens, data })
    }

    /// It is good in the second of its end, there as here.
    fn ticket(&self, timeout: u32) -> Ticket {
        let tokens = self.tokens.split(',').filter(|token| !token.is_empty());
        Ticket {
            user: self.user.to_owned(),
            tokens: tokens.map(str::to_owned).collect(),
            data: self.data.to_owned(),
            valid_until: self.made_at.saturating_add(timeout).saturating_add(1),
            since: None,
        }
    }
}

/// The ticket in a cookie. A zero byte would move the bounds of what is signed.
fn plain(text: &str) -> Option<Cow<'_, str>> {
    let text = text.strip_prefix('"').unwrap_or(text);
    let text = text.strip_suffix('"').unwrap_or(text);
    let plain = match text {
        long if long.len() > MAX_TICKET => return None,
        plain if plain.contains('!') => Cow::Borrowed(plain),
        quoted if quoted.contains("%21") => Cow::Owned(unquote(quoted)?),
        coded => Cow::Owned(decoded(coded)?),
    };
    (!plain.contains(|c: char| c.is_ascii_control())).then_some(plain)
}

/// Out of base64, which some quote for the sake of its `=`.
fn decoded(text: &str) -> Option<String> {
    let text = unquote(text)?;
    let bytes = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    String::from_utf8(bytes).ok()
}

/// No address is written as 0.0.0.0, and Apache shows one inside IPv6 by itself.
fn packed(address: Option<IpAddr>) -> Option<[u8; 4]> {
    match address.map(|address| address.to_canonical()) {
        None => Some([0; 4]),
        Some(IpAddr::V4(address)) => Some(address.octets()),
        Some(IpAddr::V6(_)) => None,
    }
}
