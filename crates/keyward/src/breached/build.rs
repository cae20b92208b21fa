//! From the public list to a filter: read line by line, twice, never held whole.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use keyward_core::Error;
use keyward_core::crypto::token::digest_bytes;

use super::bits::Writer;
use super::filter::{BLOCK, BreachFilter, HEAD, MAGIC};
use super::place;

/// The public list: a line for each password, SHA-1 in hexadecimal, a colon, and how
/// often it was found; sorted by hash, as it is offered.
#[derive(Clone, Debug)]
pub struct BreachList {
    path: PathBuf,
    least: u64,
}

/// What was built.
#[derive(Clone, Copy, Debug)]
pub struct BuiltFilter {
    /// Hashes in it.
    pub hashes: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// The share of other passwords that it takes for breached ones.
    pub false_positives: f64,
}

/// Numbers have this many bits more than it takes to count them: one in 2^10 others
/// looks like one of them.
const SPARE_BITS: u32 = 10;
/// Longest line that is a line of such a list.
const MAX_LINE: usize = 100;

const WHAT: &str = "build the filter of breached passwords";

impl BreachList {
    /// The list in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), least: 1 }
    }

    /// Leaves out what was found less often: most passwords were found once, and the
    /// file gets much smaller.
    #[must_use]
    pub fn at_least(mut self, count: u64) -> Self {
        self.least = count;
        self
    }

    /// Writes the filter to `path`, which must not be there yet. It appears whole or
    /// not at all.
    ///
    /// # Errors
    /// The list cannot be read, has a line that is none, or is not sorted; the file
    /// cannot be written, or is there already.
    pub fn build(&self, path: impl AsRef<Path>) -> Result<BuiltFilter, Error> {
        let path = path.as_ref();
        let because = |why: String| Error::because(WHAT, format!("{}: {why}", path.display()));
        if path.exists() {
            return Err(because("it is there already".into()));
        }
        let mut count = 0u64;
        self.each(|_| {
            count += 1;
            Ok(())
        })?;
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let wrote = self.write(&part, count).map_err(|cause| because(cause.to_string()));
        let done = wrote.and_then(|()| {
            BreachFilter::open(&part)?;
            std::fs::rename(&part, path).map_err(|cause| because(cause.to_string()))
        });
        if done.is_err() {
            // What was begun is of no use to anybody.
            let _ = std::fs::remove_file(&part);
        }
        done?;
        let filter = BreachFilter::open(path)?;
        let bytes = std::fs::metadata(path).map_err(|cause| because(cause.to_string()))?.len();
        let false_positives = filter.false_positives();
        Ok(BuiltFilter { hashes: filter.len(), bytes, false_positives })
    }

    fn write(&self, path: &Path, count: u64) -> Result<(), Error> {
        let io = |cause: std::io::Error| Error::because("write", cause);
        let mut file = BufWriter::new(File::create(path).map_err(io)?);
        file.write_all(&[0; HEAD]).map_err(io)?;
        let mut blocks = Blocks::new(count, file);
        self.each(|sha1| blocks.add(place(&sha1)).map_err(io))?;
        blocks.finish().map_err(io)
    }

    /// Every hash that was found often enough, in order.
    fn each(&self, mut tell: impl FnMut([u8; 20]) -> Result<(), Error>) -> Result<(), Error> {
        let because = |why: String| Error::because("read the list", why);
        let named = |why: String| because(format!("{}: {why}", self.path.display()));
        let file = File::open(&self.path).map_err(|cause| named(cause.to_string()))?;
        let mut file = BufReader::with_capacity(1 << 20, file);
        let (mut line, mut number, mut last) = (String::new(), 0u64, None);
        loop {
            line.clear();
            let mut some = std::io::Read::take(&mut file, MAX_LINE as u64);
            let read = some.read_line(&mut line).map_err(|cause| named(cause.to_string()))?;
            if read == 0 {
                return Ok(());
            }
            number += 1;
            let at = |why: &str| named(format!("line {number}: {why}"));
            let text = line.trim_end();
            if text.is_empty() && read < MAX_LINE {
                continue;
            }
            let (sha1, found) = parse(text).ok_or_else(|| at("not SHA-1:COUNT"))?;
            if last.is_some_and(|last| last > sha1) {
                return Err(at("not sorted by hash: sort the list first"));
            }
            last = Some(sha1);
            if found >= self.least {
                tell(sha1)?;
            }
        }
    }
}

/// A line's hash and count; a hash alone was found once.
fn parse(line: &str) -> Option<([u8; 20], u64)> {
    let (hash, count) = line.split_once(':').unwrap_or((line, "1"));
    if hash.len() != 40 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut sha1 = [0; 20];
    for (byte, at) in sha1.iter_mut().zip((0..40).step_by(2)) {
        *byte = u8::from_str_radix(hash.get(at..at + 2)?, 16).ok()?;
    }
    Some((sha1, count.trim().parse().ok()?))
}

/// Numbers on their way into blocks.
struct Blocks {
    file: BufWriter<File>,
    at: u64,
    bits: u32,
    low: u32,
    writer: Writer,
    in_block: usize,
    last: Option<u64>,
    hashes: u64,
    index: Vec<u8>,
}

impl Blocks {
    fn new(count: u64, file: BufWriter<File>) -> Self {
        let counted = 64 - count.max(1).leading_zeros();
        let bits = (counted + SPARE_BITS).min(63);
        // Gaps are 2^10 to 2^11 long on average.
        let low = SPARE_BITS.min(bits - 1);
        let (writer, at) = (Writer::new(low), HEAD as u64);
        Self { file, at, bits, low, writer, in_block: 0, last: None, hashes: 0, index: vec![] }
    }

