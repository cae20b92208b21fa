//! A row of a table: cells with names.

use std::sync::Arc;

use keyward_core::time::Timestamp;
use serde_json::{Map, Value};

use super::source::Fault;

/// Cells in the order of their names.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    names: Arc<[String]>,
    cells: Vec<Option<String>>,
}

impl Row {
    pub(crate) fn new(names: Arc<[String]>, cells: Vec<Option<String>>) -> Self {
        Self { names, cells }
    }

    /// Bytes of all cells together.
    pub(crate) fn bytes(&self) -> usize {
        self.cells.iter().flatten().map(String::len).sum()
    }

    /// Every cell that says something.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        let both = self.names.iter().zip(&self.cells);
        both.filter_map(|(name, cell)| Some((name.as_str(), cell.as_deref()?)))
    }

    /// What a cell says; an empty one says nothing.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let at = self.names.iter().position(|known| known == name)?;
        self.cells.get(at)?.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// What names somebody for ever.
    pub(crate) fn id(&self, name: &str) -> Result<String, Fault> {
        self.text(name).map(str::to_owned).ok_or(Fault::NO_ID)
    }

    /// Whether a cell is null, and not only empty.
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(crate) fn is_null(&self, name: &str) -> bool {
        let at = self.names.iter().position(|known| known == name);
        at.is_some_and(|at| self.cells.get(at).is_none_or(Option::is_none))
    }

    /// Whether a cell says yes, as databases and people write it; nothing is no.
    pub(crate) fn is(&self, name: &str) -> Result<bool, Fault> {
        match self.text(name) {
            None => Ok(false),
            Some(text) if is_yes(text) => Ok(true),
            Some(text) if is_no(text) => Ok(false),
            Some(_) => Err(Fault::NO_FLAG),
        }
    }

    /// A point in time, as databases write it; one without a zone is UTC.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Fault> {
        self.text(name).map_or(Ok(None), moment)
    }

    /// A JSON object.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Map<String, Value>>, Fault> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(Some(object)),
            Ok(Value::Null) => Ok(None),
            _ => Err(Fault::NO_JSON),
        }
    }
}

/// Whether a text says yes.
pub(crate) fn is_yes(text: &str) -> bool {
    ["1", "t", "true", "y", "yes"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
}

fn is_no(text: &str) -> bool {
    ["0", "f", "false", "n", "no"].iter().any(|no| text.eq_ignore_ascii_case(no))
}

/// A point in time that a cell says; MySQL's year 0 says none.
pub(crate) fn moment(text: &str) -> Result<Option<Timestamp>, Fault> {
    if text.starts_with("0000-00-00") {
        return Ok(None);
    }
    time(text).map(Some).ok_or(Fault::NO_TIME)
}

/// A point in time: RFC 3339 with any zone, a date, the same with a space in place of the
/// `T`, or milliseconds since 1970.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() > 8 {
        let number: i64 = text.parse().ok()?;
        // Seconds of our times have ten digits, milliseconds thirteen.
        let millis = if text.len() > 11 { number } else { number.checked_mul(1_000)? };
        return millis.checked_mul(1_000).map(Timestamp::from_micros);
    }
    let text = text.trim().replacen(' ', "T", 1);
    let Some((date, clock)) = text.split_once('T') else { return Timestamp::parse(&text) };
    let (clock, offset) = zone(clock)?;
    let (whole, part) = clock.split_once('.').unwrap_or((clock, "0"));
    let part: String = part.chars().take(6).collect();
    let local = Timestamp::parse(&format!("{date}T{whole}.{part}Z"))?;
    local.as_micros().checked_sub(offset * 1_000_000).map(Timestamp::from_micros)
}

/// The clock's reading, and the seconds by which it is ahead.
fn zone(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0)) };
    let (clock, zone) = clock.split_at_checked(at)?;
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let number = |range: core::ops::Range<usize>| -> Option<i64> {
        match digits.get(range) {
            None | Some("") => Some(0),
            Some(text) => text.parse().ok(),
        }
    };
    let (hours, minutes) = (number(0..2)?, number(2..digits.len().max(2))?);
    let sane = digits.len() <= 4 && hours <= 18 && minutes < 60;
    let seconds = hours * 3_600 + minutes * 60;
    sane.then_some((clock.trim_end(), if sign == "-" { -seconds } else { seconds }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_databases_write_them() {
        let check = |text: &str, wanted: Option<&str>| {
            let found = time(text).map(|at| at.to_string());
            assert_eq!(found.as_deref(), wanted, "{text}");
        };
        check("2022-01-29 10:00:00.123456", Some("2022-01-29T10:00:00.123Z"));
        check("2022-01-29T10:00:00Z", Some("2022-01-29T10:00:00.000Z"));
        check("2022-01-29T10:00:00.123456789+02:00", Some("2022-01-29T08:00:00.123Z"));
        check("2022-01-29 10:00:00+00", Some("2022-01-29T10:00:00.000Z"));
        check("2022-01-29 10:00:00-0330", Some("2022-01-29T13:30:00.000Z"));
        check("2022-01-29", Some("2022-01-29T00:00:00.000Z"));
        check("1643450400000", Some("2022-01-29T10:00:00.000Z"));
        check("1643450400", Some("2022-01-29T10:00:00.000Z"));
        for text in
            ["", "soon", "2022-13-01", "10:00", "2022-01-29 25:00:00", "9".repeat(30).as_str()]
        {
            check(text, None);
        }
    }
}
