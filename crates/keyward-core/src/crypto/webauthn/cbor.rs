//! The part of CBOR (RFC 8949) that authenticators write: CTAP2 canonical form
//! (FIDO CTAP 2.1 section 8), so each value has one spelling.
//!
//! Refused: indefinite lengths, lengths and numbers in more bytes than they
//! need, floats, tags, repeated keys, more than four levels, bytes left over.
//! Nothing is allocated on the word of a length: items are read one by one.
//! The order of keys is not looked at, since nothing depends on it.

use super::Fault;

/// A value, borrowing from the bytes it was read from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value<'a> {
    /// A whole number, at most 63 bits and a sign.
    Int(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Text.
    Text(&'a str),
    /// Items in order.
    Array(Vec<Value<'a>>),
    /// Pairs in the order they came in, no key twice.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// Yes or no.
    Bool(bool),
    /// Nothing.
    Null,
}

impl<'a> Value<'a> {
    /// Reads one value and expects nothing after it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        match Self::read(bytes)? {
            (value, []) => Ok(value),
            _ => Err(Fault::Malformed),
        }
    }

    /// Reads one value; returns what follows it as well.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Fault> {
        let mut reader = Reader { rest: bytes };
        let value = reader.value(MAX_DEPTH)?;
        Ok((value, reader.rest))
    }

    /// What a map has under a number.
    pub fn at(&self, label: i64) -> Option<&Self> {
        self.find(&Self::Int(label))
    }

    /// What a map has under a name.
    pub fn named(&self, name: &str) -> Option<&Self> {
        self.find(&Value::Text(name))
    }

    fn find(&self, key: &Value<'_>) -> Option<&Self> {
        let Self::Map(pairs) = self else { return None };
        pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value)
    }

    /// The number, if it is one.
    pub fn int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The bytes, if it is some.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// The text, if it is some.
    pub fn text(&self) -> Option<&'a str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The pairs, if it is a map.
    pub fn pairs(&self) -> Option<&[(Value<'a>, Value<'a>)]> {
        if let Self::Map(pairs) = self { Some(pairs) } else { None }
    }
}

/// Levels of arrays and maps; CTAP2 allows as many.
const MAX_DEPTH: u8 = 4;

/// Items of one array or map; the largest that is known has nine.
const MAX_ITEMS: u64 = 64;

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: u8) -> Result<Value<'a>, Fault> {
        let (first, rest) = self.rest.split_first().ok_or(Fault::Malformed)?;
        self.rest = rest;
        let (major, info) = (first >> 5, first & 0x1f);
        if major == 7 {
            return simple(info);
        }
        let length = self.length(info)?;
        Ok(match major {
            0 => Value::Int(int(length)?),
            // RFC 8949 section 3.1: the value is -1 minus the argument.
            1 => Value::Int(-1 - int(length)?),
            2 => Value::Bytes(self.take(length)?),
            3 => {
                let text = core::str::from_utf8(self.take(length)?);
                Value::Text(text.map_err(|_| Fault::Malformed)?)
            }
            4 => Value::Array(self.array(length, deeper(depth)?)?),
            5 => Value::Map(self.map(length, deeper(depth)?)?),
            _ => return Err(Fault::Malformed),
        })
    }

    /// The argument of an initial byte, in as few bytes as it needs.
    fn length(&mut self, info: u8) -> Result<u64, Fault> {
        let (size, least) = match info {
            0..=23 => return Ok(u64::from(info)),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(Fault::Malformed),
        };
        let read = self.take(size)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        if read < least { Err(Fault::Malformed) } else { Ok(read) }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let length = usize::try_from(length).map_err(|_| Fault::Malformed)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Fault::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array(&mut self, items: u64, depth: u8) -> Result<Vec<Value<'a>>, Fault> {
        (0..few(items)?).map(|_| self.value(depth)).collect()
    }

    fn map(&mut self, items: u64, depth: u8) -> Result<Vec<(Value<'a>, Value<'a>)>, Fault> {
        let mut pairs: Vec<(Value<'a>, Value<'a>)> = vec![];
        for _ in 0..few(items)? {
            let key = self.value(depth)?;
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(Fault::Malformed);
            }
            pairs.push((key, self.value(depth)?));
        }
        Ok(pairs)
    }
}

fn simple<'a>(info: u8) -> Result<Value<'a>, Fault> {
    match info {
        20 => Ok(Value::Bool(false)),
        21 => Ok(Value::Bool(true)),
        22 => Ok(Value::Null),
        _ => Err(Fault::Malformed),
    }
}

fn int(number: u64) -> Result<i64, Fault> {
    i64::try_from(number).map_err(|_| Fault::Malformed)
}

fn few(items: u64) -> Result<u64, Fault> {
    if items > MAX_ITEMS { Err(Fault::Malformed) } else { Ok(items) }
}

