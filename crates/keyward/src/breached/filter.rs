//! A file that knows which passwords were breached, but for a few too many.
//!
//! The first bits of every hash, sorted, as gaps in blocks of [`BLOCK`]; at the end the
//! first number of each block and where it begins, which is all that is kept in memory.
//! A look reads one block.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::crypto::token::digest_bytes;
use keyward_core::port::Fut;

use super::bits::Reader;
use super::{BreachCheck, place};

/// What every such file begins with.
pub(super) const MAGIC: &[u8; 8] = b"KWBREA1\n";
/// Bytes of the head: magic, count of hashes, of blocks, bits of a number, low bits of
/// a gap, where the index begins, and a hash of all that and the index.
pub(super) const HEAD: usize = 8 + 8 + 8 + 1 + 1 + 8 + 32;
/// Numbers in a block.
pub(super) const BLOCK: usize = 256;
/// Bytes of a block that are read: more than any needs.
const MAX_BLOCK: u64 = 64 * 1024;
/// Bytes of an entry of the index.
pub(super) const ENTRY: usize = 16;

/// A file made by [`BreachList::build`](super::BreachList::build).
#[derive(Clone)]
pub struct BreachFilter(Arc<Inner>);

struct Inner {
    file: File,
    path: PathBuf,
    hashes: u64,
    bits: u32,
    low: u32,
    /// The first number of each block, and where it begins.
    index: Vec<(u64, u64)>,
    /// Where the last block ends.
    end: u64,
}

impl std::fmt::Debug for BreachFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BreachFilter({}, {} hashes)", self.0.path.display(), self.0.hashes)
    }
}

const WHAT: &str = "read the filter of breached passwords";

fn broken(path: &Path, why: impl std::fmt::Display) -> Error {
    Error::because(WHAT, format!("{}: {why}", path.display()))
}

impl BreachFilter {
    /// Opens it, and reads its index: a sixteenth of a byte for each hash.
    ///
    /// # Errors
    /// It cannot be read, is no such file, or was cut or changed.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let file = File::open(&path).map_err(|cause| broken(&path, cause))?;
        let length = file.metadata().map_err(|cause| broken(&path, cause))?.len();
        let mut head = [0; HEAD];
        file.read_exact_at(&mut head, 0).map_err(|cause| broken(&path, cause))?;
        let told = Told::read(&head).ok_or_else(|| broken(&path, "it is no such file"))?;
        let size = told.blocks.checked_mul(ENTRY as u64);
        if size.and_then(|size| size.checked_add(told.index_at)) != Some(length) {
            return Err(broken(&path, "it was cut"));
        }
        let mut index = vec![0; usize::try_from(length - told.index_at).unwrap_or(0)];
        file.read_exact_at(&mut index, told.index_at).map_err(|cause| broken(&path, cause))?;
        if digest_bytes(&[&head[..HEAD - 32], &index].concat()) != told.digest {
            return Err(broken(&path, "it was changed"));
        }
        let number = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().unwrap_or_default());
        let index = index.chunks_exact(ENTRY).map(|entry| entry.split_at(8));
        let index = index.map(|(first, at)| (number(first), number(at))).collect();
        let Told { hashes, bits, low, index_at: end, .. } = told;
        Ok(Self(Arc::new(Inner { file, path, hashes, bits, low, index, end })))
    }

    /// How many hashes it knows.
    pub fn len(&self) -> u64 {
        self.0.hashes
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.0.hashes == 0
    }

    /// The share of other passwords that it takes for breached ones: at most one in a
    /// thousand.
    pub fn false_positives(&self) -> f64 {
        self.0.hashes as f64 / 2f64.powi(i32::try_from(self.0.bits).unwrap_or(64))
    }

    /// Whether it knows a password with this SHA-1. Reads from the disk.
    ///
    /// # Errors
    /// The disk is unwell, or the file was changed since it was opened.
    pub fn contains(&self, sha1: &[u8; 20]) -> Result<bool, Error> {
        let inner = &*self.0;
        let wanted = place(sha1) >> (64 - inner.bits);
        let after = inner.index.partition_point(|(first, _)| *first <= wanted);
        let Some((first, at)) = after.checked_sub(1).and_then(|n| inner.index.get(n)) else {
            return Ok(false);
        };
        let end = inner.index.get(after).map_or(inner.end, |(_, at)| *at);
        let size = end.checked_sub(*at).filter(|size| *size <= MAX_BLOCK);
        let size = size.ok_or_else(|| broken(&inner.path, "a block has no sensible size"))?;
        let mut block = vec![0; usize::try_from(size).unwrap_or(0)];
        let read = inner.file.read_exact_at(&mut block, *at);
        read.map_err(|cause| broken(&inner.path, cause))?;
        let mut gaps = Reader::new(inner.low, &block);
        let mut number = *first;
        for _ in 0..BLOCK {
            if number >= wanted {
                return Ok(number == wanted);
            }
            let Some(gap) = gaps.gap() else { return Ok(false) };
            number = number.saturating_add(gap);
        }
        Ok(false)
    }
}

impl BreachCheck for BreachFilter {
    fn is_breached(&self, sha1: [u8; 20]) -> Fut<'_, Result<bool, Error>> {
        let filter = self.clone();
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || filter.contains(&sha1)).await;
            found.map_err(|cause| Error::because(WHAT, cause))?
        })
    }
}

/// What the head says.
struct Told {
    hashes: u64,
    blocks: u64,
    bits: u32,
    low: u32,
    index_at: u64,
    digest: [u8; 32],
}

impl Told {
    fn read(head: &[u8; HEAD]) -> Option<Self> {
        let mut rest = head.strip_prefix(MAGIC.as_slice())?;
        let mut number = || {
            let (bytes, after) = rest.split_first_chunk::<8>()?;
            rest = after;
            Some(u64::from_be_bytes(*bytes))
        };
        let (hashes, blocks) = (number()?, number()?);
        let ([bits, low], after) = rest.split_first_chunk::<2>()?;
        let (index_at, digest) = after.split_first_chunk::<8>()?;
        let (bits, low) = (u32::from(*bits), u32::from(*low));
        let is_sane = (1..=63).contains(&bits) && low < bits;
        is_sane.then_some(Self {
            hashes,
            blocks,
            bits,
            low,
            index_at: u64::from_be_bytes(*index_at),
            digest: digest.try_into().ok()?,
        })
    }
}
