//! Rows of which nobody was made: the first few for whoever watches, all of them for a
//! file.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use keyward::import::RefusedRow;

use crate::failure::{Failure, Outcome};
use crate::terminal::note;

/// Where they go.
#[derive(Debug)]
pub(super) struct Refusals {
    file: Option<BufWriter<File>>,
    fault: Option<std::io::Error>,
    told: u64,
}

/// Rows that are told one by one.
const MAX_TOLD: u64 = 20;

impl Refusals {
    pub(super) fn open(path: Option<&Path>) -> Outcome<Self> {
        let cannot = |path: &Path, error| {
            Failure::usage(format!("cannot write `{}`: {error}", path.display()))
        };
        let file = path.map(|path| File::create(path).map_err(|error| cannot(path, error)));
        Ok(Self { file: file.transpose()?.map(BufWriter::new), fault: None, told: 0 })
    }

    pub(super) fn take(&mut self, row: &RefusedRow) {
        self.told += 1;
        let RefusedRow { place, id, reason } = row;
        match &mut self.file {
            Some(file) => {
                let line = serde_json::to_string(row).unwrap_or_default();
                if let Err(error) = writeln!(file, "{line}") {
                    self.fault.get_or_insert(error);
                }
            }
            None if self.told <= MAX_TOLD => {
                let id: String = id.chars().filter(|c| !c.is_control()).take(80).collect();
                note(&format!("refused: row {place} `{id}`: {reason}"));
            }
            None if self.told == MAX_TOLD + 1 => {
                note("refused: and more, which --refused FILE lists");
            }
            None => {}
        }
    }

    pub(super) fn end(&mut self) -> Outcome {
        if let Some(error) = self.fault.take() {
            return Err(error.into());
        }
        Ok(self.file.as_mut().map_or(Ok(()), std::io::Write::flush)?)
    }
}
