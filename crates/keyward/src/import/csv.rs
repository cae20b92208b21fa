//! Rows of text between separators (RFC 4180), the first of which names the columns.
//! The separator is a comma, a semicolon or a tab, whichever the first row has most of.

use std::io;
use std::sync::Arc;

use super::bytes::{Bytes, Record};
use super::row::Row;
use super::source::Fault;

/// A file of rows.
pub(crate) struct Csv {
    from: Bytes,
    by: u8,
    names: Arc<[String]>,
}

/// Columns, at most.
const MAX_COLUMNS: usize = 200;

impl Csv {
    /// Reads the names of the columns.
    pub(crate) fn open(mut from: Bytes) -> io::Result<Self> {
        from.skip_mark()?;
        let head = raw(&mut from)?;
        let by = separator(&head.bytes);
        let names = cells(&head, by).map_err(|Fault(code)| bad(code))?;
        let names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
        if names.iter().all(String::is_empty) || names.len() > MAX_COLUMNS {
            return Err(bad("the first row does not name the columns"));
        }
        Ok(Self { from, by, names: names.into() })
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Where the next row begins: its byte and its line.
    pub(crate) fn place(&self) -> (u64, u64) {
        (self.from.offset, self.from.line)
    }

    /// Goes on there.
    pub(crate) fn seek(&mut self, offset: u64) -> io::Result<()> {
        let left = offset.checked_sub(self.from.offset).ok_or_else(|| bad("a place before"))?;
        self.from.skip(left)
    }

    /// The next row with its line; empty lines are none.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, Result<Row, Fault>)>> {
        loop {
            let line = self.from.line;
            if self.from.peek()?.is_none() {
                return Ok(None);
            }
            let record = raw(&mut self.from)?;
            if record.bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
                continue;
            }
            let row = cells(&record, self.by).and_then(|cells| self.row(cells));
            return Ok(Some((line, row)));
        }
    }

    fn row(&self, cells: Vec<String>) -> Result<Row, Fault> {
        // A row with more cells than there are columns has a separator too many.
        if cells.len() > self.names.len() {
            return Err(Fault::MALFORMED);
        }
        Ok(Row::new(Arc::clone(&self.names), cells.into_iter().map(Some).collect()))
    }
}

fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The bytes up to the end of a line that is not in quotes. What is too long ends at
/// the next end of a line, so that one quote too many does not take the rest along.
fn raw(from: &mut Bytes) -> io::Result<Record> {
    let (mut record, mut quoted) = (Record::default(), false);
    while let Some(byte) = from.next()? {
        quoted ^= byte == b'"';
        if byte == b'\n' && (!quoted || record.is_cut) {
            break;
        }
        record.push(byte);
    }
    Ok(record)
}

fn separator(head: &[u8]) -> u8 {
    let count = |by: &u8| head.iter().filter(|byte| *byte == by).count();
    // The last of those that are equal is the comma.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

fn cells(record: &Record, by: u8) -> Result<Vec<String>, Fault> {
    if record.is_cut {
        return Err(Fault::TOO_LONG);
    }
    let text = std::str::from_utf8(&record.bytes).map_err(|_| Fault::NOT_UTF8)?;
    let text = text.strip_suffix('\r').unwrap_or(text);
    let (mut cells, mut rest) = (vec![], Some(text));
    while let Some(left) = rest {
        if cells.len() > MAX_COLUMNS {
            return Err(Fault::MALFORMED);
        }
        let (cell, after) = match left.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = left.bytes().position(|byte| byte == by).unwrap_or(left.len());
                let (cell, after) = left.split_at(end);
                (cell.to_owned(), after)
            }
        };
        cells.push(cell);
        rest = match after.split_at_checked(1) {
            None => None,
            Some((found, after)) if found.as_bytes() == [by] => Some(after),
            Some(_) => return Err(Fault::MALFORMED),
        };
    }
    Ok(cells)
}

/// What stands in quotes, where two are one, and what follows.
fn unquote(text: &str) -> Result<(String, &str), Fault> {
    let (mut cell, mut rest) = (String::new(), text);
    loop {
        let (part, after) = rest.split_once('"').ok_or(Fault::MALFORMED)?;
        cell.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Ok((cell, after)),
        }
    }
}

/// Every row of a text, as those who search for faults read it.
#[doc(hidden)]
pub fn read_all(data: &[u8]) -> Vec<Result<usize, Fault>> {
    let from = Bytes::new(Box::new(io::Cursor::new(data.to_vec())));
    let Ok(mut csv) = Csv::open(from) else { return vec![] };
    let mut all = vec![];
    while let Ok(Some((_, row))) = csv.next() {
        all.push(row.map(|row| row.bytes()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Result<Vec<String>, Fault>> {
        let from = Bytes::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())));
        let mut csv = Csv::open(from).unwrap();
        let names = csv.names().to_vec();
        let mut all = vec![];
        while let Some((_, row)) = csv.next().unwrap() {
            let told = |row: Row| {
                names.iter().map(|name| row.text(name).unwrap_or_default().to_owned()).collect()
            };
            all.push(row.map(told));
        }
        all
    }

    #[test]
    fn cells_are_read_as_they_were_written() {
        let check = |text: &str, wanted: &[Result<&[&str], Fault>]| {
            let found = rows(text);
            let found: Vec<_> = found
                .iter()
                .map(|row| {
                    row.as_ref().map(|row| row.iter().map(String::as_str).collect::<Vec<_>>())
                })
                .collect();
            let wanted: Vec<_> =
                wanted.iter().map(|row| row.as_ref().map(|row| row.to_vec())).collect();
            assert_eq!(found, wanted, "{text:?}");
        };
        check("a,b\n1,2\r\n3,4", &[Ok(&["1", "2"]), Ok(&["3", "4"])]);
        check("\u{feff}a;b\n1;2,3\n\n", &[Ok(&["1", "2,3"])]);
        check("a\tb\n1\t\n", &[Ok(&["1", ""])]);
        check("a,b\n\"x, \"\"y\"\"\nz\",2\n", &[Ok(&["x, \"y\"\nz", "2"])]);
        check("a,b\n1\n", &[Ok(&["1", ""])]);
        check("a,b\n1,2,3\n4,5\n", &[Err(Fault::MALFORMED), Ok(&["4", "5"])]);
        check("a,b\n\"1\"x,2\n4,5\n", &[Err(Fault::MALFORMED), Ok(&["4", "5"])]);
        check("a,b\n\"1,2", &[Err(Fault::MALFORMED)]);
    }

    #[test]
    fn an_endless_row_is_one_fault_and_ends_with_its_line() {
        let long = "x".repeat(Record::MAX + 5);
        let text = format!("a,b\n\"{long}\n1,2\n\"{long},\"\"\n3,4\n");
        let found = rows(&text);
        assert_eq!(found.len(), 4);
        assert_eq!(found[0], Err(Fault::TOO_LONG));
        assert_eq!(found[1], Ok(vec!["1".to_owned(), "2".to_owned()]));
        assert_eq!(found[2], Err(Fault::TOO_LONG));
        assert_eq!(found[3], Ok(vec!["3".to_owned(), "4".to_owned()]));
    }
}
