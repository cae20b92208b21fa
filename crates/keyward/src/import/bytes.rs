//! The bytes of a file, one after the other, with line and place.

use std::io::{self, Read};

/// Reads ahead, and knows where it is.
pub(crate) struct Bytes {
    from: Box<dyn Read + Send>,
    ahead: Vec<u8>,
    at: usize,
    end: usize,
    /// Bytes taken since the beginning.
    pub(crate) offset: u64,
    /// The line of the next byte, from 1.
    pub(crate) line: u64,
}

const AHEAD: usize = 64 * 1_024;

impl Bytes {
    pub(crate) fn new(from: Box<dyn Read + Send>) -> Self {
        Self { from, ahead: vec![0; AHEAD], at: 0, end: 0, offset: 0, line: 1 }
    }

    /// The next one, which stays.
    pub(crate) fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.end {
            self.at = 0;
            self.end = self.from.read(&mut self.ahead)?;
        }
        Ok(self.ahead.get(self.at..self.end).and_then(|left| left.first().copied()))
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> io::Result<Option<u8>> {
        let next = self.peek()?;
        if let Some(byte) = next {
            self.at += 1;
            self.offset += 1;
            self.line += u64::from(byte == b'\n');
        }
        Ok(next)
    }

    /// Takes what must be there.
    pub(crate) fn skip(&mut self, bytes: u64) -> io::Result<()> {
        for _ in 0..bytes {
            if self.next()?.is_none() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    /// Drops the mark that some programs put before UTF-8.
    pub(crate) fn skip_mark(&mut self) -> io::Result<()> {
        if self.peek()? == Some(0xef) {
            self.skip(3)?;
        }
        Ok(())
    }

    /// Drops spaces and ends of lines.
    pub(crate) fn skip_blank(&mut self) -> io::Result<Option<u8>> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek()? {
            self.next()?;
        }
        self.peek()
    }
}

/// Bytes of one record, of which no more than a bound are kept.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) bytes: Vec<u8>,
    /// There were more.
    pub(crate) is_cut: bool,
}

impl Record {
    /// Bytes of a record, at most.
    pub(crate) const MAX: usize = 256 * 1_024;

    pub(crate) fn push(&mut self, byte: u8) {
        match self.bytes.len() < Self::MAX {
            true => self.bytes.push(byte),
            false => self.is_cut = true,
        }
    }
}
