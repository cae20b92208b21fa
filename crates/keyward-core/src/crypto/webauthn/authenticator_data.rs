//! Authenticator data (section 6.1): what the authenticator signs.

use super::Fault;
use super::cbor::Value;

/// What an authenticator says of a ceremony.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AuthenticatorData<'a> {
    /// SHA-256 of the relying party's id.
    pub rp_id_hash: &'a [u8; 32],
    /// What happened.
    pub flags: Flags,
    /// How often this key, or the authenticator, has signed; 0 if it does not count.
    pub counter: u32,
    /// The new key, in a registration.
    pub attested: Option<Attested<'a>>,
}

/// What happened at the authenticator, and what may become of the key.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Flags {
    /// Somebody touched it.
    pub user_present: bool,
    /// Its owner proved themselves, by PIN or biometrics.
    pub user_verified: bool,
    /// The key may be copied to other devices of its owner; never changes.
    pub backup_eligible: bool,
    /// It was.
    pub backed_up: bool,
}

/// A new key (section 6.5.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Attested<'a> {
    /// The model of the authenticator; zero when it does not say.
    pub aaguid: [u8; 16],
    /// How the authenticator calls the key.
    pub id: &'a [u8],
    /// The key, as CBOR.
    pub key: &'a [u8],
}

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENSIONS: u8 = 1 << 7;

/// Longest id of a key (section 4, *Credential ID*).
pub const MAX_ID: usize = 1023;

/// A key takes about 80 bytes, an id up to 1,023, extensions little.
const MAX_BYTES: usize = 4096;

impl<'a> AuthenticatorData<'a> {
    /// Reads it to the last byte. Extensions are read and not looked at; the
    /// two reserved flags are not looked at either, as section 6.1 asks.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_BYTES {
            return Err(Fault::Malformed);
        }
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(Fault::Malformed)?;
        let (&[flags], rest) = rest.split_first_chunk::<1>().ok_or(Fault::Malformed)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(Fault::Malformed)?;
        let (attested, rest) = match flags & ATTESTED {
            0 => (None, rest),
            _ => attested(rest).map(|(attested, rest)| (Some(attested), rest))?,
        };
        let rest = if flags & EXTENSIONS == 0 { rest } else { extensions(rest)? };
        if !rest.is_empty() {
            return Err(Fault::Malformed);
        }
        let counter = u32::from_be_bytes(*counter);
        Ok(Self { rp_id_hash, flags: Flags::of(flags), counter, attested })
    }
}

impl Flags {
    fn of(bits: u8) -> Self {
        Self {
            user_present: bits & USER_PRESENT != 0,
            user_verified: bits & USER_VERIFIED != 0,
            backup_eligible: bits & BACKUP_ELIGIBLE != 0,
            backed_up: bits & BACKED_UP != 0,
        }
    }

    /// The bits of the flags alone.
    #[cfg(any(test, feature = "authenticator"))]
    pub fn bits(self) -> u8 {
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        bit(self.user_present, USER_PRESENT)
            | bit(self.user_verified, USER_VERIFIED)
            | bit(self.backup_eligible, BACKUP_ELIGIBLE)
            | bit(self.backed_up, BACKED_UP)
    }
}

/// Writes the data of a ceremony; for the software authenticator.
#[cfg(any(test, feature = "authenticator"))]
pub fn write(rp_id: &str, flags: Flags, counter: u32, attested: Option<&Attested<'_>>) -> Vec<u8> {
    let bits = flags.bits() | attested.map_or(0, |_| ATTESTED);
    let mut out = crate::crypto::token::digest(rp_id).to_vec();
    out.push(bits);
    out.extend(counter.to_be_bytes());
    if let Some(attested) = attested {
        out.extend(attested.aaguid);
        out.extend(u16::try_from(attested.id.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend(attested.id);
        out.extend(attested.key);
    }
    out
}

fn attested(bytes: &[u8]) -> Result<(Attested<'_>, &[u8]), Fault> {
    let (aaguid, rest) = bytes.split_first_chunk::<16>().ok_or(Fault::Malformed)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(Fault::Malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, rest) = rest.split_at_checked(length).ok_or(Fault::Malformed)?;
    if id.is_empty() || id.len() > MAX_ID {
        return Err(Fault::Malformed);
    }
    let (_, after) = Value::read(rest)?;
    let key = rest.get(..rest.len() - after.len()).ok_or(Fault::Malformed)?;
    Ok((Attested { aaguid: *aaguid, id, key }, after))
}

fn extensions(bytes: &[u8]) -> Result<&[u8], Fault> {
    match Value::read(bytes)? {
        (Value::Map(_), rest) => Ok(rest),
        _ => Err(Fault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRESENT: Flags = Flags {
        user_present: true,
        user_verified: false,
        backup_eligible: false,
        backed_up: false,
    };

    #[test]
    fn what_is_written_reads_back() {
        let attested = Attested { aaguid: [7; 16], id: &[1, 2, 3], key: &[0xa0] };
        for attested in [None, Some(attested)] {
            let bytes = write("example.com", PRESENT, 7, attested.as_ref());
            let read = AuthenticatorData::parse(&bytes).unwrap();
            assert_eq!((read.flags, read.counter, read.attested), (PRESENT, 7, attested));
        }
    }

    #[test]
    fn it_is_read_to_the_last_byte_and_no_further() {
        let attested = Attested { aaguid: [7; 16], id: &[1, 2, 3], key: &[0xa0] };
        let bytes = write("example.com", PRESENT, 7, Some(&attested));
        for end in 0..bytes.len() {
            assert!(AuthenticatorData::parse(&bytes[..end]).is_err(), "cut at {end}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(AuthenticatorData::parse(&longer), Err(Fault::Malformed));
    }

    #[test]
    fn extensions_are_a_map_behind_everything_else() {
        let mut bytes = write("example.com", PRESENT, 7, None);
        bytes[32] |= EXTENSIONS;
        assert_eq!(AuthenticatorData::parse(&bytes), Err(Fault::Malformed), "announced");
        let with = [bytes.as_slice(), &[0xa1, 0x61, 0x61, 0xf5]].concat();
        assert!(AuthenticatorData::parse(&with).is_ok());
        let other = [bytes.as_slice(), &[0x80]].concat();
        assert_eq!(AuthenticatorData::parse(&other), Err(Fault::Malformed), "an array");
    }

    #[test]
    fn an_id_has_1_to_1023_bytes() {
        for (length, yes) in [(0, false), (1, true), (1023, true), (1024, false)] {
            let id = vec![9; length];
            let attested = Attested { aaguid: [0; 16], id: &id, key: &[0xa0] };
            let bytes = write("example.com", PRESENT, 0, Some(&attested));
            assert_eq!(AuthenticatorData::parse(&bytes).is_ok(), yes, "{length}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_in_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = AuthenticatorData::parse(&bytes);
        }
    }
}
