//! Names for things. Ids of different things cannot be confused.

use core::fmt;

use crate::port::Random;
use crate::time::Timestamp;

/// Crockford's base 32 alphabet in lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Writes 128 bits as 26 characters.
#[inline]
fn encode(mut value: u128) -> [u8; 26] {
    let mut text = [b'0'; 26];
    for place in text.iter_mut().rev() {
        *place = ALPHABET.get(value as usize & 31).copied().unwrap_or(b'0');
        value >>= 5;
    }
    text
}

/// Reads exactly what [`encode`] writes.
#[inline]
pub(crate) fn decode(text: &str) -> Option<u128> {
    if text.len() != 26 {
        return None;
    }
    let mut value = 0u128;
    for (at, byte) in text.bytes().enumerate() {
        let digit = u128::from(digit(byte)?);
        if at == 0 && digit > 7 {
            return None;
        }
        value = value << 5 | digit;
    }
    Some(value)
}

#[inline]
fn digit(byte: u8) -> Option<u8> {
    const TABLE: [u8; 256] = {
        let mut table = [255u8; 256];
        let mut at = 0;
        while at < 32 {
            #[expect(clippy::indexing_slicing, reason = "computed by the compiler, in bounds")]
            {
                table[ALPHABET[at] as usize] = at as u8;
            }
            at += 1;
        }
        table
    };
    TABLE.get(usize::from(byte)).copied().filter(|d| *d < 32)
}

/// A UUIDv7 (RFC 9562 section 5.7) at `now`.
#[inline]
fn mint(now: Timestamp, rng: &mut dyn Random) -> u128 {
    let mut tail = [0; 10];
    rng.fill(&mut tail);
    let tail = tail.iter().fold(0u128, |acc, b| acc << 8 | u128::from(*b));
    let millis = (now.as_millis() as u128) & 0xffff_ffff_ffff;
    let high = millis << 80 | 0x7 << 76 | (tail >> 68 & 0xfff) << 64;
    high | 0b10 << 62 | tail & 0x3fff_ffff_ffff_ffff
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// UUIDv7 inside (16 bytes in every database); in text
        #[doc = concat!("`", $prefix, "_` and 26 lower-case Crockford base 32 characters.")]
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(u128);

        impl $name {
            /// A new id; sorts by creation time.
            #[inline]
            pub fn mint(now: Timestamp, rng: &mut dyn Random) -> Self {
                Self(mint(now, rng))
            }

            /// The stored form.
            #[inline]
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            /// Reads the stored form back.
            #[inline]
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Some(Self(u128::from_be_bytes(bytes.try_into().ok()?)))
            }

            /// Reads the text form back; nothing else is accepted.
            #[inline]
            pub fn parse(text: &str) -> Option<Self> {
                Self::parse_bare(text.strip_prefix(concat!($prefix, "_"))?)
            }

            /// Reads the letters alone, where what they name is known.
            #[inline]
            pub(crate) fn parse_bare(letters: &str) -> Option<Self> {
                decode(letters).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                // The alphabet is ASCII.
                f.write_str(core::str::from_utf8(&encode(self.0)).unwrap_or_default())
            }
        }

        impl From<$name> for String {
            /// The same text, allocated once: for what is written with every reply.
            #[inline]
            fn from(id: $name) -> Self {
                let letters = encode(id.0);
                let letters = core::str::from_utf8(&letters).unwrap_or_default();
                let prefix = concat!($prefix, "_");
                let mut text = Self::with_capacity(prefix.len() + letters.len());
                text.push_str(prefix);
                text.push_str(letters);
                text
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                Self::parse(&text).ok_or_else(|| {
                    serde::de::Error::custom(concat!("expected an id such as ", $prefix, "_01jd…"))
                })
            }
        }
    )*};
}

ids! {
    /// Names a population of accounts; there is one now, [`TenantId::MAIN`].
    TenantId = "ten";
    /// Names a [`User`](crate::record::User).
    UserId = "usr";
    /// Names a [`Credential`](crate::record::Credential).
    CredentialId = "crd";
    /// Names a [`Session`](crate::record::Session). Not a secret.
    SessionId = "ses";
    /// Names a [`Challenge`](crate::record::Challenge): one step of a flow.
    FlowId = "flw";
    /// Names a [`Message`](crate::record::Message) in the outbox.
    MessageId = "msg";
    /// Names an [`Event`](crate::record::Event).
    EventId = "evt";
    /// Names an [`Invitation`](crate::record::Invitation). Not a secret.
    InvitationId = "inv";
    /// Names one request, for logs and problems.
    RequestId = "req";
}

impl UserId {
    /// Whose is what belongs to nobody. No account has this id.
    pub const NOBODY: Self = Self(0);
}

impl TenantId {
    /// The only population there is.
    pub const MAIN: Self = Self(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;
    impl Random for Ones {
        fn fill(&mut self, buf: &mut [u8]) {
            buf.fill(0xff);
        }
    }

    #[test]
    fn an_id_has_one_text() {
        let id = UserId::mint(Timestamp::from_secs(1_700_000_000), &mut Ones);
        assert_eq!(String::from(id), id.to_string());
    }

    #[test]
    fn an_id_reads_back_from_text_and_bytes() {
        let id = UserId::mint(Timestamp::from_secs(1_700_000_000), &mut Ones);
        assert_eq!(UserId::parse(&id.to_string()), Some(id));
        assert_eq!(UserId::from_bytes(&id.to_bytes()), Some(id));
        assert!(id.to_string().starts_with("usr_01hf7"), "{id}");
    }

    #[test]
    fn an_id_is_a_version_7_uuid() {
        let bytes = UserId::mint(Timestamp::from_secs(1_700_000_000), &mut Ones).to_bytes();
        assert_eq!((bytes[6] >> 4, bytes[8] >> 6), (7, 0b10));
    }

    #[test]
    fn an_id_has_one_spelling() {
        let check = |text: &str| assert_eq!(UserId::parse(text), None, "{text}");
        check("");
        check("usr_");
        check("ses_01hf7yat00fzzvyzzzzzzzzzzz");
        check("usr_01HF7YAT00FZZVYZZZZZZZZZZZ");
        check("usr_81hf7yat00fzzvyzzzzzzzzzzz");
        check("usr_01hf7yat00fzzvyzzzzzzzzzz");
        check("usr_01hf7yat00fzzvyzzzzzzzzzzi");
    }
}
