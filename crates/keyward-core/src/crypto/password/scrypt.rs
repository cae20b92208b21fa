//! scrypt (RFC 7914) in passlib's text: `$scrypt$ln=16,r=8,p=1$salt$digest`.

use super::policy::Scheme;
use super::text::{b64, named, split};
use super::{Arena, Format, HashError, Reader, Stored};

pub(super) const READER: Reader = Reader { identify, read: boxed };

/// A hash, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Scrypt {
    cost: Cost,
    salt: Vec<u8>,
    tag: Vec<u8>,
}

/// scrypt's three parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Cost {
    /// Logarithm of N to base 2.
    pub(super) log_n: u32,
    /// Block size.
    pub(super) r: u32,
    /// Parallelism: as many times the work.
    pub(super) p: u32,
}

impl Cost {
    /// From N itself, which must be a power of two.
    pub(super) fn of_n(n: u32, r: u32, p: u32) -> Option<Self> {
        n.is_power_of_two().then(|| Self { log_n: n.ilog2(), r, p })
    }

    /// Memory in KiB, where the parameters are sane.
    pub(super) fn memory_kib(self) -> u32 {
        (self.r << self.log_n) / 8
    }

    /// About how long it takes: 3 ms for each MiB.
    pub(super) fn millis(self) -> u64 {
        u64::from(self.memory_kib()) * u64::from(self.p) / 333
    }

    pub(super) fn check(self, format: Format) -> Result<(), HashError> {
        let Self { log_n, r, p } = self;
        let sane = (1..=MAX_LOG_N).contains(&log_n)
            && (1..=MAX_R).contains(&r)
            && (1..=MAX_P).contains(&p)
            && self.memory_kib() <= MAX_MEMORY_KIB
            && self.memory_kib() * p <= MAX_WORK_KIB;
        if sane { Ok(()) } else { Err(HashError::Absurd(format)) }
    }

    /// So many bytes of key.
    pub(super) fn derive(self, password: &[u8], salt: &[u8], bytes: usize) -> Option<Vec<u8>> {
        let params = ::scrypt::Params::new(u8::try_from(self.log_n).ok()?, self.r, self.p).ok()?;
        let mut out = vec![0; bytes];
        ::scrypt::scrypt(password, salt, &params, &mut out).ok()?;
        Some(out)
    }
}

impl Scrypt {
    /// Checks the bounds; errors are about `format`.
    pub(super) fn new(
        cost: Cost,
        salt: Vec<u8>,
        tag: Vec<u8>,
        format: Format,
    ) -> Result<Self, HashError> {
        if !(MIN_TAG..=MAX_TAG).contains(&tag.len()) {
            return Err(HashError::Malformed(format));
        }
        cost.check(format)?;
        Ok(Self { cost, salt, tag })
    }
}

impl Stored for Scrypt {
    fn compute(&self, _: &mut Arena, password: &[u8]) -> Result<Option<Vec<u8>>, HashError> {
        let found = self.cost.derive(password, &self.salt, self.tag.len());
        found.ok_or(HashError::Absurd(Format::Scrypt)).map(Some)
    }

    fn tag(&self) -> &[u8] {
        &self.tag
    }

    fn is_current(&self, _: &Scheme) -> bool {
        false
    }

    fn describe(&self) -> String {
        let Cost { log_n, r, p } = self.cost;
        format!("scrypt ln={log_n} r={r} p={p}")
    }

    fn memory_kib(&self) -> u32 {
        self.cost.memory_kib()
    }

    fn millis(&self) -> u64 {
        self.cost.millis()
    }
}

fn identify(text: &str) -> Option<Format> {
    text.starts_with(PREFIX).then_some(Format::Scrypt)
}

fn boxed(stored: &str) -> Result<Box<dyn Stored>, HashError> {
    let (cost, salt, tag) = parts(stored).ok_or(HashError::Malformed(Format::Scrypt))?;
    Scrypt::new(cost, salt, tag, Format::Scrypt).map(|hash| Box::new(hash) as _)
}

fn parts(stored: &str) -> Option<(Cost, Vec<u8>, Vec<u8>)> {
    let [params, salt, tag] = split(stored.strip_prefix(PREFIX)?, '$')?;
    let [log_n, r, p] = split(params, ',')?;
    let cost = Cost { log_n: named(log_n, "ln")?, r: named(r, "r")?, p: named(p, "p")? };
    Some((cost, b64(salt)?, b64(tag)?))
}

const PREFIX: &str = "$scrypt$";
/// A shorter tag could be met by chance.
const MIN_TAG: usize = 16;
const MAX_TAG: usize = 64;
const MAX_LOG_N: u32 = 20;
const MAX_R: u32 = 32;
const MAX_P: u32 = 64;
/// One GiB.
const MAX_MEMORY_KIB: u32 = 1 << 20;
/// Memory times parallelism: about ten seconds.
const MAX_WORK_KIB: u32 = 1 << 22;
