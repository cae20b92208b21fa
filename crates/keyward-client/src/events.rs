//! Streams of events (WHATWG HTML section 9.2).

use std::collections::VecDeque;
use std::fmt;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use crate::error::{Error, Result};

/// Bytes of a line and of an event, at most.
const LARGEST: usize = 1024 * 1024;

/// An event: its name, and what it brings.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// `message`, unless it was said otherwise.
    pub name: String,
    /// Its lines.
    pub data: String,
}

/// Events as they come. Dropping it ends the stream.
pub struct Events {
    body: Incoming,
    reader: Reader,
}

impl Events {
    pub(crate) fn new(body: Incoming) -> Self {
        Self { body, reader: Reader::default() }
    }

    /// The next one; nothing at the end. It is waited for as long as it takes.
    ///
    /// # Errors
    /// The stream broke off, or is none.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            if let Some(event) = self.reader.found.pop_front() {
                return Ok(Some(event));
            }
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            let frame = frame.map_err(|cause| Error::Unreachable(cause.into()))?;
            self.reader.read(frame.data_ref().map_or(&[], |bytes| bytes))?;
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}

/// Makes events of pieces, however they were cut.
#[derive(Default)]
struct Reader {
    line: Vec<u8>,
    name: Option<String>,
    data: Vec<String>,
    size: usize,
    found: VecDeque<Event>,
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) -> Result<()> {
        for byte in bytes {
            self.size += 1;
            if self.size > LARGEST {
                return Err(Error::Unexpected("an event without an end".to_owned()));
            }
            match byte {
                b'\n' => self.end_line(),
                byte => self.line.push(*byte),
            }
        }
        Ok(())
    }

    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
        let line = line.strip_suffix('\r').unwrap_or(&line);
        if line.is_empty() {
            return self.end_event();
        }
        let (field, rest) = line.split_once(':').unwrap_or((line, ""));
        let rest = rest.strip_prefix(' ').unwrap_or(rest).to_owned();
        match field {
            "event" => self.name = Some(rest),
            "data" => self.data.push(rest),
            _ => {}
        }
    }

    fn end_event(&mut self) {
        self.size = 0;
        let (name, data) = (self.name.take(), std::mem::take(&mut self.data));
        if name.is_some() || !data.is_empty() {
            let name = name.unwrap_or_else(|| "message".to_owned());
            self.found.push_back(Event { name, data: data.join("\n") });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_the_same_however_they_are_cut() {
        let text = ": hello\r\n\r\nevent: open\r\ndata: 1\r\ndata:2\r\n\r\ndata: x: y\n\nid: 3\n";
        for size in 1..text.len() {
            let mut reader = Reader::default();
            text.as_bytes().chunks(size).for_each(|piece| reader.read(piece).unwrap());
            let found: Vec<_> =
                reader.found.iter().map(|it| (it.name.as_str(), it.data.as_str())).collect();
            assert_eq!(found, [("open", "1\n2"), ("message", "x: y")], "{size}");
        }
    }

    #[test]
    fn a_stream_without_an_end_is_not_kept() {
        let mut reader = Reader::default();
        assert!(reader.read(&vec![b'x'; LARGEST]).is_ok());
        assert!(reader.read(b"x").is_err());
    }
}
