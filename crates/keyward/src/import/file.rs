//! People in a file: rows or JSON values, packed or not.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use keyward_core::Error;
use keyward_core::flow::import::Person;
use keyward_core::port::Fut;

use super::bytes::Bytes;
use super::csv::Csv;
use super::json::Json;
use super::source::{Fault, Found, FoundPage, PAGE, Source};
use super::systems::Reads;

/// A file, and how its people are read.
pub(super) struct FileSource {
    name: String,
    path: PathBuf,
    half: Option<Half>,
    read: Arc<AtomicU64>,
    total: u64,
    fingerprint: Option<String>,
}

/// What blocks.
struct Half {
    records: Records,
    system: Box<dyn Reads>,
}

/// A line, and who stands there, if it is somebody.
type Placed = (u64, Result<Option<Person>, Fault>);

enum Records {
    Csv(Csv),
    Json(Json),
}

/// How a file is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Written {
    Csv,
    Json,
}

impl FileSource {
    pub(super) fn open(
        name: String,
        path: &Path,
        written: Written,
        system: Box<dyn Reads>,
    ) -> Result<Self, Error> {
        let wrong = |error: io::Error| Error::because("read the file", error);
        let mut file = File::open(path).map_err(wrong)?;
        let about = file.metadata().map_err(wrong)?;
        let changed = about
            .modified()
            .ok()
            .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok().map(|age| age.as_nanos()));
        let place = path.canonicalize().map_err(wrong)?;
        let fingerprint =
            changed.map(|at| format!("file {} {} {at}", place.display(), about.len()));
        let read = Arc::new(AtomicU64::new(0));
        let mut magic = [0; 2];
        let is_packed = file.read(&mut magic).map_err(wrong)? == 2 && magic == [0x1f, 0x8b];
        file.rewind().map_err(wrong)?;
        let counted = Counted { file, read: Arc::clone(&read) };
        let from: Box<dyn Read + Send> = match is_packed {
            true => Box::new(MultiGzDecoder::new(io::BufReader::new(counted))),
            false => Box::new(counted),
        };
        let from = Bytes::new(from);
        let records = match written {
            Written::Csv => Records::Csv(Csv::open(from).map_err(wrong)?),
            Written::Json => Records::Json(Json::open(from, system.key()).map_err(wrong)?),
        };
        if let Records::Csv(csv) = &records {
            system.look_at(csv.names()).map_err(|why| Error::because("read the file", why))?;
        }
        let half = Some(Half { records, system });
        Ok(Self { name, path: place, half, read, total: about.len(), fingerprint })
    }

    /// Lets the half that blocks work on a thread where it may.
    async fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Half) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let lost = || Error::new("go on with a file that could not be read");
        let mut half = self.half.take().ok_or_else(lost)?;
        let done = tokio::task::spawn_blocking(move || (work(&mut half), half)).await;
        let (done, half) = done.map_err(|error| Error::because("read the file", error))?;
        self.half = Some(half);
        done.map_err(|error| Error::because("read the file", error))
    }
}

impl Source for FileSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn fingerprint(&self) -> Option<String> {
        self.fingerprint.clone()
    }

    fn seek<'a>(&'a mut self, position: &'a str) -> Fut<'a, Result<(), Error>> {
        Box::pin(async move {
            let wrong = || Error::new("go on in the middle of a file");
            let offset: u64 = position.parse().map_err(|_| wrong())?;
            self.with(move |half| half.seek(offset)).await
        })
    }

    fn next(&mut self) -> Fut<'_, Result<Option<FoundPage>, Error>> {
        Box::pin(self.with(Half::page))
    }

    fn read(&self) -> (u64, Option<u64>) {
        (self.read.load(Ordering::Relaxed), Some(self.total))
    }
}

impl std::fmt::Debug for FileSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileSource({})", self.path.display())
    }
}

impl Half {
    fn page(&mut self) -> io::Result<Option<FoundPage>> {
        let mut rows = vec![];
        while rows.len() < PAGE {
            let Some((place, person)) = self.next()? else { break };
            if let Some(person) = person.transpose() {
                rows.push(Found { place, person });
            }
        }
        let (offset, _) = match &self.records {
            Records::Csv(csv) => csv.place(),
            Records::Json(json) => json.place(),
        };
        let page = FoundPage { rows, position: offset.to_string() };
        Ok(Some(page).filter(|page| !page.rows.is_empty()))
    }

    /// The next record: its line, and who it is, if it is somebody.
    fn next(&mut self) -> io::Result<Option<Placed>> {
        let Self { records, system } = self;
        Ok(match records {
            Records::Csv(csv) => {
                csv.next()?.map(|(line, row)| (line, row.and_then(|row| system.of_row(&row))))
            }
            Records::Json(json) => json
                .next()?
                .map(|(line, value)| (line, value.and_then(|value| system.of_json(&value)))),
        })
    }

    fn seek(&mut self, offset: u64) -> io::Result<()> {
        match &mut self.records {
            Records::Csv(csv) => csv.seek(offset),
            // What stands before is read again: some of it names what follows.
            Records::Json(json) => loop {
                let (at, _) = json.place();
                if at >= offset {
                    return Ok(());
                }
                match json.next()? {
                    Some((_, Ok(value))) => drop(self.system.of_json(&value)),
                    Some((_, Err(_))) => {}
                    None => return Ok(()),
                }
            },
        }
    }
}

/// Tells how much of a file was read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buf)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
