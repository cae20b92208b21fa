//! An old hash under Argon2id: `$over$argon2id$…$of$OLD`, where OLD is the old text
//! with its tag blanked. Nobody need sign in for weak hashes to be gone: the old
//! tag is what is hashed, and the password gives it again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::argon2::{self, Phc};
use super::policy::Scheme;
use super::{Arena, Format, HashError, Policy, Reader, Stored, identify, read};
use crate::port::Random;

pub(super) const READER: Reader =
    Reader { identify: |text| text.starts_with(OVER).then_some(Format::Wrapped), read: boxed };

/// Puts the stored form of another system under Argon2id. The result verifies as
/// before, and is due for a rehash like any foreign form.
///
/// # Errors
/// `stored` cannot be read, or is Argon2 or wrapped already.
pub fn wrap(
    arena: &mut Arena,
    stored: &str,
    policy: &Policy,
    rng: &mut dyn Random,
) -> Result<String, HashError> {
    let format = identify(stored).ok_or(HashError::Unknown)?;
    if matches!(format, Format::Argon2 | Format::Wrapped) {
        return Err(HashError::Unfit(format));
    }
    let tag = read(stored)?.tag().to_vec();
    let blank = blanked(stored, format).ok_or(HashError::Malformed(format))?;
    let outer = argon2::create(policy, arena, &tag, rng)?;
    Ok(format!("{OVER}{}{OF}{blank}", outer.trim_start_matches('$')))
}

struct Wrapped {
    outer: Phc,
    old: Box<dyn Stored>,
}

impl Stored for Wrapped {
    fn compute(&self, arena: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        match self.old.compute(arena, password)? {
            Some(tag) => self.outer.compute(arena, &tag),
            None => Ok(None),
        }
    }

    fn tag(&self) -> &[u8] {
        self.outer.tag()
    }

    fn is_current(&self, _: &Scheme) -> bool {
        false
    }

    fn describe(&self) -> String {
        format!("{} over {}", self.outer.describe(), self.old.describe())
    }

    fn memory_kib(&self) -> u32 {
        self.outer.memory_kib().max(self.old.memory_kib())
    }

    fn millis(&self) -> u64 {
        self.outer.millis() + self.old.millis()
    }
}

fn boxed(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let malformed = HashError::Malformed(Format::Wrapped);
    let rest = stored.strip_prefix(OVER).ok_or(malformed)?;
    let (outer, old) = rest.split_once(OF).ok_or(malformed)?;
    if matches!(identify(old), None | Some(Format::Argon2 | Format::Wrapped)) {
        return Err(malformed);
    }
    Ok(Box::new(Wrapped { outer: argon2::read(&format!("${outer}"))?, old: read(old)? }))
}

/// The text with one character for all of its tag, such as its alphabet has.
fn blanked(stored: &str, format: Format) -> Option<String> {
    if format == Format::LdapSalted {
        return blanked_ldap(stored);
    }
    // Where salt and tag are not parted, the tag has one length.
    let is_bcrypt = read(stored).ok()?.describe().contains("bcrypt");
    let from = match format {
        _ if is_bcrypt => stored.len().checked_sub(BCRYPT_TAG)?,
        Format::Phpass => stored.len().checked_sub(PHPASS_TAG)?,
        _ => stored.rfind('$')? + 1,
    };
    let (before, tag) = stored.split_at_checked(from)?;
    let blank = |filler: char| {
        let tag: String = tag.chars().map(|c| if c == '=' { c } else { filler }).collect();
        format!("{before}{tag}")
    };
    FILLERS.into_iter().map(blank).find(|text| read(text).is_ok())
}

/// Here digest and salt are one piece of base 64.
fn blanked_ldap(stored: &str) -> Option<String> {
    let bytes = read(stored).ok()?.tag().len();
    let (name, packed) = stored.split_at_checked(stored.find('}')? + 1)?;
    let mut packed = STANDARD.decode(packed).ok()?;
    packed.get_mut(..bytes)?.fill(0);
    Some(format!("{name}{}", STANDARD.encode(packed)))
}

const OVER: &str = "$over$";
const OF: &str = "$of$";
/// Good at every length: in hexadecimal, in base 64.
const FILLERS: [char; 2] = ['0', 'A'];
const BCRYPT_TAG: usize = 31;
const PHPASS_TAG: usize = 22;