fn deeper(depth: u8) -> Result<u8, Fault> {
    depth.checked_sub(1).ok_or(Fault::Malformed)
}

/// Writes a value; what the software authenticator sends, and what tests hold
/// the reader against.
#[cfg(any(test, feature = "authenticator"))]
pub fn write(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Int(number) if *number < 0 => head(1, number.unsigned_abs() - 1, out),
        Value::Int(number) => head(0, number.unsigned_abs(), out),
        Value::Bytes(bytes) => {
            head(2, bytes.len() as u64, out);
            out.extend_from_slice(bytes);
        }
        Value::Text(text) => {
            head(3, text.len() as u64, out);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, out);
            items.iter().for_each(|item| write(item, out));
        }
        Value::Map(pairs) => {
            head(5, pairs.len() as u64, out);
            for (key, value) in pairs {
                write(key, out);
                write(value, out);
            }
        }
        Value::Bool(yes) => out.push(if *yes { 0xf5 } else { 0xf4 }),
        Value::Null => out.push(0xf6),
    }
}

#[cfg(any(test, feature = "authenticator"))]
fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let (info, size) = match argument {
        0..24 => (argument.to_be_bytes()[7], 0),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    out.push(major << 5 | info);
    out.extend(argument.to_be_bytes().into_iter().skip(8 - size));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(value: &Value<'_>) -> Vec<u8> {
        let mut out = vec![];
        write(value, &mut out);
        out
    }

    #[test]
    fn a_value_reads_as_rfc_8949_writes_it() {
        // RFC 8949 appendix A.
        let check = |bytes: &[u8], value: Value<'_>| {
            assert_eq!(Value::parse(bytes), Ok(value.clone()));
            assert_eq!(written(&value), bytes, "{value:?}");
        };
        check(&[0x00], Value::Int(0));
        check(&[0x17], Value::Int(23));
        check(&[0x18, 0x18], Value::Int(24));
        check(&[0x19, 0x03, 0xe8], Value::Int(1000));
        check(&[0x1a, 0x00, 0x0f, 0x42, 0x40], Value::Int(1_000_000));
        check(&[0x1b, 0, 0, 0, 0xe8, 0xd4, 0xa5, 0x10, 0], Value::Int(1_000_000_000_000));
        check(&[0x20], Value::Int(-1));
        check(&[0x39, 0x03, 0xe7], Value::Int(-1000));
        check(&[0xf4], Value::Bool(false));
        check(&[0xf5], Value::Bool(true));
        check(&[0xf6], Value::Null);
        check(&[0x44, 1, 2, 3, 4], Value::Bytes(&[1, 2, 3, 4]));
        check(&[0x64, 0x49, 0x45, 0x54, 0x46], Value::Text("IETF"));
        check(&[0x62, 0xc3, 0xbc], Value::Text("ü"));
        check(&[0x82, 1, 0x20], Value::Array(vec![Value::Int(1), Value::Int(-1)]));
        check(&[0xa1, 0x61, 0x61, 1], Value::Map(vec![(Value::Text("a"), Value::Int(1))]));
    }

    #[test]
    fn a_value_has_one_spelling() {
        let check = |bytes: &[u8], why: &str| {
            assert_eq!(Value::parse(bytes), Err(Fault::Malformed), "{why}");
        };
        check(&[], "nothing");
        check(&[0x18, 0x17], "one byte too many");
        check(&[0x19, 0, 0xff], "two bytes where one does");
        check(&[0x1a, 0, 0, 0xff, 0xff], "four bytes where two do");
        check(&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], "eight bytes where four do");
        check(&[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "beyond 63 bits");
        check(&[0x1c], "a reserved length");
        check(&[0x5f, 0x41, 1, 0xff], "an indefinite length");
        check(&[0x42, 1], "cut");
        check(&[0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "an absurd length");
        check(&[0x9a, 0x7f, 0xff, 0xff, 0xff], "an absurd count");
        check(&[0x61, 0xff], "text that is none");
        check(&[0xa2, 1, 1, 1, 2], "a repeated key");
        check(&[0xc0, 0x61, 0x61], "a tag");
        check(&[0xf9, 0x3c, 0], "a float");
        check(&[0xf7], "undefined");
        check(&[0xf8, 0x20], "a simple value");
        check(&[0x00, 0x00], "something left over");
        check(&[0x81, 0x81, 0x81, 0x81, 0x81, 0x00], "five levels");
    }

    #[test]
    fn four_levels_are_enough() {
        assert!(Value::parse(&[0x81, 0x81, 0x81, 0x81, 0x00]).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_can_be_read_is_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok((value, rest)) = Value::read(&bytes) {
                prop_assert_eq!(written(&value), &bytes[..bytes.len() - rest.len()]);
            }
        }
    }
}
