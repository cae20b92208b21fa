//! The elements of a JSON array, of the array of one name in an object, or of a file with
//! an object in each line: one at a time, however many there are.

use std::io;

use serde_json::Value;

use super::bytes::{Bytes, Record};
use super::source::Fault;

/// A file of JSON values.
pub(crate) struct Json {
    from: Bytes,
    shape: Shape,
}

/// How the values stand in the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// Between commas, up to a bracket.
    Array,
    /// Each in a line of its own.
    Lines,
    /// There are no more.
    End,
}

impl Json {
    /// Finds the first value. With `key`, a file that is one object has them in the array
    /// of this name; without, an object is the first line of many.
    pub(crate) fn open(mut from: Bytes, key: Option<&str>) -> io::Result<Self> {
        from.skip_mark()?;
        let shape = match (from.skip_blank()?, key) {
            (None, _) => Shape::End,
            (Some(b'['), _) => {
                from.next()?;
                Shape::Array
            }
            (Some(b'{'), Some(key)) => {
                from.next()?;
                enter(&mut from, key)?
            }
            (Some(b'{'), None) => Shape::Lines,
            _ => return Err(bad("this is no JSON array, and no object in each line")),
        };
        Ok(Self { from, shape })
    }

    /// Where the next value is looked for: its byte and its line.
    pub(crate) fn place(&self) -> (u64, u64) {
        (self.from.offset, self.from.line)
    }

    /// The next value with its line.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, Result<Value, Fault>)>> {
        let record = match self.shape {
            Shape::End => return Ok(None),
            Shape::Array => self.element()?,
            Shape::Lines => self.line()?,
        };
        let Some((line, record)) = record else {
            self.shape = Shape::End;
            return Ok(None);
        };
        Ok(Some((line, read(&record))))
    }

    fn element(&mut self) -> io::Result<Option<(u64, Record)>> {
        while self.from.skip_blank()? == Some(b',') {
            self.from.next()?;
        }
        match self.from.peek()? {
            None | Some(b']') => Ok(None),
            Some(_) => {
                let line = self.from.line;
                let mut record = Record::default();
                value(&mut self.from, &mut |byte| record.push(byte))?;
                if record.bytes.is_empty() {
                    // A bracket that closes nothing: it is a fault, and not one for ever.
                    self.from.next()?;
                }
                Ok(Some((line, record)))
            }
        }
    }

    fn line(&mut self) -> io::Result<Option<(u64, Record)>> {
        if self.from.skip_blank()?.is_none() {
            return Ok(None);
        }
        let (line, mut record) = (self.from.line, Record::default());
        while let Some(byte) = self.from.next()? {
            if byte == b'\n' {
                break;
            }
            record.push(byte);
        }
        Ok(Some((line, record)))
    }
}

fn bad(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn read(record: &Record) -> Result<Value, Fault> {
    match record.is_cut {
        true => Err(Fault::TOO_LONG),
        false => serde_json::from_slice(&record.bytes).map_err(|_| Fault::MALFORMED),
    }
}

/// In an object, behind its bracket: goes into the array of this name.
fn enter(from: &mut Bytes, key: &str) -> io::Result<Shape> {
    loop {
        while from.skip_blank()? == Some(b',') {
            from.next()?;
        }
        if from.peek()? != Some(b'"') {
            return Ok(Shape::End);
        }
        let mut name = Record::default();
        value(from, &mut |byte| name.push(byte))?;
        if from.skip_blank()? != Some(b':') {
            return Err(bad("a name without a value"));
        }
        from.next()?;
        let is_it = serde_json::from_slice::<String>(&name.bytes).is_ok_and(|name| name == key);
        if is_it && from.skip_blank()? == Some(b'[') {
            from.next()?;
            return Ok(Shape::Array);
        }
        from.skip_blank()?;
        value(from, &mut |_| ())?;
    }
}

/// Takes one value, whatever it is. What is no JSON ends at a comma or a bracket.
fn value(from: &mut Bytes, keep: &mut dyn FnMut(u8)) -> io::Result<()> {
    let (mut depth, mut quoted, mut escaped) = (0u64, false, false);
    while let Some(byte) = from.peek()? {
        if !quoted && depth == 0 && matches!(byte, b',' | b']' | b'}' | b':') {
            return Ok(());
        }
        from.next()?;
        keep(byte);
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth -= 1,
            _ => {}
        }
        let is_whole = depth == 0 && !quoted && matches!(byte, b'"' | b'}' | b']');
        if is_whole {
            return Ok(());
        }
    }
    Ok(())
}

/// Every value of a text, as those who search for faults read it.
#[doc(hidden)]
pub fn read_all(data: &[u8], key: Option<&str>) -> Vec<Result<Value, Fault>> {
    let from = Bytes::new(Box::new(io::Cursor::new(data.to_vec())));
    let Ok(mut json) = Json::open(from, key) else { return vec![] };
    let mut all = vec![];
    while let Ok(Some((_, value))) = json.next() {
        all.push(value);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_found_wherever_such_files_have_them() {
        let check = |text: &str, key: Option<&str>, wanted: &[Result<Value, Fault>]| {
            assert_eq!(read_all(text.as_bytes(), key), wanted, "{text}");
        };
        let both = [Ok(json!({ "a": 1 })), Ok(json!({ "a": "]}" }))];
        check(r#"[{"a":1}, {"a":"]}"}]"#, None, &both);
        check("{\"a\":1}\n\n{\"a\":\"]}\"}", None, &both);
        let whole = r#"{"realm":"x","other":[{"users":[1]}],"n":-1.5e3,"users":[{"a":1},{"a":"]}"}],"z":{}}"#;
        check(whole, Some("users"), &both);
        check(r#"[{"a":1}, {"a":"]}"}]"#, Some("users"), &both);
        check(r#"{"us\u0065rs":[7]}"#, Some("users"), &[Ok(json!(7))]);
        check("", None, &[]);
        check("[]", None, &[]);
        check(r#"{"other":[]}"#, Some("users"), &[]);
        check("{\"a\":1\n{\"a\":2}", None, &[Err(Fault::MALFORMED), Ok(json!({ "a": 2 }))]);
        check(r#"[x, {"a":1}]"#, None, &[Err(Fault::MALFORMED), Ok(json!({ "a": 1 }))]);
        check(r#"[{"a":1"#, None, &[Err(Fault::MALFORMED)]);
        check(r#"[},{"a":1}]"#, None, &[Err(Fault::MALFORMED), Ok(json!({ "a": 1 }))]);
    }

    #[test]
    fn an_endless_value_is_one_fault() {
        let long = "x".repeat(Record::MAX + 5);
        let text = format!(r#"[{{"a":"{long}"}},{{"a":1}}]"#);
        assert_eq!(read_all(text.as_bytes(), None), [Err(Fault::TOO_LONG), Ok(json!({ "a": 1 }))]);
        let deep = "[".repeat(100_000);
        assert_eq!(read_all(deep.as_bytes(), None), [Err(Fault::MALFORMED)]);
    }
}