    fn add(&mut self, place: u64) -> std::io::Result<()> {
        let number = place >> (64 - self.bits);
        if self.last == Some(number) {
            return Ok(());
        }
        if self.in_block == BLOCK || self.last.is_none() {
            self.end_block()?;
            self.index.extend(number.to_be_bytes());
            self.index.extend(self.at.to_be_bytes());
        } else {
            self.writer.gap(number - self.last.unwrap_or(0));
        }
        self.last = Some(number);
        self.in_block += 1;
        self.hashes += 1;
        Ok(())
    }

    fn end_block(&mut self) -> std::io::Result<()> {
        let bytes = self.writer.take();
        self.file.write_all(&bytes)?;
        self.at += bytes.len() as u64;
        self.in_block = 0;
        Ok(())
    }

    fn finish(mut self) -> std::io::Result<()> {
        self.end_block()?;
        self.file.write_all(&self.index)?;
        let mut head = MAGIC.to_vec();
        head.extend(self.hashes.to_be_bytes());
        head.extend((self.index.len() as u64 / super::filter::ENTRY as u64).to_be_bytes());
        head.extend([self.bits as u8, self.low as u8]);
        head.extend(self.at.to_be_bytes());
        let digest = digest_bytes(&[head.as_slice(), &self.index].concat());
        head.extend(digest);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&head)?;
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sha1_of;
    use super::*;

    fn hex(sha1: [u8; 20]) -> String {
        sha1.iter().map(|b| format!("{b:02X}")).collect()
    }

    /// A list of `password N` for each N, each found N times.
    fn list(folder: &Path, count: u64) -> PathBuf {
        let mut lines: Vec<String> = (0..count)
            .map(|n| format!("{}:{n}\r\n", hex(sha1_of(&format!("password {n}")))))
            .collect();
        lines.sort();
        let path = folder.join("list.txt");
        std::fs::write(&path, lines.concat()).unwrap();
        path
    }

    #[test]
    fn every_password_of_the_list_is_found_and_few_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("filter");
        let built = BreachList::new(list(folder.path(), 30_000)).at_least(0).build(&path).unwrap();
        assert!(built.hashes > 29_900 && built.bytes < 30_000 * 2, "{built:?}");
        assert!(built.false_positives < 0.001, "{built:?}");
        let filter = BreachFilter::open(&path).unwrap();
        for n in 0..30_000 {
            assert!(filter.contains(&sha1_of(&format!("password {n}"))).unwrap(), "{n}");
        }
        let others = (0..30_000).filter(|n| filter.contains(&sha1_of(&format!("x{n}"))).unwrap());
        let others = others.count();
        assert!(others < 60, "{others} of 30,000 others");
        for edge in [[0; 20], [0xff; 20]] {
            assert!(!filter.contains(&edge).unwrap());
        }
    }

    #[test]
    fn what_was_found_seldom_can_be_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("filter");
        BreachList::new(list(folder.path(), 1_000)).at_least(900).build(&path).unwrap();
        let filter = BreachFilter::open(&path).unwrap();
        assert_eq!(filter.len(), 100);
        assert!(filter.contains(&sha1_of("password 900")).unwrap());
        assert!(!filter.contains(&sha1_of("password 899")).unwrap());
    }

    #[test]
    fn a_list_that_is_none_or_is_not_sorted_builds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (hex(sha1_of("one")), hex(sha1_of("two")));
        let (low, high) = if one < two { (one, two) } else { (two, one) };
        for (text, why) in [
            (format!("{high}:1\n{low}:1\n"), "line 2: not sorted"),
            (format!("{low}\n{high}:x\n"), "line 2: not SHA-1:COUNT"),
            ("password\n".into(), "line 1: not SHA-1:COUNT"),
            ("0".repeat(5_000), "line 1: not SHA-1:COUNT"),
            (format!("{low}0:1\n"), "line 1: not SHA-1:COUNT"),
        ] {
            let source = folder.path().join("bad.txt");
            std::fs::write(&source, &text).unwrap();
            let path = folder.path().join("bad.filter");
            let told = BreachList::new(&source).build(&path).unwrap_err();
            let told = format!("{told:?}");
            assert!(told.contains(why), "{why}: {told}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left");
        }
    }

    #[test]
    fn a_filter_that_was_cut_or_changed_is_refused_and_never_panics() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("filter");
        BreachList::new(list(folder.path(), 600)).at_least(0).build(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let bent = folder.path().join("bent");
        for at in (0..bytes.len()).step_by(3) {
            std::fs::write(&bent, &bytes[..at]).unwrap();
            BreachFilter::open(&bent).unwrap_err();
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            std::fs::write(&bent, &changed).unwrap();
            // A block is not hashed; whatever it says, it says it without harm.
            if let Ok(filter) = BreachFilter::open(&bent) {
                for n in 0..20 {
                    let _ = filter.contains(&sha1_of(&format!("password {n}")));
                }
            }
        }
        std::fs::write(folder.path().join("filter.keep"), &bytes).unwrap();
        let again = BreachList::new(folder.path().join("list.txt")).build(&path);
        assert!(format!("{:?}", again.unwrap_err()).contains("there already"));
    }

    #[test]
    fn an_empty_list_makes_a_filter_that_knows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (source, path) = (folder.path().join("list"), folder.path().join("filter"));
        std::fs::write(&source, "\n\n").unwrap();
        BreachList::new(&source).build(&path).unwrap();
        let filter = BreachFilter::open(&path).unwrap();
        assert!(filter.is_empty() && !filter.contains(&sha1_of("one")).unwrap());
    }
}
